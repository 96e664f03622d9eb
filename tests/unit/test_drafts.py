"""Drafting a feed from made-up samples: what is placed, how it is to be read, and what is never shown."""

import sqlite3
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from pipelines.city import City, DatabaseSource, FeedProfile
from pipelines.errors import InputError, ProfileError
from pipelines.onboarding.draft import Draft
from pipelines.onboarding.drafting import draft_files, draft_query
from pipelines.onboarding.matching import LIKELY, SURE
from pipelines.onboarding.words import Words
from pipelines.onboarding.writing import to_toml
from pipelines.settings import Settings
from tests.unit.conftest import TICKETS, Make


def keys(draft: Draft, field: str) -> dict[str, Any]:
    return draft.placed[field].keys


def profile(draft: Draft, words: Words) -> FeedProfile:
    return FeedProfile.model_validate(tomllib.loads(to_toml(draft, words)))


def test_a_chinese_export_becomes_a_profile_that_loads(make: Make, words: Words) -> None:
    drafted = profile(make("hotline_tickets", TICKETS), words)
    headers = {name: column.from_ for name, column in drafted.columns.items()}
    assert headers == {
        "ticket_id": ["工单号"], "hotline": ["受理渠道"], "title": ["诉求标题"], "caller_name": ["来电人姓名"],
        "caller_phone": ["联系电话"], "street_code": ["所属街道"], "accepted_at": ["来电日期"], "status": ["办理状态"],
    }  # fmt: skip
    assert drafted.columns["hotline"].map == {"12319热线": "12319", "网站": "web", "12345": "12345"}
    assert drafted.columns["street_code"].map_reference == "streets.name_zh"


def test_an_english_export_becomes_one_too(make: Make, words: Words) -> None:
    text = (
        "Service Request ID,Created Date,Closed Date,Status,Channel,Phone Number\n"
        "7,03/13/2024 02:30:00 PM,,Open,Phone,212-555-0100\n8,03/14/2024 11:00:00 AM,03/15/2024 09:00:00 AM,Closed,Web,212-555-0101\n"
    )
    drafted = profile(make("hotline_tickets", text), words)
    assert drafted.columns["accepted_at"].formats == ["%m/%d/%Y %I:%M:%S %p"]
    assert drafted.columns["status"].map == {"Open": "open", "Closed": "closed"}


def test_no_value_of_a_person_is_in_a_draft(make: Make, words: Words) -> None:
    draft = make("hotline_tickets", TICKETS)
    said = to_toml(draft, words) + str([one.examples for one in draft.placed.values()])
    assert not [value for value in ("张三丰", "李四光", "13900000001", "路灯不亮") if value in said]


def test_values_of_a_column_of_names_are_not_listed_as_codes(make: Make, words: Words) -> None:
    text = "工单号,来电日期,办理状态\n" + "".join(
        f"T{n},2024-03-01 08:00,{name}\n" for n, name in enumerate(["张三丰", "李四光"] * 20)
    )
    assert "张三丰" not in to_toml(make("hotline_tickets", text), words)


def test_a_required_field_without_a_column_is_explained_and_refused_by_name(make: Make, words: Words) -> None:
    draft = make("hotline_tickets", "工单号,来电日期\nT1,2024-03-01 08:12\n")
    assert [spec.name for spec in draft.missing] == ["hotline"]
    text = to_toml(draft, words)
    assert "# [columns.hotline]" in text and "12345" in text
    with pytest.raises(ValueError, match="required fields hotline"):
        FeedProfile.model_validate(tomllib.loads(text))


def test_a_value_without_a_code_is_a_comment_with_its_rows(make: Make, words: Words) -> None:
    draft = make("hotline_tickets", TICKETS.replace("网站", "随手拍"))
    assert draft.placed["hotline"].open_values == {"随手拍": 1}
    assert draft.placed["hotline"].certainty == LIKELY
    assert '# "随手拍" = ""  # 1 行 rows' in to_toml(draft, words)


