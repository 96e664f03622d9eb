"""The document that leads through a new city does what it says: its own commands, one after the other, in one shell."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import duckdb
import pytest

from pipelines.city import ColumnMap
from pipelines.settings import PROJECT_ROOT
from tests.pipeline.nights import KEY

DOCUMENT = (PROJECT_ROOT / "docs" / "bring-your-own-city.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, flags=re.DOTALL | re.MULTILINE)


def run(folder: Path, commands: list[str]) -> str:
    """Runs the commands in a fresh folder as a reader would paste them; the first that fails ends it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHENGGUAN_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(PROJECT_ROOT), "CHENGGUAN_HASH_KEY": KEY,
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_all_but_the_night_can_be_copied(tmp_path: Path) -> None:
    *commands, night = blocks("sh")
    assert night.startswith("chengguan nightly")
    said = run(tmp_path, commands)
    assert "读入 read 7 = 入库 loaded 6 + 隔离 quarantined 1；跳过 skipped 1" in said
    assert not (tmp_path / "home").exists()
    numbers = re.findall(r"139\d{8}", DOCUMENT)
    assert numbers and not [number for number in numbers if number in said]


@pytest.mark.slow
def test_the_last_command_publishes_the_first_release(tmp_path: Path) -> None:
    run(tmp_path, blocks("sh"))
    with duckdb.connect(str(tmp_path / "home/current/serving.duckdb"), read_only=True) as release:
        counts = release.sql(
            "select sum(rows_read), sum(rows_loaded), sum(rows_quarantined) from meta.batches"
        ).fetchall()
        received = release.sql("select sum(received), sum(closed) from marts.hotline_service").fetchall()
    assert counts == [(7, 6, 1)]
    assert received == [(6, 5)]


def test_what_the_document_says_of_columns_is_right() -> None:
    columns = {name: column for block in blocks("toml") for name, column in tomllib.loads(block)["columns"].items()}
    assert {key for column in columns.values() for key in column} >= {
        "from",
        "join",
        "map",
        "map_reference",
        "only_if",
        "unit",
        "formats",
    }
    for column in columns.values():
        ColumnMap.model_validate(column)
