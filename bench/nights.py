"""The nights of a megacity: the first load to a release, nights with news, a night with none, and how the file then answers.

Belongs here: which nights are run and what is noted of each. A night is the command that an operator gives.
"""

import datetime as dt
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from bench.city import write_profile
from bench.measure import run, size_of
from bench.questions import ask
from bench.sources import FIRST_NIGHT, NIGHTS, RATE, history

_FEEDS = ["platform_cases", "platform_case_flow"]


def live(cases: int, cache: Path) -> dict[str, Any]:
    """All nights of a city with so many cases, from nothing, and the questions at their end."""
    made, scratch = history(cases, cache), cache / f"city-{cases}"
    shutil.rmtree(scratch, ignore_errors=True)
    home, inbox = scratch / "home", scratch / "home" / "inbox"
    write_profile(scratch / "cities", _FEEDS)
    nights = {"first load": _night(scratch, FIRST_NIGHT, _deliver(made.first, inbox))}
    for number in range(1, NIGHTS + 1):
        nights[f"night {number}"] = _night(
            scratch, FIRST_NIGHT + dt.timedelta(number), _deliver(made.night(number), inbox)
        )
    last = FIRST_NIGHT + dt.timedelta(NIGHTS)
    nights["empty night"] = _night(scratch, last, 0)
    nights["next day without news"] = _night(scratch, last + dt.timedelta(1), 0)
    found = {
        "cases": made.days * RATE,
        "nights": nights,
        "questions": ask(home / "current" / "serving.duckdb"),
        "bytes": {
            "sources": size_of(made.first), "landing": size_of(home / "landing"), "vault": size_of(home / "vault"),
            "build": size_of(home / "build" / "warehouse.duckdb"), "release": size_of((home / "current").resolve()),
        },
    }  # fmt: skip
    shutil.rmtree(scratch)
    return found


def _deliver(folder: Path, inbox: Path) -> int:
    """Puts what was delivered into the inbox, as links; its bytes."""
    for path in sorted(folder.rglob("*.*")):
        target = inbox / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(path.absolute())
    return size_of(folder)


def _night(scratch: Path, day: dt.date, delivered: int) -> dict[str, Any]:
    env = {
        "CHENGGUAN_HOME": str(scratch / "home"), "CHENGGUAN_CITIES": str(scratch / "cities"), "CHENGGUAN_INBOX": str(scratch / "home" / "inbox"),
        "DAGSTER_HOME": str(scratch / "home" / "dagster"),
    }  # fmt: skip
    command = [
        str(Path(sys.executable).with_name("chengguan")),
        "nightly",
        "--city",
        "megacity",
        "--date",
        day.isoformat(),
        "--json",
    ]
    took = run(command, env, scratch / f"{day}.log")
    report = json.loads(took.output)
    steps = {name: step["seconds"] for name, step in report["steps"].items() if step["seconds"] >= 1}
    counted = {name: sum(feed[name] for feed in report["feeds"].values()) for name in ("rows_read", "rows_quarantined")}
    return {
        **took.as_dict(), **counted, "delivered_bytes": delivered, "steps": steps,
        "shares": _shares(report, took.wall_s, scratch / "home" / "build" / "dbt"),
    }  # fmt: skip


#: What a step is about, by how its name begins.
_KINDS = {
    "ingest_": "ingest",
    "raw__": "checks of batches",
    "dbt_models": "models and their tests",
    "release__current": "publish",
}


def _shares(report: dict[str, Any], wall: float, dbt: Path) -> dict[str, float]:
    """Where the seconds of a night's clock went; they add up to all of it. Of the start also what of it was dbt's parsing of the whole
    project, where there was any: the first night does it, and nights after a change of the models."""
    spent = dict.fromkeys(("start, and between steps", *_KINDS.values(), "other steps"), 0.0)
    for name, step in report["steps"].items():
        kind = next((kind for start, kind in _KINDS.items() if name.startswith(start)), "other steps")
        spent[kind] += step["seconds"]
    spent["start, and between steps"] = wall - sum(spent.values())
    parsed = dbt / "perf_info.json"
    if parsed.exists():
        spent["of the start: dbt's parse"] = json.loads(parsed.read_text())["load_all_elapsed"]
        parsed.unlink()
    return {name: round(seconds, 1) for name, seconds in spent.items()}
