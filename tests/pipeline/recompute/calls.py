"""The calls to the hotlines a second time: one line and day after another. The disputed denominator is taken as city.toml has it."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.records import Landing, Record

Sums = dict[str, dict[tuple[dt.date, str], Any]]
NAMES = (
    "calls_offered", "calls_answered", "answered_within_15s", "fast_answer_base", "abandoned", "abandonment_base", "timed_waits",
    "wait_seconds", "timed_talks", "talk_seconds",
)  # fmt: skip


def _adds(report: Record, denominator: str) -> dict[str, Decimal | int]:
    """What one report adds to each sum."""
    answered, offered = report["calls_answered"], report["calls_offered"]
    adds = {"calls_offered": offered, "calls_answered": answered}
    if report["answered_within_15s"] is not None:
        adds |= {
            "answered_within_15s": report["answered_within_15s"],
            "fast_answer_base": {"answered": answered, "offered": offered}[denominator],
        }
    if report["abandoned"] is not None:
        adds |= {"abandoned": report["abandoned"], "abandonment_base": offered}
    for kind in ("wait", "talk"):
        mean = report[f"mean_{kind}_seconds"]
        if mean is not None:
            adds |= {f"timed_{kind}s": answered, f"{kind}_seconds": answered * mean}
    return adds


def calls(landing: Landing, city: City, day: dt.date) -> Sums:
    """All sums of this room."""
    chosen = city.definitions
    sums: Sums = {f"hotline_{name}": defaultdict(int) for name in NAMES}
    for report in landing.held_on("hotline_calls", day):
        if report["counted_on"] <= day:
            for name, value in _adds(report, chosen["fast_answer_denominator"]).items():
                sums[f"hotline_{name}"][report["counted_on"].replace(day=1), ""] += value
    return sums
