"""In which encoding a text file is written: its mark, UTF-8 if all of it is that, else what its bytes make plausible.

Belongs here: the decision and its proof; the whole file is decoded once, so that no reader meets a byte it cannot read. Almost any
bytes are GB18030 for a decoder, hence "it can be decoded" decides nothing but UTF-8: the characters must be those that people write.
"""

import codecs
import logging
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from charset_normalizer import from_bytes

from pipelines.errors import InputError
from pipelines.readers.faults import changed

BLOCK_BYTES = 8 << 20
SAMPLE_BYTES = 64 << 10
#: What is tried where the text is neither UTF-8 nor plainly Chinese in GB18030, in the order of preference.
CANDIDATES = ["gb18030", "big5", "cp932", "euc_kr", "cp1252", "cp1251"]
#: Byte order marks, the longer before those that they begin with.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: Read by what holds them: files said to be GB2312 have characters of its successors.
_WIDER = {"utf-8": "utf-8-sig", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "shift_jis": "cp932"}
_UTF8 = ("utf-8", "utf-8-sig")
#: So many characters beyond ASCII that are well-formed UTF-8 are so on purpose: in other encodings they are once in millions.
_SURE = 20
_PLAUSIBLE = 0.7

# The library tells its doubts as warnings; what was decided stands in the ledger.
logging.getLogger("charset_normalizer").setLevel(logging.ERROR)


def detect_encoding(path: Path, stated: str | None, source: str) -> str:
    """The codec in which the whole file can be read: the stated one, or the one found out.

    Raises InputError naming the first byte that it cannot be, its row, and what the file looks like.
    """
    if stated:
        codec = _WIDER.get(codecs.lookup(stated).name, stated)
        fault = first_fault(path, codec)
        other = _found_out(path) if fault else (None if codec.startswith("utf") else _surely_utf8(path))
        if fault or other:
            raise _mistaken(path, fault, source, stated, other)
        return codec
    found = _found_out(path)
    fault = first_fault(path, found or "utf-8")
    if fault or found is None:
        raise _mistaken(path, fault, source, None, found)
    return found


def shown_name(codec: str) -> str:
    """The codec as the ledger calls it."""
    return codec.removesuffix("-sig")


def first_fault(path: Path, codec: str) -> UnicodeDecodeError | None:
    """The first error of decoding the file; its `start` counts from the file's beginning."""
    if codec in _UTF8:
        return _first_fault_utf8(path)
    decoder = codecs.getincrementaldecoder(codec)()
    done = 0
    for block in _blocks(path):
        # Bytes that the decoder kept from the last block stand before this one.
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return _moved(error, done - held)
        done += len(block)
    return None


def decoded(path: Path, codec: str, source: str) -> Iterator[tuple[bytes, bool]]:
    """The text as blocks of UTF-8 that end between characters, and whether a block is the last. A mark at its beginning is no text."""
    if codec in _UTF8:
        yield from _as_it_is(path, source)
        return
    decoder = codecs.getincrementaldecoder(codec)()
    begun = False
    try:
        for block in _blocks(path):
            text = decoder.decode(block, final=not block)
            yield (text if begun else text.removeprefix("\ufeff")).encode(), not block
            begun = begun or bool(text)
    except UnicodeError as error:
        raise changed(source) from error


def _as_it_is(path: Path, source: str) -> Iterator[tuple[bytes, bool]]:
    """The blocks of a text in UTF-8, which need not be decoded and encoded again."""
    for at, block in enumerate(_whole_characters(path)):
        if not _is_utf8(block):
            raise changed(source)
        # A program that adds a mark may find one there.
        yield block if at else block.removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF8), not block


def _first_fault_utf8(path: Path) -> UnicodeDecodeError | None:
    done = 0
    for block in _whole_characters(path):
        if not _is_utf8(block):
            try:
                block.decode()
            except UnicodeDecodeError as error:
                return _moved(error, done)
        done += len(block)
    return None


