"""A mended workbook read again: which rows it holds, which were changed, and everything that keeps it from being read.

Belongs here: the workbook alone and the rows that it names. Nothing is loaded here (`replay` does that), so that a workbook with a fault
changes nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import fastexcel

from pipelines.city import City
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.settings import Settings
from pipelines.steward.fields import shown_fields
from pipelines.steward.rows import HeldRow, rows_of
from pipelines.steward.workbook import ABOUT, CODES, HOW, PLACE, home_mark, shown

_NAME = re.compile(r"\[(\w+)\]\s*$")
#: What a spreadsheet makes of line ends and of characters that it cannot hold, and what people cannot see.
_UNSEEN = re.compile(r"_x[0-9A-Fa-f]{4}_|[\s\x00-\x1f\u00a0\u3000]+")


@dataclass(frozen=True)
class MendedRow:
    """A changed row: what it was, where it stands in the workbook (`line` as a person counts), its fields now, and which were changed."""

    held: HeldRow
    line: int
    cells: Mapping[str, str | None]
    changed: frozenset[str]


@dataclass(frozen=True)
class Sheet:
    """One feed's sheet: its changed rows, and how many were left as they were."""

    feed: str
    rows: list[MendedRow]
    unchanged: int


def read_workbook(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, path: Path) -> list[Sheet]:
    """The sheets of a workbook that `write_workbook` wrote.

    Raises InputError naming sheet, row and column: no such file or none of ours, another home's, an unknown sheet, a missing column, a row
    that there is not, that comes twice, or whose place was edited.
    """
    tables = _tables(path)
    about = {line[0]: line[1] for line in tables.pop(ABOUT, []) if len(line) > 1}
    if not about:
        raise InputError(
            "不是隔离行改正表", "this is no workbook of `chengguan quarantine export`", file=path.name, sheet=ABOUT,
            remedy_zh="用 chengguan quarantine export 导出后在其中改正，并保留隐藏的工作表",
            remedy_en="mend rows in a workbook that `chengguan quarantine export` wrote, and keep its hidden sheets",
        )  # fmt: skip
    if about.get("home") != home_mark(settings, city):
        raise InputError(
            "改正表来自另一个数据目录或城市", "the workbook comes from another data home or city", file=path.name,
            sheet=ABOUT, row=1, value=f"{about.get('city')}, {about.get('home')}",
            remedy_zh="在导出它的数据目录中运行，或在这里重新导出", remedy_en="run this in the home that wrote it, or export the rows here again",
        )  # fmt: skip
    sheets = []
    for name, lines in tables.items():
        if name in (CODES, HOW):
            continue
        if name not in FEEDS:
            raise InputError(
                "工作表名不是数据源", "the sheet is not named after a feed", file=path.name, sheet=name,
                remedy_zh="恢复原来的工作表名，或删除该工作表", remedy_en="give the sheet its name back, or delete it",
            )  # fmt: skip
        sheets.append(_sheet(city, connection, path, name, lines))
    return sheets


def _tables(path: Path) -> dict[str, list[list[str | None]]]:
    """{sheet: its lines, every cell a text}."""
    try:
        book = fastexcel.read_excel(path)
        return {
            name: [list(row) for row in
                   book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars().rows()]
            for name in book.sheet_names
        }  # fmt: skip
    except (fastexcel.FastExcelError, OSError) as error:
        raise InputError(
            "改正表打不开", f"the workbook cannot be opened: {str(error).partition(chr(10))[0]}", file=path.name,
            remedy_zh="检查路径；在表格软件中另存为 .xlsx", remedy_en="check the path; save it as .xlsx again",
        ) from error  # fmt: skip


