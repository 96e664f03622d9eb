"""Canaries: persons who do not exist, planted where a person can stand, in every form in which people write them.

Belongs here: making them out of what a feed declares, so that a feed that is added tomorrow is covered by itself, and looking for them in bytes.
Every form carries a number of its own, so that whatever is found tells where it was planted.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECKS = "10X98765432"
_NAMES = "龘靐齉爩鱻麤龗灪吁籲鸞鸝麣鑼钃讟躨"
_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def id_number(serial: int) -> str:
    """An ID number of a region that is none, with a check digit that is right."""
    body = f"990101{19600101 + serial % 28:08d}{serial % 1000:03d}"
    return body + _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def name(serial: int) -> str:
    """Four characters that stand together in no text."""
    size = len(_NAMES)
    return "".join(_NAMES[(serial // size**place + 5 * place) % size] for place in range(3)) + _NAMES[serial % 7]


def phone(serial: int) -> str:
    return f"179{serial:08d}"


def plate(serial: int) -> str:
    return f"新Q{serial % 100_000:05d}"


def address(serial: int) -> str:
    return f"{name(serial)}巷{serial}号"


#: (what stands before it, the canary)
Form = Callable[[int], tuple[str, str]]
MADE = {"name": name, "phone": phone, "id_number": id_number, "address": address}


@dataclass
class Aviary:
    """Gives out canaries and remembers them. `planted` are the very strings that may be found nowhere."""

    planted: dict[str, str] = field(default_factory=dict)
    serial: int = 10_000

    def _keep(self, said: str, where: str) -> str:
        self.planted[said] = where
        return said

    def person(self, kind: str, where: str) -> str:
        """The value of a column that holds a person."""
        self.serial += 1
        return self._keep(MADE[kind](self.serial), f"{where} ({kind})")

    def text(self, where: str, *own: str) -> str:
        """Free text with a person in each form that is promised to be struck out; `own` stand in columns of the same row."""
        said = ["问题描述："]
        for form in _forms():
            self.serial += 1
            before, canary = form(self.serial)
            said.append(before + self._keep(canary, f"{where} (text)") + "，")
        for one in own:
            said += [one, "；", self._keep(" ".join(one), f"{where} (own, spaced)"), "；"]
        return "".join(said)


def _forms() -> Iterator[Form]:
    yield lambda at: ("电话", phone(at))
    yield lambda at: ("手机", f"{phone(at)[:3]} {phone(at)[3:7]} {phone(at)[7:]}")
    yield lambda at: ("回电", f"{phone(at)[:3]}-{phone(at)[3:7]}-{phone(at)[7:]}")
    yield lambda at: ("拨打", phone(at).translate(_WIDE))
    yield lambda at: ("微信", "　".join(phone(at).translate(_WIDE)))
    yield lambda at: ("座机", f"0994-{at:07d}")
    yield lambda at: ("证件", id_number(at))
    yield lambda at: ("身份证", f"{id_number(at)[:6]} {id_number(at)[6:14]} {id_number(at)[14:]}")
    yield lambda at: ("证号", id_number(at).translate(_WIDE))
    yield lambda at: ("车", plate(at))
    yield lambda at: ("车牌", f"新Q·{at % 100_000:05d}")
    yield lambda at: ("车号", f"新 Ｑ {' '.join(plate(at)[2:])}")
    yield lambda at: ("住", f"{at % 90 + 10}号楼{at % 9 + 1}单元{at % 900 + 100}室")
    yield lambda at: ("我叫", name(at))
    yield lambda at: ("联系人：", name(at))


def found_in(folder: Path, planted: dict[str, str], outside: set[str]) -> list[str]:
    """Where a canary is in the files of a folder, in UTF-8, UTF-16 or GB18030, packed or not; the parts named in `outside` are left out."""
    places = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()):
        if path.relative_to(folder).parts[0] not in outside:
            places += [f"{path.relative_to(folder)}: {planted[one]}" for one in said_in(_contents(path), planted)]
    return places


def said_in(contents: list[bytes], planted: dict[str, str]) -> list[str]:
    """The canaries in some bytes."""
    texts = [
        content.decode(encoding, "ignore") for content in contents for encoding in ("utf-8", "utf-16-le", "gb18030")
    ]
    texts += [content[1:].decode("utf-16-le", "ignore") for content in contents]
    # A nested value is written as Python does, the wide blank as an escape.
    texts = [text.replace("\\u3000", "\u3000") for text in texts]
    found = (
        pl.Series(texts).str.extract_many(list(planted)).explode().drop_nulls()
    )  # one pass over each text for all of them
    return found.unique(maintain_order=True).to_list()


def _contents(path: Path) -> list[bytes]:
    """A file's bytes, and what is packed in them: pages of Parquet, members of a zip, tables of a database."""
    found = [path.read_bytes()]
    if path.suffix == ".parquet":
        found.append(pl.read_parquet(path).write_csv().encode())
    if zipfile.is_zipfile(io.BytesIO(found[0])):
        with zipfile.ZipFile(path) as packed:
            found += [packed.read(member) for member in packed.namelist()]
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
            found += [
                str(connection.execute(f'select * from {schema}."{table}"').fetchall()).encode()
                for schema, table in tables
            ]
    return found
