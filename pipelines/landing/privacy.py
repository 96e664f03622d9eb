"""Persons leave at the door: keyed hash, mask, and what may land of every other column.

What belongs here: everything that decides which form of a personal value may go on; what is struck out of texts stands in `free_text`. The
originals go to the vault (`pipelines.landing.batches`) and nowhere else. Basis: 个人信息保护法 art. 6, 51 and 73 (a keyed hash is de-identified, not anonymous).
"""

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Callable

import polars as pl

from pipelines.city import ColumnMap, FeedProfile
from pipelines.errors import SetupError
from pipelines.feeds import FEEDS, Field
from pipelines.landing.free_text import SCRUB, scrub, without_own_persons
from pipelines.landing.headers import meet
from pipelines.landing.misplaced import out_of_place, whole_row, without
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.settings import Settings

HASH, MASK = "__hash", "__mask"
#: A column of the vault: {column: what stood there} of cells that landed without a person although no person belongs there, as JSON.
STRUCK = "_struck"
MIN_KEY_LENGTH = 16

#: A cell that is nothing but a mobile or ID number, with its blanks and strokes.
_NUMBER = f"^\\s*(?:{SCRUB[0][0]}|{SCRUB[1][0]})\\s*$"
#: Digits of the shorter of the two.
_DIGITS = 11


def hash_key(settings: Settings, *, rotating: bool = False) -> bytes:
    """The secret of the keyed hash: from `CHENGGUAN_HASH_KEY`, else one made once for this home and kept in its vault.

    Raises SetupError where the key is too short to be one, and while it is being changed (unless `rotating`): hashes of two keys do not meet.
    """
    if not rotating and (settings.vault / "hash.key.new").exists():
        raise SetupError(
            "更换散列密钥没有完成", "a change of the hash key was broken off", file=settings.vault,
            remedy_zh="运行 chengguan privacy rotate-key，它会接着做完", remedy_en="run `chengguan privacy rotate-key`; it goes on where it ended",
        )  # fmt: skip
    if settings.hash_key is not None:
        key = settings.hash_key.get_secret_value().encode()
        if len(key) < MIN_KEY_LENGTH:
            raise SetupError(
                "CHENGGUAN_HASH_KEY 太短", f"CHENGGUAN_HASH_KEY has fewer than {MIN_KEY_LENGTH} bytes",
                remedy_zh="换成随机的长密钥", remedy_en="take a long random key, for instance of `openssl rand -hex 32`",
            )  # fmt: skip
        return key
    path = settings.vault / "hash.key"
    if not path.exists():
        settings.vault.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.vault.chmod(0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip().encode()


#: Characters that are their own normal form (NFKC) and no blanks.
_PLAIN = r"^[\x21-\x7E\x{4E00}-\x{9FFF}]*$"


def _normal(kind: str, value: str) -> str:
    text = unicodedata.normalize("NFKC", value)
    text = re.sub(r"\s+", "", text)
    if kind in {"phone", "id_number"}:
        text = re.sub(r"[^0-9A-Za-z]", "", text).upper()
        text = text.removeprefix("86") if kind == "phone" and len(text) == 13 else text
    return text


def normals(values: pl.Series, kind: str) -> pl.Series:
    """The normal form of each value (`_normal`), those of plain letters, digits and Chinese characters all at once."""
    cells = values.name
    found = values.clone()  # `scatter` writes in place
    if kind in {"phone", "id_number"}:
        found = found.str.replace_all(r"[^0-9A-Za-z]", "").str.to_uppercase()
    if kind == "phone":
        bare = pl.when(pl.col(cells).str.len_chars() == 13).then(pl.col(cells).str.strip_prefix("86")).otherwise(cells)
        found = found.to_frame().select(bare.alias(cells)).to_series()
    others = (~values.str.contains(_PLAIN)).arg_true()
    return found.scatter(others, [_normal(kind, value) for value in values[others]]) if len(others) else found


def keyed_hash(values: pl.Series, kind: str, key: bytes) -> pl.Series:
    """HMAC-SHA256 of each value's normal form, 32 hex digits; null stays null.

    Two spellings of one telephone number give one hash. Each distinct value is hashed once.
    """
    # Which of the distinct values stands where: to look each value up again would cost a fifth of hashing it.
    coded = values.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
    distinct, places = pl.Series(coded.dictionary, dtype=pl.String), pl.Series(coded.indices)
    begun = hmac.new(key, f"{kind}:".encode(), hashlib.sha256)

    def digest(value: str) -> str:
        # What all values have before them is hashed once: a third of the time.
        one = begun.copy()
        one.update(value.encode())
        return one.hexdigest()[:32]

    hashes = pl.Series(values.name, [digest(value) for value in normals(distinct, kind)], dtype=pl.String)
    return hashes.gather(places)


def _mask_name(cell: pl.Expr) -> pl.Expr:
    return cell.str.slice(0, 1) + pl.lit("*")


def _mask_phone(cell: pl.Expr) -> pl.Expr:
    return (
        pl.when(cell.str.len_chars() >= 11)
        .then(cell.str.slice(0, 3) + pl.lit("****") + cell.str.slice(-4))
        .when(cell.is_not_null())
        .then(pl.lit("****"))
    )


def _mask_id(cell: pl.Expr) -> pl.Expr:
    return (
        pl.when(cell.str.len_chars() >= 15)
        .then(cell.str.slice(0, 3) + pl.lit("***********") + cell.str.slice(-2))
        .when(cell.is_not_null())
        .then(pl.lit("***"))
    )


def _mask_address(cell: pl.Expr) -> pl.Expr:
    # Down to street or community; house numbers and everything after them go.
    place = cell.str.extract(r"^(.*?(?:社区|街道|镇|乡|村))", 1)
    return pl.when(cell.is_not_null()).then(pl.coalesce(place, pl.lit("")) + pl.lit("***"))


MASKS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "name": _mask_name,
    "phone": _mask_phone,
    "id_number": _mask_id,
    "address": _mask_address,
}


