"""The feeds: the canonical fields and the row contract of every kind of record, the same for all cities.

`FEEDS` is the register that everything else goes by; a new feed is a module here and a line in it.
"""

from pipelines.feeds.base import PLACE, Feed, Field
from pipelines.feeds.case_files import DEMOLITIONS, ILLEGAL_BUILDINGS, PENALTY_CASES
from pipelines.feeds.duties import CAMPAIGNS, ENFORCEMENT_ACTIONS
from pipelines.feeds.hotline import HOTLINE_TICKETS
from pipelines.feeds.platform import PLATFORM_CASE_FLOW, PLATFORM_CASES
from pipelines.feeds.registers import ASSETS, DATA_EXCHANGES, INVESTMENTS, POLICY_DOCUMENTS, SYSTEMS

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        PLATFORM_CASES,
        PLATFORM_CASE_FLOW,
        HOTLINE_TICKETS,
        PENALTY_CASES,
        ILLEGAL_BUILDINGS,
        DEMOLITIONS,
        ENFORCEMENT_ACTIONS,
        CAMPAIGNS,
        INVESTMENTS,
        ASSETS,
        POLICY_DOCUMENTS,
        SYSTEMS,
        DATA_EXCHANGES,
    )
}

__all__ = ["FEEDS", "PLACE", "Feed", "Field"]
