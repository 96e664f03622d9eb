"""The feeds: the canonical fields and the row contract of every kind of record, the same for all cities.

`FEEDS` is the register that everything else goes by; a new feed is a module here and a line in it.
"""

from pipelines.feeds.appeals import EVALUATION_APPEALS
from pipelines.feeds.base import PLACE, Feed, Field
from pipelines.feeds.case_files import DEMOLITIONS, ILLEGAL_BUILDINGS, PENALTY_CASES
from pipelines.feeds.hotline import HOTLINE_TICKETS
from pipelines.feeds.platform import PLATFORM_CASE_FLOW, PLATFORM_CASES

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        PLATFORM_CASES,
        PLATFORM_CASE_FLOW,
        HOTLINE_TICKETS,
        PENALTY_CASES,
        ILLEGAL_BUILDINGS,
        DEMOLITIONS,
        EVALUATION_APPEALS,
    )
}

__all__ = ["FEEDS", "PLACE", "Feed", "Field"]
