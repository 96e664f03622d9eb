"""What a record must satisfy to be counted, written down again from the description of the feeds.

Only fields that are judged or counted stand here: a text that may be anything, or a personal field, refuses nothing.
"""

from dataclasses import dataclass

LIMIT_UNITS = ("urgent_hours", "work_hours", "work_days", "calendar_days")
CHANNELS = ("collector", "hotline", "phone", "video", "wechat", "leader", "transfer", "web", "other")
STATUSES = (
    "reported", "pending_verify", "pending_register", "not_accepted", "accepted", "pending_dispatch", "dispatched",
    "pending_handle", "handling", "returned", "suspended", "handle_finish", "pending_check", "checking", "check_pass",
    "check_not_pass", "pending_close", "closed", "forced_close", "cancelled",
)  # fmt: skip
ACTIONS = (
    "report", "accept", "file", "dispatch", "redispatch", "handle", "return", "suspend", "resume", "extend", "check_pass",
    "check_fail", "close", "force_close", "cancel", "reopen",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """What one field may be; a "hash" stands for a person. `known_in` is (reference table, its columns); numbers lie from `low` to `high`."""

    kind: str
    must: bool = False
    one_of: tuple[str, ...] = ()
    known_in: tuple[str, tuple[str, ...]] | None = None
    low: float = 0
    high: float = float("inf")
    may_lie_ahead: bool = False


def one_of(*values: str, must: bool = False) -> Rule:
    return Rule("code", must, one_of=values)


def known(table: str, *columns: str, must: bool = False) -> Rule:
    return Rule("text", must, known_in=(table, columns))


TEXT, TEXT_MUST = Rule("text"), Rule("text", must=True)
MOMENT, MOMENT_MUST = Rule("moment"), Rule("moment", must=True)
DAY, DAY_MUST = Rule("day"), Rule("day", must=True)
AMOUNT, FLAG = Rule("amount", high=10**12), Rule("flag")
COUNT = Rule("count", high=10_000)
STREET = ("streets", "street_code")
CLASS = ("event_classes", "code_scheme", "class_code")

FIELDS: dict[str, dict[str, Rule]] = {
    "platform_cases": {
        "case_id": TEXT_MUST,
        "case_no": TEXT,
        "category": one_of("component", "event", must=True),
        "code_scheme": TEXT_MUST,
        "class_code": known(*CLASS, must=True),
        "channel": one_of(*CHANNELS, must=True),
        "x": Rule("number", low=-180, high=180),
        "y": Rule("number", low=-90, high=90),
        "grid_code": known("grids", "grid_code"),
        "street_code": known(*STREET, must=True),
        "unit_code": known("departments", "unit_code"),
        "limit_value": Rule("amount", high=10**6),
        "limit_unit": one_of(*LIMIT_UNITS),
        "reported_at": MOMENT_MUST,
        "accepted_at": MOMENT,
        "filed_at": MOMENT,
        "dispatched_at": MOMENT,
        "handled_at": MOMENT,
        "checked_at": MOMENT,
        "closed_at": MOMENT,
        "status": one_of(*STATUSES, must=True),
        "rework_count": COUNT,
        "suspend_count": COUNT,
        "extension_count": COUNT,
        "is_urgent": FLAG,
        "updated_at": MOMENT_MUST,
    },
    "platform_case_flow": {
        "step_id": TEXT_MUST,
        "case_id": TEXT_MUST,
        "stage": one_of("report", "register", "dispatch", "handle", "check", "close", must=True),
        "action": one_of(*ACTIONS, must=True),
        "received_at": MOMENT,
        "operated_at": MOMENT_MUST,
        "is_timeout": FLAG,
        "updated_at": MOMENT_MUST,
    },
    "hotline_tickets": {
        "ticket_id": TEXT_MUST,
        "hotline": one_of("12319", "12345", "phone", "web", must=True),
        "request_type": one_of("consult", "help", "complaint", "report", "suggestion"),
        "code_scheme": TEXT,
        "class_code": known(*CLASS),
        "street_code": known(*STREET),
        "unit_code": known("departments", "unit_code"),
        "accepted_at": MOMENT_MUST,
        "is_answered_at_once": FLAG,
        "responded_at": MOMENT,
        "due_at": Rule("moment", may_lie_ahead=True),
        "replied_at": MOMENT,
        "closed_at": MOMENT,
        "status": one_of("open", "closed", "cancelled"),
        "solution": one_of("solved", "partly", "unsolved"),
        "revisited_on": DAY,
        "reply": TEXT,
        "caller_phone_hash": Rule("hash"),
        "caller_name_hash": Rule("hash"),
        "satisfaction": one_of("satisfied", "fairly", "unsatisfied", "unrated"),
    },
    "penalty_cases": {
        "case_no": TEXT_MUST,
        "cause": TEXT,
        "power_item_code": TEXT,
        "procedure": one_of("general", "summary", must=True),
        "source": one_of("patrol", "hotline", "platform", "transfer", "video", "other"),
        "party_kind": one_of("person", "sole_trader", "organisation"),
        "street_code": known(*STREET, must=True),
        "squad_id": known("squads", "squad_id"),
        "officer_1": TEXT,
        "officer_2": TEXT,
        "filed_on": DAY_MUST,
        "notified_on": DAY,
        "hearing_requested_on": DAY,
        "hearing_notified_on": DAY,
        "hearing_held_on": DAY,
        "legal_reviewed_on": DAY,
        "decided_on": DAY,
        "decision_no": TEXT,
        "penalty_kinds": TEXT,
        "fine_yuan": AMOUNT,
        "confiscated_yuan": AMOUNT,
        "correction": one_of("educated", "ordered_at_once", "ordered_by_day"),
        "is_corrected": FLAG,
        "served_on": DAY,
        "paid_on": DAY,
        "paid_yuan": AMOUNT,
        "surcharge_yuan": AMOUNT,
        "collect_mode": one_of("bank", "e_pay", "on_spot"),
        "published_on": DAY,
        "archived_on": DAY,
        "closed_on": DAY,
        "close_type": one_of("performed", "forced", "withdrawn", "terminated"),
    },
    "illegal_buildings": {
        "building_case_no": TEXT_MUST,
        "street_code": known(*STREET, must=True),
        "floors": Rule("count", high=200),
        "found_area_m2": AMOUNT,
        "area_type": one_of("urban_village", "urban_area", "town_village", must=True),
        "stock_type": one_of("existing", "new"),
        "source": one_of("patrol", "report", "platform", "video", "transfer"),
        "started_on": DAY,
        "discovered_on": DAY_MUST,
        "closed_on": DAY,
        "status": one_of("open", "closed"),
    },
    "demolitions": {
        "demolition_no": TEXT_MUST,
        "building_case_no": TEXT_MUST,
        "street_code": known(*STREET),
        "demolished_on": DAY_MUST,
        "demolished_area_m2": Rule("amount", must=True, high=10**12),
        "area_basis": one_of("footprint", "floor", "illegal_part"),
        "method": one_of("self", "assisted", "forced"),
        "is_partial": FLAG,
    },
    "evaluation_appeals": {
        "appeal_no": TEXT_MUST,
        "case_id": TEXT_MUST,
        "period_id": TEXT,
        "unit_code": known("departments", "unit_code"),
        "reason": one_of("wrong_unit", "weather", "construction", "duplicate", "not_a_problem", "other", must=True),
        "submitted_on": DAY_MUST,
        "decided_on": DAY,
        "outcome": one_of("excluded", "refused"),
    },
}

KEYS = {
    "platform_cases": "case_id",
    "platform_case_flow": "step_id",
    "hotline_tickets": "ticket_id",
    "penalty_cases": "case_no",
    "illegal_buildings": "building_case_no",
    "demolitions": "demolition_no",
    "evaluation_appeals": "appeal_no",
}

#: Times that come one after another; any of them may be empty.
SEQUENCES: dict[str, list[tuple[str, ...]]] = {
    "platform_cases": [("reported_at", "filed_at", "dispatched_at", "handled_at", "closed_at")],
    "platform_case_flow": [("received_at", "operated_at")],
    "hotline_tickets": [("accepted_at", "responded_at"), ("accepted_at", "replied_at"), ("accepted_at", "closed_at")],
    "penalty_cases": [("filed_on", "notified_on", "decided_on"), ("filed_on", "decided_on", "closed_on")],
    "illegal_buildings": [("started_on", "discovered_on"), ("discovered_on", "closed_on")],
    "demolitions": [],
    "evaluation_appeals": [("submitted_on", "decided_on")],
}
