"""Files: workbooks (xlsx, xls) and delimited text, every cell a string.

What a profile may say of a file stands in `pipelines.city.FileSource`. Workbooks are read whole (a sheet has at most a million
rows), text is streamed.
"""

import codecs
from collections.abc import Collection, Iterator
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from pipelines.city import FileSource
from pipelines.errors import InputError
from pipelines.readers.base import ROW, SHEET, UNREADABLE, Extract, drop_non_records, join_header

WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb"}
TEXTS = {".csv", ".tsv", ".txt"}
ENCODINGS = ("utf-8-sig", "gb18030")
BLOCK_BYTES = 8 << 20


def read_file(path: Path, profile: FileSource, source: str, known: Collection[str] = ()) -> Extract:
    """The records of one file. `source` is the name by which messages and the ledger call it, `known` the columns by which a header is found.

    Raises InputError where the file is empty, unreadable, of an unknown kind or without a header.
    """
    suffix = path.suffix.lower()
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(source, error) from error
    if size == 0:
        raise InputError(
            "文件是空的", "the file is empty", file=source,
            remedy_zh="向来源单位重新索取该文件，放回同一位置", remedy_en="ask the source for the file again and put it in the same place",
        )  # fmt: skip
    if suffix in WORKBOOKS:
        return _read_workbook(path, profile, source)
    if suffix in TEXTS:
        return _read_text(path, profile, source)
    raise InputError(
        "不认识这种文件", f"files of the kind '{suffix}' are not read", file=source,
        remedy_zh=f"另存为 {'、'.join(sorted(WORKBOOKS | TEXTS))} 之一", remedy_en=f"save it as one of {', '.join(sorted(WORKBOOKS | TEXTS))}",
    )  # fmt: skip


def _unreadable(source: str, error: Exception) -> InputError:
    # The libraries' further lines repeat the file with its whole path.
    first_line = str(error).partition("\n")[0]
    return InputError(
        "文件无法读取", f"the file cannot be read: {first_line}", file=source,
        remedy_zh="检查文件是否损坏、加密或后缀不符，重新导出后放回", remedy_en="see whether it is damaged, encrypted or of another kind than its name says; export it again",
    )  # fmt: skip


def _read_workbook(path: Path, profile: FileSource, source: str) -> Extract:
    try:
        workbook = fastexcel.read_excel(path)
        wanted = profile.sheets[0] if profile.sheets else None
        if wanted is not None and wanted not in workbook.sheet_names:
            raise InputError(
                "工作簿中没有该工作表", "the workbook has no such sheet", file=source, sheet=wanted,
                value="、".join(workbook.sheet_names),
                remedy_zh="改正配置中的 sheet，或让来源单位恢复工作表名", remedy_en="mend `sheet` in the profile or the sheet's name",
            )  # fmt: skip
        sheet = workbook.load_sheet(wanted if wanted is not None else 0, header_row=None, skip_rows=0, dtypes="string")
        frame = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise _unreadable(source, error) from error
    header = _header(
        [list(frame.row(at - 1)) if at <= frame.height else [None] * frame.width for at in profile.header_rows], source
    )
    first = max(profile.header_rows)
    body = frame[first:].rename(dict(zip(frame.columns, header, strict=True)))
    body = body.with_columns(
        pl.lit(sheet.name).alias(SHEET),
        pl.int_range(first + 1, first + 1 + pl.len(), dtype=pl.Int64).alias(ROW),
        pl.lit(None, dtype=pl.String).alias(UNREADABLE),
    ).select(SHEET, ROW, UNREADABLE, *header)
    extract = Extract(source=source, header=header, chunks=iter(()))
    extract.chunks = (drop_non_records(c, header, profile.skip_rows_matching, extract.skipped) for c in [body])
    return extract


