"""The report's tables as a workbook, for those who edit: a sheet a table, one with the key figures' notes, one that says what it is."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines.metrics.export import DISARMED, TEXT, is_formula
from pipelines.publish.report.document import Document
from pipelines.publish.report.sentences import Lang, pick
from pipelines.publish.report.tables import Few, Table

_FORMATS = {
    "rate": "0.00%",
    "day": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "number": "#,##0.00",
    "count": "#,##0",
    "tally": "#,##0",
}
_ROWS_ABOVE = 2


def write_workbook(path: Path, document: Document, about: Mapping[str, Any], lang: Lang) -> None:
    """Writes the tables of the document in their order; tables that the document only draws come with them."""
    with xlsxwriter.Workbook(str(path), DISARMED) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({**TEXT, "text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "vcenter"})
        formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        formats["formula"] = book.add_format(TEXT)
        first = book.add_worksheet(pick(lang, "说明", "About"))
        for table, number in document.tables:
            page = book.add_worksheet(table.name[:31])
            label = f"{pick(lang, '表', 'Table')} {number} " if number else ""
            page.write_string(0, 0, f"{label}{table.title(lang)}", bold)
            page.write_string(1, 0, f"{pick(lang, '来源', 'Source')}: {table.relation} {table.note(lang)}")
            page.write_row(_ROWS_ABOVE, 0, [column.title(lang) for column in table.columns], head)
            _fill(page, table, formats)
        _notes(book.add_worksheet(pick(lang, "口径", "Definitions")), document, lang, head, wrapped)
        _about(first, document, about, lang, bold)


def _fill(page: Any, table: Table, formats: Mapping[str, Any]) -> None:
    for at, column in enumerate(table.columns):
        page.set_column(at, at, 30 if column.kind == "text" else 14)
        for down, row in enumerate(table.rows, start=_ROWS_ABOVE + 1):
            cell = row[at]
            if isinstance(cell, Few | str):
                page.write_string(down, at, str(cell), formats["formula"] if is_formula(str(cell)) else None)
            elif isinstance(cell, dt.date):
                page.write_datetime(down, at, cell, formats[column.kind])
            elif cell is not None:
                page.write_number(down, at, float(cell), formats.get(column.kind))
    page.freeze_panes(_ROWS_ABOVE + 1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _notes(page: Any, document: Document, lang: Lang, head: Any, wrapped: Any) -> None:
    titles = {
        "zh": ("编号", "指标", "口径", "来源", "归属日期", "口径依据"),
        "en": ("No.", "Figure", "Definition", "Source", "Dated by", "Defined by"),
    }[lang]
    for at, (title, width) in enumerate(zip(titles, (6, 28, 70, 44, 16, 40), strict=True)):
        page.write_string(0, at, title, head)
        page.set_column(at, at, width)
    for down, note in enumerate(document.notes, start=1):
        page.write_number(down, 0, down)
        for at, text in enumerate((note.title, note.definition, note.source, note.dated, note.origin), start=1):
            page.write_string(down, at, text, wrapped)
    page.freeze_panes(1, 0)


def _about(page: Any, document: Document, about: Mapping[str, Any], lang: Lang, bold: Any) -> None:
    facts = [
        (pick(lang, "城市", "City"), about["city"][f"name_{lang}"]),
        (pick(lang, "数据截至", "Data as of"), about["as_of"]),
        (pick(lang, "发布版", "Release"), about["id"]),
        (pick(lang, "内容摘要值", "Content digest"), about["content_digest"]),
        (
            pick(lang, "说明", "Note"),
            pick(
                lang, "表中数字与年度报告相同；“<5”为不足 5 的分组数量，不予显示；只有汇总数字，不含个人信息。",
                "The figures are those of the annual report; “<5” stands for groups of fewer than five; aggregates only, nothing about persons.",
            ),
        ),
    ]  # fmt: skip
    for down, (what, value) in enumerate(facts):
        page.write_string(down, 0, what, bold)
        page.write_string(down, 1, str(value))
    for down, (table, _) in enumerate(document.tables, start=len(facts) + 1):
        page.write_url(down, 0, f"internal:'{table.name[:31]}'!A1", string=table.title(lang))
        page.write_string(down, 1, table.relation)
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 60)