@pytest.mark.parametrize(
    ("cells", "formats", "is_sure"),
    [
        (("03/13/2024", "03/04/2024"), ["%m/%d/%Y"], True),
        (("13/03/2024", "04/03/2024"), ["%d/%m/%Y"], True),
        (("03/04/2024", "05/06/2024"), ["%d/%m/%Y"], False),
        (("2024年3月1日", "2024-3-2"), None, True),
        (("20240301", "20240302"), None, True),
        (("1.3.2024", "13.3.2024"), ["%d.%m.%Y"], True),
    ],
)
def test_the_sample_tells_the_order_of_day_and_month(
    make: Make, cells: tuple[str, str], formats: list[str] | None, is_sure: bool
) -> None:
    text = "拆除编号,违建编号,拆除日期,拆除面积(平方米)\n" + "".join(
        f"{n},W{n},{cell},5\n" for n, cell in enumerate(cells)
    )
    draft = make("demolitions", text)
    assert keys(draft, "demolished_on").get("formats") == formats
    assert (draft.placed["demolished_on"].certainty == SURE) is is_sure


def test_a_unit_in_the_header_is_the_unit_of_the_number(make: Make, words: Words) -> None:
    draft = make("demolitions", "拆除编号,违建编号,拆除日期,拆除面积（亩）\n1,W1,2024-03-01,2.5\n")
    assert keys(draft, "demolished_area_m2")["unit"] == "亩"
    assert draft.is_whole
    assert profile(draft, words).columns["demolished_area_m2"].factor == pytest.approx(666.67, abs=0.01)


def test_subtotals_are_no_records(make: Make) -> None:
    draft = make("demolitions", "拆除编号,违建编号,拆除日期,拆除面积\n1,W1,2024-03-01,2.5\n合计,,,2.5\n")
    assert draft.source.skip_rows_matching == ["合计"]  # type: ignore[union-attr]
    assert draft.rows == 1


def test_a_header_below_titles_is_found_in_a_workbook(
    settings: Settings, write_city: Callable[..., City], words: Words
) -> None:
    path = settings.inbox_dir / "拆除台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("台账")
        rows = [
            ["某市拆除台账"], ["填报单位：某局", None, "2024年"], ["拆除编号", "违建编号", "拆除日期", "拆除面积", None],
            [None, None, None, "占地(平方米)", "建筑(平方米)"], ["1", "W1", "2024-03-01", 5, 6], ["2", "W2", "2024-03-02", 7, 8],
        ]  # fmt: skip
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    draft = draft_files(write_city(), "demolitions", [path], settings.inbox_dir, words)
    assert draft.source.header_rows == [3, 4]  # type: ignore[union-attr]
    assert draft.rows == 2
    assert keys(draft, "demolished_on")["from"] == ["拆除日期"]


def test_another_encoding_and_delimiter_are_found_out(make: Make) -> None:
    draft = make("hotline_tickets", TICKETS.replace(",", ";").encode("gb18030"))
    assert draft.source.delimiter == ";"  # type: ignore[union-attr]
    assert draft.encodings == {"gb18030"}
    assert draft.is_whole


def test_numbers_in_a_files_name_may_be_others(make: Make) -> None:
    assert make("hotline_tickets", TICKETS).source.files == ["export_*.csv"]  # type: ignore[union-attr]


def test_a_column_serves_one_field_and_the_best_whole_is_taken(make: Make) -> None:
    draft = make(
        "penalty_cases",
        "案件编号,处罚程序,街道,立案日期,处罚决定日期,结案日期\n1,普通程序,河东街道,2024-01-01,2024-01-09,2024-02-01\n",
    )
    assert {name: keys(draft, name)["from"] for name in ("filed_on", "decided_on", "closed_on")} == {
        "filed_on": ["立案日期"], "decided_on": ["处罚决定日期"], "closed_on": ["结案日期"],
    }  # fmt: skip


def test_the_only_date_serves_two_fields_where_it_must_and_is_to_be_checked(make: Make) -> None:
    draft = make("penalty_cases", "书文号,处罚程序,街道,时间\n城罚〔2024〕1号,普通程序,河东街道,2024-01-09\n")
    for name in ("decided_on", "filed_on"):
        assert keys(draft, name)["from"] == ["时间"] and draft.placed[name].certainty == LIKELY


def test_a_day_and_its_time_in_two_columns_are_joined(make: Make, words: Words) -> None:
    text = "工单号,受理渠道,受理日期,受理时刻\nT1,网站,2024-03-01,08:12\nT2,网站,2024-03-02,09:30\n"
    assert profile(make("hotline_tickets", text), words).columns["accepted_at"].join == ["受理日期", "受理时刻"]


def test_days_without_a_time_of_day_are_taken_as_midnight_and_said_so(make: Make) -> None:
    draft = make("hotline_tickets", "工单号,受理渠道,受理日期\nT1,网站,2024-03-01\n")
    assert keys(draft, "accepted_at")["date_only"] == "midnight"
    assert draft.placed["accepted_at"].certainty == LIKELY


