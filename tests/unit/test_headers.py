"""A header meets its profile: versions, joins, conditions, and columns that nobody expected."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipelines.city import FeedProfile, FileSource
from pipelines.errors import InputError
from pipelines.landing.headers import check, meet, names_of
from pipelines.readers.files import read_file
from tests.conftest import DEMOLITIONS


def profile(**changes: Any) -> FeedProfile:
    content = tomllib.loads(DEMOLITIONS)
    columns = content["columns"] | changes.pop("columns", {})
    return FeedProfile.model_validate({**content, "columns": columns, **changes})


HEADER = ["编号", "违建编号", "拆除日期", "面积"]


def test_the_first_synonym_that_is_there_serves_the_field() -> None:
    several = profile(columns={"method": {"from": ["拆除方式", "方式"]}})
    assert meet(several, [*HEADER, "方式"]).fields["method"] == ["方式"]
    assert meet(several, [*HEADER, "方式", "拆除方式"]).fields["method"] == ["拆除方式"]


def test_a_templates_version_is_told_by_its_columns_and_only_its_synonyms_count() -> None:
    two = profile(
        columns={
            "demolished_on": {"from": {"2023": ["拆除日期"], "2016": ["日期"]}},
            "demolished_area_m2": {"from": {"2023": ["拆除面积"], "2016": ["面积"]}},
        }
    )
    # In 2016 拆除日期 was the day it was planned for.
    old = meet(two, ["编号", "违建编号", "拆除日期", "日期", "面积"])
    assert (old.version, old.fields["demolished_on"]) == ("2016", ["日期"])
    new = meet(two, ["编号", "违建编号", "拆除日期", "拆除面积"])
    assert (new.version, new.fields["demolished_on"]) == ("2023", ["拆除日期"])


def test_a_missing_column_of_one_sheet_refuses_the_file_and_names_the_sheet() -> None:
    with pytest.raises(InputError) as error:
        check(profile(), {"一月": HEADER, "二月": HEADER[:3]}, "a.xlsx")
    assert error.value.where["sheet"] == "二月"
    assert "demolished_area_m2" in error.value.en


def test_joined_columns_are_needed_all() -> None:
    joined = profile(columns={"demolished_on": {"join": ["年", "月", "日"], "separator": "-"}})
    assert meet(joined, ["编号", "违建编号", "年", "月", "日", "面积"]).fields["demolished_on"] == ["年", "月", "日"]
    with pytest.raises(InputError, match="demolished_on"):
        check(joined, {"": ["编号", "违建编号", "年", "月", "面积"]}, "a.csv")


def test_the_column_of_a_condition_must_be_there() -> None:
    conditional = profile(columns={"method": {"from": ["方式"], "only_if": {"状态": ["已拆"]}}})
    assert meet(conditional, [*HEADER, "方式", "状态"]).unknown == []
    with pytest.raises(InputError) as error:
        check(conditional, {"": [*HEADER, "方式"]}, "a.csv")
    assert error.value.where["column"] == "状态"


def test_a_column_that_the_profile_does_not_name_is_told_refused_or_ignored_as_the_city_wants() -> None:
    header = [*HEADER, "备注", "附件1"]
    assert check(profile(), {"": header}, "a.csv") == ["备注", "附件1"]
    assert check(profile(drift={"ignored": ["附件*"]}), {"": header}, "a.csv") == ["备注"]
    assert check(profile(drift={"unknown_columns": "ignore"}), {"": header}, "a.csv") == []
    with pytest.raises(InputError) as error:
        check(profile(drift={"unknown_columns": "refuse"}), {"": header}, "a.csv")
    assert error.value.where["column"] == "备注, 附件1"


def test_another_synonym_of_a_field_is_not_unknown() -> None:
    several = profile(columns={"method": {"from": ["拆除方式", "方式"]}})
    assert meet(several, [*HEADER, "方式", "拆除方式"]).unknown == []


def test_every_column_that_the_profile_names_helps_to_find_a_header() -> None:
    rich = profile(columns={"method": {"from": ["方 式"], "only_if": {"状态": ["已拆"]}}})
    assert names_of(rich) == {*HEADER, "方式", "状态"}


def test_a_column_whose_name_looks_like_a_pattern_is_one_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,*,^面积$\n1,2,3\n", encoding="utf-8")
    extract = read_file(path, FileSource(kind="file", files=["*"]), "a.csv")
    (chunk,) = extract.chunks
    assert chunk.select(extract.header).row(0) == ("1", "2", "3")
    assert meet(profile(columns={"demolition_no": {"from": ["*"]}}), extract.header).fields["demolition_no"] == ["[*]"]
