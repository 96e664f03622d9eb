"""The sums of the duties: daily enforcement, campaigns, money, equipment, exchange; one record at a time."""

import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.pipeline.recompute.city import UNASSIGNED, City
from tests.pipeline.recompute.closure import cancelled_at, steps_by_case
from tests.pipeline.recompute.records import Landing, Record

Sums = dict[str, dict[tuple[dt.date, str], Decimal | int]]
KINDS = {
    "signboard_cleared": "signboards_cleared",
    "stall": "street_disorder_cleared",
    "outside_shop": "street_disorder_cleared",
    "disorderly_placing": "street_disorder_cleared",
    "large_outdoor_ad": "large_outdoor_ads",
    "illegal_parking": "illegal_parking",
    "heavy_vehicle": "heavy_vehicles",
}
OUTCOMES = {"education": "education_entries", "correction_order": "correction_entries", "penalty": "penalty_entries"}
EQUIPMENT = {"computer": "computers", "radio": "radios", "terminal": "patrol_terminals", "vehicle": "vehicles"}
PROGRAMMES = ("city_appearance", "digital_platform", "trunked_radio")


def duties(landing: Landing, city: City, day: dt.date) -> Sums:
    """All of them."""
    return {
        **_enforcement(landing, city, day),
        **_campaigns(landing, city, day),
        **_money(landing, day),
        **_equipment(landing, day),
        **_exchange(landing, day),
    }


def _none(*names: str) -> dict[str, Any]:
    return {name: defaultdict(int) for name in names}


def _enforcement(landing: Landing, city: City, day: dt.date) -> Sums:
    sums = _none(*KINDS.values(), *OUTCOMES.values(), "enforcement_entries", "entries_with_outcome")
    for entry in landing.held_on("enforcement_actions", day):
        on = entry["acted_on"]
        if on > day:
            continue
        where = (on.replace(day=1), entry["squad_id"] or city.squad(entry["street_code"], on))
        sums[KINDS[entry["action_type"]]][where] += entry["quantity"]
        sums["enforcement_entries"][where] += 1
        if entry["outcome"]:
            sums["entries_with_outcome"][where] += 1
        if entry["outcome"] in OUTCOMES:
            sums[OUTCOMES[entry["outcome"]]][where] += 1
    return sums


def _campaigns(landing: Landing, city: City, day: dt.date) -> Sums:
    sums = _none("campaign_cases_before", "campaign_cases_during", "campaign_cases_after")
    steps = steps_by_case(landing, day)
    filed: dict[str, list[dt.date]] = defaultdict(list)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    for case in landing.held_on("platform_cases", day):
        gone = cancelled_at(case, steps.get(case["case_id"], []))
        if case["filed_at"] and case["filed_at"] < end and (gone is None or gone >= end):
            filed[f"{case['code_scheme']}.{case['class_code']}"].append(case["filed_at"].date())
    for campaign in landing.held_on("campaigns", day):
        first, last = campaign["starts_on"], campaign["ends_on"]
        length = last - first + dt.timedelta(days=1)
        if first - length < city.go_live or last + length > day:
            continue
        for code in set(re.split("[、;；,，]", campaign["class_codes"] or "")):
            for on in filed[f"{campaign['code_scheme']}.{code.strip()}"]:
                if first - length <= on <= last + length:
                    stage = "before" if on < first else "during" if on <= last else "after"
                    sums[f"campaign_cases_{stage}"][first.replace(day=1), ""] += 1
    return sums


def _money(landing: Landing, day: dt.date) -> Sums:
    sums = _none(*(f"{name}_investment_yuan" for name in PROGRAMMES))
    for payment in landing.held_on("investments", day):
        if payment["paid_on"] <= day and payment["program_id"] in PROGRAMMES:
            month = payment["paid_on"].replace(day=1)
            sums[f"{payment['program_id']}_investment_yuan"][month, ""] += payment["amount_yuan"]
    return sums


def _equipment(landing: Landing, day: dt.date) -> Sums:
    sums = _none(*EQUIPMENT.values())
    for lot in landing.held_on("assets", day):
        if lot["bought_on"] <= day and lot["asset_kind"] in EQUIPMENT:
            where = (lot["bought_on"].replace(day=1), lot["squad_id"] or UNASSIGNED)
            sums[EQUIPMENT[lot["asset_kind"]]][where] += lot["quantity"]
    return sums


def _adds(exchange: Record, day: dt.date) -> dict[str, int]:
    """What one exchange adds to each sum."""
    done, due, answered = exchange["exchanged_on"], exchange["due_on"], exchange["answered_on"]
    is_answered = answered is not None and answered <= day
    return {
        "data_exchanges": 1,
        "data_exchanges_dated": int(due is not None),
        "data_exchanges_on_time": int(due is not None and done <= due),
        "exchanged_rows": exchange["rows_sent"] or 0,
        "exchanged_rows_rejected": exchange["rows_rejected"] or 0,
        "data_exchanges_answered": int(is_answered),
        "exchange_answer_days": (answered - done).days if is_answered else 0,
    }


def _exchange(landing: Landing, day: dt.date) -> Sums:
    sums: dict[str, Any] = defaultdict(lambda: defaultdict(int))
    for exchange in landing.held_on("data_exchanges", day):
        if exchange["exchanged_on"] <= day:
            for name, value in _adds(exchange, day).items():
                sums[name][exchange["exchanged_on"].replace(day=1), ""] += value
    return dict(sums)
