"""A broken profile is refused with the file, the key and the value."""

from collections.abc import Callable

import pytest

from pipelines.city import City, load_city
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS
from pipelines.settings import PROJECT_ROOT, Settings
from tests.conftest import CITY, DEMOLITIONS


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('feed = "demolitions"', 'feed = "demolition"', "feed", "no feed 'demolition'"),
        ("[columns.method]", "[columns.methode]", "", "no field methode"),
        ('= "forced"', '= "by_force"', "", "by_force is not one of"),
        ('kind = "file"', 'kind = "ftp"', "source", "does not match any of the expected tags"),
        ('files = ["demolitions/*"]', 'files = ["../x"]', "source.file.files", "leaves the inbox"),
        (
            'from = ["面积"]',
            'form = ["面积"]',
            "columns.demolished_area_m2",
            "no key form here; the keys are: from, first_of",
        ),
        ('[columns.demolished_on]\nfrom = ["拆除日期"]\n', "", "", "required fields demolished_on"),
        ("header_rows = [1]", "header_rows = [1, 3]", "source.file.header_rows", "follow each other"),
        (
            'from = ["面积"]',
            'from = ["面积"]\nunit = "吨"',
            "columns.demolished_area_m2",
            "no unit '吨'; the units are",
        ),
        ('from = ["面积"]', 'from = ["面积"]\nunit = "万元"', "", "万元 is not a unit of this field"),
        ('from = ["面积"]', 'from = ["面积"]\njoin = ["a"]', "columns.demolished_area_m2", "one of from"),
        ('from = ["编号"]', "from = [\"编号\"]\nextract = '(a'", "columns.demolition_no", "no regular expression"),
        ('from = ["编号"]', "from = [\"编号\"]\nextract = 'a+'", "columns.demolition_no", "needs one group"),
        ('from = ["编号"]', 'from = ["编号"]\notherwise = "x"', "columns.demolition_no", "otherwise goes with map"),
        ('from = ["面积"]', 'from = ["面积"]\npersonal = "name"', "", "for fields of text"),
    ],
)
def test_a_slip_in_a_feed_is_named(write_city: Callable[..., City], old: str, new: str, key: str, said: str) -> None:
    assert old in DEMOLITIONS
    with pytest.raises(ProfileError) as error:
        write_city(DEMOLITIONS.replace(old, new))
    assert said in error.value.en
    assert error.value.where["file"].endswith("feed_0.toml")
    assert error.value.where["key"].startswith(key)
    assert error.value.remedy_zh


def test_a_column_that_holds_persons_serves_no_other_field(write_city: Callable[..., City]) -> None:
    shared = """
feed = "hotline_tickets"
source = { kind = "file", files = ["*"] }
[columns]
ticket_id = { from = ["编号"] }
hotline = { const = "12319" }
accepted_at = { from = ["时间"] }
caller_name = { from = ["来电人"] }
title = { from = ["标题", "来电人"] }
"""
    with pytest.raises(ProfileError, match=r"personal \(it serves caller_name\) and cannot serve this field too"):
        write_city(shared)


def test_toml_that_is_none_names_line_and_column(write_city: Callable[..., City]) -> None:
    with pytest.raises(ProfileError, match="line 2"):
        write_city(DEMOLITIONS, city="[city]\nid = \n")


def test_two_profiles_of_one_feed_are_one_too_many(write_city: Callable[..., City]) -> None:
    with pytest.raises(ProfileError, match="two profiles"):
        write_city(DEMOLITIONS, DEMOLITIONS)


def test_an_unknown_time_zone_is_refused(write_city: Callable[..., City]) -> None:
    with pytest.raises(ProfileError, match="no time zone 'Asia/Changji'"):
        write_city(DEMOLITIONS, city=CITY + '\ntime_zone = "Asia/Changji"\n')


def test_an_unknown_city_is_answered_with_those_there_are() -> None:
    with pytest.raises(ProfileError, match="changji"):
        load_city(Settings(city="atlantis"))


def test_the_demo_citys_profile_is_right() -> None:
    city = load_city(Settings(cities=PROJECT_ROOT / "cities"))
    assert set(city.feeds) == set(FEEDS)


def test_up_to_ten_problems_are_told_at_once_with_the_allowed_values(write_city: Callable[..., City]) -> None:
    wrong = DEMOLITIONS.replace('kind = "file"', 'kind = "file"\nformat = "exel"').replace(
        'from = ["编号"]', 'from = "编号"'
    )
    with pytest.raises(ProfileError) as error:
        write_city(wrong.replace("header_rows = [1]", 'header_rows = "seek"'))
    said = error.value.render()
    assert "text, workbook, json, ndjson, parquet" in said and "只能是" in said
    for key in ("source.file.format", "source.file.header_rows", "columns.demolition_no.from"):
        assert key in said
    assert len(error.value.as_dict()["also"]) == 2


def test_more_than_ten_problems_are_counted(write_city: Callable[..., City]) -> None:
    columns = "".join(f'[columns.c{n}]\nfrom = "x"\n' for n in range(15))
    with pytest.raises(ProfileError) as error:
        write_city(DEMOLITIONS + columns)
    assert error.value.also[-1] == "… +5" and len(error.value.also) == 10
