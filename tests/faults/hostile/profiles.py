"""Hostile profiles by number: a sound profile of a city or a feed in which something is replaced, added or left out. The same number is always
the same profile.

Belongs here: sound profiles with every kind of key, and what is done to them. What becomes of them is told by `profile_worker`.
"""

import datetime as dt
import json
import random
from typing import Any

from tests.faults.hostile.files import NASTY

#: A table, a list in it, or what a key holds.
Value = Any
CITY: dict[str, Value] = {
    "city": {
        "id": "smalltown", "name_zh": "小城", "name_en": "Smalltown", "region_code": "652301", "time_zone": "Asia/Shanghai",
        "country": "CN", "first_day": dt.date(2011, 1, 1), "go_live": dt.date(2012, 1, 1), "weekend": ["saturday", "sunday"],
    },
    "working_hours": [
        {"valid_from": dt.date(2011, 1, 1), "season": "winter", "months": [1, 2], "intervals": [["09:30", "13:30"], ["15:30", "19:00"]]}
    ],
    "definitions": {"repeat_window_days": 30, "case_cohort": "filed"},
    "reporting_periods": [{"kind": "month", "last_day": 25, "freeze_after_days": 10}],
}  # fmt: skip
_COLUMNS: dict[str, Value] = {
    "demolition_no": {"from": ["编号"], "required": True},
    "building_case_no": {"first_of": ["违建编号", "方式"]},
    "demolished_on": {"from": ["拆除日期"], "formats": ["%Y-%m-%d", "%d.%m.%Y"]},
    "demolished_area_m2": {"from": ["面积"], "extract": "([0-9.]+)", "unit": "m2"},
    "method": {"from": ["方式"], "map": {"自拆": "self", "强拆": "forced"}, "otherwise": "forced", "if_empty": "self",
               "only_if": {"编号": ["1", "2"]}},
    "street_code": {"from": ["街道"], "map_reference": "streets.name_zh"},
}  # fmt: skip
FILE_FEED: dict[str, Value] = {
    "feed": "demolitions", "title_zh": "拆除台账", "title_en": "Demolitions",
    "source": {"kind": "file", "files": ["in/*.csv"], "format": "text", "encoding": "utf-8", "delimiter": ",", "header_rows": [1],
               "skip_rows_matching": ["合计"], "only": {}},
    "columns": _COLUMNS, "drift": {"unknown_columns": "warn", "ignored": ["*"]}, "freshness": {"every": "month", "warn_after_days": 10},
    "expectations": [{"measure": "rows", "at_least": 1.0}, {"measure": "empty_share:method", "history": 3, "times_high": 2.0}],
}  # fmt: skip
BASE_FEED: dict[str, Value] = {
    "feed": "demolitions",
    "source": {"kind": "database", "url": "sqlite:///{inbox}/in/source.sqlite", "query": "select * from ledger", "cursor": "stamp",
               "settle_seconds": 60, "overlap_seconds": 0, "timeout_seconds": 20},
    "columns": _COLUMNS,
}  # fmt: skip
BOOK_FEED: dict[str, Value] = {
    "feed": "demolitions",
    "source": {"kind": "file", "files": ["in/*"], "sheets": ["台*"], "members": ["*.csv"], "header_rows": "find", "records": "data.*.items"},
    "columns": {**_COLUMNS, "demolished_on": {"join": ["拆除日期", "方式"], "separator": " ", "date_only": "midnight"}},
}  # fmt: skip
#: {name: (where it is written, the sound profile)}
KINDS = {
    "city": ("city.toml", CITY), "file": ("feeds/demolitions.toml", FILE_FEED), "base": ("feeds/demolitions.toml", BASE_FEED),
    "book": ("feeds/demolitions.toml", BOOK_FEED),
}  # fmt: skip
PATHS = (
    "../secret.csv", "../../secret.csv", "in/../../secret.csv", "/etc/passwd", "//etc/passwd", "..\\secret.csv", "~/.ssh/*", "**/*", "**/**/**/**/*",
    "**a", "", ".", "..", "./", "*", "in/[", "in/[!", "in/\0", "%2e%2e/secret.csv", "$HOME", "${HOME}", "{inbox}/../secret.csv", "../home/vault/*",
    "sqlite:///{inbox}/../made.sqlite", "sqlite:////etc/passwd", "sqlite:///:memory:", "sqlite://", "sqlite:///{inbox}/in/source.sqlite?mode=rwc",
    "duckdb:///{inbox}/made.duckdb", "file:///etc/passwd", "http://127.0.0.1:1/x", "https://${CHENGGUAN_HASH_KEY}.example", "a" * 5_000, "a/" * 3_000,
)  # fmt: skip
SQL = (
    "'; drop table raw.demolitions; --", '"; drop table raw.demolitions; --', 'stamp"', "stamp'", "stamp; select 1", "stamp) --", "(select 1)", "1",
    "select * from ledger; drop table ledger", "select 1) union (select 2", "select * from ledger -- ", "select * from ledger /*", "drop table ledger",
    "with x as (delete from ledger returning *) select * from x", "attach '/tmp/x' as x", "select load_extension('x')", "select writefile('/tmp/x', 'y')",
    "select *, (select group_concat(sql) from sqlite_master) stamp from ledger", "with recursive x(n) as (select 1 union all select n + 1 from x) select n stamp from x",
    "pragma writable_schema = 1", "select randomblob(2000000000) stamp", "select 1 as \"a\"\"b\", 2 as stamp", "install httpfs", "${PATH}", "{{ 7 * 7 }}",
)  # fmt: skip
EXPRESSIONS = (
    "(a+)+$", "(a|a)*$", "(.*a){30}", "([a-z]+)*!", "(?:x+x+)+(y)", "((((a{1000}){1000}){1000}){1000})", "(", "(" * 5_000, "(a)" * 3_000, "[", "(?P<x>a)", "(?=a)(b)",
    "(a)\\1", "(?R)", "(a{99999999999})", "(\\p{L}+)", "(?i)(É)", "(?<!a)(b)", "()", "^(.*)$", "*", "(\\x00)", "(a" + "|a" * 20_000 + ")", "%", "%Q%q", "%" * 3_000,
    "%Y" * 500, "%-d", "%+", "%z%z", "%99999999d", "%s", "%f%f", "\\", "[[:alpha:]]", "(\ud7ff)", "*a" * 40 + "b", "[" * 1_000, "?" * 3_000, "(*", "[^",
)  # fmt: skip
ODD: tuple[Value, ...] = (
    0, -1, 1, 2**31, 2**63 - 1, -(2**63), 10**30, 1.5, float("inf"), float("-inf"), float("nan"), 1e308, 5e-324, True, False, "", " ", "x", [], {},
    dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.datetime(9999, 12, 31, 23, 59), dt.time(23, 59), [[]], [{}], {"": ""}, {"a": {"b": {"c": 1}}}, ["x"] * 3_000,
    [1, 2, 3], [3, 1], [0], [2**40], [1, 2**40], [["25:00", "26:00"]], "2017-02-30", "\u202e", "_source_row", "编号", "编号#2", "UTF-7", "utf-32", "idna",
    "punycode", "unicode_escape", "rot13", "zip", "raw_unicode_escape", "\0", "../Shanghai", "/etc/localtime", "Asia/../../etc/passwd", "XX", "US",
)  # fmt: skip


