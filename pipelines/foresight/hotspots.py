"""Places that have more of something than they should: a place's own past held against what the rest of the city had of the class meanwhile.

Belongs here: the test, the correction for looking at so many places at once, and whether a hotspot is emerging, persistent or fading. Places
are cells of the grid, never persons; what follows from a hotspot is for people to decide.

Season, holidays and a class that grows everywhere cancel out, since the rest of the city has them too. Given all its cases of a year and
of the window, a place's share that falls into the window is binomial if the place goes with the city (the exact comparison of two
Poisson rates, Przyborowski and Wilenski 1940). Each cell is looked at alone and with its nearest cells, over several windows;
Benjamini and Hochberg's procedure holds the share of false alarms at one day below `FALSE_ALARMS`.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import binom, false_discovery_control

from pipelines.foresight.history import Floats

#: Lengths of the windows that end on the day, and of the past before them, in days.
WINDOWS, PAST = (3, 7, 14), 364
#: A zone is a cell and so many of its nearest ones.
NEIGHBOURS = (0, 2)
FALSE_ALARMS = 0.05
#: Fewer cases are no hotspot, however rare they are.
FEWEST = 3
#: A past that is shorter says nothing.
FEWEST_DAYS_BEFORE = 56
#: Weeks that are looked back on: flagged in so many of them is persistent.
WEEKS_BACK, PERSISTENT_WEEKS, FADING_WEEKS = 8, 3, 4
#: No case of so many days ago or more is asked for.
DAYS_BACK = PAST + 7 * WEEKS_BACK + max(WINDOWS)

SCHEMA = pl.Schema({
    "grid_code": pl.String, "event_class": pl.String, "state": pl.String, "window_days": pl.Int32, "starts_on": pl.Date, "ends_on": pl.Date,
    "cells": pl.Int32, "cases": pl.Int64, "cases_citizen": pl.Int64, "cases_before": pl.Int64, "expected": pl.Float64, "p_value": pl.Float64,
    "q_value": pl.Float64, "weeks_flagged": pl.Int32,
})  # fmt: skip


def stretches(first: dt.date, last: dt.date) -> dict[dt.date, dt.date]:
    """{day: the first of the days that hotspots of the last one never tell apart from it}, of all days that they look at from the first on.

    No window and no past begins or ends within such a stretch, so that cases of all its days can be added up before: of a megacity's 434 days
    some forty stretches are left.
    """
    ends = [last + dt.timedelta(days=1 - 7 * back) for back in range(WEEKS_BACK)]
    begins = {
        end - dt.timedelta(days=days) for end in ends for window in WINDOWS for days in (0, window, window + PAST)
    }
    since = max(first, last - dt.timedelta(days=DAYS_BACK - 1))
    found: dict[dt.date, dt.date] = {}
    for day in (since + dt.timedelta(days=at) for at in range((last - since).days + 1)):
        found[day] = day if day in begins else found.get(day - dt.timedelta(days=1), day)
    return found


def whole_weeks(since: Mapping[dt.date, dt.date]) -> dict[dt.date, dt.date]:
    """{Monday: first day of its stretch} of the weeks of which no two days are told apart, so that cases that are added up by the week will do."""
    weeks = {day: stretch for day, stretch in since.items() if day.weekday() == 0}
    return {
        monday: stretch
        for monday, stretch in weeks.items()
        if all(since.get(monday + dt.timedelta(days=at)) == stretch for at in range(7))
    }


def zones(cells: Sequence[str], places: Mapping[str, tuple[float, float]]) -> list[npt.NDArray[np.bool_]]:
    """For each size of zone who belongs to it [cell, cell]. A cell whose place (lon, lat) is not known stands alone."""
    found = [np.eye(len(cells), dtype=bool)]
    known = [at for at, cell in enumerate(cells) if cell in places]
    if len(known) > max(NEIGHBOURS):
        place = np.array([places[cells[at]] for at in known]) * [np.cos(np.radians(places[cells[known[0]]][1])), 1]
        apart = np.hypot(*(place[:, None, axis] - place[None, :, axis] for axis in (0, 1)))
        nearest = np.argsort(apart, axis=1, kind="stable")
        for many in NEIGHBOURS[1:]:
            zone = np.eye(len(cells), dtype=bool)
            for row, at in enumerate(known):
                zone[at, [known[near] for near in nearest[row, : many + 1]]] = True
            found.append(zone)
    return found


def looked_at(counts: Floats, around: Sequence[npt.NDArray[np.bool_]], end: int) -> pl.DataFrame:
    """Every place and class looked at on one day: the best window and zone of each [cell, class], with what it was held against.

    `counts` [cell, class, day]; `end` is the number of days that are known. Columns: cell, kind, window, cells, cases, before, expected,
    p_value, q_value. Empty where the past is too short.
    """
    rows = []
    for window in WINDOWS:
        begins = max(0, end - window - PAST)
        if end - window - begins < FEWEST_DAYS_BEFORE:
            continue
        now, before = counts[:, :, end - window : end].sum(axis=2), counts[:, :, begins : end - window].sum(axis=2)
        for zone in around:
            cases, past = zone @ now, zone @ before
            others, others_past = now.sum(axis=0) - cases, before.sum(axis=0) - past
            # Half a case each, so that a class that is nowhere else gives no certainty.
            pace = (others + 0.5) / (others_past + 0.5)
            chance = binom.sf(cases - 1, cases + past, pace / (1 + pace))
            cell, kind = np.nonzero(now >= 0)
            rows.append(
                pl.DataFrame(
                    {
                        "cell": cell, "kind": kind, "window": np.full(len(cell), window), "cells": np.repeat(zone.sum(axis=1), now.shape[1]),
                        "here": now.ravel(), "cases": cases.ravel(), "before": past.ravel(), "expected": ((past + 0.5) * pace).ravel(),
                        "p_value": chance.ravel(),
                    }
                )
            )  # fmt: skip
    if not rows:
        return pl.DataFrame()
    found = pl.concat(rows)
    # What has never been anywhere is no question that was asked.
    found = found.filter(pl.col("cases") + pl.col("before") > 0)
    if found.is_empty():
        return found
    found = found.with_columns(q_value=pl.Series(false_discovery_control(found["p_value"].clip(0, 1).to_numpy())))
    # A zone may be remarkable for a neighbour: a cell without a case in the window has nothing to show.
    return found.filter(pl.col("here") > 0).sort("p_value", "cells", "window").unique(["cell", "kind"], keep="first")


def flagged(found: pl.DataFrame) -> pl.DataFrame:
    """What of the tested is a hotspot."""
    if found.is_empty():
        return found
    return found.filter((pl.col("q_value") <= FALSE_ALARMS) & (pl.col("cases") >= FEWEST))


def hotspots(cases: pl.DataFrame, places: Mapping[str, tuple[float, float]], last: dt.date) -> pl.DataFrame:
    """Rows of `SCHEMA` as of the day. `cases`: date_on, grid_code, event_class (text or categories), is_public, cases; cases without a cell count
    as the rest of the city."""
    cases = cases.filter((pl.col("date_on") <= last) & (pl.col("date_on") > last - dt.timedelta(days=DAYS_BACK)))
    if cases.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    first = cases["date_on"].min()
    assert isinstance(first, dt.date)
    days = (last - first).days + 1
    cells, classes = (cases[name].unique().cast(pl.String).sort().to_list() for name in ("grid_code", "event_class"))
    counts, citizen = (_counts(part, cells, classes, first, days) for part in (cases, cases.filter("is_public")))
    around = zones(cells, places)
    by_week = [flagged(looked_at(counts, around, days - 7 * back)) for back in range(WEEKS_BACK)]
    weeks: dict[tuple[int, int], list[int]] = {}
    for back, found in enumerate(by_week):
        for cell, kind in found.select("cell", "kind").iter_rows() if not found.is_empty() else ():
            if cells[cell] != "unknown":
                weeks.setdefault((cell, kind), []).append(back)
    rows = []
    for (cell, kind), seen in weeks.items():
        if seen[0] >= FADING_WEEKS:
            continue
        shown = by_week[seen[0]].filter((pl.col("cell") == cell) & (pl.col("kind") == kind)).row(0, named=True)
        end = days - 7 * seen[0]
        state = "fading" if seen[0] > 0 else "persistent" if len(seen) >= PERSISTENT_WEEKS else "emerging"
        rows.append(
            (
                cells[cell], classes[kind], state, shown["window"],
                first + dt.timedelta(days=end - shown["window"]), first + dt.timedelta(days=end - 1), shown["cells"],
                shown["cases"], citizen[_zone(around, cell, shown["cells"]), kind, end - shown["window"] : end].sum(),
                shown["before"], shown["expected"], shown["p_value"], shown["q_value"], len(seen),
            )
        )  # fmt: skip
    found = (
        pl.DataFrame(rows, schema=list(SCHEMA), orient="row", strict=False).cast(SCHEMA)
        if rows
        else pl.DataFrame(schema=SCHEMA)
    )
    return found.sort("q_value", "grid_code", "event_class")


def _zone(around: Sequence[npt.NDArray[np.bool_]], cell: int, cells: int) -> npt.NDArray[np.bool_]:
    return next(zone[cell] for zone in around if zone[cell].sum() == cells)


def _counts(cases: pl.DataFrame, cells: list[str], classes: list[str], first: dt.date, days: int) -> Floats:
    shape = (len(cells), len(classes), days)
    where = (
        cases["grid_code"].cast(pl.Enum(cells)).to_physical().to_numpy(),
        cases["event_class"].cast(pl.Enum(classes)).to_physical().to_numpy(),
        (cases["date_on"] - first).dt.total_days().to_numpy(),
    )
    flat = np.ravel_multi_index(where, shape)
    counts: Floats = np.bincount(flat, cases["cases"].to_numpy(), math.prod(shape)).astype(float, copy=False)
    return counts.reshape(shape)
