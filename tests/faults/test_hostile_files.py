"""Ten thousand hostile files: each is read or refused with a clear error, in bounded time and memory, and no row of any is lost."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import PROJECT_ROOT
from tests.faults import results

#: Memory that a reader may come to, in MiB: one file at a time, none of them large.
MOST_MIB = 1_500


def told_by(module: str, *arguments: str) -> list[dict[str, Any]]:
    """What a worker said. One that died is a find of what it had begun last."""
    command = [sys.executable, "-m", module, *arguments]
    ended = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    told: list[dict[str, Any]] = [json.loads(line) for line in ended.stdout.splitlines()]
    if ended.returncode:
        begun = [line["begins"] for line in told if "begins" in line]
        assert begun, ended.stderr
        told.append({"file": begun[-1], "outcome": "died", "said": ended.stderr[-500:]})
    return told


def run(mode: str, first: int, last: int, folder: Path) -> list[dict[str, Any]]:
    """The same of the files from the first to the last: those after one that ended its worker are read by a new one."""
    told: list[dict[str, Any]] = []
    while first < last:
        told += told_by("tests.faults.hostile.worker", mode, str(first), str(last), str(folder))
        if told[-1].get("outcome") != "died" or mode == "door":
            break
        first = int(told[-1]["file"].partition("-")[0]) + 1
    return told


def test_hostile_files_are_read_or_refused_and_never_break_the_reader(tmp_path: Path) -> None:
    number, began = results.times(160, 10_000), time.monotonic()
    told = run("read", 0, number, tmp_path)
    outcomes = [line for line in told if "outcome" in line]
    finds = [line for line in outcomes if line["outcome"] not in ("read", "refused")]
    peak = max(line["peak_mib"] for line in told if "peak_mib" in line)
    read = sum(line["outcome"] == "read" for line in outcomes)
    results.record(
        "hostile-files", "敌意文件：十六种格式逐一变异后读入", "hostile files of sixteen kinds, each read or refused",
        times=len(outcomes), lost=len(finds), seconds=time.monotonic() - began,
        measured={"read": read, "refused": len(outcomes) - read - len(finds), "peak MiB": peak,
                  "slowest file s": max(line.get("seconds", 0) for line in outcomes)},
    )  # fmt: skip
    assert not finds, finds[:3]
    assert len(outcomes) == number
    assert peak < MOST_MIB


@pytest.mark.slow
def test_no_row_of_a_hostile_file_is_lost_on_its_way_through_the_door(tmp_path: Path) -> None:
    number, began = results.times(64, 1_600), time.monotonic()
    told = run("door", 0, number, tmp_path)
    finds = [line for line in told if line.get("outcome") in ("find", "died")]
    assert not finds, finds
    [counted] = [line for line in told if "door" in line]
    lost = abs(counted["read_here"] - counted["loaded"] - counted["quarantined"]) + len(counted["violations"])
    results.record(
        "hostile-door", "敌意文件：整条入库路径，读入 = 入库 + 隔离", "hostile files through the whole door: read = loaded + quarantined",
        times=counted["door"], lost=lost, seconds=time.monotonic() - began,
        measured={name: counted[name] for name in ("batches", "rows", "loaded", "quarantined")},
    )  # fmt: skip
    assert counted["batches"] > number / 20
    assert counted["quarantined"] > 0
    assert lost == 0, counted
