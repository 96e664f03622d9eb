"""The mart `case_closure`, from the records of the platform."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import polars as pl

from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.deadlines import Deadline, deadline, suspensions_of
from tests.pipeline.recompute.records import Landing, Record

BY = ["month", "squad_id", "street_code", "event_class", "channel"]
COUNTS = ["filed", "cancelled", "due", "closed", "closed_on_time", "closed_without_deadline", "overdue_open", "rework", "handled", "on_time_closing_base", "rework_base"]  # fmt: skip


def steps_by_case(landing: Landing, day: dt.date) -> dict[str, list[tuple[dt.datetime, str, str]]]:
    """{case: its steps as (when, identifier, action)}."""
    steps = defaultdict(list)
    for step in landing.held_on("platform_case_flow", day):
        steps[step["case_id"]].append((step["operated_at"], step["step_id"], step["action"]))
    return steps


def cancelled_at(case: Record, steps: list[tuple[dt.datetime, str, str]]) -> dt.datetime | None:
    """When a cancelled case was cancelled: its last step of that kind, else its last update."""
    if case["status"] != "cancelled":
        return None
    cancelled: list[dt.datetime] = [when for when, _, action in steps if action == "cancel"]
    return max(cancelled, default=case["updated_at"])


def case_deadline(city: City, case: Record, steps: list[tuple[dt.datetime, str, str]]) -> Deadline:
    """By the case's own limit; where that is not complete, by the rule of the day of filing."""
    if case["limit_value"] is not None and case["limit_unit"] is not None:
        limit = (float(case["limit_value"]), case["limit_unit"])
    else:
        ruled = (case["filed_at"] or case["reported_at"]).date()
        limit = city.limit(case["code_scheme"], case["class_code"], ruled)
    return deadline(city, case["dispatched_at"], limit, suspensions_of(steps))


def _counted(city: City, case: Record, steps: list[tuple[dt.datetime, str, str]], end: dt.datetime) -> Record:
    """What one filed case adds to each column, as things stand at the end of the day."""
    when = cancelled_at(case, steps)
    chosen = city.definitions
    adds: Record = {
        "month": case["filed_at"].date().replace(day=1),
        "squad_id": city.squad(case["street_code"], case["filed_at"].date()),
        "street_code": case["street_code"],
        "event_class": f"{case['code_scheme']}.{case['class_code']}",
        "channel": case["channel"],
        **dict.fromkeys([*COUNTS, "seconds"], 0),
        "filed": 1,
    }
    if when is not None and when < end:
        return adds | {"cancelled": 1}
    term = case_deadline(city, case, steps)
    is_closed = case["closed_at"] is not None and case["closed_at"] < end
    is_over = term.due is not None and term.due <= end and not term.stands_still
    adds["rework"] = int((case["rework_count"] or 0) > 0)
    if is_closed:
        adds["due"] = adds["closed"] = 1
        adds["closed_without_deadline"] = int(term.due is None)
        adds["closed_on_time"] = int(term.due is not None and case["closed_at"] <= term.due)
    elif is_over:
        adds["due"] = adds["overdue_open"] = 1
    if case["dispatched_at"] and case["handled_at"] and case["handled_at"] < end:
        adds["handled"] = 1
        adds["seconds"] = int((case["handled_at"] - case["dispatched_at"]).total_seconds())
    adds["on_time_closing_base"] = adds["closed" if chosen["on_time_closing_denominator"] == "closed" else "due"]
    adds["rework_base"] = adds["due" if chosen["rework_denominator"] == "close_due" else "handled"]
    return adds


def case_closure(landing: Landing, city: City, day: dt.date) -> list[tuple[Any, ...]]:
    """The rows of the mart, in order."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    steps = steps_by_case(landing, day)
    counted = [
        _counted(city, case, steps.get(case["case_id"], []), end)
        for case in landing.held_on("platform_cases", day)
        if case["filed_at"] is not None and case["filed_at"] < end
    ]
    sums = pl.DataFrame(counted).group_by(BY).agg(pl.col(*COUNTS, "seconds").sum()).sort(BY)
    return [(*row[:-1], (Decimal(row[-1]) / 3600).quantize(Decimal("0.0001"))) for row in sums.iter_rows()]
