"""Bombs of every kind that is read: each is read or refused with a clear error, in bounded time and memory."""

import time
from pathlib import Path

import pytest

from tests.faults import results
from tests.faults.hostile.bombs import BOMBS, MOST_SECONDS
from tests.faults.test_hostile_files import told_by

#: Memory in MiB that a reader may come to, whatever it is given.
MOST_MIB = 3_000
#: Those that take longest, or most of the disk, though they are told in the end.
HEAVY = {
    "cell-without-end.csv", "many-members.zip", "one-word-often.parquet", "rows-again-and-again.ods", "ten-million-cells-in-a-row.xlsx", "ten-million-keys.json",
    "columns-again-and-again.ods", "beyond-the-last-column.xlsx", "entities.ods", "packed-text.zip", "huge-text.json", "deep-objects.json",
}  # fmt: skip


def bombs_are_told(folder: Path, scale: int, names: list[str]) -> None:
    began = time.monotonic()
    # Large ones each in a process of its own: what the address space has been cut up by is not the next file's fault.
    together = [names] if scale == 1 else [[name] for name in names]
    told = [line for some in together for line in told_by("tests.faults.hostile.bombs", str(scale), str(folder), *some)]
    outcomes = [line for line in told if "outcome" in line]
    finds = [line for line in outcomes if line["outcome"] not in ("read", "refused")]
    peak = max((line["peak_mib"] for line in outcomes if "peak_mib" in line), default=0)
    results.record(
        "bombs", "炸弹文件：压缩、实体、超宽、深嵌套、无尽行", "bombs: packed, entities, ten million columns, deep nesting, endless lines",
        times=len(outcomes), lost=len(finds), seconds=time.monotonic() - began,
        measured={"peak MiB": peak, "slowest s of CPU": max((line.get("cpu", 0) for line in outcomes), default=0)},
    )  # fmt: skip
    assert not finds, finds[:3]
    assert len(outcomes) == len(names)
    assert peak < MOST_MIB
    assert all(line["cpu"] < MOST_SECONDS for line in outcomes)


@pytest.mark.skipif(results.is_whole(), reason="all of them are made, and larger, by the next one")
def test_small_bombs_are_read_or_refused(tmp_path: Path) -> None:
    bombs_are_told(tmp_path, 1, [name for name in BOMBS if name not in HEAVY])


@pytest.mark.slow
def test_all_bombs_are_read_or_refused(tmp_path: Path) -> None:
    bombs_are_told(tmp_path, results.times(1, 8), list(BOMBS))
