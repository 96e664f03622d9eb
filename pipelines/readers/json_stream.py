"""JSON text as a stream of records, with memory for one record only.

Belongs here: the way through the text to the records. The standard library decodes each record: it keeps numbers as they are written, tells keys that
come twice, and reads the NaN that programs write; parsers that stream by themselves do none of these.
"""

import json
from collections.abc import Iterator
from json.decoder import JSONDecodeError
from pathlib import Path
from typing import Any, NoReturn

from pipelines.errors import InputError
from pipelines.readers.encodings import decoded

#: Characters that one record, or one value beside the records, may have.
LONGEST_VALUE = 16 << 20
_BLANKS = " \t\r\n"


class Twice(Exception):
    """A key comes twice in one object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) < len(pairs):
        names = [name for name, _ in pairs]
        raise Twice(next(name for name in names if names.count(name) > 1))
    return built


class Written(str):
    """A number as it is written."""


def _not_a_number(_: str) -> None:
    return None


DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Written, parse_float=Written, parse_constant=_not_a_number
)
_LENIENT = json.JSONDecoder(parse_int=Written, parse_float=Written, parse_constant=_not_a_number)


class Stream:
    """A text from which one JSON value after the other is taken."""

    def __init__(self, path: Path, encoding: str, source: str) -> None:
        self.source = source
        self._blocks = decoded(path, encoding, source)
        self._text, self._at, self._gone = "", 0, 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANKS:
                self._at += 1
            if self._at < len(self._text) or not self._fill():
                return self._text[self._at : self._at + 1]

    def take(self, expected: str) -> None:
        """Steps over one character, which must be this one."""
        if self.peek() != expected:
            self.fail(f"'{expected}' is expected")
        self._at += 1

    def value(self) -> tuple[Any, str | None]:
        """The next value and None, or, where a key comes twice in it, its text and that key."""
        self.peek()
        while True:
            twice = None
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except Twice as error:
                twice = str(error)
                value, end = self._whole_of(_LENIENT)
            except JSONDecodeError as error:
                if len(self._text) - self._at >= LONGEST_VALUE:
                    self.fail(f"a value is longer than {LONGEST_VALUE >> 20} MiB, or {error.msg}", error.pos)
                if self._fill():
                    continue
                self.fail(error.msg, error.pos)
            except RecursionError:
                self.fail("it is nested too deeply")
            # A number at the end of what was read so far may go on.
            if end == len(self._text) and self._fill():
                continue
            text = self._text[self._at : end]
            self._at = end
            return (text, twice) if twice else (value, None)

    def _whole_of(self, decoder: json.JSONDecoder) -> tuple[Any, int]:
        while True:
            try:
                return decoder.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                if len(self._text) - self._at >= LONGEST_VALUE or not self._fill():
                    self.fail(error.msg, error.pos)

    def _fill(self) -> bool:
        """Reads on; what was taken is forgotten. False at the end. A value that is not whole yet gets twice as much text, so that none is tried often."""
        if self._ended:
            return False
        wanted = max(1, 2 * (len(self._text) - self._at))
        parts = [self._text[self._at :]]
        self._gone += self._at
        while wanted > 0 and not self._ended:
            block, self._ended = next(self._blocks)
            parts.append(block.decode())
            wanted -= len(parts[-1])
        self._text, self._at = "".join(parts), 0
        return True

    def fail(self, why: str, at: int | None = None) -> NoReturn:
        """Raises InputError with the place in the text, in characters from its beginning."""
        here = self._at if at is None else at
        raise InputError(
            "JSON 文件读不下去", f"the JSON cannot be read on at character {self._gone + here + 1}: {why}", file=self.source,
            value=self._text[max(0, here - 20) : here + 20],
            remedy_zh="文件可能没有传完或被截断，请来源单位重新导出", remedy_en="it may be cut off or not sent whole: ask the source to export it again",
        )  # fmt: skip


def walk(stream: Stream, way: list[str]) -> Iterator[tuple[Any, str | None]]:
    """The values at the end of the way: each of a list there, or the one that is there. A `*` goes through a list."""
    if not way:
        if stream.peek() == "[":
            yield from _each(stream)
        elif (found := stream.value()) != (None, None):
            yield found
    elif way[0] == "*":
        stream.take("[")
        while stream.peek() != "]":
            yield from walk(stream, way[1:])
            _next(stream, "]")
        stream.take("]")
    elif stream.peek() == "{":
        stream.take("{")
        while stream.peek() != "}":
            name, _ = stream.value()
            stream.take(":")
            if name == way[0]:
                yield from walk(stream, way[1:])
            else:
                stream.value()
            _next(stream, "}")
        stream.take("}")
    else:
        # Something else stands where the way goes on: an API's null instead of an object.
        stream.value()


def _each(stream: Stream) -> Iterator[tuple[Any, str | None]]:
    stream.take("[")
    while stream.peek() != "]":
        yield stream.value()
        _next(stream, "]")
    stream.take("]")


def _next(stream: Stream, closing: str) -> None:
    if stream.peek() != closing:
        stream.take(",")
        if stream.peek() == closing:
            stream.fail("a value is expected after ','")
