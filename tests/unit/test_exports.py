"""Whatever leaves for a spreadsheet is text there: no cell of a record becomes a formula, in any export that there is."""

import csv
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipelines.city import City
from pipelines.landing.ingest import ingest_feed
from pipelines.metrics.export import FORMULA, write_file
from pipelines.publish.report.document import Document
from pipelines.publish.report.notes import Note
from pipelines.publish.report.tables import Column, Table
from pipelines.publish.report.workbook import write_workbook as write_report
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.steward.rows import Wanted, find_rows, open_desk
from pipelines.steward.workbook import write_workbook as write_refused
from tests.conftest import AS_OF

LEADS = [
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "＝",
    "＋",
    "－",
    "＠",
    " =",
    "\u3000+",
    "\xa0-",
    "\ufeff@",
    "\u200b=",
]
PLANTED = [f"{lead}SUM(A1)" for lead in LEADS]
SHOW = PROJECT_ROOT / "pipelines/publish/site/static/show.js"
#: Every module that writes what a spreadsheet opens; whoever adds one adds its export below.
WRITERS = {"metrics/export.py", "publish/report/workbook.py", "publish/site/static/show.js", "steward/workbook.py"}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _records(folder: Path, name: str) -> Path:
    write_file(folder / name, ["text", "n"], [(text, -2.5) for text in PLANTED], [("where", PLANTED[0])])
    return folder / name


def records_as_csv(folder: Path, _settings: Settings, _write_city: Callable[..., City]) -> Path:
    return _records(folder, "records.csv")


def records_as_workbook(folder: Path, _settings: Settings, _write_city: Callable[..., City]) -> Path:
    return _records(folder, "records.xlsx")


def tables_of_the_report(folder: Path, _settings: Settings, _write_city: Callable[..., City]) -> Path:
    about = {"id": "1", "as_of": "2017-09-25", "content_digest": "0", "city": {"name_zh": "市", "name_en": "Town"}}
    told = {"zh": "表", "en": "Table", "relation": "marts.x", "sql": ""}
    table = Table("x", told, [Column("a", "甲", "A", "text")], [[text] for text in PLANTED])
    notes = [Note("x", *PLANTED[at : at + 3]) for at in range(3)]
    write_report(folder / "report.xlsx", Document(tables=[(table, 1)], notes=notes), about, "zh")
    return folder / "report.xlsx"


def refused_rows(folder: Path, settings: Settings, write_city: Callable[..., City]) -> Path:
    city = write_city()
    source = settings.inbox_dir / "demolitions/a.csv"
    source.parent.mkdir()
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [["编号", "违建编号", "拆除日期", "面积", "方式"], *([text, text, "2017-01-01", "1", text] for text in PLANTED)]
        )  # fmt: skip
    ingest_feed(settings, city, "demolitions", AS_OF)
    with open_desk(settings) as connection:
        write_refused(settings, city, folder / "refused.xlsx", find_rows(connection, Wanted()))
    return folder / "refused.xlsx"


EXPORTS = [records_as_csv, records_as_workbook, tables_of_the_report, refused_rows]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.__name__)
def test_no_planted_text_is_a_formula_in_an_export(
    export: Callable[[Path, Settings, Callable[..., City]], Path],
    tmp_path: Path,
    settings: Settings,
    write_city: Callable[..., City],
) -> None:
    file = export(tmp_path, settings, write_city)
    planted = [
        cell for cell in (csv_cells(file) if file.suffix == ".csv" else sheet_cells(file)) if "SUM(A1)" in cell[0]
    ]
    assert len(planted) >= len(PLANTED)
    assert [cell for cell, is_inert in planted if not is_inert] == []


def test_the_pages_know_the_same_beginnings_of_formulas_as_the_files() -> None:
    script = SHOW.read_text(encoding="utf-8")
    [rule] = re.findall(r"const FORMULA = /(.*)/;", script)
    assert rule == FORMULA.pattern
    assert all(re.match(rule, text) for text in PLANTED)
    assert not any(re.match(rule, text) for text in ("平常", "12", "a=b", "2017-09-25", ""))


def test_nothing_else_writes_what_a_spreadsheet_opens() -> None:
    writes = re.compile(
        r"csv\.(?:writer|DictWriter)|xlsxwriter\.Workbook\(|write_excel|text/csv|openpyxl|to_csv|to_excel|format csv",
        re.IGNORECASE,
    )
    found = {
        str(path.relative_to(PROJECT_ROOT / "pipelines"))
        for path in chain((PROJECT_ROOT / "pipelines").rglob("*.py"), (PROJECT_ROOT / "pipelines").rglob("*.js"))
        if "simulator" not in path.parts and writes.search(path.read_text(encoding="utf-8"))
    }
    assert found == WRITERS


def csv_cells(file: Path) -> Iterator[tuple[str, bool]]:
    """(cell, whether no spreadsheet takes it for a formula)."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.reader(stream):
            for cell in row:
                bare = unicodedata.normalize("NFKC", cell).strip("\ufeff\u200b \t\r\n")
                yield cell, not bare.startswith(("=", "+", "-", "@"))


def sheet_cells(file: Path) -> Iterator[tuple[str, bool]]:
    """The same of every sheet: a text must be stored as one, in a look that keeps it one when it is edited, and nowhere is a formula."""
    with zipfile.ZipFile(file) as book:
        parts = {name: ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xml")}
    strings = ["".join(one.itertext()) for one in parts.get("xl/sharedStrings.xml", [])]
    styles = parts["xl/styles.xml"]
    own = [form.get("numFmtId") for form in styles.iter(f"{_MAIN}numFmt") if form.get("formatCode") == "@"]
    keeps_text = [look.get("numFmtId") in ("49", *own) for look in styles.findall(f"{_MAIN}cellXfs/{_MAIN}xf")]
    for name, part in parts.items():
        if not name.startswith("xl/worksheets/"):
            continue
        assert not [*part.iter(f"{_MAIN}f")], name
        for cell in part.iter(f"{_MAIN}c"):
            said = "".join(cell.itertext())
            text = strings[int(said)] if cell.get("t") == "s" else said
            yield text, cell.get("t") in ("s", "inlineStr") and keeps_text[int(cell.get("s", "0"))]
