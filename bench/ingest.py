"""One large CSV file into raw, against DuckDB's bare `CREATE TABLE AS SELECT` and against dlt, one after the other and in turns.

Belongs here: this comparison. Each is a process of its own and pays for its own start.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench.city import write_profile
from bench.measure import Measured, run
from bench.sources import FIRST_NIGHT, big_table
from pipelines.settings import PROJECT_ROOT

DLT = "dlt[duckdb]==1.31.0"
#: {table of the source: the feed that it is read as}.
FEED = {"t_case": "platform_cases", "tickets": "hotline_tickets"}


def compare(rows: int, rounds: int, cache: Path, table: str = "t_case") -> dict[str, Any]:
    """What each took, the middle of the rounds. `dlt` is a text that says why where it could not be installed."""
    file, scratch = big_table(rows, cache, table), cache / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    write_profile(scratch / "cities", [FEED[table]])
    dlt_python = _dlt(cache)
    found: dict[str, list[Measured]] = {"bare": [], "chengguan": [], "dlt": []}
    for number in range(rounds):
        home = scratch / f"home{number}"
        env = {"CHENGGUAN_HOME": str(home), "CHENGGUAN_CITIES": str(scratch / "cities"), "CHENGGUAN_CITY": "megacity"}
        own = [sys.executable, "-m", "bench.work"]
        tasks = {
            "bare": [*own, "bare", str(file), str(scratch / "bare.duckdb")],
            "chengguan": [*own, "ingest", FEED[table], FIRST_NIGHT.isoformat(), str(file)],
        }
        if isinstance(dlt_python, Path):
            script = str(Path(__file__).with_name("dlt_load.py"))
            tasks["dlt"] = [str(dlt_python), script, str(file), str(scratch / "dlt.duckdb"), str(scratch / "dlt")]
        for name, command in tasks.items():
            found[name].append(run(command, {**env, "PYTHONPATH": str(PROJECT_ROOT)}, scratch / f"{name}.log"))
        shutil.rmtree(home)
        shutil.rmtree(scratch / "dlt", ignore_errors=True)
    shutil.rmtree(scratch)
    told = {name: _middle(runs) for name, runs in found.items() if runs}
    own = told["chengguan"]
    return {
        "table": table, "rows": rows, "bytes": file.stat().st_size, "rounds": rounds, "runs": told,
        "dlt": DLT if "dlt" in told else str(dlt_python),
        "against_bare": {"wall": told["bare"]["wall_s"] / own["wall_s"], "cpu": told["bare"]["cpu_s"] / own["cpu_s"]},
        "against_dlt": {"wall": told["dlt"]["wall_s"] / own["wall_s"], "cpu": told["dlt"]["cpu_s"] / own["cpu_s"]}
        if "dlt" in told else None,
    }  # fmt: skip


def _middle(runs: list[Measured]) -> dict[str, Any]:
    return {
        "wall_s": median(one.wall_s for one in runs), "cpu_s": median(one.cpu_s for one in runs),
        "peak_mib": max(one.peak_mib for one in runs),
    }  # fmt: skip


def _dlt(cache: Path) -> Path | str:
    """The Python of an environment that has dlt, made once; a sentence where it cannot be made."""
    folder = cache / "dlt-environment"
    python = folder / "bin" / "python"
    if (folder / "whole").exists():
        return python
    uv = Path(sys.executable).with_name("uv")
    steps = (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder],
        [uv, "pip", "install", "--quiet", "--python", python, DLT, "duckdb==1.5.5", "pyarrow==26.*"],
    )
    for step in steps:
        try:
            done = subprocess.run([str(part) for part in step], capture_output=True, text=True, check=False)
        except OSError as error:
            return f"not measured: {error}"
        if done.returncode != 0:
            return f"not measured: dlt could not be installed ({done.stderr.strip().splitlines()[-1]})"
    (folder / "whole").touch()
    return python
