"""The mechanism a second time: penalty cases and how far they are, procedure, fines against receipts, reviews of case files."""

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from tests.pipeline.recompute.city import UNASSIGNED, City
from tests.pipeline.recompute.law import checks, last_day, limit
from tests.pipeline.recompute.records import Landing, Record

Sums = dict[str, dict[tuple[dt.date, str], Any]]
NAMES = (
    "penalty_cases_filed", "penalty_cases_decided", "penalty_cases_closed", "general_cases_filed", "general_cases_closed",
    "fines_of_filed_cases_yuan", "decision_days", "closing_days", "cases_with_correction", "general_decisions",
    "published_decisions", "decided_fines_yuan", "ledger_paid_yuan", "received_fines_yuan", "received_on_time_yuan",
    "received_on_spot_yuan", "received_surcharge_yuan", "procedure_checks", "procedure_breaches", "bureau_procedure_checks",
    "bureau_procedure_breaches", "service_checks", "services_on_time", "payment_checks", "payments_on_time",
    "publication_checks", "publications_on_time", "fine_receipts", "unmatched_receipts", "unmatched_receipts_yuan",
    "reviewed_files", "review_points", "failed_review_files", "basic_item_failures", "reported_cases_handled",
    "reported_cases_closed",
)  # fmt: skip
TERMS = {
    "service_time": ("service_checks", "services_on_time"),
    "payment_time": ("payment_checks", "payments_on_time"),
    "publicity_time": ("publication_checks", "publications_on_time"),
}
Group = tuple[dt.date, str]


def _group(day: dt.date, squad: str) -> Group:
    return day.replace(day=1), squad


def mechanism(landing: Landing, city: City, day: dt.date) -> Sums:
    """All sums of this room."""
    sums: Sums = {name: defaultdict(Decimal) for name in NAMES}
    cases = landing.held_on("penalty_cases", day)
    squads = {c["case_no"]: c["squad_id"] or city.squad(c["street_code"], c["filed_on"]) for c in cases}
    _add_receipts(sums, city, (cases, squads), landing.held_on("fine_receipts", day), day)
    cash = defaultdict(list)
    for receipt in landing.held_on("fine_receipts", day):
        if receipt["collect_mode"] == "on_spot" and receipt["decision_no"]:
            cash[receipt["decision_no"]].append(receipt)
    roll = landing.held_on("staff", day)
    for case in cases:
        if case["filed_on"] > day:
            continue
        squad = squads[case["case_no"]]
        _add_case(sums, case, squad, day)
        for check in checks(city, case, _auxiliaries(roll, case), cash.get(case["decision_no"], []), day):
            group = _group(check.day, squad)
            sums["procedure_checks"][group] += 1
            sums["procedure_breaches"][group] += check.is_breach
            if check.duty_of == "bureau":
                sums["bureau_procedure_checks"][group] += 1
                sums["bureau_procedure_breaches"][group] += check.is_breach
            if check.check in TERMS:
                checked, kept = TERMS[check.check]
                sums[checked][group] += 1
                sums[kept][group] += not check.is_breach
    _add_reviews(sums, landing, day)
    return sums


def _auxiliaries(roll: list[Record], case: Record) -> int:
    """How many of the named were auxiliaries, and nothing else, on the day of filing."""
    found = 0
    for name in {case["officer_1"], case["officer_2"]} - {None}:
        kinds = {
            person["staff_type"]
            for person in roll
            if person["staff_name"] == name
            and person["joined_on"] <= case["filed_on"]
            and (person["left_on"] is None or person["left_on"] > case["filed_on"])
        }
        found += kinds == {"auxiliary"}
    return found


def _add_case(sums: Sums, case: Record, squad: str, day: dt.date) -> None:
    filed, is_general = case["filed_on"], case["procedure"] == "general"
    decided, closed, paid, published = (
        case[f"{step}_on"] if case[f"{step}_on"] and case[f"{step}_on"] <= day else None
        for step in ("decided", "closed", "paid", "published")
    )
    group = _group(filed, squad)
    sums["penalty_cases_filed"][group] += 1
    sums["general_cases_filed"][group] += is_general
    sums["cases_with_correction"][group] += case["correction"] is not None
    if closed:
        sums["penalty_cases_closed"][group] += 1
        sums["general_cases_closed"][group] += is_general
        sums["closing_days"][group] += (closed - filed).days
    if decided:
        fine = case["fine_yuan"] or 0
        sums["penalty_cases_decided"][group] += 1
        sums["fines_of_filed_cases_yuan"][group] += fine
        sums["decision_days"][group] += (decided - filed).days
        group = _group(decided, squad)
        sums["decided_fines_yuan"][group] += fine
        sums["ledger_paid_yuan"][group] += (case["paid_yuan"] or 0) if paid else 0
        sums["general_decisions"][group] += is_general
        sums["published_decisions"][group] += is_general and published is not None


def _add_receipts(
    sums: Sums, city: City, known: tuple[list[Record], dict[str, str]], receipts: list[Record], day: dt.date
) -> None:
    squads = known[1]
    cases = [case for case in known[0] if case["decided_on"] and case["decided_on"] <= day]
    numbers = Counter(case["decision_no"] for case in cases)
    by_decision = {c["decision_no"]: c for c in cases if c["decision_no"] and numbers[c["decision_no"]] == 1}
    by_number = {case["case_no"]: case for case in cases}
    for receipt in receipts:
        if receipt["paid_on"] > day:
            continue
        case = by_decision.get(receipt["decision_no"]) or by_number.get(receipt["case_no"])
        yuan, surcharge = receipt["paid_yuan"], receipt["surcharge_yuan"] or 0
        if case is None:
            group = _group(receipt["paid_on"], UNASSIGNED)
            sums["fine_receipts"][group] += 1
            sums["unmatched_receipts"][group] += 1
            sums["unmatched_receipts_yuan"][group] += yuan + surcharge
            continue
        squad = squads[case["case_no"]]
        group = _group(case["decided_on"], squad)
        sums["fine_receipts"][group] += 1
        term = limit("payment_time", case["served_on"], case["procedure"]) if case["served_on"] else None
        is_on_time = term is not None and receipt["paid_on"] <= last_day(city, case["served_on"], term)
        sums["received_fines_yuan"][group] += yuan
        sums["received_on_time_yuan"][group] += yuan if is_on_time else 0
        sums["received_on_spot_yuan"][group] += yuan if receipt["collect_mode"] == "on_spot" else 0
        sums["received_surcharge_yuan"][group] += surcharge


def _add_reviews(sums: Sums, landing: Landing, day: dt.date) -> None:
    for review in landing.held_on("case_file_reviews", day):
        if review["reviewed_on"] <= day:
            group = dt.date(review["period"], 1, 1), ""
            failures = len((review["basic_failures"] or "").split(";")) if review["basic_failures"] else 0
            points = (review["form_score"] or 0) + (review["content_score"] or 0)
            sums["reviewed_files"][group] += 1
            sums["review_points"][group] += 0 if failures else points
            sums["failed_review_files"][group] += failures > 0
            sums["basic_item_failures"][group] += failures
    for told in landing.held_on("case_handling_returns", day):
        if told["reported_on"] <= day:
            group = dt.date(told["period"], 1, 1), ""
            sums["reported_cases_handled"][group] += told["cases_handled"] or 0
            sums["reported_cases_closed"][group] += told["cases_closed"] or 0
