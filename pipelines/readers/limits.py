"""How much a packed file may unpack to, and how large a sheet may be, told before it is read.

Belongs here: the limits and how a file is held against them. They are needed because the workbook library lays a sheet out as a full
rectangle: one cell at the sheet's far corner asks for 500 GB, and the process is ended by its allocator, beyond any handler.
"""

import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from pipelines.readers.faults import damaged, too_large

BLOCK_BYTES = 8 << 20
#: Bytes that the files of one zip file may have together when unpacked.
MOST_UNPACKED = 8 << 30
#: A file beyond the first size may not be packed more tightly than the second; text and sheets stay far below.
SMALL_ENOUGH, TIGHTEST = 64 << 20, 250
MOST_MEMBERS = 10_000
#: Cells of the rectangle that a workbook's used cells span; each takes about 32 bytes while it is read.
MOST_CELLS = 64_000_000
#: More columns than any register has; beyond it, what is read is no table, or a table lying on its side.
MOST_COLUMNS = 5_000
#: Memory and time that the look into a kind of workbook may take of which no size can be told from outside.
PROBE_BYTES, PROBE_SECONDS = 4 << 30, 120
#: The same for the old format, which ends at 65,536 rows of 256 cells.
PROBE_BYTES_OLD = 2 << 30

#: Rows and cells as every usual program writes them: place, whether it is closed at once (then it holds a format only). A sheet with any
#: other row or cell is looked at by its reader itself (`_probe`), or its far corner could be hidden. None of these tries anything twice.
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: [a-z]{1,2}="[^"<>/]{0,40}"){0,5}+ ?(/?)>')
_UNPLACED_CELL = re.compile(rb'<c(?: (?!r)[a-z]{1,2}="[^"<>/]{0,40}"){0,5}+ ?/?>')
_ROW = re.compile(rb'<row((?: [A-Za-z][\w:.]{0,40}="[^"<>/]{0,80}"){0,20}+) ?/?>')
_ROW_NUMBER = re.compile(rb' r="(\d{1,8})"')
_ANY_ROW_OR_CELL = re.compile(rb"<(?:[^\s<>/:]{1,80}:)?(?:c|row)[\s/>]")
_PROBE = """
import resource, sys, fastexcel
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
book = fastexcel.read_excel(sys.argv[1])
sheets = [book.load_sheet_by_name(name, header_row=None, n_rows=1) for name in book.sheet_names]
print(sum(sheet.total_height * sheet.width for sheet in sheets), max(sheet.width for sheet in sheets))
"""


def check_packed(members: Iterable[zipfile.ZipInfo], source: str) -> None:
    """Raises InputError where the zip file would unpack to more than a night may take."""
    total = 0
    for count, member in enumerate(members, start=1):
        total += member.file_size
        tight = member.file_size > SMALL_ENOUGH and member.file_size > TIGHTEST * max(1, member.compress_size)
        if tight or total > MOST_UNPACKED or count > MOST_MEMBERS:
            raise too_large(
                source, f"解压后过大（{total >> 20} MiB 以上），像是压缩炸弹",
                f"it unpacks to more than is allowed (over {total >> 20} MiB), as a zip bomb does", sheet=member.filename,
            )  # fmt: skip


def check_workbook(path: Path, source: str) -> None:
    """Raises InputError where a workbook is too large to be read or its packing is broken."""
    if not zipfile.is_zipfile(path):
        # A sheet of the old format is small, but a chain of sectors that leads back to itself fills any memory.
        _probe(path, source, PROBE_BYTES_OLD)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            check_packed(archive.infolist(), source)
            names = archive.namelist()
            if "xl/workbook.xml" not in names:
                _probe(path, source)
                return
            for name in names:
                # Every part is unpacked once: a size or a checksum that is not true shows here, not in the middle of the library.
                spanned = used_rectangle(archive, name)
                if spanned is None:
                    _probe(path, source)
                    continue
                rows, columns = spanned
                if rows * columns > MOST_CELLS or columns > MOST_COLUMNS:
                    raise too_large(
                        source,
                        f"工作表跨 {rows} 行 × {columns} 列，过大",
                        f"a sheet spans {rows} rows by {columns} columns, too many",
                        sheet=name,
                    )
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError) as error:
        # RuntimeError: a part is marked as encrypted, or packed in a way that is not known.
        raise damaged(source, error) from error


def used_rectangle(archive: zipfile.ZipFile, name: str) -> tuple[int, int] | None:
    """(rows, columns) from the sheet's first cell to its last one with a value; what the sheet says of its own size is not believed.

    None where it is written so unusually that this cannot be told from its text; (0, 0) of a part that is no sheet.
    """
    letters: set[bytes] = set()
    rows, last_row, row_tags, widest = 0, 0, 0, 0
    is_sheet, has_unplaced, is_usual = False, False, True
    for data in _pieces(archive, name):
        is_sheet = is_sheet or b"sheetData" in data
        cells, row_parts = _CELL.findall(data), _ROW.findall(data)
        # Cells may leave out where they stand; then each stands beside the one before.
        unplaced = len(_UNPLACED_CELL.findall(data))
        if unplaced:
            has_unplaced = True
            widest = max(widest, *(len(_UNPLACED_CELL.findall(line)) for line in data.split(b"</row>")))
        found = len(cells) + len(row_parts) + unplaced
        is_usual = is_usual and b"\0" not in data and found == len(_ANY_ROW_OR_CELL.findall(data))
        valued = [(column, row) for column, row, closed in cells if not closed]
        letters.update(column for column, _ in valued)
        rows = max(rows, max((int(row) for _, row in valued), default=0))
        row_tags += len(row_parts)
        last_row = max(last_row, max(map(int, _ROW_NUMBER.findall(b"".join(row_parts))), default=0))
    if not is_sheet:
        return 0, 0
    if not is_usual:
        return None
    if has_unplaced:
        rows = max(rows, last_row, row_tags)
    return rows, max(max(map(column_number, letters), default=0), widest)


def column_number(letters: bytes) -> int:
    """A is 1, XFD is 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterable[bytes]:
    """The member in blocks that end between two tags."""
    rest = b""
    with archive.open(name) as stream:
        while block := stream.read(BLOCK_BYTES):
            data = rest + block
            end = data.rfind(b">") + 1
            rest = data[end:] if b"<" in data[end:] else b""
            if len(rest) > BLOCK_BYTES:
                raise ValueError(f"a tag is longer than {BLOCK_BYTES >> 20} MiB")
            yield data[:end]


def _probe(path: Path, source: str, most_bytes: int = PROBE_BYTES) -> None:
    """Reads the workbook in a process of its own that may take only so much memory and time."""
    command = [sys.executable, "-c", _PROBE, str(path), str(most_bytes)]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise too_large(
            source, f"{PROBE_SECONDS} 秒内读不完", f"it cannot be read in {PROBE_SECONDS} seconds"
        ) from error
    # What merely cannot be read says nothing here, and is left to its reader.
    cells, columns = map(int, ended.stdout.split() or (0, 0))
    if ended.returncode < 0 or b"MemoryError" in ended.stderr or cells > MOST_CELLS or columns > MOST_COLUMNS:
        raise too_large(
            source, "工作表过大，或文件已损坏", "a sheet spans more cells than can be read, or the file is damaged"
        )
