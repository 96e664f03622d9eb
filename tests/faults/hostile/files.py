"""Hostile files by number: the same number is always the same file, so that a find can be seen again.

Belongs here: sound files of every kind, and what is done to them. Half of the changes know the kind's structure (a member of the zip, a cell, a
number in an attribute, a bracket), the others change bytes anywhere.
"""

import csv
import io
import json
import random
import re
import sqlite3
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import xlwt

HEADER = ["编号", "违建编号", "拆除日期", "面积", "方式"]
KINDS = (
    "utf8.csv", "gb18030.csv", "big5.csv", "utf16.csv", "tab.tsv", "a.xlsx", "a.xls", "a.xlsb", "a.ods", "a.json", "a.ndjson", "a.parquet",
    "a.zip", "open311.xml", "open311.json", "a.sqlite",
)  # fmt: skip
#: Cells that have broken somebody's reader, spreadsheet, query or page.
NASTY = (
    "", " ", "\0", '"', '""', "'", ";", ",", "\t", "\r", "\n", "\r\n", "\u2028", "\ufeff", "\u200b", "\ud7ff", "\U0001f4a3", "NaN", "-inf",
    "1e999", "9" * 400, "0x10", "=1+1", "=HYPERLINK(\"http://x\")", "@SUM(A1)", "+1", "-1", "|cmd", "../../etc/passwd", "'; drop table raw.demolitions; --",
    "{{7*7}}", "${HOME}", "%s%n", "<script>alert(1)</script>", "2017-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "1899-12-30", "合计",
    "×" * 5_000, "a" * 70_000, "_source_row", "^.*$", "*", "编号", "null", "NULL", "\\N", "１２３", "٣", "½", "1,2,3", "1.2.3", "１３９０００００００１",
)  # fmt: skip
_TOKENS = {
    ".json": (b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\u0000", b"\\ud800", b"1e999", b"NaN", b"[" * 200, b'{"a":' * 80, b"\xff", b"null"),
    ".xml": (b"<", b">", b"</", b"<!--", b"]]>", b"<![CDATA[", b"&lt;", b"&#0;", b"&x;", b'<!DOCTYPE a [<!ENTITY x "y">]>', b"<a>" * 200, b"\xff"),
    ".csv": tuple(text.encode("utf-8", "surrogatepass") for text in NASTY),
}  # fmt: skip
_TOKENS |= {".ndjson": _TOKENS[".json"], ".tsv": _TOKENS[".csv"]}
_MAGIC = (
    b"\0",
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"PK\x03\x04",
    b"PAR1",
    b"\xd0\xcf\x11\xe0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\0" * 64,
)
_NUMBERS = (b"0", b"-1", b"1048577", b"4294967296", b"99999999", b"18446744073709551616", b"1e308", b"")


def hostile(number: int) -> tuple[str, bytes]:
    """(name, content) of a hostile file. One in twelve is sound but for its cells."""
    rng = random.Random(number)
    kind = KINDS[number % len(KINDS)]
    data = _sound(kind) if rng.random() < 0.4 else _nasty_cells(kind, rng)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 5, 9))):
        data = _changed(kind, data, rng)
    return f"{number}-{kind}", data or b"\0"


@cache
def _sound(kind: str) -> bytes:
    return written(kind, [[f"{at}", f"W{at}", "2017-01-05", "10.5", "自拆"] for at in range(40)])


def _nasty_cells(kind: str, rng: random.Random) -> bytes:
    rows = [[f"{at}", f"W{at}", "2017-01-05", "10.5", "强拆"] for at in range(rng.choice((0, 1, 3, 12)))]
    for row in rows:
        for _ in range(rng.choice((0, 1, 2))):
            row[rng.randrange(5)] = rng.choice(NASTY)
        if rng.random() < 0.1:
            row.extend(rng.choice(NASTY) for _ in range(rng.choice((1, 3, 40))))
    return written(kind, rows)


def written(kind: str, rows: list[list[str]]) -> bytes:
    """A sound file of the kind with the rows below the header."""
    stem, _, suffix = kind.rpartition(".")
    table = [HEADER, *rows]
    if suffix in ("csv", "tsv"):
        text = io.StringIO()
        csv.writer(text, delimiter="\t" if suffix == "tsv" else ",").writerows(table)
        encoding = {"utf8": "utf-8", "tab": "utf-8", "utf16": "utf-16"}.get(stem, stem)
        return text.getvalue().encode(encoding, "replace")
    if suffix == "zip":
        return _packed(
            {
                "1.csv": written("utf8.csv", rows),
                "2/二.xlsx": written("a.xlsx", rows),
                "3.json": written("a.json", rows),
            }
        )
    if suffix == "ods":
        cells = "".join(
            f"<table:table-row>{''.join(_ods_cell(cell) for cell in row)}</table:table-row>" for row in table
        )
        return _packed(
            {
                "META-INF/manifest.xml": _ODS_MANIFEST,
                "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": f"{_ODS}{cells}{_ODS_END}".encode("utf-8", "replace"),
            }
        )
    if suffix == "xlsb":
        return _xlsb(table)
    if suffix in ("json", "ndjson", "xml"):
        return _records(stem, suffix, rows)
    with tempfile.TemporaryDirectory() as folder:
        return _by_library(Path(folder) / kind, suffix, table)


