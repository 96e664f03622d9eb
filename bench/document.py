"""What was measured: one JSON file each in `docs/performance/`, and the tables of `docs/performance.md` that are made of them.

Belongs here: writing down. The words around the tables are the page's own and stay as they are.
"""

import datetime as dt
import json
import os
import platform
import re
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipelines.settings import PROJECT_ROOT

PAGE, FOLDER = PROJECT_ROOT / "docs" / "performance.md", PROJECT_ROOT / "docs" / "performance"
BEGIN, END = "<!-- made by `make bench`: do not edit -->", "<!-- end -->"
_LIBRARIES = ("duckdb", "polars", "pyarrow", "dbt-core", "dbt-duckdb", "dagster", "dataframely")
_NAMES = {
    "bare": "DuckDB, bare typed `CREATE TABLE AS SELECT`",
    "chengguan": "landing, contract, quarantine, raw",
    "dlt": "dlt, Arrow to Parquet to DuckDB",
}


def write(name: str, found: dict[str, Any]) -> None:
    """Keeps what was found, with the day, the machine and the versions."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = {"run_on": dt.datetime.now(dt.UTC).date().isoformat(), "machine": _machine(), **found}
    (FOLDER / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def make_page() -> None:
    """Puts the tables into the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def tables() -> str:
    """All tables, of everything that has been written down."""
    parts = []
    if (FOLDER / "ingest.json").exists():
        parts.append(_of_ingest(_read(FOLDER / "ingest.json")))
    cities = [_read(path) for path in sorted(FOLDER.glob("city-*.json"))]
    if cities:
        parts += [_of_nights(cities), _of_questions(cities)]
    return "\n".join(parts)


def _of_ingest(told: dict[str, Any]) -> str:
    lines = [
        f"### One file of {told['rows']:,} rows ({_size(told['bytes'])}) · {_when(told)}\n",
        "| what | rows/s | wall s | CPU s | peak MiB |", "|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for name, run in told["runs"].items():
        lines.append(
            f"| {_NAMES[name]} | {told['rows'] / run['wall_s']:,.0f} | {run['wall_s']:,.1f} | {run['cpu_s']:,.1f} | {run['peak_mib']:,} |"
        )
    lines.append("")
    for name, label in (("against_bare", "bare DuckDB"), ("against_dlt", "dlt")):
        if ratio := told[name]:
            lines.append(
                f"Rows per second against {label}: **{ratio['wall']:.2f}** by the clock, **{ratio['cpu']:.2f}** by CPU.  "
            )
    if told["against_dlt"] is None:
        lines.append(f"dlt: {told['dlt']}")
    return "\n".join(lines) + "\n"


def _of_nights(cities: list[dict[str, Any]]) -> str:
    lines = ["### Nights\n"]
    for city in cities:
        sizes = ", ".join(f"{name} {_size(size)}" for name, size in city["bytes"].items())
        lines += [
            f"**{city['cases']:,} cases** ({sizes}) · {_when(city)}\n",
            "| night | rows read | wall s | CPU s | peak MiB | longest steps (s) |", "|---|---:|---:|---:|---:|---|",
        ]  # fmt: skip
        for name, night in city["nights"].items():
            steps = sorted(night["steps"].items(), key=lambda step: -step[1])[:4]
            said = ", ".join(f"{step} {seconds:.0f}" for step, seconds in steps)
            lines.append(
                f"| {name} | {night['rows_read']:,} | {night['wall_s']:,.1f} | {night['cpu_s']:,.1f} | {night['peak_mib']:,} | {said} |"
            )
        lines.append("")
        if shares := {name: night["shares"] for name, night in city["nights"].items() if night.get("shares")}:
            kinds = list(dict.fromkeys(kind for spent in shares.values() for kind in spent))
            lines += [f"| seconds of the clock | {' | '.join(kinds)} |", "|---|" + "---:|" * len(kinds)]
            lines += [
                f"| {name} | {' | '.join(f'{spent[kind]:,.1f}' if kind in spent else '–' for kind in kinds)} |"
                for name, spent in shares.items()
            ]
            lines.append("")
    for few, many in pairwise(cities):
        if few["run_on"] != many["run_on"]:  # another day, another machine
            continue
        here, there = many["nights"]["night 1"], few["nights"]["night 1"]
        lines.append(
            f"The first night with news at {many['cases']:,} cases against the same at {few['cases']:,}: "
            f"**{here['wall_s'] / there['wall_s']:.2f}** by the clock, **{here['cpu_s'] / there['cpu_s']:.2f}** by CPU.\n"
        )
    return "\n".join(lines)


def _of_questions(cities: list[dict[str, Any]]) -> str:
    lines = [
        "### Twenty questions on the served file (milliseconds)\n",
        "| cases | alone p50 | alone p95 | eight readers p50 | eight readers p95 | slowest |", "|---:|---:|---:|---:|---:|---|",
    ]  # fmt: skip
    for city in cities:
        asked = city["questions"]
        slow = ", ".join(f"{name} {ms:.0f}" for ms, name in asked["slowest"])
        lines.append(
            f"| {city['cases']:,} | {asked['alone']['p50_ms']} | {asked['alone']['p95_ms']} | {asked['together']['p50_ms']} | {asked['together']['p95_ms']} | {slow} |"
        )
    return "\n".join(lines) + "\n"


def _when(told: dict[str, Any]) -> str:
    machine = told["machine"]
    return f"{told['run_on']}, {machine['cpus']} cores, {machine['memory_gib']} GiB, load {machine['load']} by others and this at its end; {machine['versions']}"


def _machine() -> dict[str, Any]:
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    return {
        "system": platform.platform(), "cpus": os.cpu_count(), "memory_gib": int(memory[1]) >> 20 if memory else None,
        "load": round(os.getloadavg()[1], 1), "python": platform.python_version(),
        "versions": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    }  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.0f} MiB"
