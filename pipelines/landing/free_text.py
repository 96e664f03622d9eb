"""Free text without the persons in it: numbers, plates, doors, names that are said to be some, and the row's own names and addresses.

Belongs here: what is struck out of a text, and how few texts need to be looked at closely. Which columns are free text, and what becomes of
the originals, stands in `privacy`.
"""

import re
import unicodedata
from collections.abc import Mapping

import polars as pl

_DIGIT = "[0-9０-９]"
#: What people and programs put between the digits of a number: blanks of any width, strokes, dots, signs without width.
_GAP = r"[\s\-－—–.．·\x{200B}-\x{200F}\x{FEFF}]{0,2}"
_PROVINCE = f"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]{_GAP}[A-Za-zＡ-Ｚａ-ｚ]"
_PLATE = "[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]"
_NO_DOT = _GAP.replace(".．", "")  # behind a plate a dot ends it: 新B12345.xlsx
_DOOR = r"\s*(?:号楼|栋|幢|号院|单元|层|楼|室|户)\s*"
#: For polars' regular expressions, not Python's. What is struck out of free text, longest pattern first: an ID number holds what looks like a mobile number.
SCRUB: tuple[tuple[str, str], ...] = (
    (f"[1-9１-９](?:{_GAP}{_DIGIT}){{16}}{_GAP}[0-9０-９XxＸｘ]", "[证件号]"),
    (f"[1１]{_GAP}[3-9３-９](?:{_GAP}{_DIGIT}){{9}}", "[电话]"),
    (f"[(（]?[0０]{_DIGIT}{{2,3}}[\\-－—)） ]{{1,2}}{_DIGIT}{{7,8}}", "[电话]"),
    (f"{_PROVINCE}{_GAP}{_PLATE}(?:{_NO_DOT}{_PLATE}){{4,5}}", "[车牌]"),
    (f"(?:{_DIGIT}{{1,4}}{_DOOR}){{2,}}(?:{_DIGIT}{{1,4}}室?)?", "[门牌]"),
    (r"(我叫|姓名\s*[：:是]\s*|联系人\s*[：:是]\s*)\p{Han}{2,4}", "${1}[姓名]"),
)  # fmt: skip
#: What a text must hold for any of these to be found in it: ten digits close to each other, the beginning of a plate or of a door, a word for a name.
_SUSPECT = f"(?:{_DIGIT}[^0-9０-９]{{0,2}}){{9}}{_DIGIT}|{_PROVINCE}|{_DIGIT}{_DOOR}{_DIGIT}|我叫|姓名|联系人"
#: A name or an address shorter than this says nobody, and is part of many words.
_SAYS_SOMEBODY = {"name": 2, "address": 4}
#: Between the characters of a name: 张 三, 阿不都·热依木. The separators are blanks for Python's expressions, but not for polars'.
_BLANK = r"[\s\x1c-\x1f·•．.]"
_STRUCK = {"name": "[姓名]", "address": "[地址]"}


def scrub(cell: pl.Expr) -> pl.Expr:
    """Free text without ID numbers, telephone numbers, plates, door numbers and names that are said to be some."""
    for pattern, replacement in SCRUB:
        cell = cell.str.replace_all(pattern, replacement)
    return cell


def scrubbed(texts: pl.Series) -> pl.Series:
    """What `scrub` leaves of each text. One look tells the few in which there can be anything to strike out."""
    places = texts.str.contains(_SUSPECT).fill_null(False).arg_true()
    if not len(places):
        return texts
    return texts.clone().scatter(places, texts[places].to_frame().select(scrub(pl.all())).to_series())


def mentions(cell: pl.Expr, number: str) -> pl.Expr:
    """Whether a text holds this telephone or ID number, however it is spaced or written."""
    digits = [re.escape(one) for one in re.sub("[^0-9A-Za-z]", "", unicodedata.normalize("NFKC", number))]
    spaced = _GAP.join(f"(?i:{one})" for one in digits)
    return cell.str.normalize("NFKC").str.contains(f"(?:^|[^0-9]){spaced}(?:$|[^0-9])")


def without_own_persons(chunk: pl.DataFrame, name: str, personal: Mapping[str, str]) -> pl.Series:
    """A column of free text, scrubbed, and without the names and addresses that stand in the same row's own columns."""
    texts = scrubbed(chunk[name])
    for column, kind in personal.items():
        if kind not in _SAYS_SOMEBODY:
            continue
        own = chunk[column].str.replace_all(_BLANK, "")
        own = own.set(own.str.len_chars() < _SAYS_SOMEBODY[kind], None)
        places = _saying(texts, own)
        if len(places):
            texts = texts.clone().scatter(places, _struck(texts[places], own[places], _STRUCK[kind]))
    return texts


def _saying(texts: pl.Series, own: pl.Series) -> pl.Series:
    """The places where a text says the word beside it, with or without blanks in it. The word has none."""
    frame = pl.DataFrame({"text": texts, "own": own})
    plainly = pl.col("text").str.contains(pl.col("own"), literal=True).fill_null(False)
    spaced = pl.col("text").str.contains(_BLANK).fill_null(False) & pl.col("own").is_not_null()
    said = frame.select(plainly=plainly, spaced=spaced)
    looked_at = (said["spaced"] & ~said["plainly"]).arg_true()
    if not len(looked_at):
        return said["plainly"].arg_true()
    bare = pl.col("text").str.replace_all(_BLANK, "")
    holds = frame[looked_at].select(bare.str.contains(pl.col("own"), literal=True)).to_series()
    return said["plainly"].scatter(looked_at, holds).arg_true()


def _struck(texts: pl.Series, own: pl.Series, instead: str) -> pl.Series:
    words = own.to_list()
    said = [text.replace(who, instead) for text, who in zip(texts.to_list(), words, strict=True)]
    for at in _saying(pl.Series(said, dtype=pl.String), own):
        # Blanks between its characters: an expression of its own, dear, and rare.
        said[at] = re.sub(f"{_BLANK}*".join(map(re.escape, words[at])), instead, said[at])
    return pl.Series(said, dtype=pl.String)
