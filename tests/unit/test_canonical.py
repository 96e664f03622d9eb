"""Cells become fields, and a cell that cannot is a fault with a name."""

import datetime as dt
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.city import City, CityProfile, ColumnMap
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.landing.batches import landed_header
from pipelines.landing.canonical import References, _read, to_canonical
from pipelines.landing.headers import check
from pipelines.landing.privacy import split
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from tests.conftest import CITY

DEMOLITION = FEEDS["demolitions"].fields
TICKET = FEEDS["hotline_tickets"].fields
BUILDING = FEEDS["illegal_buildings"].fields


def read(field: Any, cell: str, **column: Any) -> tuple[Any, list[str]]:
    profile = ColumnMap.model_validate({"from": ["x"], **column})
    city = City(Path(), CityProfile.model_validate(tomllib.loads(CITY)), {})
    value, faults = _read(pl.Series("x", [cell]), field, profile, References(city), "feed")
    return value[0], [rule for rule, at in faults.items() if at[0]]


@pytest.mark.parametrize(
    "cell", ["2017-09-05", "2017/9/5", "2017.9.5", "2017年9月5日", "20170905", "2017-09-05 00:00:00", "42983"]
)
def test_every_usual_way_to_write_a_date_is_read(cell: str) -> None:
    assert read(DEMOLITION["demolished_on"], cell) == (dt.date(2017, 9, 5), [])


@pytest.mark.parametrize("cell", ["2016-02-30", "2017/9/31", "昨天", "0", "99999999"])
def test_a_date_that_does_not_exist_is_a_bad_date(cell: str) -> None:
    assert read(DEMOLITION["demolished_on"], cell) == (None, ["bad_date"])


def test_a_day_number_of_a_workbook_keeps_its_time_of_day() -> None:
    assert read(TICKET["accepted_at"], "42983.5")[0] == dt.datetime(2017, 9, 5, 12)


def test_a_date_without_a_time_of_day_is_no_time_unless_the_profile_says_so() -> None:
    assert read(TICKET["replied_at"], "2018/4/24") == (None, ["time_missing"])
    assert read(TICKET["replied_at"], "2018/4/24", date_only="midnight") == (dt.datetime(2018, 4, 24), [])


def test_a_format_of_the_citys_own_comes_first() -> None:
    assert read(DEMOLITION["demolished_on"], "05/09/2017", formats=["%d/%m/%Y"]) == (dt.date(2017, 9, 5), [])


@pytest.mark.parametrize(
    ("cell", "value"), [("1,234.50", "1234.50"), (" 12 ", "12.00"), ("0.30000000000000004", "0.30")]
)
def test_numbers_are_read_as_people_write_them(cell: str, value: str) -> None:
    assert read(DEMOLITION["demolished_area_m2"], cell) == (Decimal(value), [])


def test_ten_thousands_are_scaled() -> None:
    assert read(FEEDS["penalty_cases"].fields["fine_yuan"], "0.05", scale=10000)[0] == Decimal("500.00")


@pytest.mark.parametrize("cell", ["约100", "NaN", "1e999", "--"])
def test_what_is_no_number_is_a_bad_number(cell: str) -> None:
    assert read(DEMOLITION["demolished_area_m2"], cell) == (None, ["bad_number"])


@pytest.mark.parametrize(
    "cell", ["1000000000000", "-1000000000000", "99999999999999", "999999999999.995", "100，000，000万"]
)
def test_a_number_with_more_digits_than_its_field_is_a_bad_number(cell: str) -> None:
    assert read(DEMOLITION["demolished_area_m2"], cell) == (None, ["bad_number"])
    assert read(DEMOLITION["demolished_area_m2"], "999999999999.99") == (Decimal("999999999999.99"), [])


def test_an_amount_in_a_unit_of_its_own_that_is_too_large_is_a_bad_number() -> None:
    assert read(FEEDS["penalty_cases"].fields["fine_yuan"], "100，000，000万元") == (None, ["bad_number"])


def test_a_fraction_is_no_count() -> None:
    assert read(BUILDING["floors"], "2.5") == (None, ["bad_number"])
    assert read(BUILDING["floors"], "2.0") == (2, [])


def test_codes_go_through_the_crosswalk_and_unknown_ones_are_named() -> None:
    crosswalk = {"自拆": "self", "强拆": "forced"}
    assert read(DEMOLITION["method"], "强拆", map=crosswalk) == ("forced", [])
    assert read(DEMOLITION["method"], "self", map=crosswalk) == ("self", [])
    assert read(DEMOLITION["method"], "爆破", map=crosswalk) == (None, ["unknown_code"])


@given(st.text(max_size=30), st.sampled_from(["demolished_on", "demolished_area_m2", "method", "is_partial"]))
def test_any_text_becomes_a_value_or_a_fault_and_never_an_error(cell: str, name: str) -> None:
    value, faults = read(DEMOLITION[name], cell)
    assert (value is None) or not faults


@given(st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False))
def test_an_amount_survives_to_the_cent(amount: Decimal) -> None:
    assert read(DEMOLITION["demolished_area_m2"], str(amount)) == (amount, [])


@pytest.mark.parametrize(
    "cell",
    ["2017-09-05T08:00:00Z", "2017-09-05T16:00:00+08:00", "2017-09-05T01:00:00.5-07:00", "2017-09-05 16:00:00+0800"],
)
def test_a_moment_with_an_offset_is_put_on_the_citys_clock(cell: str) -> None:
    value, faults = read(TICKET["accepted_at"], cell)
    assert (value.replace(microsecond=0), faults) == (dt.datetime(2017, 9, 5, 16), [])


