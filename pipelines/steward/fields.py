"""What would be right in a field, in words and as a list to choose from; and the profile by which a steward's workbook is read.

Belongs here: what follows from the feed's contract and the city's profile. A mended cell holds the source's own words or canonical codes,
numbers in the source's unit: as the profile reads them.
"""

import polars as pl

from pipelines.city import ColumnMap, Drift, FeedProfile
from pipelines.feeds import FEEDS, Field
from pipelines.landing.canonical import References
from pipelines.landing.privacy import personal_kind

_KINDS = {"name": ("姓名", "name"), "phone": ("电话", "telephone"), "id_number": ("证件号", "ID number"), "address": ("地址", "address")}  # fmt: skip
#: Codes that are told in a sentence; a list in a workbook has all of them.
_TOLD = 30


def desk_profile(profile: FeedProfile) -> FeedProfile:
    """The same profile for a sheet whose columns are the canonical fields: formats, units and codes stay, the way from the source's columns goes."""
    own: dict[str, object] = {
        "first_of": [],
        "join": [],
        "const": None,
        "extract": None,
        "only_if": {},
        "required": False,
    }
    columns = {name: column.model_copy(update={**own, "from_": [name]}) for name, column in profile.columns.items()}
    return profile.model_copy(update={"columns": columns, "drift": Drift(ignored=["*"])})


def shown_fields(profile: FeedProfile) -> list[str]:
    """The fields that the city's source has, in the feed's order."""
    return [name for name in FEEDS[profile.feed].fields if name in profile.columns]


def choices(name: str, profile: FeedProfile, references: References) -> list[str]:
    """What may stand in a coded field: the source's words, then the codes. Empty where it is no coded field."""
    spec, column = FEEDS[profile.feed].fields[name], profile.columns[name]
    words = column.map or (
        references.crosswalk(column.map_reference, spec, profile.feed) if column.map_reference else {}
    )
    codes = [*words.values(), *(() if words else spec.categories)]
    if not words and isinstance(spec.dtype, pl.Boolean):
        codes = ["是", "否"]
    if not words and spec.reference_table:
        codes = _keys(spec, references)
    return list(dict.fromkeys([*words, *codes]))


def expected(name: str, profile: FeedProfile, references: References) -> tuple[str, str]:
    """(Chinese, English): what would be right in the field."""
    spec, column = FEEDS[profile.feed].fields[name], profile.columns[name]
    zh, en = _by_type(spec, column, choices(name, profile, references), personal_kind(profile, name))
    if not spec.nullable:
        return f"必填；{zh}", f"must not be empty; {en}"
    return zh, en


def _keys(spec: Field, references: References) -> list[str]:
    table, column = references.table(spec.reference_table or ""), spec.reference_columns[-1]
    return sorted(table[column].drop_nulls().unique().to_list()) if column in table.columns else []


def _by_type(spec: Field, column: ColumnMap, codes: list[str], personal: str | None) -> tuple[str, str]:
    if personal:
        zh, en = _KINDS[personal]
        return f"{zh}原值，入库前即散列并遮盖", f"the {en} itself; it is hashed and masked before it is stored"
    if codes:
        more = ("…", ", …") if len(codes) > _TOLD else ("", "")
        return f"以下之一：{'、'.join(codes[:_TOLD])}{more[0]}", f"one of: {', '.join(codes[:_TOLD])}{more[1]}"
    if spec.is_time:
        zh, en = ("日期和时刻，如 2017-09-25 14:30:00", "a date with a time of day, as 2017-09-25 14:30:00")
        if not isinstance(spec.dtype, pl.Datetime):
            zh, en = ("日期，如 2017-09-25", "a date, as 2017-09-25")
        if not spec.planned:
            zh, en = f"{zh}，不晚于数据截止日", f"{en}, not later than the day the data are of"
        return zh, en
    if spec.dtype.is_numeric():
        return _number(spec, column)
    return "文字", "a text"


def _number(spec: Field, column: ColumnMap) -> tuple[str, str]:
    zh, en = ("整数", "a whole number") if spec.dtype.is_integer() else ("数字", "a number")
    low, high = spec.bounds
    if low is not None:
        zh, en = f"{zh}，不小于 {low:g}", f"{en}, {low:g} or more"
    if high is not None:
        zh, en = f"{zh}，不大于 {high:g}", f"{en}, {high:g} or less"
    if column.unit:
        return f"{zh}；以{column.unit}为单位", f"{en}; counted in {column.unit}"
    if column.factor != 1:
        return (
            f"{zh}；按来源单位填写，入库时乘以 {column.factor:g}",
            f"{en}; in the source's unit, multiplied by {column.factor:g} on its way in",
        )
    return zh, en
