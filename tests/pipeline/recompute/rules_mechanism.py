"""What receipts of fines and reviews of case files must satisfy to be counted; as in `rules`, from the description of the feeds."""

import re
from typing import Any

from tests.pipeline.recompute.rules import AMOUNT, DAY, DAY_MUST, TEXT, TEXT_MUST, Rule, known, one_of

UNIT = ("departments", "unit_code")
YEAR = Rule("count", must=True, high=2100)

FIELDS: dict[str, dict[str, Rule]] = {
    "fine_receipts": {
        "receipt_no": TEXT_MUST,
        "decision_no": TEXT,
        "case_no": TEXT,
        "paid_on": DAY_MUST,
        "paid_yuan": Rule("amount", must=True, high=10**12),
        "surcharge_yuan": AMOUNT,
        "collect_mode": one_of("bank", "e_pay", "on_spot", must=True),
        "handed_in_on": DAY,
    },
    "case_file_reviews": {
        "review_no": TEXT_MUST,
        "period": YEAR,
        "org_id": known(*UNIT, must=True),
        "scope": one_of("city", "internal", must=True),
        "case_no": TEXT,
        "basic_failures": TEXT,
        "form_score": Rule("number", high=20),
        "content_score": Rule("number", high=80),
        "reviewed_on": DAY_MUST,
    },
    "case_handling_returns": {
        "return_no": TEXT_MUST,
        "period": YEAR,
        "org_id": known(*UNIT, must=True),
        "cases_handled": Rule("count", high=10**6),
        "cases_closed": Rule("count", high=10**6),
        "reported_on": DAY_MUST,
    },
}

KEYS = {"fine_receipts": "receipt_no", "case_file_reviews": "review_no", "case_handling_returns": "return_no"}

SEQUENCES: dict[str, list[tuple[str, ...]]] = {
    "fine_receipts": [("paid_on", "handed_in_on")],
    "case_file_reviews": [],
    "case_handling_returns": [],
}


def fits(record: dict[str, Any], feed: str) -> bool:
    """What one field asks of another, or of its form."""
    if feed == "case_file_reviews" and record["basic_failures"] is not None:
        return all(re.fullmatch(r"J[1-9]", item) for item in record["basic_failures"].split(";"))
    if feed == "case_handling_returns" and None not in (record["cases_closed"], record["cases_handled"]):
        return bool(record["cases_closed"] <= record["cases_handled"])
    return True