def _sheet(
    city: City, connection: duckdb.DuckDBPyConnection, path: Path, feed: str, lines: list[list[str | None]]
) -> Sheet:
    fields = shown_fields(city.profile_of(feed))
    columns = _columns(path, feed, lines[0] if lines else [], [*PLACE, *fields])
    named: dict[str, int] = {}
    for line, cells in enumerate(lines[1:], start=2):
        if not any((cell or "").strip() for cell in cells):
            continue
        name = (cells[columns["_row_id"]] or "").strip()
        if name in named:
            raise _wrong(
                (path, feed, line), "_row_id", name,
                (f"行编号与第 {named[name]} 行重复", f"the row id stands in line {named[name]} too"),
                ("每个行编号只保留一行", "keep one line for each row id"),
            )  # fmt: skip
        named[name] = line
    known = rows_of(connection, list(named))
    rows, unchanged = [], 0
    for name, line in named.items():
        said = {column: lines[line - 1][at] for column, at in columns.items()}
        held = _checked(path, feed, line, said, known.get(name))
        fields_now, changed = _compare(held, {field: said[field] for field in fields})
        if changed:
            rows.append(MendedRow(held, line, fields_now, changed))
        else:
            unchanged += 1
    return Sheet(feed, rows, unchanged)


def _columns(path: Path, feed: str, header: Sequence[str | None], wanted: Sequence[str]) -> dict[str, int]:
    """{name: place}; columns that a steward has added are left alone."""
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        named = _NAME.search(cell or "")
        if not named or named[1] not in wanted:
            continue
        if named[1] in found:
            raise _wrong(
                (path, feed, 1), named[1], None,
                ("同一列出现两次", "the column stands there twice"), ("删除多余的一列", "delete one of them"),
            )  # fmt: skip
        found[named[1]] = at
    if missing := [name for name in wanted if name not in found]:
        raise _wrong(
            (path, feed, 1), ", ".join(missing), None, ("缺少列", "columns are missing"),
            ("恢复表头（方括号中的名称）和被删除的列，或重新导出", "restore the header (the names in brackets) and deleted columns, or export again"),
        )  # fmt: skip
    return found


def _checked(path: Path, feed: str, line: int, said: Mapping[str, str | None], held: HeldRow | None) -> HeldRow:
    """The row that the line names, at the place that the line tells."""
    if held is None or held.feed != feed:
        raise _wrong(
            (path, feed, line), "_row_id", said["_row_id"], ("隔离区没有这一行", "there is no such refused row of this feed"),
            ("恢复原来的行编号，或删除该行后重试", "restore the row id, or delete the line and try again"),
        )  # fmt: skip
    for column, is_so in (("_source", held.source), ("_sheet", held.sheet), ("_row", str(held.row))):
        if _plain(said[column]) != _plain(shown(is_so)):
            raise _wrong(
                (path, feed, line), column, said[column],
                ("行编号与位置不符，可能被改动过", f"the row id belongs to another place: {is_so}"),
                ("恢复前五列，或重新导出", "restore the first five columns, or export again"),
            )  # fmt: skip
    return held


def _compare(held: HeldRow, said: Mapping[str, str | None]) -> tuple[dict[str, str | None], frozenset[str]]:
    """The row's fields: as stored where the cell is as it was written, else as the cell has them."""
    cells: dict[str, str | None] = {}
    changed = set()
    for field, cell in said.items():
        stored = held.record.get(field)
        if _plain(cell) == _plain(shown(stored)):
            cells[field] = stored
        else:
            cells[field] = cell if cell and cell.strip() else None
            changed.add(field)
    return cells, frozenset(changed)


def _plain(cell: str | None) -> str:
    return _UNSEEN.sub(" ", cell or "").strip()


def _wrong(
    where: tuple[Path, str, int], column: str, value: str | None, said: tuple[str, str], remedy: tuple[str, str]
) -> InputError:
    path, sheet, line = where
    return InputError(
        *said, file=path.name, sheet=sheet, row=line, column=column, value=value, remedy_zh=remedy[0], remedy_en=remedy[1]
    )  # fmt: skip
