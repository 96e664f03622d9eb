"""What records of the team and its service must satisfy to be counted; as in `rules`, from the description of the feeds."""

from tests.pipeline.recompute.rules import DAY, DAY_MUST, FLAG, STREET, TEXT, TEXT_MUST, Rule, known, one_of

UNIT, SQUAD = ("departments", "unit_code"), ("squads", "squad_id")
STAFF_TYPE = one_of("established", "auxiliary", must=True)

FIELDS: dict[str, dict[str, Rule]] = {
    "organisations": {
        "entry_no": TEXT_MUST,
        "org_id": known(*UNIT, must=True),
        "name_zh": TEXT_MUST,
        "kind": one_of("bureau", "institution", "squad"),
        "grade": one_of("section", "deputy_section"),
        "seat_street_code": known(*STREET),
        "change": one_of("founded", "organisation_plan", "alias", "other", must=True),
        "established_on": DAY,
        "approved_on": DAY,
        "valid_from": DAY_MUST,
        "valid_to": DAY,
    },
    "establishments": {
        "entry_no": TEXT_MUST,
        "org_id": known(*UNIT, must=True),
        "staff_type": STAFF_TYPE,
        "approved_posts": Rule("count", high=10_000),
        "leader_posts": Rule("count", high=10_000),
        "valid_from": DAY_MUST,
        "valid_to": DAY,
    },
    "staff": {
        "staff_no": TEXT_MUST,
        "staff_name": TEXT_MUST,
        "org_id": known(*UNIT, must=True),
        "squad_id": known(*SQUAD),
        "staff_type": STAFF_TYPE,
        "is_frontline": FLAG,
        "joined_on": DAY_MUST,
        "left_on": DAY,
    },
    "training_records": {
        "record_no": TEXT_MUST,
        "session_no": TEXT,
        "staff_name": TEXT_MUST,
        "held_on": DAY_MUST,
        "kind": one_of("training", "exam", "conduct", must=True),
        "standard": one_of("political", "discipline", "competence", "style"),
        "hours": Rule("amount", high=10**5),
        "score": Rule("count", high=100),
        "is_passed": FLAG,
    },
    "city_statistics": {
        "stat_no": TEXT_MUST,
        "stat_year": Rule("count", high=2100),
        "street_code": known(*STREET),
        "population": Rule("count", high=100_000_000),
        "built_up_area_km2": Rule("amount", high=10**12),
        "published_on": DAY_MUST,
    },
    "duty_roster": {
        "roster_no": TEXT_MUST,
        "on_duty_on": DAY_MUST,
        "squad_id": known(*SQUAD),
        "home_squad_id": known(*SQUAD),
        "purpose": one_of("city_management", "campaign", "joint_operation", "stability", "key_event", must=True),
        "patrol_mode": one_of("vehicle", "foot", "post"),
        "street_code": known(*STREET),
        "officers": Rule("count", high=500),
        "auxiliaries": Rule("count", high=500),
        "duty_hours": Rule("amount", must=True, high=10**8),
    },
    "joint_operations": {
        "operation_no": TEXT_MUST,
        "operated_on": DAY_MUST,
        "lead_org": known(*UNIT, must=True),
        "partner_orgs": TEXT,
        "squad_id": known(*SQUAD),
        "street_code": known(*STREET),
        "findings": Rule("count", high=100_000),
        "is_key_date": FLAG,
    },
}

KEYS = {
    "organisations": "entry_no",
    "establishments": "entry_no",
    "staff": "staff_no",
    "training_records": "record_no",
    "city_statistics": "stat_no",
    "duty_roster": "roster_no",
    "joint_operations": "operation_no",
}

SEQUENCES: dict[str, list[tuple[str, ...]]] = {
    **{feed: [] for feed in KEYS},
    "organisations": [("valid_from", "valid_to")],
    "establishments": [("valid_from", "valid_to")],
    "staff": [("joined_on", "left_on")],
}