def hostile_profile(number: int) -> tuple[str, str, bytes]:
    """(kind, file below the city's folder, its content). One in ten is broken as text, the others are TOML with wrong things in it."""
    rng = random.Random(f"profile {number}")
    kind = list(KINDS)[number % len(KINDS)]
    name, sound = KINDS[kind]
    table = _copied(sound)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _change(table, rng)
    text = as_toml(table).encode("utf-8", "surrogatepass")
    return kind, name, _broken(text, rng) if rng.random() < 0.1 else text


def _copied(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _places(value: Value) -> list[tuple[Value, Any]]:
    """Every (table or list, key or place) of the profile."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, held in inner for place in ((value, key), *_places(held))]


def _change(table: dict[str, Value], rng: random.Random) -> None:
    holder, key = rng.choice(_places(table))
    match rng.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[
                _nasty(rng)
                if rng.random() < 0.5
                else rng.choice(("__class__", "model_config", "from_", "feed", key + " "))
            ] = holder[key]
        case 2 if isinstance(holder, list):
            holder.append(_any(rng))
        case 3:
            holder[key] = [_any(rng) for _ in range(rng.choice((1, 3, 200)))]
        case 4:
            holder[key] = {_nasty(rng): _any(rng) for _ in range(rng.choice((1, 3, 200)))}
        case 5 if isinstance(holder[key], str):
            at = rng.randrange(len(holder[key]) + 1)
            holder[key] = holder[key][:at] + _nasty(rng) + holder[key][at:]
        case _:
            holder[key] = _any(rng)


def _nasty(rng: random.Random) -> str:
    return rng.choice(rng.choice((NASTY, PATHS, SQL, EXPRESSIONS)))


def _any(rng: random.Random) -> Value:
    return _nasty(rng) if rng.random() < 0.7 else _copied(rng.choice(ODD))


def _broken(text: bytes, rng: random.Random) -> bytes:
    """Not TOML any more, or barely: nesting, numbers and keys beyond any bound, bytes that are no text."""
    at = rng.randrange(len(text) + 1)
    piece = rng.choice(
        (
            b"x = " + b"[" * 20_000, b"x = " + b"[" * 3_000 + b"]" * 3_000, b"x = " + b"{a = " * 3_000 + b"1" + b"}" * 3_000, b".".join([b"a"] * 5_000) + b" = 1",
            b"x = " + b"9" * 20_000, b"x = 0x" + b"f" * 20_000, b"x = 1e" + b"9" * 400, b"x = 2017-13-45", b"x = 99999-01-01", b'x = "' + b"a" * 3_000_000 + b'"',
            b"\xff\xfe", b"\0", b'x = """', b"[" * 2_000, b"[city]\n[city]", b"\xed\xa0\x80", b'x = "\\ud800"', b"#" * 100_000, b"\r", b"x = 1\nx = 2\n",
        )
    )  # fmt: skip
    return text[:at] + b"\n" * rng.randrange(2) + piece + b"\n" + text[at:]


def as_toml(table: dict[str, Value]) -> str:
    """A table as TOML, the tables below the first as inline ones."""
    return "".join(f"{_text(key)} = {_written(value)}\n" for key, value in table.items())


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)} = {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
