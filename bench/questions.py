"""Twenty questions as a BI tool asks them of a release's file, and how long the answers take: alone, and with eight readers at once.

Belongs here: the questions and their timing. The relations are those of the served contract.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.settings import PROJECT_ROOT

_CASES = "core.fct_case_standing"
QUESTIONS = {
    "closing rate by month": "select month, sum(closed_on_time), sum(due) from marts.case_closure group by 1 order by 1",
    "closing rate by squad": "select squad_id, sum(closed_on_time), sum(due) from marts.case_closure group by 1 order by 1",
    "worst streets": "select street_code, sum(overdue_open) as open from marts.case_closure group by 1 order by 2 desc limit 10",
    "classes of a street": "select event_class, sum(filed) from marts.case_closure where street_code = '652301003' group by 1 order by 2 desc",
    "channels by month": "select month, channel, sum(filed) from marts.case_closure group by all order by all",
    "street performance": "select street_code, sum(handled_on_time), sum(handle_due) from marts.street_performance group by 1 order by 1",
    "same street handled": "select month, sum(same_street_handled), sum(handled) from marts.street_performance group by 1 order by 1",
    "handling hours": "select street_code, sum(handling_hours_sum) / nullif(sum(handled), 0) from marts.street_performance group by 1",
    "handling levels": "select handling_level, sum(dispatched), sum(handled) from marts.handling_level group by 1 order by 1",
    "workload of squads": "select month, squad_id, platform_tasks from marts.squad_workload order by month, squad_id",
    "hotspots of the last week": "select grid_code, event_class, cases, score from marts.grid_hotspots where week = (select max(week) from marts.grid_hotspots) order by score desc limit 20",
    "evaluation of streets": "select object_id, indicator, score from marts.evaluation where object_type = 'street' and indicator = 'composite' order by score desc",
    "grades of a period": "select grade, count(*) from marts.evaluation where indicator = 'composite' group by 1 order by 1",
    "health of feeds": "select feed, sum(read), sum(loaded), sum(quarantined) from marts.feed_health group by 1 order by 1",
    "what this release is": "select * from meta.release",
    "names of streets": "select s.name_zh, sum(c.filed) from marts.case_closure as c join core.dim_street as s using (street_code) group by 1 order by 2 desc",
    "one case": f"select * from {_CASES} where case_id = '123456'",
    "cases of a day": f"select street_code, count(*) from {_CASES} where filed_on = date '2017-09-19' group by 1 order by 1",
    "open and overdue now": f"select street_code, count(*) from {_CASES} where overdue_open = 1 group by 1 order by 2 desc",
    "filed by month, from the cases": f"select month, count(*) from {_CASES} where filed = 1 group by 1 order by 1",
}  # fmt: skip
READERS = 8


def ask(file: Path, rounds: int = 5) -> dict[str, Any]:
    """Milliseconds: middle and 95th percentile, of one reader and of eight; and the slowest questions of the one."""
    alone = _answers(file, 1, rounds)
    return {
        "alone": _spread(alone), "readers": READERS, "together": _spread(_answers(file, READERS, rounds)),
        "slowest": sorted(((float(np.median([ms for name, ms in alone if name == asked])), asked) for asked in QUESTIONS), reverse=True)[:4],
    }  # fmt: skip


def _answers(file: Path, readers: int, rounds: int) -> list[tuple[str, float]]:
    command = [sys.executable, "-m", "bench.work", "ask", str(file), str(rounds)]
    env = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(readers)]
    told = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise RuntimeError("a reader could not ask its questions")
    return [(name, ms) for output in told for name, ms in json.loads(output)]


def _spread(answers: list[tuple[str, float]]) -> dict[str, float]:
    taken = [ms for _, ms in answers]
    return {"p50_ms": round(float(np.percentile(taken, 50)), 1), "p95_ms": round(float(np.percentile(taken, 95)), 1)}
