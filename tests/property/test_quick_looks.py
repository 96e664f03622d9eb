"""Whatever is told of a cell at a quick look is what a close look would tell: no short cut lets anybody through."""

import re

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.city import ColumnMap, FeedProfile
from pipelines.feeds import FEEDS
from pipelines.landing import misplaced, numbers
from pipelines.landing.free_text import scrub, scrubbed, without_own_persons
from pipelines.landing.headers import meet
from pipelines.landing.numbers import read_numbers
from pipelines.landing.privacy import _NUMBER, _may_be_a_number

DIGITS = st.text("0123456789０１３９", min_size=3, max_size=12)
PARTS = st.one_of(
    DIGITS,
    st.text("01 -—.·()（）:：X\u200b\u3000\t", max_size=4),
    st.sampled_from(["新", "京", "B", "ｂ", "号楼", "单元", "室", "层", "我叫", "姓名：", "联系人是", "测试甲", "路灯不亮"]),
)  # fmt: skip
TEXTS = st.lists(PARTS, max_size=12).map("".join)
CELLS = st.one_of(
    st.none(), TEXTS, st.text(max_size=12), st.sampled_from(["2017-03-01 10:00:00", " 1", "J", "无", "-87.9"])
)


def series(values: list[str | None]) -> pl.Series:
    return pl.Series("cell", values, dtype=pl.String)


@given(st.lists(CELLS, max_size=20))
def test_texts_that_are_passed_over_have_nothing_to_strike_out(texts: list[str | None]) -> None:
    cells = series(texts)
    assert scrubbed(cells).to_list() == cells.to_frame().select(scrub(pl.col("cell"))).to_series().to_list()
    assert cells.to_list() == texts


@given(
    st.lists(st.tuples(TEXTS, st.none() | st.text("测试甲 ·.\u3000乙", max_size=5)), min_size=1, max_size=10), st.data()
)
def test_the_rows_own_name_goes_out_of_a_text_however_it_is_spaced(
    rows: list[tuple[str, str | None]], data: st.DataObject
) -> None:
    blank = r"[\s\x1c-\x1f·•．.]"
    texts, names = [], []
    for text, name in rows:
        spaced = data.draw(st.sampled_from(["", " ", "·"])).join(name or "")
        texts.append(text + data.draw(st.sampled_from([name or "", spaced, ""])) + text)
        names.append(name)
    chunk = pl.DataFrame({"text": texts, "name": names}, schema={"text": pl.String, "name": pl.String})
    said = without_own_persons(chunk, "text", {"name": "name"}).to_list()
    for text, name, left in zip(texts, names, said, strict=True):
        expected = series([text]).to_frame().select(scrub(pl.col("cell"))).item()
        own = re.sub(blank, "", name or "")
        if len(own) >= 2:
            expected = expected.replace(own, "[姓名]")
            expected = re.sub(f"{blank}*".join(map(re.escape, own)), "[姓名]", expected)
        assert left == expected


@given(CELLS)
def test_no_number_of_a_person_is_taken_for_a_code_or_a_time(cell: str | None) -> None:
    found = series([cell]).to_frame().select(
        number=pl.col("cell").str.contains(_NUMBER), may_be=_may_be_a_number(pl.col("cell"))
    )  # fmt: skip
    assert not (found["number"] & ~found["may_be"]).any()


PROFILE = FeedProfile.model_validate({
    "feed": "hotline_tickets", "source": {"kind": "file", "files": ["*"]},
    "columns": {
        "ticket_id": {"from": ["a"]}, "hotline": {"from": ["b"], "map": {"12319": "12319", " 1": "12345"}}, "caller_name": {"from": ["c"]},
        "caller_phone": {"from": ["d"]}, "accepted_at": {"from": ["e"]}, "is_answered_at_once": {"from": ["f"]}, "address": {"from": ["g"]},
    },
})  # fmt: skip


@given(st.lists(CELLS, min_size=7, max_size=7))
def test_a_cell_that_is_out_of_place_looks_so_at_once(cells: list[str | None]) -> None:
    header = list("abcdefg")
    row = pl.DataFrame(
        {name: [cell] for name, cell in zip(header, cells, strict=True)}, schema=dict.fromkeys(header, pl.String)
    )
    personal = {"c": "name", "d": "phone", "g": "address"}
    for look in misplaced._looks(meet(PROFILE, header), PROFILE, personal):
        is_so, may_be = row.select(is_so=look.is_so, may_be=look.may_be).row(0)
        assert may_be or not is_so


NUMBERS = st.one_of(
    CELLS,
    st.from_regex(r"[+-]?[0-9]{1,3}([,，][0-9]{3}){0,2}(\.[0-9]{0,3})?(元|万元)?", fullmatch=True),
    st.sampled_from(["inf", "nan", "1e5", "1e400", "1_000", "0x10", "+5", ".5", "5."]),
)  # fmt: skip


@given(
    st.lists(NUMBERS, max_size=12),
    st.sampled_from([("penalty_cases", "fine_yuan"), ("platform_cases", "x"), ("platform_cases", "rework_count")]),
)
def test_plain_numbers_are_read_as_those_that_are_looked_at_closely(
    values: list[str | None], place: tuple[str, str]
) -> None:
    feed, name = place
    spec, column = FEEDS[feed].fields[name], ColumnMap.model_validate({"from": ["x"]})
    found, _ = read_numbers(series(values), spec, column)
    assert found.to_list() == numbers._closely(series(values), spec, column).to_list()
