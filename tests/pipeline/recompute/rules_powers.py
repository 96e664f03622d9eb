"""What records of powers and of police video must satisfy; the form is that of `rules`."""

from tests.pipeline.recompute.rules import (
    CLASS,
    DAY,
    DAY_MUST,
    FLAG,
    MOMENT,
    MOMENT_MUST,
    STREET,
    TEXT,
    TEXT_MUST,
    Rule,
    known,
    one_of,
)

UNIT = known("departments", "unit_code")
AHEAD = Rule("day", may_lie_ahead=True)
AHEAD_MUST = Rule("day", must=True, may_lie_ahead=True)

FIELDS: dict[str, dict[str, Rule]] = {
    "power_items": {
        "item_id": TEXT_MUST,
        "item_name": TEXT_MUST,
        "power_type": one_of(
            "permit", "penalty", "coercion", "levy", "benefit", "inspection", "confirmation", "reward", "ruling", "other",
            must=True,
        ),
        "major_item": TEXT_MUST,
        "power_domain": known("power_domains", "power_domain", must=True),
        "is_full_scope": FLAG,
        "code_scheme": TEXT,
        "class_codes": TEXT,
        "basis": TEXT,
        "duty": TEXT,
        "accountability": TEXT,
        "original_org": UNIT,
        "approval_org": UNIT,
        "supervising_org": UNIT,
        "supervision_rule": TEXT,
        "exercising_org": UNIT,
        "status": one_of("in_force", "repealed"),
        "valid_from": AHEAD_MUST,
        "valid_to": AHEAD,
        "published_on": DAY,
    },
    "power_item_reviews": {
        "review_no": TEXT_MUST,
        "item_id": TEXT_MUST,
        "round_no": Rule("count", must=True, low=1, high=3),
        "submitted_on": DAY_MUST,
        "reviewed_on": DAY,
        "reviewer_role": one_of("bureau", "related_unit", "legal_office", "expert", "scholar"),
        "finding_type": one_of("none", "not_standardised", "wrongly_divided", "incomplete", "duty_missing"),
        "resolved_on": DAY,
        "is_resolved": FLAG,
    },
    "responsibilities": {
        "entry_no": TEXT_MUST,
        "code_scheme": TEXT,
        "class_code": known(*CLASS),
        "street_code": known(*STREET),
        "org_id": known("departments", "unit_code", must=True),
        "role": one_of("territorial", "sector", "coordinating", "enforcing", "supervising", must=True),
        "is_primary": FLAG,
        "valid_from": AHEAD_MUST,
        "valid_to": AHEAD,
    },
    "video_clues": {
        "clue_no": TEXT_MUST,
        "seen_at": MOMENT_MUST,
        "code_scheme": TEXT,
        "class_code": known(*CLASS),
        "street_code": known(*STREET),
        "grid_code": known("grids", "grid_code"),
        "forwarded_at": MOMENT,
        "platform_case_no": TEXT,
        "outcome": one_of("became_case", "settled_on_site", "handed_over", "not_confirmed", "duplicate"),
    },
}  # fmt: skip

KEYS = {
    "power_items": "item_id", "power_item_reviews": "review_no", "responsibilities": "entry_no", "video_clues": "clue_no",
}  # fmt: skip

SEQUENCES: dict[str, list[tuple[str, ...]]] = {
    "power_items": [("valid_from", "valid_to")],
    "power_item_reviews": [("submitted_on", "reviewed_on", "resolved_on")],
    "responsibilities": [("valid_from", "valid_to")],
    "video_clues": [("seen_at", "forwarded_at")],
}
