"""A release of a made-up town with cases and tickets only, written straight into its file: what pages ask for, and why the rest is empty.

Belongs here: its rows, drawn from one seed. That a real night's relations have these columns is tested in `tests/pipeline/test_night.py`.
"""

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl

from pipelines.publish.meta import METRICS, RELATIONS

ABOUT: dict[str, Any] = {
    "id": "20240315.1", "as_of": "2024-03-15", "city": {"id": "town", "name_zh": "小城", "name_en": "Smalltown"},
    "created_at_utc": "2024-03-15T18:00:00Z", "checks": {"passed": 12, "failed": 0, "warned": []},
}  # fmt: skip
MONTHS = [dt.date(2022 + at // 12, at % 12 + 1, 1) for at in range(27)]
SQUADS = {"Z1": ("一中队", "First Squad"), "Z2": ("二中队", "Second Squad")}
STREETS = {"S1": "Z1", "S2": "Z2", "S3": "Z2"}
CLASSES = {
    "X.0101": ("01", "占道经营", "Stalls"),
    "X.0102": ("01", "道路不洁", "Dirty road"),
    "X.0201": ("02", "小广告", "Small advertisements"),
}
NAMED = {
    "platform_filed": ("立案数", "Cases filed", "件", None), "platform_closed_on_time_rate": ("按期结案率", "Closed on time", "%", 30),
    "platform_closed_rate": ("结案率", "Closed", "%", 30), "hotline_received": ("热线受理数", "Tickets received", "件", None),
    "hotline_satisfaction_rate": ("满意率", "Satisfaction", "%", 30),
}  # fmt: skip
Row = dict[str, Any]


def write(folder: Path) -> None:
    """`serving.duckdb` in the folder."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "serving.duckdb")) as connection:
        for name, rows in _tables().items():
            connection.execute(f"create schema if not exists {name.partition('.')[0]}")
            connection.register("incoming", pl.DataFrame(rows, infer_schema_length=None).to_arrow())
            connection.execute(f"create table {name} as select * from incoming")
            connection.unregister("incoming")
        connection.execute(
            "create table marts.demolition (month date, squad_id varchar, street_code varchar, found_cases bigint)"
        )


def _tables() -> dict[str, list[Row]]:
    metrics = [
        {**dict.fromkeys(METRICS.columns, ""), "metric": name, "code": "PL-1", "name_zh": zh, "name_en": en, "unit": unit, "minimum_volume": least,
         "formula_zh": f"{zh}的口径", "formula_en": f"How {en} is counted", "dimensions": "squad_id, street_code"}
        for name, (zh, en, unit, least) in NAMED.items()
    ]  # fmt: skip
    empty = {
        **dict.fromkeys(RELATIONS.columns, ""),
        "relation": "marts.demolition",
        "is_empty": True,
        "why_zh": "本城市没有数据源：拆除台账",
        "why_en": "this city has no feed: Demolitions",
    }
    return {
        "marts.case_closure": _cases(Random("cases")),
        "marts.hotline_service": _tickets(Random("tickets")),
        "core.dim_squad": [{"squad_id": code, "name_zh": zh, "name_en": en} for code, (zh, en) in SQUADS.items()],
        "core.dim_street": [{"street_code": code, "name_zh": f"{code}街道", "name_en": f"Street {code}"} for code in STREETS],
        "core.dim_event_class": [
            {"event_class": code, "code_scheme": "X", "category": "event", "main_code": main, "main_zh": f"大类{main}", "main_en": f"Group {main}", "name_zh": zh, "name_en": en}
            for code, (main, zh, en) in CLASSES.items()
        ],
        "meta.metrics": metrics,
        "meta.relations": [empty],
    }  # fmt: skip


def _cases(rng: Random) -> list[Row]:
    rows = []
    for month in MONTHS:
        for street, squad in STREETS.items():
            for event_class in CLASSES:
                # The third street has so few that a month of it is a small cell.
                due = rng.randrange(3) if street == "S3" else rng.randrange(4, 30)
                on_time = rng.randrange(due * 3 // 4, due + 1) if due else 0
                # This city divides those on time by those closed, which are fewer than those due.
                closed = on_time + (due - on_time) // 2
                rows.append({
                    "month": month, "squad_id": squad, "street_code": street, "event_class": event_class, "channel": "collector", "filed": due + rng.randrange(2), "due": due, "closed": closed,
                    "closed_on_time": on_time, "overdue_open": due - closed, "rework": rng.randrange(2) if due else 0, "handled": due, "on_time_closing_base": closed, "rework_base": due, "handling_hours_sum": due * rng.uniform(5, 40),
                })  # fmt: skip
    return rows


def _tickets(rng: Random) -> list[Row]:
    rows = []
    for month in MONTHS:
        for hotline in ("12319", "12345"):
            received = rng.randrange(2, 20)
            rows.append({
                "month": month, "hotline": hotline, "received": received, "replied": received, "due": received, "closed": received, "closed_on_time": received - rng.randrange(2),
                "surveyed": received, "satisfied": received - rng.randrange(2), "repeated": 0, "replied_with_time": received, "replied_within_15_days": received,
                "reply_lag_days_sum": received * 2.5,
            })  # fmt: skip
    return rows
