"""The table of reliability says what the runs found, and only `make faults` writes it."""

from pathlib import Path

import pytest

from tests.faults import results


def test_the_document_holds_the_table_of_the_results() -> None:
    document = results.DOCUMENT.read_text(encoding="utf-8")
    assert results.with_table(document) == document


def test_only_the_whole_run_writes_and_a_second_one_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    monkeypatch.delenv("CHENGGUAN_FAULTS", raising=False)
    assert results.times(3, 300) == 3
    results.record("kills", "杀", "kills", times=3, lost=0, seconds=1)
    assert not (tmp_path / "results").exists()
    monkeypatch.setenv("CHENGGUAN_FAULTS", "whole")
    assert results.times(3, 300) == 300
    for lost in (4, 0):
        results.record(
            "kills", "杀", "kills", times=1200, lost=lost, seconds=1, recovery_seconds=2.34, measured={"peak MiB": 9}
        )
    (line,) = results.table().removeprefix(results.HEAD).splitlines()
    assert line.startswith("| 杀 kills | 1,200 | 0 | 2.3 s | peak MiB 9 | 1 s | ")
