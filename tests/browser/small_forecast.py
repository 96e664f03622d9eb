"""What the small release expects of its coming days, and how right it was; `small_release` has the cases of the past.

Belongs here: rows of forecasts, relief, hotspots and their accuracy.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]
DAYS = 7
#: Cases expected a day, of which reported by citizens.
EXPECTED = {"S1": (6.0, 2.0), "S2": (3.0, 1.5), "S3": (1.0, 0.5), "S4": (0.1, 0.1)}


def tables(as_of: dt.date) -> Iterable[tuple[str, Iterable[Row]]]:
    days = [as_of + dt.timedelta(days=1 + at) for at in range(DAYS)]
    yield (
        "core.dim_date",
        [
            {"date_on": day, "is_workday": day.weekday() < 5, "holiday_name": "春节" if day == days[0] else None}
            for day in days
        ],
    )
    yield (
        "marts.case_forecast_daily",
        [
            {"made_on": as_of, "date_on": day, "street_code": street, "event_class": "X.1", "expected": expected, "expected_citizen": citizen}
            for day in days for street, (expected, citizen) in EXPECTED.items()
        ],
    )  # fmt: skip
    whole, citizen = (sum(one[at] for one in EXPECTED.values()) for at in (0, 1))
    yield (
        "marts.case_forecast_total",
        [
            {"level": "city", "grain": "day", "starts_on": day, "expected": whole, "expected_citizen": citizen, "low": whole - 4, "high": whole + 4}
            for day in days
        ],
    )  # fmt: skip
    yield (
        "marts.squad_relief",
        [
            {"week": as_of + dt.timedelta(days=3 + 7 * later), "squad_id": squad, "verdict": verdict, "expected": 40.0, "low": 30.0, "high": 50.0,
             "expected_citizen": 15.0, "officers": 4, "patrol_hours": 60.0, "hours_to_balance": hours, "hours_to_balance_low": hours - 5.0, "hours_to_balance_high": hours + 5.0}
            for later in (0, 1) for squad, verdict, hours in (("Z1", "over", 12.0), ("Z2", "about", -2.0), ("Z3", "under", -10.0))
        ],
    )  # fmt: skip
    spot = {
        "street_code": "S1",
        "event_class": "E1",
        "starts_on": as_of - dt.timedelta(days=6),
        "expected": 1.2,
        "cases_citizen": 5,
        "weeks_flagged": 1,
    }
    yield (
        "marts.hotspots",
        [{**spot, "grid_code": "S10", "state": "emerging", "cases": 9, "q_value": 0.01}, {**spot, "grid_code": "S11", "state": "fading", "cases": 4, "q_value": 0.001}],
    )  # fmt: skip
    yield (
        "marts.repeat_places",
        [{"grid_code": "S10", "event_class": "E1", "cases": 40, "cases_citizen": 20, "weeks_with_cases": 30, "usual_weeks": 11.0}],
    )  # fmt: skip
    last = (as_of.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    yield (
        "marts.forecast_skill",
        [
            {"month": month, "evidence": evidence, "grain": "week", "level": "city", "forecasts": 4, "held": 3,
             "absolute_error_sum": wrong, "naive_absolute_error_sum": 30.0, "actual_sum": 100.0}
            for month, evidence, wrong in ((last, "frozen", 12.0), (last, "backtest", 10.0), (last.replace(day=1, year=2023), "frozen", 99.0))
        ],
    )  # fmt: skip