def test_a_service_requests_update_closes_it_only_when_it_is_closed(make: Make) -> None:
    text = (
        "service_request_id,status,requested_datetime,updated_datetime\n"
        "1,closed,2024-03-01T10:00:00Z,2024-03-02T10:00:00Z\n2,open,2024-03-01T10:00:00Z,2024-03-03T10:00:00Z\n"
    )
    found = keys(make("hotline_tickets", text), "closed_at")
    assert (found["from"], found["only_if"]) == (["updated_datetime"], {"status": ["closed"]})


def test_unused_columns_are_ignored_by_choice_and_personal_ones_named(make: Make, words: Words) -> None:
    draft = make(
        "hotline_tickets", TICKETS.replace("来电日期", "来电日期,经办人姓名").replace(",2024", ",2024-01-01,2024", 0)
    )
    assert "经办人姓名" in draft.unused and draft.unused["经办人姓名"] == "name"
    assert profile(draft, words).drift.ignored == ["经办人姓名"]


def test_a_sample_that_is_not_there_and_a_feed_that_does_not_exist_are_named(make: Make, settings: Settings) -> None:
    with pytest.raises(InputError, match="empty"):
        make("hotline_tickets", "")
    with pytest.raises(ProfileError, match="no feed 'hotline'"):
        make("hotline", TICKETS)


def test_two_offices_names_for_one_thing_are_synonyms(
    settings: Settings, write_city: Callable[..., City], words: Words
) -> None:
    paths = [settings.inbox_dir / "east.csv", settings.inbox_dir / "west.csv"]
    paths[0].write_text(TICKETS, encoding="utf-8")
    paths[1].write_text(
        TICKETS.replace("受理渠道", "热线").replace("来电日期", "登记日期").replace("办理中", "在办"), encoding="utf-8"
    )
    drafted = profile(draft_files(write_city(), "hotline_tickets", paths, settings.inbox_dir, words), words)
    assert sorted(drafted.columns["accepted_at"].from_) == ["来电日期", "登记日期"]
    assert sorted(drafted.columns["hotline"].from_) == ["受理渠道", "热线"]
    assert drafted.drift.ignored == []


def test_a_required_field_that_is_empty_in_some_rows_is_told(make: Make) -> None:
    draft = make("hotline_tickets", TICKETS.replace("2024-03-02 09:30", ""))
    assert draft.placed["accepted_at"].certainty == LIKELY
    assert "1 行为空" in draft.placed["accepted_at"].remarks[0][0]


def test_a_file_without_a_header_is_refused_and_its_first_record_not_shown(make: Make) -> None:
    with pytest.raises(InputError, match="no header") as error:
        make("hotline_tickets", TICKETS.partition("\n")[2])
    assert "13900000001" not in error.value.render()


def test_a_known_citys_profile_teaches_its_words_and_ones_own_does_not(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city()
    path = settings.inbox_dir / "a.csv"
    path.write_text("编号,违建编号,拆除日期,平米数\n1,W1,2024-03-01,5\n", encoding="utf-8")
    folder = settings.cities / "elsewhere" / "feeds"
    folder.mkdir(parents=True)
    (folder / "demolitions.toml").write_text(
        'feed = "demolitions"\n[columns.demolished_area_m2]\nfrom = ["平米数"]\n', encoding="utf-8"
    )

    def placed(words: Words) -> set[str]:
        return set(draft_files(city, "demolitions", [path], settings.inbox_dir, words).placed)

    assert "demolished_area_m2" in placed(Words(settings.cities))
    assert "demolished_area_m2" not in placed(Words(settings.cities, leave_out=folder.parent))


def test_a_query_is_a_sample_too(settings: Settings, write_city: Callable[..., City], words: Words) -> None:
    path = settings.inbox_dir / "platform.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (工单号 text, 受理渠道 text, 来电日期 text, 更新时间 text)")
        connection.execute("insert into t values ('T1', '网站', '2024-03-01 08:00:00', '2024-03-01 09:00:00')")
    source = DatabaseSource(kind="database", url=f"sqlite:///{path}", query="select * from t", cursor="更新时间")
    draft = draft_query(write_city(), "hotline_tickets", source, settings.inbox_dir, words)
    assert profile(draft, words).columns["ticket_id"].from_ == ["工单号"]
