"""The Data Docs of a release show what was found of its night's batches, and ask no other host for anything."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.quality.data_docs import write_data_docs
from pipelines.quality.history import create_tables
from pipelines.settings import PROJECT_ROOT

DAY = dt.date(2017, 9, 25)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "data_docs"
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as build; use build; create schema ops")
        create_tables(connection)
        verdict = "'{source}', date '{day}', now()::timestamp, 'rows_per_day', 'warn', {held}, {seen}, 20, 100, 50, 12, 'zh', 'en'"
        for source, day, held, seen in (
            ("a.csv", DAY, True, 60),
            ("b.csv", DAY, False, 600),
            ("c.csv", DAY - dt.timedelta(days=1), True, 1),
        ):
            values = verdict.format(source=source, day=day, held=held, seen=seen)
            connection.execute(f"insert into ops.batch_verdicts select '{source}', 'demolitions', {values}")
        assert write_data_docs(connection, DAY, folder) == 2
        assert write_data_docs(connection, dt.date(2017, 1, 1), folder / "none") == 0
    return folder


def test_there_is_an_index_and_a_page_for_the_feed(pages: Path) -> None:
    assert (pages / "index.html").is_file()
    (page,) = pages.glob("validations/demolitions/**/*.html")
    text = page.read_text(encoding="utf-8")
    assert "b.csv" in text and "600" in text
    assert "c.csv" not in text


def test_a_night_without_batches_has_no_pages(pages: Path) -> None:
    assert not (pages / "none").exists()


def test_the_pages_load_nothing_from_elsewhere(pages: Path) -> None:
    for page in pages.rglob("*.html"):
        loads = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']([^\"']+)", page.read_text(encoding="utf-8"))
        assert [where for where in loads if where.startswith(("http:", "https:", "//"))] == []


def test_the_pages_are_small(pages: Path) -> None:
    assert sum(path.stat().st_size for path in pages.rglob("*") if path.is_file()) < 500_000


def test_the_definitions_load_without_great_expectations() -> None:
    seen = "import sys; import pipelines.definitions, pipelines.cli.app; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], cwd=PROJECT_ROOT, check=False).returncode == 0
