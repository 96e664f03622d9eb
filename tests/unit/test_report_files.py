"""The files of the annual report: the workbook holds no formula, and where there can be no PDF, it is said what to install."""

import builtins
import datetime as dt
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as within
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import SetupError
from pipelines.publish.report import charts, pdf
from pipelines.publish.report.document import Document
from pipelines.publish.report.figures import Facts
from pipelines.publish.report.notes import Note
from pipelines.publish.report.questions import questions
from pipelines.publish.report.tables import TABLES, Column, Few, Table, table, written
from pipelines.publish.report.workbook import write_workbook
from pipelines.publish.report.year import report_year
from pipelines.settings import Settings

ABOUT = {
    "id": "20170925.1", "as_of": "2017-09-25", "content_digest": "0", "city": {"id": "x", "name_zh": "某市", "name_en": "Town"},
}  # fmt: skip
TOLD = {"zh": "表", "en": "Table", "relation": "marts.x", "sql": ""}
YEAR = report_year(2017, dt.date(2017, 9, 25), dt.date(2011, 1, 1))


def test_what_a_spreadsheet_takes_for_a_formula_stays_text(tmp_path: Path) -> None:
    texts = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "https://example.org/x"]
    sheet = Table(
        "x", TOLD, [Column("a", "甲", "A", "text"), Column("b", "乙", "B", "count")], [[text, 7] for text in texts]
    )
    note = Note("x", "=2+2", "=3+3", "=4+4")
    write_workbook(tmp_path / "x.xlsx", Document(tables=[(sheet, 1)], notes=[note]), ABOUT, "zh")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = book.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in one for one in sheets)
    assert all(
        text.replace("'", "&apos;").partition("|")[0] in strings for text in ("=1+1", "@SUM(A1)", "=2+2", "=4+4")
    )


@pytest.mark.parametrize("problem", [ImportError("no"), OSError("cannot load library\nsee the manual")])
def test_without_the_engine_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
    real: Callable[..., Any] = builtins.__import__

    def broken(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "weasyprint":
            raise problem
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", broken)
    why = pdf.why_not()
    wanted = pdf.INSTALL[1] if isinstance(problem, ImportError) else pdf.INSTALL[0]
    assert why is not None and all(wanted in said and "\n" not in said for said in why)


def test_without_chinese_fonts_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError)
    monkeypatch.setattr(pdf.shutil, "which", lambda _: "fc-list")
    monkeypatch.setattr(pdf.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, b"", b""))
    why = pdf.why_not()
    assert why is not None and all("fonts-noto-cjk" in said for said in why)


def test_without_a_release_there_is_no_report(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGGUAN_HOME", str(settings.home))
    for options, wanted in (([], "还没有发布版"), (["--release", "20170101.9"], "没有这个发布版")):
        refused = CliRunner().invoke(app, ["report", *options]).exception
        assert isinstance(refused, SetupError) and refused.zh == wanted and refused.remedy_zh and refused.remedy_en


def facts_of(rows: list[tuple[str, int, float]]) -> Facts:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.demolition (month date, found_cases bigint, demolition_events bigint, demolished_area_m2 double)"
    )
    connection.executemany(
        "insert into marts.demolition values (?, ?, ?, ?)",
        [(day, n, n, area) for day, n, area in rows] or [(None, 0, 0, 0.0)],
    )
    return Facts(connection, None, YEAR)  # type: ignore[arg-type]


@within(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=7, max_size=7))
def test_an_amount_is_held_back_with_the_count_of_its_records(counts: list[int]) -> None:
    facts = facts_of([(f"{2011 + at}-05-01", count, count * 10.25) for at, count in enumerate(counts)])
    found = table(facts, "demolition_years", "zh")
    for count, events, area in zip(
        counts, found.column("demolition_events"), found.column("demolished_area_m2"), strict=True
    ):
        assert isinstance(events, Few) == isinstance(area, Few)
        assert isinstance(area, Few) or area == count * 10.25
        assert isinstance(area, Few) or count == 0 or count >= 5


def test_a_chart_keeps_its_text_and_draws_nothing_where_there_is_nothing() -> None:
    svg = charts.draw("demolition_years", table(facts_of([("2016-05-01", 50, 99.5)]), "demolition_years", "zh"), "zh")
    assert svg is not None and "<image" not in svg and "99.50" in svg and "2016" in svg
    assert charts.draw("demolition_years", table(facts_of([]), "demolition_years", "zh"), "zh") is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_months_stand_in_the_order_of_the_year(lang: Any) -> None:
    columns = [Column(**column) for column in TABLES["hotline_months"]["columns"]]
    months = [dt.date(2016, month, 1) for month in range(1, 13)]
    svg = charts.draw(
        "hotline_months", Table("hotline_months", TOLD, columns, [[month, 9, 7] for month in months]), lang
    )
    labels = re.findall(r">(\d+月|[A-Z][a-z]{2})<", svg or "")
    assert labels == [written(columns[0], month, lang) for month in months]


def test_every_chart_has_its_table_and_every_question_its_words() -> None:
    assert {name.partition(".")[0] for name in charts.CHARTS} <= set(TABLES)
    for name, told in {**TABLES, **questions("standing")}.items():
        assert all(told[key] for key in ("zh", "en", "relation", "sql")), name
    for name, told in TABLES.items():
        columns = [Column(**column) for column in told["columns"]]
        assert all(column.zh and column.en for column in columns), name
        assert all(
            column.guard in {one.name for one in columns if one.kind == "count"} for column in columns if column.guard
        )


def test_cells_are_written_by_their_kind() -> None:
    assert written(Column("x", "", "", "month"), dt.date(2017, 9, 1), "zh") == "9月"
    assert written(Column("x", "", "", "month"), dt.date(2017, 9, 1), "en") == "Sep"
    assert written(Column("x", "", "", "rate"), 0.99999, "zh") == "99.99%"
    assert written(Column("x", "", "", "number", decimals=1), 7, "zh") == "7.0"
    assert written(Column("x", "", "", "year"), 2017, "zh") == "2017"
    assert written(Column("x", "", "", "count"), Few(is_small=True), "zh") == "<5"
    assert written(Column("x", "", "", "count"), None, "en") == "–"
