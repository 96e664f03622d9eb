"""A batch's measures are counts of its rows, whatever the size of the chunks it came in."""

import datetime as dt
import tomllib
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.city import City, CityProfile, FeedProfile
from pipelines.feeds import FEEDS
from pipelines.landing.canonical import References, to_canonical
from pipelines.landing.contract import judge
from pipelines.landing.headers import meet
from pipelines.quality.judge import Verdict, judge_batches, suite_of
from pipelines.quality.measures import Measuring
from pipelines.quality.rules import Past
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from tests.conftest import AS_OF, CITY, DEMOLITIONS

HEADER = ["编号", "违建编号", "拆除日期", "面积", "方式"]
FEED = FEEDS["demolitions"]

Row = tuple[str | None, ...]


def measured(city: City, lines: list[Row], chunk_rows: int = 1_000, covered: float | None = None) -> dict[str, float]:
    profile = city.feeds["demolitions"]
    measuring = Measuring(FEED, AS_OF)
    mapped = set(meet(profile, HEADER).fields)
    for start in range(0, len(lines), chunk_rows):
        part = lines[start : start + chunk_rows]
        cells = {name: [line[at] for line in part] for at, name in enumerate(HEADER)}
        chunk = pl.DataFrame(
            {
                SHEET: [None] * len(part),
                ROW: list(range(2 + start, 2 + start + len(part))),
                UNREADABLE: [None] * len(part),
                **cells,
            },
            schema_overrides=dict.fromkeys((SHEET, UNREADABLE, *HEADER), pl.String),
        )
        canonical = to_canonical(chunk, HEADER, profile, References(city))
        measuring.add(canonical, judge(canonical, FEED, {}, AS_OF), mapped)
    return measuring.done(covered)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    profile = FeedProfile.model_validate(tomllib.loads(DEMOLITIONS))
    return City(
        tmp_path_factory.mktemp("town"), CityProfile.model_validate(tomllib.loads(CITY)), {"demolitions": profile}
    )


def day(at: int, count: int = 10) -> list[Row]:
    on = (AS_OF - dt.timedelta(days=at)).isoformat()
    return [(f"{at}-{n}", f"W{n}", on, "10.5", "自拆") for n in range(count)]


def test_shares_are_counted_over_all_rows_read(town: City) -> None:
    lines = [*day(0, 38), ("x1", "W1", "2017-02-30", "1", "自拆"), ("x2", None, AS_OF.isoformat(), "约", "爆破")]
    found = measured(town, lines)
    assert found["rows"] == 40
    assert found["quarantined_share"] == 2 / 40
    assert found["empty_share:building_case_no"] == 1 / 40
    assert found["unknown_share:method"] == 1 / 40
    assert found["commonest_share:method"] == 1.0
    assert found["middle:demolished_area_m2"] == 10.5


def test_days_are_those_of_the_records(town: City) -> None:
    found = measured(town, [*day(2), *day(4)])
    assert (found["days_behind"], found["days_covered"], found["empty_day_share"]) == (2, 3, pytest.approx(1 / 3))
    assert found["rows_per_day"] == pytest.approx(20 / 3)
    assert measured(town, day(2), covered=0.5)["rows_per_day"] == 20


def test_a_record_that_comes_twice_is_counted_as_repeated(town: City) -> None:
    assert measured(town, [*day(1, 8), *day(1, 2)])["repeated_key_share"] == pytest.approx(0.2)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.lists(st.tuples(
    st.sampled_from(["1", "2", None]), st.sampled_from(["W1", ""]), st.sampled_from(["2017-09-01", "2017-09-20", "?"]),
    st.sampled_from(["1", "2.5", "x"]), st.sampled_from(["自拆", "爆破", None])), min_size=1, max_size=40))  # fmt: skip
def test_the_size_of_the_chunks_does_not_matter(town: City, chunk_rows: int, lines: list[Row]) -> None:
    assert measured(town, lines, chunk_rows) == pytest.approx(measured(town, lines))