def _is_utf8(block: bytes) -> bool:
    # Many times faster than decoding it.
    try:
        pl.Series([block], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def _whole_characters(path: Path) -> Iterator[bytes]:
    """The file's bytes in blocks that end between characters, where they are UTF-8, and an empty block at the end."""
    held = b""
    for block in _blocks(path):
        data = held + block
        end = _last_end(data) if block else len(data)
        held = data[end:]
        if end:
            yield data[:end]
    yield b""


def _last_end(data: bytes) -> int:
    """The end of the last whole character of UTF-8."""
    for back, byte in enumerate(reversed(data[-3:]), start=1):
        if byte & 0b1100_0000 != 0b1000_0000:  # a character begins here
            length = 1 + (byte >= 0b1100_0000) + (byte >= 0b1110_0000) + (byte >= 0b1111_0000)
            return len(data) - back if length > back else len(data)
    return len(data)


def _blocks(path: Path) -> Iterator[bytes]:
    """The file's bytes, and an empty block at the end."""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block
    yield b""


def _moved(error: UnicodeDecodeError, by: int) -> UnicodeDecodeError:
    # An error's positions may not lie beyond its object, which is one block; the position in the file is what is wanted.
    return _Fault(error, by + error.start)


class _Fault(UnicodeDecodeError):
    """A decoding error whose `start` is a position in the file."""

    def __init__(self, error: UnicodeDecodeError, start: int) -> None:
        super().__init__(error.encoding, b"", 0, 0, error.reason)
        self.start = start


def _found_out(path: Path) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(SAMPLE_BYTES)
    marked = next((codec for mark, codec in MARKS.items() if head.startswith(mark)), None) or _unmarked_utf16(head)
    if marked:
        return marked
    fault = first_fault(path, "utf-8")
    if fault is None or _utf8_characters(path, fault.start) >= _SURE:
        return "utf-8-sig"
    sample = _sample(path, fault.start)
    guesses = [guess.encoding for guess in from_bytes(sample, cp_isolation=CANDIDATES, steps=8)]
    if _is_chinese(sample):
        guesses.insert(0, "gb18030")
    whole = (codec for codec in guesses if first_fault(path, codec) is None)
    return next(whole, guesses[0] if guesses else None)


def _surely_utf8(path: Path) -> str | None:
    """UTF-8 where the file is that beyond doubt, whatever the profile says of it."""
    if first_fault(path, "utf-8") is not None:
        return None
    with path.open("rb") as stream:
        head = stream.read(BLOCK_BYTES)
    return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) or _wide_characters(head) >= _SURE else None


def _utf8_characters(path: Path, end: int) -> int:
    """Characters beyond ASCII in what stands before a fault."""
    with path.open("rb") as stream:
        stream.seek(max(0, end - BLOCK_BYTES))
        return _wide_characters(stream.read(min(end, BLOCK_BYTES)))


def _wide_characters(data: bytes) -> int:
    return sum(character > "\x7f" for character in data.decode("utf-8", errors="ignore"))


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: zeros are many, and all but all on one side of the pairs."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < max(2, len(head) // 50):
        return None
    if odd > 20 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 20 * odd else None


def _sample(path: Path, start: int) -> bytes:
    """Lines beyond ASCII from where UTF-8 fails on. Cut at line feeds, which are part of no character of the candidates."""
    with path.open("rb") as stream:
        stream.seek(max(0, start - SAMPLE_BYTES))
        data = stream.read(BLOCK_BYTES)
    lines = data.split(b"\n")
    if start > SAMPLE_BYTES:
        del lines[0]
    sample = bytearray()
    for line in lines:
        if not line.isascii():
            sample += line + b"\n"
        if len(sample) > SAMPLE_BYTES:
            break
    return bytes(sample)


def _is_chinese(sample: bytes) -> bool:
    """Whether the bytes, read as GB18030, are mostly the common characters of GB2312 and its punctuation."""
    wide = [character for character in sample.decode("gb18030", errors="replace") if character > "\x7f"]
    common = 0
    for character in wide:
        code = character.encode("gb2312", errors="ignore")
        common += bool(code) and (0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3))
    return bool(wide) and common >= _PLAUSIBLE * len(wide)


def _mistaken(
    path: Path, fault: UnicodeDecodeError | None, source: str, stated: str | None, other: str | None
) -> InputError:
    zh = f"文件编码不是 {stated}" if stated else "文件里有坏字节" if other else "认不出文件编码"
    en = (
        f"the file is not in {stated}"
        if stated
        else "the file has broken bytes"
        if other
        else "the file is in no known encoding"
    )
    if other:
        zh, en = f"{zh}；看起来是 {shown_name(other)}", f"{en}; it looks like {shown_name(other)}"
    row, shown = None, None
    if fault:
        zh, en = f"{zh}；第 {fault.start + 1} 个字节读不下去", f"{en}; byte {fault.start + 1} cannot be read"
        row, shown = _row_and_bytes(path, fault.start)
    return InputError(
        zh, en, file=source, row=row, value=shown,
        remedy_zh="在配置的 source.encoding 写明正确的编码，或另存为 UTF-8；若只坏了几个字节，请重新导出",
        remedy_en="name the right encoding as source.encoding in the profile, or save the file as UTF-8; if only some bytes are broken, export it again",
    )  # fmt: skip


def _row_and_bytes(path: Path, at: int) -> tuple[int, str | None]:
    """The line in which a byte stands, and the byte with its next ones in hexadecimal."""
    row, left = 1, at
    with path.open("rb") as stream:
        while left > 0 and (block := stream.read(min(left, BLOCK_BYTES))):
            row += block.count(b"\n")
            left -= len(block)
        return row, stream.read(4).hex(" ") or None
