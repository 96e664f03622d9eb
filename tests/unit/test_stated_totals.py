"""A total that a file states is held against the rows above it, and a row that went missing shows."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.city import City, CityProfile, FeedProfile
from pipelines.landing.canonical import References, to_canonical
from pipelines.quality.totals import StatedTotals
from pipelines.readers.files import read_file
from tests.conftest import CITY, DEMOLITIONS

PROFILE = FeedProfile.model_validate(tomllib.loads(DEMOLITIONS.replace('["合计"]', '["小计", "合计"]')))
TOWN = City(Path(), CityProfile.model_validate(tomllib.loads(CITY)), {})


def gaps(path: Path, lines: list[str]) -> dict[str, float]:
    path.write_text("\n".join(["编号,违建编号,拆除日期,面积,方式", *lines, ""]), encoding="utf-8")
    extract = read_file(path, PROFILE.source, path.name)  # type: ignore[arg-type]
    chunks = list(extract.chunks)
    totals = StatedTotals(PROFILE, extract)
    for chunk in chunks:
        totals.add(to_canonical(chunk, extract.header, PROFILE, References(TOWN)))
    return totals.gaps()


def row(number: int, area: float) -> str:
    return f"{number},W1,2017-01-05,{area},自拆"


def test_subtotals_and_the_grand_total_fit_their_rows(tmp_path: Path) -> None:
    lines = [row(1, 10), row(2, 5.5), "小计,,,15.5,", row(3, 2), "小计,,,2,", "合计,,,17.5,"]
    assert gaps(tmp_path / "a.csv", lines) == {"stated_total_gap:demolished_area_m2": 0.0}


def test_a_row_that_went_missing_shows_in_the_total(tmp_path: Path) -> None:
    found = gaps(tmp_path / "a.csv", [row(1, 10), "合计,,,15.5,"])
    assert found["stated_total_gap:demolished_area_m2"] == pytest.approx(5.5 / 15.5)


def test_a_record_that_was_written_down_twice_counts_once(tmp_path: Path) -> None:
    assert gaps(tmp_path / "a.csv", [row(1, 10), row(1, 10), "合计,,,10,"]) == {
        "stated_total_gap:demolished_area_m2": 0.0
    }


def test_nothing_is_said_of_a_total_over_a_number_that_could_not_be_read(tmp_path: Path) -> None:
    unread = "2,W1,2017-01-05,约5,自拆"
    lines = [row(1, 10), unread, "小计,,,15.5,", row(3, 2), "小计,,,3,", "合计,,,18.5,"]
    assert gaps(tmp_path / "a.csv", lines) == {"stated_total_gap:demolished_area_m2": pytest.approx(1 / 3)}


def test_a_set_aside_row_without_a_number_states_nothing(tmp_path: Path) -> None:
    assert gaps(tmp_path / "a.csv", [row(1, 10), "合计,,,,"]) == {}


def test_a_file_without_totals_has_no_gap(tmp_path: Path) -> None:
    assert gaps(tmp_path / "a.csv", [row(1, 10)]) == {}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 10_000), min_size=1, max_size=6), min_size=1, max_size=5))
def test_right_totals_of_any_blocks_have_no_gap(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[list[int]]
) -> None:
    lines: list[str] = []
    for block in blocks:
        lines += [row(len(lines) + at, area / 100) for at, area in enumerate(block)]
        lines.append(f"小计,,,{sum(block) / 100},")
    lines.append(f"合计,,,{sum(map(sum, blocks)) / 100},")
    found = gaps(tmp_path_factory.mktemp("t") / "a.csv", lines)
    assert found["stated_total_gap:demolished_area_m2"] == pytest.approx(0, abs=1e-6)
