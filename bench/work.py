"""What the benchmark runs in a process of its own: `python -m bench.work TASK …`.

Belongs here: the tasks that have no command of `chengguan`. Those that need another environment stand in `dlt_load`.
"""

import datetime as dt
import json
import sys
import time
from pathlib import Path

import duckdb


def bare(file: str, database: str) -> None:
    """DuckDB alone: the file into a typed table."""
    Path(database).unlink(missing_ok=True)
    with duckdb.connect(database) as con:
        con.execute(f"create table t as select * from read_csv('{file}')")


def ingest(feed: str, day: str, file: str) -> None:
    """One file through landing, contract and quarantine into raw, as the night does it."""
    from pipelines.city import load_city  # noqa: PLC0415  (the other tasks shall not pay for what they do not use)
    from pipelines.landing.ingest import ingest_feed  # noqa: PLC0415
    from pipelines.settings import Settings  # noqa: PLC0415

    settings = Settings()
    result = ingest_feed(settings, load_city(settings), feed, dt.date.fromisoformat(day), [Path(file)])
    if result.problems:
        raise result.problems[0]
    print(json.dumps({"read": result.total("rows_read"), "quarantined": result.total("rows_quarantined")}))


def ask(database: str, rounds: str) -> None:
    """The questions, each so often, over one connection; milliseconds of each asking."""
    from bench.questions import QUESTIONS  # noqa: PLC0415

    con = duckdb.connect(database, read_only=True)
    taken = []
    for _ in range(int(rounds)):
        for name, query in QUESTIONS.items():
            started = time.perf_counter()
            con.execute(query).fetchall()
            taken.append((name, round((time.perf_counter() - started) * 1000, 2)))
    print(json.dumps(taken))


if __name__ == "__main__":
    {"bare": bare, "ingest": ingest, "ask": ask}[sys.argv[1]](*sys.argv[2:])