def _by_library(path: Path, suffix: str, table: list[list[str]]) -> bytes:
    if suffix == "xlsx":
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            page = book.add_worksheet("台账")
            for at, row in enumerate(table):
                page.write_row(at, 0, [cell[:32_000] for cell in row])
    elif suffix == "xls":
        old = xlwt.Workbook()
        sheet = old.add_sheet("台账")
        for at, row in enumerate(table):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell[:32_000])
        old.save(str(path))
    elif suffix == "parquet":
        columns = [[row[at] if at < len(row) else None for row in table[1:]] for at in range(5)]
        pq.write_table(
            pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(HEADER, columns, strict=True)}),
            path,
            row_group_size=7,
        )
    else:
        with sqlite3.connect(path) as base:
            base.execute(f"create table ledger ({', '.join(HEADER)}, stamp text)")
            base.executemany(
                "insert into ledger values (?, ?, ?, ?, ?, '2017-01-06 10:00:00')", [row[:5] for row in table[1:]]
            )
        base.close()
    return path.read_bytes()


def _records(stem: str, suffix: str, rows: list[list[str]]) -> bytes:
    if stem == "open311":
        records = [
            {
                "service_request_id": row[0],
                "status": row[4],
                "description": row[1],
                "requested_datetime": "2017-01-05T10:00:00Z",
            }
            for row in rows
        ]
        if suffix == "xml":
            parts = "".join(
                "<request>"
                + "".join(f"<{name}>{_escaped(value)}</{name}>" for name, value in one.items())
                + "</request>"
                for one in records
            )
            return f"<service_requests>{parts}</service_requests>".encode("utf-8", "replace")
        return json.dumps(records).encode()
    records = [dict(zip(HEADER, row, strict=False)) for row in rows]
    if suffix == "json":
        return json.dumps(records, ensure_ascii=False).encode("utf-8", "replace")
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in records).encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f]", "", text).replace("&", "&amp;").replace("<", "&lt;")


def _ods_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{_escaped(text)}</text:p></table:table-cell>'


_ODS_MANIFEST = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="a">'
)
_ODS_END = "</table:table></office:spreadsheet></office:body></office:document-content>"


def _xlsb(table: list[list[str]]) -> bytes:
    """The smallest binary workbook (MS-XLSB): records of a number, a length and a body; texts stand in their cells."""

    def record(kind: int, body: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
        size, length = len(body), bytearray()
        while True:
            length.append(size & 127 | (128 if size > 127 else 0))
            size >>= 7
            if not size:
                return head + bytes(length) + body

    def wide(text: str) -> bytes:
        raw = text[:8_000].encode("utf-16-le", "replace")
        return (len(raw) // 2).to_bytes(4, "little") + raw

    # BrtBeginBook 131, BrtBeginBundleShs 143, BrtBundleSh 156, …; BrtBeginSheet 129, BrtWsDim 148, BrtBeginSheetData 145, BrtRowHdr 0, BrtCellSt 6
    sheet = record(156, (0).to_bytes(4, "little") + (1).to_bytes(4, "little") + wide("rId1") + wide("a"))
    book = record(131) + record(143) + sheet + record(144) + record(132)
    width = max(map(len, table))
    corner = b"".join(value.to_bytes(4, "little") for value in (0, len(table) - 1, 0, width - 1))
    cells = b""
    for at, row in enumerate(table):
        cells += record(0, at.to_bytes(4, "little") + b"\0" * 13)
        for column, cell in enumerate(row):
            cells += record(6, column.to_bytes(4, "little") + b"\0" * 4 + wide(cell))
    page = record(129) + record(148, corner) + record(145) + cells + record(146) + record(130)
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return _packed(
        {"xl/workbook.bin": book, "xl/_rels/workbook.bin.rels": links.encode(), "xl/worksheets/sheet1.bin": page}
    )


def _packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _changed(kind: str, data: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        return _bytes_changed(data, rng)
    suffix = kind[kind.rindex(".") :]
    if suffix in (".xlsx", ".ods", ".xlsb", ".zip"):
        return _member_changed(data, rng)
    if suffix in _TOKENS:
        at = rng.randrange(len(data) + 1)
        return data[:at] + rng.choice(_TOKENS[suffix]) + data[at + rng.choice((0, 0, 1, 5)) :]
    return _bytes_changed(data, rng)


def _bytes_changed(data: bytes, rng: random.Random) -> bytes:
    if not data:
        return rng.choice(_MAGIC)
    at, length = rng.randrange(len(data)), rng.choice((1, 1, 2, 4, 16, 200))
    before, piece, after = data[:at], data[at : at + length], data[at + length :]
    changes = (
        before + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1 :],
        before + after,
        before + piece * rng.choice((2, 3, 50)) + after,
        before + rng.choice(_MAGIC) + data[at:],
        data[: max(1, at)],
        before + rng.randbytes(length) + after,
    )
    return rng.choice(changes)


def _member_changed(data: bytes, rng: random.Random) -> bytes:
    """A member gone, doubled, or with another content under a right checksum: what only a reader of the inner format meets."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:
        return _bytes_changed(data, rng)
    if not members:
        return _bytes_changed(data, rng)
    name = rng.choice(sorted(members))
    content = members[name]
    match rng.randrange(5):
        case 0:
            del members[name]
        case 1:
            numbers = list(re.finditer(rb"\d+", content))
            if numbers:
                found = rng.choice(numbers)
                members[name] = content[: found.start()] + rng.choice(_NUMBERS) + content[found.end() :]
        case 2:
            tags = list(re.finditer(rb"<[^>]*>", content))
            if tags:
                found = rng.choice(tags)
                members[name] = content[: found.start()] + found[0] * rng.choice((0, 2, 300)) + content[found.end() :]
        case 3:
            at = rng.randrange(len(content) + 1)
            members[name] = content[:at] + rng.choice(_TOKENS[".xml"]) + content[at:]
        case _:
            members[name] = _bytes_changed(content, rng)
    return _packed(members)