def usual(town: City, count: int = 12) -> list[Past]:
    return [Past(AS_OF - dt.timedelta(days=at), measured(town, day(0, 40 + at % 5))) for at in range(1, count + 1)]


def verdicts_of(town: City, lines: list[Row]) -> list[Verdict]:
    (verdicts,) = judge_batches(town.feeds["demolitions"], [measured(town, lines)], usual(town), AS_OF)
    return verdicts


Fault = Callable[[list[Row]], list[Row]]


def _cell(at: int, cell: Any) -> Fault:
    return lambda lines: [(*line[:at], cell(line) if callable(cell) else cell, *line[at + 1 :]) for line in lines]


@pytest.mark.parametrize(
    ("fault", "measure", "blocks"),
    [
        pytest.param(lambda lines: lines[:2], "rows_per_day", True, id="half a file"),
        pytest.param(lambda lines: [(f"{n}{line[0]}", *line[1:]) for n in range(10) for line in lines], "rows_per_day", True, id="tenfold"),
        pytest.param(lambda lines: lines + lines, "repeated_key_share", False, id="doubled file"),
        pytest.param(_cell(1, ""), "empty_share:building_case_no", True, id="a column went empty"),
        pytest.param(_cell(4, "7"), "unknown_share:method", True, id="code list changed"),
        pytest.param(_cell(3, "105000"), "middle:demolished_area_m2", True, id="unit changed"),
        pytest.param(lambda lines: [(line[0], line[2], line[1], *line[3:]) for line in lines], "quarantined_share", True, id="shifted columns"),
        pytest.param(_cell(2, (AS_OF - dt.timedelta(days=20)).isoformat()), "days_behind", False, id="an old export again"),
    ],
)  # fmt: skip
def test_a_fault_of_a_whole_batch_is_found_by_its_measure(town: City, fault: Fault, measure: str, blocks: bool) -> None:
    verdicts = verdicts_of(town, fault(day(0, 40)))
    failed = {verdict.measure for verdict in verdicts if not verdict.has_passed}
    assert measure in failed
    assert any(verdict.blocks for verdict in verdicts) == blocks


def test_a_usual_batch_passes_everything(town: City) -> None:
    verdicts = verdicts_of(town, day(0, 43))
    assert len(verdicts) > 10
    assert [verdict.message_en for verdict in verdicts if not verdict.has_passed] == []


def test_batches_of_one_night_are_history_for_each_other(town: City) -> None:
    several = [measured(town, day(0, 40 + at % 5)) for at in range(12)] + [measured(town, day(0, 2))]
    verdicts = judge_batches(town.feeds["demolitions"], several, [], AS_OF)
    assert not any(verdict.blocks for batch in verdicts[:-1] for verdict in batch)
    assert any(verdict.blocks for verdict in verdicts[-1])


def test_a_finding_is_a_sentence_in_both_languages_with_what_was_seen_and_what_is_usual(town: City) -> None:
    verdicts = verdicts_of(town, day(0, 2))
    told = next(verdict for verdict in verdicts if verdict.measure == "rows_per_day" and verdict.blocks)
    assert "每日行数为 2" in told.message_zh and "往常 42（12 批的中位数）" in told.message_zh
    assert "rows per day is 2" in told.message_en and "usually 42 (middle of 12 batches)" in told.message_en


def test_a_citys_own_expectation_takes_the_place_of_the_ordinary_one(town: City) -> None:
    profile = town.feeds["demolitions"]
    wide = FeedProfile.model_validate(
        {**profile.model_dump(by_alias=True, exclude_defaults=True),
         "expectations": [{"measure": "rows_per_day", "severity": "block", "at_most": 1e9}]}
    )  # fmt: skip
    found = [one for one in suite_of(wide) if one.measure == "rows_per_day" and one.severity == "block"]
    assert [(one.at_most, one.times_low) for one in found] == [(1e9, None)]
