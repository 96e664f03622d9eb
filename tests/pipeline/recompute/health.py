"""How far each feed was behind on each of its nights, from the dates in its landing copies."""

import datetime as dt
from typing import Any

from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.records import Landing

#: The field by which a record of a feed is dated.
DATED_BY = {
    "platform_cases": "reported_at", "platform_case_flow": "operated_at", "hotline_tickets": "accepted_at",
    "penalty_cases": "filed_on", "illegal_buildings": "discovered_on", "demolitions": "demolished_on",
    "fine_receipts": "paid_on", "case_file_reviews": "reviewed_on", "case_handling_returns": "reported_on",
    "video_clues": "seen_at", "duty_roster": "on_duty_on", "joint_operations": "operated_on", "investments": "paid_on",
    "assets": "bought_on", "policy_documents": "registered_on", "systems": "registered_on", "data_exchanges": "exchanged_on",
    "evaluation_appeals": "submitted_on", "organisations": "valid_from", "establishments": "valid_from", "staff": "joined_on",
    "training_records": "held_on", "city_statistics": "published_on", "enforcement_actions": "acted_on",
    "campaigns": "starts_on", "power_items": "valid_from", "power_item_reviews": "submitted_on",
    "responsibilities": "valid_from", "hotline_calls": "counted_on",
}  # fmt: skip


def days_behind(landing: Landing, _: City, day: dt.date) -> list[tuple[Any, ...]]:
    """(night, feed, newest record known by then, days since), one line a night and feed that had a batch."""
    lines = []
    nights = sorted({(batch.loaded_for, batch.feed) for batch in landing.batches if batch.loaded_for <= day})
    for night, feed in nights:
        newest = None
        for batch in landing.batches:
            # What was dated after the night that brought it says no more than that night does.
            if batch.feed == feed and batch.loaded_for <= night:
                for record in landing.accepted[batch.id]:
                    dated = _day(record[DATED_BY[feed]])
                    if dated is not None:
                        dated = min(dated, batch.loaded_for)
                        newest = dated if newest is None else max(newest, dated)
        lines.append((night, feed, newest, None if newest is None else (night - newest).days))
    return lines


def _day(value: Any) -> dt.date | None:
    return value.date() if isinstance(value, dt.datetime) else value
