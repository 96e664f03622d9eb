"""The marts `demolition` and `squad_workload`: what happened, month by month, each event in the month of its own day."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from tests.pipeline.recompute.city import UNASSIGNED, City
from tests.pipeline.recompute.closure import cancelled_at, steps_by_case
from tests.pipeline.recompute.records import Landing, Record
from tests.pipeline.recompute.team import squad_of, staff_by_month


def _month(day: dt.date) -> dt.date:
    return dt.date(day.year, day.month, 1)


def _totals(events: list[Record], by: list[str], counts: list[str]) -> list[tuple[Any, ...]]:
    """Events with a column `counts` each, and an area in square centimetres' hundreds, summed up."""
    none = dict.fromkeys([*counts, "hundredths"], 0)
    sums = pl.DataFrame([{**none, **event} for event in events]).group_by(by).agg(pl.col(*counts, "hundredths").sum())
    return [(*row[:-1], Decimal(row[-1]) / 100) for row in sums.sort(by).iter_rows()]


def _demolitions(landing: Landing, city: City, day: dt.date) -> list[Record]:
    """One event for each demolition; without a street of its own it has the building's."""
    streets = {
        building["building_case_no"]: building["street_code"] for building in landing.held_on("illegal_buildings", day)
    }
    events = []
    for demolished in landing.held_on("demolitions", day):
        on = demolished["demolished_on"]
        if on <= day:
            street = demolished["street_code"] or streets.get(demolished["building_case_no"], "unknown")
            place = {"month": _month(on), "street_code": street, "squad_id": city.squad(street, on)}
            events.append({**place, "demolitions": 1, "hundredths": int(demolished["demolished_area_m2"] * 100)})
    return events


def demolition(landing: Landing, city: City, day: dt.date) -> list[tuple[Any, ...]]:
    """The rows of the mart, in order."""
    events = _demolitions(landing, city, day)
    for building in landing.held_on("illegal_buildings", day):
        on = building["discovered_on"]
        if on <= day:
            events.append(
                {
                    "month": _month(on),
                    "street_code": building["street_code"],
                    "squad_id": city.squad(building["street_code"], on),
                    "found": 1,
                    "urban": int(building["area_type"] in ("urban_village", "urban_area")),
                    "new": int(building["stock_type"] == "new"),
                }
            )
    return _totals(events, ["month", "street_code", "squad_id"], ["found", "urban", "new", "demolitions"])


def _tasks(landing: Landing, city: City, day: dt.date, end: dt.datetime) -> list[Record]:
    """Cases dispatched to the bureau and not cancelled by now. The squad is that of the day of filing, the month that of dispatch."""
    steps = steps_by_case(landing, day)
    events = []
    for case in landing.held_on("platform_cases", day):
        dispatched, gone = case["dispatched_at"], cancelled_at(case, steps.get(case["case_id"], []))
        if dispatched is None or dispatched >= end or case["unit_code"] not in city.bureau:
            continue
        if gone is None or gone >= end:
            filed = (case["filed_at"] or case["reported_at"]).date()
            events.append({"month": _month(dispatched), "squad_id": city.squad(case["street_code"], filed), "tasks": 1})
    return events


def squad_workload(landing: Landing, city: City, day: dt.date) -> list[tuple[Any, ...]]:
    """The rows of the mart, in order."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    events = _tasks(landing, city, day, end)
    for case in landing.held_on("penalty_cases", day):
        if case["filed_on"] <= day:
            squad = case["squad_id"] or city.squad(case["street_code"], case["filed_on"])
            events.append({"month": _month(case["filed_on"]), "squad_id": squad, "penalties": 1})
    for ticket in landing.held_on("hotline_tickets", day):
        accepted = ticket["accepted_at"]
        if accepted < end and ticket["status"] != "cancelled":
            squad = city.squad(ticket["street_code"], accepted.date()) if ticket["street_code"] else UNASSIGNED
            events.append({"month": _month(accepted), "squad_id": squad, "tickets": 1})
    for event in _demolitions(landing, city, day):
        events.append({name: value for name, value in event.items() if name != "street_code"})
    for shift in landing.held_on("duty_roster", day):
        if (on := shift["on_duty_on"]) <= day:
            hours, squad = int(shift["duty_hours"] * 100), squad_of(city, shift, on)
            stability = hours * (shift["purpose"] in ("stability", "key_event"))
            others = hours * ((shift["home_squad_id"] or squad) != squad and shift["squad_id"] is not None)
            events.append(
                {"month": _month(on), "squad_id": squad, "duty": hours, "stability": stability, "cross": others}
            )
    for month, person in staff_by_month(landing, city, day):
        if person["squad_id"]:
            events.append({"month": month, "squad_id": person["squad_id"], person["staff_type"]: 1})
    counts, hours_of = ["tasks", "penalties", "tickets", "demolitions"], ["duty", "stability", "cross"]
    rows = _totals(events, ["month", "squad_id"], [*counts, *hours_of, "established", "auxiliary"])
    return [(*row[:6], row[11], *(Decimal(hundredths) / 100 for hundredths in row[6:9]), *row[9:11]) for row in rows]
