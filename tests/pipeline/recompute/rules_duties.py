"""What records of the duties and of the registers must satisfy, written down again; the form is that of `rules`."""

from collections.abc import Callable
from typing import Any

from tests.pipeline.recompute.rules import DAY, DAY_MUST, STREET, TEXT, TEXT_MUST, Rule, known, one_of

QUANTITY = Rule("count", must=True, low=1, high=10_000)
ROWS = Rule("count", high=10_000_000)
UNIT = ("departments", "unit_code")

FIELDS: dict[str, dict[str, Rule]] = {
    "enforcement_actions": {
        "action_no": TEXT_MUST,
        "action_type": one_of(
            "signboard_cleared", "stall", "outside_shop", "disorderly_placing", "large_outdoor_ad", "illegal_parking",
            "heavy_vehicle", must=True,
        ),
        "object_kind": one_of("shop_sign", "light_box", "place_sign"),
        "quantity": QUANTITY,
        "unit": one_of("块", "起", must=True),
        "acted_on": DAY_MUST,
        "street_code": known(*STREET, must=True),
        "squad_id": known("squads", "squad_id"),
        "outcome": one_of("education", "correction_order", "cleared", "penalty", "towed"),
        "patrol_mode": one_of("vehicle", "foot"),
        "campaign_no": TEXT,
    },
    "campaigns": {
        "campaign_no": TEXT_MUST,
        "name": TEXT_MUST,
        "topic": one_of(
            "street_trading", "signboards", "barbecue", "parking", "spoil_lorries", "small_ads", "snow", must=True
        ),
        "lead_org": known(*UNIT),
        "starts_on": DAY_MUST,
        "ends_on": Rule("day", must=True, may_lie_ahead=True),
        "season": one_of("spring", "summer", "autumn", "winter"),
        "code_scheme": TEXT,
        "class_codes": TEXT,
    },
    "investments": {
        "payment_no": TEXT_MUST,
        "program_id": TEXT_MUST,
        "program_name": TEXT_MUST,
        "amount_yuan": Rule("amount", must=True, high=10**12),
        "paid_on": DAY_MUST,
    },
    "assets": {
        "asset_no": TEXT_MUST,
        "asset_kind": one_of("computer", "radio", "terminal", "vehicle", "body_camera", must=True),
        "quantity": QUANTITY,
        "squad_id": known("squads", "squad_id"),
        "bought_on": DAY_MUST,
        "program_id": TEXT,
    },
    "policy_documents": {
        "doc_no": TEXT_MUST,
        "title": TEXT_MUST,
        "kind": one_of(
            "central_policy", "institution", "compilation", "plan", "pilot", "principle", "report", must=True
        ),
        "issuer_org": known(*UNIT),
        "issued_on": DAY,
        "published_at": Rule("moment"),
        "registered_on": DAY_MUST,
        "status": one_of("in_force", "trial", "under_construction", "planned", "published", must=True),
    },
    "systems": {
        "system_id": TEXT_MUST,
        "name": TEXT_MUST,
        "kind": one_of(
            "platform", "mobile_terminal", "messaging", "radio", "video", "hotline", "sharing_network", must=True
        ),
        "tier": one_of("city", "second"),
        "owner_org": known(*UNIT),
        "live_on": DAY,
        "registered_on": DAY_MUST,
        "program_id": TEXT,
        "status": one_of("in_use", "under_construction", "retired", must=True),
    },
    "data_exchanges": {
        "exchange_no": TEXT_MUST,
        "kind": one_of("dataset", "case_transfer", "co_handling", must=True),
        "dataset": TEXT_MUST,
        "partner_org": known(*UNIT, must=True),
        "direction": one_of("received", "sent", must=True),
        "due_on": Rule("day", may_lie_ahead=True),
        "exchanged_on": DAY_MUST,
        "rows_sent": ROWS,
        "rows_rejected": ROWS,
        "answered_on": DAY,
    },
}  # fmt: skip

KEYS = {
    "enforcement_actions": "action_no",
    "campaigns": "campaign_no",
    "investments": "payment_no",
    "assets": "asset_no",
    "policy_documents": "doc_no",
    "systems": "system_id",
    "data_exchanges": "exchange_no",
}

SEQUENCES: dict[str, list[tuple[str, ...]]] = {
    **{feed: [] for feed in KEYS},
    "campaigns": [("starts_on", "ends_on")],
    "data_exchanges": [("exchanged_on", "answered_on")],
}


def _is_in_its_unit(record: dict[str, Any]) -> bool:
    """Signboards are counted in pieces, all else in incidents."""
    return bool(record["unit"] == ("块" if record["action_type"] == "signboard_cleared" else "起"))


def _refuses_no_more_than_came(record: dict[str, Any]) -> bool:
    return None in (record["rows_rejected"], record["rows_sent"]) or record["rows_rejected"] <= record["rows_sent"]


#: What fields must satisfy together.
CHECKS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "enforcement_actions": _is_in_its_unit,
    "data_exchanges": _refuses_no_more_than_came,
}