def _header(rows: list[list[str | None]], source: str) -> list[str]:
    if not rows or not any(cell and cell.strip() for row in rows for cell in row):
        raise InputError(
            "没有找到表头", "there is no header where the profile says it is", file=source,
            remedy_zh="核对配置中的 header_rows，或重新导出文件", remedy_en="check header_rows in the profile, or export the file again",
        )  # fmt: skip
    return join_header(rows)


def detect_encoding(path: Path, stated: str | None, source: str) -> str:
    """The first of the usual encodings in which the whole file can be read, or the stated one if it can."""
    for encoding in (stated,) if stated else ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as stream:
                while block := stream.read(BLOCK_BYTES):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise InputError(
        "文件编码不对", f"the file is not in {stated or ' or '.join(ENCODINGS)}", file=source, value=stated,
        remedy_zh="在配置的 source.encoding 写明编码，或另存为 UTF-8", remedy_en="name the encoding as source.encoding in the profile, or save the file as UTF-8",
    )  # fmt: skip


def _read_text(path: Path, profile: FileSource, source: str) -> Extract:
    encoding = detect_encoding(path, profile.encoding, source)
    delimiter = profile.delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")
    first = min(profile.header_rows)
    with path.open(encoding=encoding, newline="") as stream:
        for _ in range(first - 1):
            stream.readline()
        width = stream.readline().count(delimiter) + 1
    names = [f"f{at}" for at in range(width)]
    broken: list[tuple[int, str]] = []
    done = 0

    def keep_broken(row: pc.InvalidRow) -> str:
        broken.append((row.number or 0, row.text))
        return "skip"

    try:
        stream = pc.open_csv(
            path,
            read_options=pc.ReadOptions(
                encoding=encoding.removesuffix("-sig"), skip_rows=first - 1, column_names=names,
                block_size=BLOCK_BYTES, use_threads=False,
            ),
            parse_options=pc.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep_broken
            ),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )  # fmt: skip
        batches = _batches(stream, source)
        head = next(batches, None)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(source, error) from error
    if head is None:
        raise _unreadable(source, ValueError("no row"))
    depth = max(profile.header_rows) - first + 1
    header = _header([list(row) for row in head[:depth].rows()], source)
    extract = Extract(source=source, header=header, chunks=iter(()), encoding=encoding.removesuffix("-sig"))

    def chunks() -> Iterator[pl.DataFrame]:
        nonlocal done
        position = first - 1
        for frame in _chain(head, batches):
            named = frame.rename(dict(zip(frame.columns, header, strict=True)))
            numbers, position = _positions(position, named.height, [row for row, _ in broken[done:]])
            named = named.with_columns(
                pl.lit(None, dtype=pl.String).alias(SHEET),
                pl.Series(ROW, numbers, dtype=pl.Int64),
                pl.lit(None, dtype=pl.String).alias(UNREADABLE),
            ).select(SHEET, ROW, UNREADABLE, *header)
            new, done = broken[done:], len(broken)
            if new:
                lost = pl.DataFrame({ROW: [row for row, _ in new], UNREADABLE: [text for _, text in new]})
                named = pl.concat([named, lost], how="diagonal").sort(ROW)
            named = named.filter(pl.col(ROW) > max(profile.header_rows))
            yield drop_non_records(named, header, profile.skip_rows_matching, extract.skipped)

    extract.chunks = chunks()
    return extract


def _batches(stream: pc.CSVStreamingReader, source: str) -> Iterator[pl.DataFrame]:
    while True:
        try:
            batch = stream.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowInvalid, OSError) as error:
            raise _unreadable(source, error) from error
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame


def _chain(head: pl.DataFrame, rest: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    yield head
    yield from rest


def _positions(last: int, height: int, broken: list[int]) -> tuple[list[int], int]:
    """Row numbers of the next `height` whole rows, stepping over the broken ones between them."""
    taken, at = set(broken), last
    numbers: list[int] = []
    while len(numbers) < height:
        at += 1
        if at not in taken:
            numbers.append(at)
    return numbers, max([at, *broken])