def test_twelve_hour_clocks_are_read_by_a_format_of_the_citys_own() -> None:
    formats = ["%m/%d/%Y %I:%M:%S %p"]
    assert read(TICKET["accepted_at"], "02/17/2020 12:19:00 AM", formats=formats)[0] == dt.datetime(2020, 2, 17, 0, 19)


def test_a_unit_of_the_column_scales_and_a_unit_in_the_cell_goes_before_it() -> None:
    fine = FEEDS["penalty_cases"].fields["fine_yuan"]
    area = DEMOLITION["demolished_area_m2"]
    assert read(fine, "0.05", unit="万元")[0] == Decimal("500.00")
    assert read(fine, "300元", unit="万元")[0] == Decimal("300.00")
    assert read(fine, "1.2万元")[0] == Decimal("12000.00")
    assert read(area, "120㎡")[0] == Decimal("120.00")
    assert read(area, "1.5", unit="亩")[0] == Decimal("1000.00")
    assert read(area, "3元") == (None, ["bad_number"])


def test_a_code_that_the_crosswalk_does_not_know_takes_what_the_city_said_of_all_others() -> None:
    crosswalk = {"自拆": "self"}
    assert read(DEMOLITION["method"], "爆破", map=crosswalk, otherwise="forced") == ("forced", [])


def records(write_city: Callable[..., City], lines: dict[str, list[str | None]], **columns: Any) -> pl.DataFrame:
    """The canonical frame of records that come through the whole way from a source's strings."""
    city = write_city()
    own = city.feeds["demolitions"]
    profile = own.model_copy(
        update={"columns": own.columns | {name: ColumnMap.model_validate(said) for name, said in columns.items()}}
    )
    height = len(next(iter(lines.values())))
    positions = {SHEET: [None] * height, ROW: list(range(2, 2 + height)), UNREADABLE: [None] * height}
    chunk = pl.DataFrame({**positions, **lines}, schema_overrides=dict.fromkeys((SHEET, UNREADABLE, *lines), pl.String))
    landed, _ = split(chunk, list(lines), profile, b"a key for tests only, not a secret")
    return to_canonical(landed, landed_header(landed), profile, References(city)).frame


def test_a_day_and_a_time_of_day_in_two_columns_are_one_value(write_city: Callable[..., City]) -> None:
    frame = records(
        write_city, {"年": ["2017", None, "2016"], "月": ["9", None, "2"], "日": ["5", " ", "30"]},
        demolished_on={"join": ["年", "月", "日"], "separator": "-"},
    )  # fmt: skip
    assert frame["demolished_on"].to_list() == [dt.date(2017, 9, 5), None, None]


def test_the_first_of_several_columns_that_is_filled_is_the_value(write_city: Callable[..., City]) -> None:
    cells = {"信用代码": ["A1", " ", None], "机构代码": ["B1", "B2", None], "税号": [None, "C2", "C3"]}
    several = {"first_of": ["信用代码", "没有的列", "机构代码", "税号"]}
    assert records(write_city, cells, demolition_no=several)["demolition_no"].to_list() == ["A1", "B2", "C3"]
    masked = records(write_city, cells, demolition_no={**several, "personal": "name"})
    assert masked["demolition_no"].to_list() == ["A*", "B*", "C*"]


def test_an_empty_cell_takes_what_the_city_said_of_empty_ones(write_city: Callable[..., City]) -> None:
    cells: dict[str, list[str | None]] = {"方式": ["强拆", " ", None, "爆破"], "状态": ["1", "1", "0", "1"]}
    filled = {"from": ["方式"], "map": {"强拆": "forced"}, "if_empty": "self", "only_if": {"状态": ["1"]}}
    assert records(write_city, cells, method=filled)["method"].to_list() == ["forced", "self", None, None]


def test_a_number_is_taken_out_of_a_sentence(write_city: Callable[..., City]) -> None:
    frame = records(
        write_city, {"结果": ["没收250元；罚款1,200.5元", "警告", None]},
        demolished_area_m2={"from": ["结果"], "extract": "罚款([0-9.,]+)元"},
    )  # fmt: skip
    assert frame["demolished_area_m2"].to_list() == [Decimal("1200.50"), None, None]


def test_a_column_speaks_only_of_records_that_its_condition_names(write_city: Callable[..., City]) -> None:
    frame = records(
        write_city, {"更新": ["2017-09-05", "2017-09-06", "2017-09-07"], "状态": ["已拆", " 已拆 ", "在办"]},
        demolished_on={"from": ["更新"], "only_if": {"状态": ["已拆"]}},
    )  # fmt: skip
    assert frame["demolished_on"].to_list() == [dt.date(2017, 9, 5), dt.date(2017, 9, 6), None]


def test_what_only_this_city_protects_goes_on_as_a_mask(write_city: Callable[..., City]) -> None:
    frame = records(write_city, {"编号": ["李四-7", None]}, demolition_no={"from": ["编号"], "personal": "name"})
    assert frame["demolition_no"].to_list() == ["李*", None]


def test_a_missing_required_column_is_named_with_what_is_there(write_city: Callable[..., City]) -> None:
    profile = write_city().feeds["demolitions"]
    with pytest.raises(InputError) as error:
        check(profile, {"": ["编号", "违建编号", "面积"]}, "a.xlsx")
    assert "demolished_on" in error.value.en
    assert error.value.where["column"] == "拆除日期"
    assert error.value.where["value"] == "编号、违建编号、面积"


def test_references_read_a_crosswalk_out_of_a_table(write_city: Callable[..., City]) -> None:
    city = write_city()
    city.reference_dir.mkdir()
    (city.reference_dir / "streets.csv").write_text("street_code,name_zh\n652301001,宁边路街道\n", encoding="utf-8")
    spec = DEMOLITION["street_code"]
    assert References(city).crosswalk("streets.name_zh", spec, "demolitions") == {"宁边路街道": "652301001"}