def _without_strays(chunk: pl.DataFrame, stands: dict[str, bool]) -> tuple[dict[str, pl.Series], pl.Series]:
    """({column: what may land of it}, what of it may not, row by row as JSON) of columns in which no person belongs.

    Words may be anything, and lose what free text loses. `stands` tells of each column whether a bare number leads to a person there, since
    neither a number nor the name of a record is expected.
    """
    landed: dict[str, pl.Series] = {}
    said: dict[int, dict[str, str]] = {}
    # Codes are few: each is looked at once. What is all ASCII has no Chinese characters, which is soon told.
    wide = chunk.select(
        pl.col(name).filter(pl.col(name).str.len_bytes() > pl.col(name).str.len_chars()).unique().implode()
        for name in stands
    )
    numbers = chunk.select(
        pl.col(name).filter(_may_be_a_number(pl.col(name))).unique().implode()
        for name, closed in stands.items()
        if closed
    )
    for name, is_closed in stands.items():
        column = chunk[name]
        words = wide[name][0].alias(name)
        words = words.filter(words.str.contains(r"\p{Han}")) if len(words) else words
        figures = numbers[name][0].alias(name) if is_closed else words.clear()
        figures = figures.filter(figures.str.contains(_NUMBER)) if len(figures) else figures
        if len(figures):
            words = pl.concat([words, figures]).unique()
        if words.is_empty():
            continue
        clean = words.to_frame().select(scrub(pl.col(name)))[name]
        changed = words != clean
        if changed.any():
            landed[name] = column.replace(words.filter(changed), clean.filter(changed))
            for row in (column != landed[name]).arg_true():
                said.setdefault(row, {})[name] = column[row]
    struck = pl.Series(STRUCK, [None], dtype=pl.String).new_from_index(0, chunk.height)
    lines = pl.Series([json.dumps(one, ensure_ascii=False) for one in said.values()], dtype=pl.String)
    return landed, struck.scatter(list(said), lines)


def _may_be_a_number(cell: pl.Expr) -> pl.Expr:
    """Codes are shorter, and times of day have a colon, which is no part of a number: most cells need no closer look."""
    return (cell.str.len_bytes() >= _DIGITS) & ~cell.str.contains(":", literal=True)


def _is_closed(field: Field, column: ColumnMap) -> bool:
    """Whether a field holds times, a yes or no, or one of a few words."""
    is_coded = bool(field.categories) or bool(column.map and column.otherwise is None)
    return field.is_time or is_coded or isinstance(field.dtype, pl.Boolean)


def split(
    chunk: pl.DataFrame, header: list[str], profile: FeedProfile, key: bytes
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(what may land, what goes to the vault), row by row the same.

    A personal column lands as `<header>__hash` and `<header>__mask`, free text lands scrubbed, any other column that the
    profile names lands as it is but for what leads to a person (`_without_strays`), which the vault keeps as
    `_struck`. A column that the profile does not name, a row that could not be cut into columns, and one whose cells stand in the wrong ones (`misplaced`) may hold anything: they stay in the vault.
    """
    fields = FEEDS[profile.feed].fields
    met = meet(profile, header)
    personal = {
        name: kind for field, names in met.fields.items() if (kind := personal_kind(profile, field)) for name in names
    }
    free = {
        name for field, names in met.fields.items() for name in names
        if fields[field].free_text or profile.columns[field].free_text
    } - set(personal)  # fmt: skip
    used, keys = met.used, set(met.fields.get(FEEDS[profile.feed].key, []))
    misplaced = out_of_place(chunk, met, profile, personal)
    if misplaced.any():
        text = whole_row(chunk, header).zip_with(misplaced, chunk[UNREADABLE])
        chunk = without(chunk, misplaced).with_columns(text.alias(UNREADABLE))
    stands = {name: False for name in header if name in used and name not in {*personal, *free, *keys}}
    for name in stands:
        reads = [field for field, names in met.fields.items() if name in names]
        stands[name] = bool(reads) and all(_is_closed(fields[field], profile.columns[field]) for field in reads)
    strays, struck = _without_strays(chunk, stands)
    landed: list[pl.Expr | pl.Series] = [
        pl.col(SHEET), pl.col(ROW),
        pl.when(pl.col(UNREADABLE).is_not_null()).then(pl.lit("[vault]")).alias(UNREADABLE),
    ]  # fmt: skip
    for name in header:
        if name not in used:
            continue
        if kind := personal.get(name):
            clean = chunk[name].str.strip_chars().replace("", None)
            landed.append(keyed_hash(clean, kind, key).alias(name + HASH))
            landed.append(MASKS[kind](pl.col(name).str.strip_chars().replace("", None)).alias(name + MASK))
        elif name in free:
            landed.append(without_own_persons(chunk, name, personal))
        else:
            landed.append(strays.get(name, chunk[name]))
    kept = [name for name in header if name in personal or name in free or name not in used]
    return chunk.select(landed), chunk.select(SHEET, ROW, UNREADABLE, struck, *kept)


def personal_kind(profile: FeedProfile, field: str) -> str | None:
    """What kind of personal value a field holds in this city: as the feed says, or as its profile adds."""
    return FEEDS[profile.feed].fields[field].personal or profile.columns[field].personal
