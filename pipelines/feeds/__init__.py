"""The feeds: the canonical fields and the row contract of every kind of record, the same for all cities.

`FEEDS` is the register that everything else goes by; a new feed is a module here and a line in it.
"""

from pipelines.feeds.appeals import EVALUATION_APPEALS
from pipelines.feeds.base import PLACE, Feed, Field
from pipelines.feeds.case_files import DEMOLITIONS, ILLEGAL_BUILDINGS, PENALTY_CASES
from pipelines.feeds.clues import VIDEO_CLUES
from pipelines.feeds.duties import CAMPAIGNS, ENFORCEMENT_ACTIONS
from pipelines.feeds.hotline import HOTLINE_CALLS, HOTLINE_TICKETS
from pipelines.feeds.mechanism import CASE_FILE_REVIEWS, CASE_HANDLING_RETURNS, FINE_RECEIPTS
from pipelines.feeds.platform import PLATFORM_CASE_FLOW, PLATFORM_CASES
from pipelines.feeds.powers import POWER_ITEM_REVIEWS, POWER_ITEMS, RESPONSIBILITIES
from pipelines.feeds.registers import ASSETS, DATA_EXCHANGES, INVESTMENTS, POLICY_DOCUMENTS, SYSTEMS
from pipelines.feeds.service import DUTY_ROSTER, JOINT_OPERATIONS
from pipelines.feeds.team import CITY_STATISTICS, ESTABLISHMENTS, ORGANISATIONS, STAFF, TRAINING_RECORDS

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        PLATFORM_CASES,
        PLATFORM_CASE_FLOW,
        HOTLINE_TICKETS,
        HOTLINE_CALLS,
        PENALTY_CASES,
        ILLEGAL_BUILDINGS,
        DEMOLITIONS,
        ORGANISATIONS,
        ESTABLISHMENTS,
        STAFF,
        DUTY_ROSTER,
        TRAINING_RECORDS,
        JOINT_OPERATIONS,
        CITY_STATISTICS,
        ENFORCEMENT_ACTIONS,
        CAMPAIGNS,
        INVESTMENTS,
        ASSETS,
        POLICY_DOCUMENTS,
        SYSTEMS,
        DATA_EXCHANGES,
        POWER_ITEMS,
        POWER_ITEM_REVIEWS,
        RESPONSIBILITIES,
        VIDEO_CLUES,
        FINE_RECEIPTS,
        CASE_FILE_REVIEWS,
        CASE_HANDLING_RETURNS,
        EVALUATION_APPEALS,
    )
}

__all__ = ["FEEDS", "PLACE", "Feed", "Field"]
