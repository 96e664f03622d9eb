"""Bombs: small files that would fill memory or never end. Each is made, read as a night reads it, and must be read or refused with a clear error.

`python -m tests.faults.hostile.bombs SCALE FOLDER [NAME …]` prints one JSON line a bomb. Memory is bounded, and each has so many seconds of the processor; a bomb
that ends the process is the one that was begun last. SCALE multiplies the sizes.
"""

import gzip
import io
import json
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import ChengguanError
from pipelines.landing.geometry import read_map
from pipelines.readers.files import read_file
from pipelines.readers.georeport import NotUnderstood, Refused, records_of
from tests.faults.hostile.files import HEADER, written
from tests.faults.hostile.telling import broken_by, peak_mib
from tests.faults.hostile.worker import SOURCE, limit, watch

MOST_BYTES, MOST_SECONDS = 4 << 30, 60
MIB = 1 << 20
ROWS = [["1", "W1", "2017-01-05", "10.5", "自拆"]]
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(12))
    + b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
)
Bomb = Callable[[int], bytes]


def zipped(members: dict[str, bytes | Iterator[bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as member:
                for piece in (content,) if isinstance(content, bytes) else content:
                    member.write(piece)
    return out.getvalue()


def book(changes: dict[str, Callable[[bytes], bytes]], kind: str = "a.xlsx") -> bytes:
    """A sound workbook with parts of it changed."""
    with zipfile.ZipFile(io.BytesIO(written(kind, ROWS))) as archive:
        return zipped({name: changes.get(name, bytes)(archive.read(name)) for name in archive.namelist()})


def blanks(mib: int) -> Iterator[bytes]:
    return (b" " * MIB for _ in range(mib))


def after_declaration(more: bytes, text: bytes) -> Callable[[bytes], bytes]:
    """The XML with a document type and an entity in its texts."""

    def change(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        return head + b"?>" + more + rest.replace(b"</t>", text + b"</t>", 1)

    return change


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def far(cells: bytes) -> bytes:
    return book({SHEET: lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>")})


def columns_of_a_sheet(scale: int) -> bytes:
    """Ten million cells in one row, none of which says where it stands."""
    return far(b"<row>" + b"<c><v>1</v></c>" * (1_250_000 * scale) + b"</row>")


def lying_size(_scale: int) -> bytes:
    """A member that calls itself ten bytes long."""
    data = bytearray(zipped({"1.csv": blanks(64)}))
    place = data.rfind(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def marked_as_encrypted(_scale: int) -> bytes:
    """A workbook one part of which says that it has a password."""
    data = bytearray(written("a.xlsx", ROWS))
    place = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
    data[place + 8] |= 1
    return bytes(data)


def parquet(scale: int) -> bytes:
    """A word of a megabyte that comes again in every row."""
    out = io.BytesIO()
    rows = 6_000 * scale
    words = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["a" * MIB]))
    pq.write_table(pa.table({HEADER[0]: words, HEADER[1]: words}), out)
    return out.getvalue()


def geojson(depth: int) -> bytes:
    shape = b'{"type": "Polygon", "coordinates": ' + b"[" * depth + b"]" * depth + b"}"
    return (
        b'{"type": "FeatureCollection", "features": [{"properties": {"street_code": "1"}, "geometry": ' + shape + b"}]}"
    )


OPEN_DOCUMENT = b'<table:table-cell table:number-columns-repeated="10000000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
LINE = ",".join(HEADER).encode()
BOMBS: dict[str, Bomb] = {
    "packed-sheet.xlsx": lambda scale: zipped({"xl/workbook.xml": b"<workbook/>", SHEET: blanks(128 * scale)}),
    "packed-text.zip": lambda scale: zipped({"1.csv": blanks(128 * scale)}),
    "many-members.zip": lambda scale: zipped({f"{at}.csv": b"x" for at in range(10_001 * scale)}),
    "archive-in-archive.zip": lambda scale: zipped({"1.zip": zipped({"1.zip": zipped({"1.csv": blanks(8 * scale)})})}),
    "lying-size.zip": lying_size,
    "marked-as-encrypted.xlsx": marked_as_encrypted,
    "entities-in-texts.xlsx": lambda _: book({STRINGS: after_declaration(LAUGHS, b"&m;&f;")}),
    "entities-in-sheet.xlsx": lambda _: book({SHEET: lambda xml: xml.replace(b"?>", b"?>" + LAUGHS, 1).replace(b"<v>", b"<v>&m;&f;")}),
    "entities.ods": lambda _: book({"content.xml": lambda xml: LAUGHS + xml.replace(b"</text:p>", b"&m;&f;</text:p>")}, "a.ods"),
    "entities.docx": lambda _: zipped({"word/document.xml": LAUGHS + b"<x>&m;</x>"}),
    "entities.xml": lambda _: LAUGHS + b"<x>&m;</x>",
    "entities.open311.xml": lambda _: LAUGHS + b"<service_requests><request><description>&m;&f;</description></request></service_requests>",
    "deep.open311.xml": lambda scale: b"<service_requests>" + b"<a>" * (50_000 * scale) + b"</a>" * (50_000 * scale) + b"</service_requests>",
    "deep.open311.json": lambda scale: b'[{"a": ' * (50_000 * scale) + b"1" + b"}]" * (50_000 * scale),
    "far-corner.xlsx": lambda _: far(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "beyond-the-last-column.xlsx": lambda _: far(b'<row r="9"><c r="ZZZZZZ9"><v>1</v></c></row>'),
    "claims-ten-million-columns.xlsx": lambda _: book({SHEET: lambda xml: xml.replace(b'ref="A1:E2"', b'ref="A1:VCPQW10000000"')}),
    "ten-million-cells-in-a-row.xlsx": columns_of_a_sheet,
    "columns-again-and-again.ods": lambda _: book({"content.xml": lambda xml: xml.replace(b"<table:table-cell", OPEN_DOCUMENT + b"<table:table-cell", 1)}, "a.ods"),
    "rows-again-and-again.ods": lambda _: book({"content.xml": lambda xml: xml.replace(b"<table:table-row", b'<table:table-row table:number-rows-repeated="2000000000"')}, "a.ods"),
    "ten-million-columns.csv": lambda scale: b",".join([b"a"] * (1_250_000 * scale)) + b"\n1,2\n",
    "ten-million-delimiters.csv": lambda scale: LINE + b"\n" + b"," * (1_250_000 * scale) + b"x\n",
    "line-without-end.csv": lambda scale: LINE + b"\n" + b"x" * (32 * MIB * scale),
    "cell-without-end.csv": lambda scale: LINE + b'\n1,"' + b"x\n" * (MIB * scale // 4),
    "huge-cell.csv": lambda scale: LINE + b'\n1,"' + b"x" * (32 * MIB * scale) + b'",2017-01-05,1,x\n',
    "quotes-only.csv": lambda scale: LINE + b"\n" + b'"' * (4 * MIB * scale),
    "no-header.csv": lambda scale: b"\n" * (16 * MIB * scale),
    "zeros.csv": lambda scale: b"\0" * (16 * MIB * scale),
    "deep-lists.json": lambda scale: b"[" * (4 * MIB * scale),
    "deep-objects.json": lambda scale: b'{"a":' * (MIB * scale),
    "deep-lines.ndjson": lambda scale: b'{"a":' * (100_000 * scale) + b"1" + b"}" * (100_000 * scale) + b"\n",
    "ten-million-keys.json": lambda scale: b"[{" + b",".join(b'"%d":1' % at for at in range(1_250_000 * scale)) + b"}]",
    "huge-text.json": lambda scale: b'[{"a":"' + b"x" * (32 * MIB * scale) + b'"}]',
    "number-of-a-million-digits.json": lambda scale: b'[{"a":' + b"9" * (MIB * scale) + b"}]",
    "one-word-often.parquet": parquet,
    "page.xls": lambda scale: b"<html><table>" + b"<tr><td>1</td></tr>" * (MIB * scale),
    "markup.xlsx": lambda scale: b"<?xml version='1.0'?>" + LAUGHS + b"<Workbook>&m;</Workbook>" + b" " * (8 * MIB * scale),
    "packed.csv.gz": lambda scale: gzip.compress(b" " * (64 * MIB * scale), 1),
    "packed.csv": lambda scale: gzip.compress(b" " * (64 * MIB * scale), 1),
    "deep/streets.geojson": lambda _: geojson(100_000),
    "large/streets.geojson": lambda scale: geojson(1_000) + b" " * (8 * MIB * scale),
}  # fmt: skip


def read(path: Path) -> str:
    """Reads it, and gives what a person would find of the host's own files in it."""
    if path.suffix == ".geojson" and path.parent.name in ("deep", "large"):
        read_map(path, {"1"}, "CN")
        return ""
    if "open311" in path.name:
        return str(records_of(path.read_bytes(), path.suffix.removeprefix(".")))[:MIB]
    found = ""
    for chunk in read_file(path, SOURCE, path.name, HEADER).chunks:
        found += str(chunk.head(3).rows())[:1_000]
    return found


def attempt(name: str, scale: int, folder: Path) -> dict[str, object]:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(BOMBS[name](scale))
    print(json.dumps({"begins": name}), flush=True)
    began, used = time.monotonic(), time.process_time()
    limit(MOST_SECONDS)
    told: dict[str, object]
    try:
        told = {"outcome": "find" if "root:" in read(path) else "read"}
    except (NotUnderstood, Refused) as error:
        told = {"outcome": "refused", "said": str(error)[:200]}
    except ChengguanError as error:
        clear = bool(error.zh and error.en and error.remedy_zh and error.remedy_en and error.where.get("file"))
        told = {"outcome": "refused" if clear and len(error.render()) < 4_000 else "unclear", "said": error.en[:200]}
    except BaseException as error:
        told = broken_by(error)
    finally:
        limit(0)
    path.unlink()
    return {
        "file": name,
        **told,
        "seconds": round(time.monotonic() - began, 2),
        "cpu": round(time.process_time() - used, 2),
    }


def main() -> None:
    scale, folder, names = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(BOMBS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    watch()
    for name in names:
        told = attempt(name, scale, folder)
        print(json.dumps({**told, "peak_mib": peak_mib()}, default=str), flush=True)


if __name__ == "__main__":
    main()
