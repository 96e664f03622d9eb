"""A release small enough to count by hand, for pages in a real browser: four streets, eight grids, three squads, two feeds, two years.

Belongs here: its rows, drawn from one seed, and nothing that a page makes of them. Columns are those of the real relations that the pages
ask for; that the real ones have them is tested on a night (`tests/pipeline/test_night.py`).
"""

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl

from pipelines.publish.meta import METRICS
from tests.browser import small_forecast, small_offices

AS_OF = dt.date(2024, 3, 15)
ABOUT: dict[str, Any] = {
    "id": "20240315.1", "as_of": AS_OF.isoformat(), "city": {"id": "smalltown", "name_zh": "小城", "name_en": "Smalltown"},
    "created_at_utc": "2024-03-15T18:00:00Z", "code_version": "0", "content_digest": "d" * 8, "libraries": {"duckdb": "2"},
    "checks": {"passed": 12, "failed": 0, "warned": ["one"], "feeds": {"platform_cases": {"passed": 3}}},
}  # fmt: skip
STREETS = {"S1": ("河东街道", "Hedong", "street"), "S2": ("河西街道", "Hexi", "street"), "S3": ("北乡", "North Township", "township"), "S4": ("南镇", "South Town", "town")}  # fmt: skip
SQUADS = {"Z1": ("一中队", "First Squad"), "Z2": ("二中队", "Second Squad"), "Z3": ("三中队", "Third Squad")}
CLASSES = {"E1": ("占道经营", "Stalls"), "E2": ("道路不洁", "Dirty road")}
SQUAD_OF = {"S1": "Z1", "S2": "Z2", "S3": "Z2", "S4": "Z3"}
#: Cases by street: S4 has too few to be shown in any month.
WEIGHTS = {"S1": 60, "S2": 30, "S3": 10}
MONTHS = [dt.date(2022 + at // 12, at % 12 + 1, 1) for at in range(2, 27)]
Row = dict[str, Any]


def cases() -> list[Row]:
    """Every case, with its standing as flags."""
    rng = Random("cases")
    found = []
    for number in range(900):
        street = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        found.append(_case(rng, number, street, rng.choice(MONTHS)))
    return [*found, *(_case(rng, 1000 + number, "S4", MONTHS[-3]) for number in range(3))]


def workload() -> list[Row]:
    return [
        {
            "month": month, "squad_id": squad, "platform_tasks": sum(row["month"] == month and row["squad_id"] == squad for row in cases()),
            "penalty_cases": 6, "hotline_tickets": 7, "demolitions": 0, "duty_hours": 100.0, "stability_hours": 10.0, "cross_squad_hours": 0.0, "officers": 4,
        }
        for month in MONTHS for squad in SQUADS
    ]  # fmt: skip


def shapes() -> list[Row]:
    """Streets as squares beside each other, each cut into two grids."""
    found = []
    for at, (street, (zh, en, _)) in enumerate(STREETS.items()):
        left = 87.0 + at / 10
        boxes = [("streets", street, zh, en, left, left + 0.1)]
        boxes += [
            ("grids", f"{street}{half}", f"{zh}{half}号", "", left + half * 0.05, left + half * 0.05 + 0.05)
            for half in (0, 1)
        ]
        for level, code, name_zh, name_en, west, east in boxes:
            ring = [[west, 44.0], [east, 44.0], [east, 44.1], [west, 44.1], [west, 44.0]]
            found.append({"level": level, "code": code, "name_zh": name_zh, "name_en": name_en or name_zh, "street_code": street, "source_zh": "示意", "source_en": "a drawing",
                          "geometry": json.dumps({"type": "Polygon", "coordinates": [ring]})})  # fmt: skip
    return found


def write(folder: Path, *, with_map: bool = True) -> Path:
    """`serving.duckdb` in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / "serving.duckdb")) as connection:
        for schema in ("marts", "core", "meta"):
            connection.execute(f"create schema {schema}")
        for name, rows in _tables(with_map):
            connection.register("incoming", pl.DataFrame(list(rows), infer_schema_length=None).to_arrow())
            connection.execute(f"create table {name} as select * from incoming")
            connection.unregister("incoming")
    return folder


def _tables(with_map: bool) -> Iterable[tuple[str, Iterable[Row]]]:
    yield "core.fct_case_standing", cases()
    yield "marts.case_closure", _closure(cases())
    yield (
        "core.dim_street",
        [{"street_code": code, "name_zh": zh, "name_en": en, "kind": kind} for code, (zh, en, kind) in STREETS.items()],
    )
    yield "core.dim_squad", [{"squad_id": code, "name_zh": zh, "name_en": en} for code, (zh, en) in SQUADS.items()]
    yield (
        "core.dim_grid",
        [
            {"grid_code": f"{street}{half}", "name_zh": f"{STREETS[street][0]}{half}号"}
            for street in STREETS
            for half in (0, 1)
        ],
    )
    yield (
        "core.dim_event_class",
        [
            {
                "event_class": code,
                "code_scheme": "X",
                "category": "event",
                "main_code": "1",
                "main_zh": "市容",
                "main_en": "Appearance",
                "name_zh": zh,
                "name_en": en,
            }
            for code, (zh, en) in CLASSES.items()
        ],
    )
    yield (
        "core.dim_city",
        [
            {
                "city_id": "smalltown",
                "name_zh": "小城",
                "name_en": "Smalltown",
                "minimum_volume": 30,
                "minimum_volume_grid": 10,
            }
        ],
    )
    yield (
        "marts.demolition",
        [
            {"month": month, "street_code": "S1", "demolition_events": 1, "demolished_area_m2": 12.5, "found_cases": 1}
            for month in MONTHS
        ],
    )
    yield (
        "marts.grid_hotspots",
        [
            {
                "week": dt.date(2024, 3, 4),
                "grid_code": "S10",
                "event_class": "E1",
                "cases": cases,
                "expected": 0.5,
                "score": 4.0,
                "is_whole_week": True,
            }
            for cases in (9, 3)
        ],
    )
    yield "marts.squad_workload", workload()
    yield (
        "marts.squad_capacity",
        [
            {"month": month, "squad_id": squad, "officers": 4, "area_km2": 2.0, "population": 20_000}
            for month in MONTHS
            for squad in SQUADS
        ],
    )
    yield (
        "meta.metrics",
        [
            {
                **dict.fromkeys(METRICS.columns, ""),
                "metric": metric,
                "name_zh": zh,
                "name_en": en,
                "unit": unit,
                "formula_zh": zh,
                "formula_en": en,
                "minimum_volume": minimum,
            }
            for metric, zh, en, unit, minimum in (
                ("platform_filed", "立案数", "Filed", "件", None),
                ("platform_closed_on_time_rate", "按期结案率", "Closed on time", "%", 30),
                ("platform_overdue_open", "超期未结案数", "Overdue", "件", None),
                ("demolished_area_m2", "拆除面积", "Area", "m²", None),
                ("quarantine_share", "隔离率", "Share refused", "%", 100),
            )
        ],
    )
    yield from small_offices.evaluation()
    yield from small_offices.quality(AS_OF)
    yield from small_forecast.tables(AS_OF)
    if with_map:
        yield "meta.geometry", shapes()


def _closure(standing: Iterable[Row]) -> list[Row]:
    """The cases added up as the mart has them, as far as pages ask."""
    sums = ("filed", "closed_on_time", "on_time_closing_base", "overdue_open")
    added = pl.DataFrame(list(standing)).group_by("month", "street_code", "event_class").agg(pl.col(sums).sum())
    return added.sort("month", "street_code", "event_class").to_dicts()


def _case(rng: Random, number: int, street: str, month: dt.date) -> Row:
    closed = month < MONTHS[-1] or rng.random() < 0.5
    on_time = int(closed and rng.random() < 0.85)
    return {
        "case_id": str(number), "month": month, "street_code": street, "grid_code": f"{street}{rng.randrange(2)}", "squad_id": SQUAD_OF[street], "event_class": rng.choice(list(CLASSES)),
        "is_bureau_task": True, "filed": 1, "closed_on_time": on_time, "on_time_closing_base": int(closed), "not_closed": int(not closed), "overdue_open": int(not closed and rng.random() < 0.6),
        "handled": int(closed), "handling_seconds": rng.randrange(600, 400_000) if closed else None,
    }  # fmt: skip
