"""One feed's night: what is loaded, what is held back and why, and that nothing goes missing on the way."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.city import City
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.store import read_connection, write_connection
from pipelines.settings import Settings
from tests.conftest import AS_OF

HEADER = "编号,违建编号,拆除日期,面积,方式\n"


def drop(settings: Settings, name: str, body: str, header: str = HEADER) -> Path:
    path = settings.inbox_dir / "demolitions" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(header + body, encoding="utf-8")
    return path


def night(settings: Settings, city: City, as_of: dt.date = AS_OF) -> FeedResult:
    return ingest_feed(settings, city, "demolitions", as_of)


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with read_connection(settings) as connection:
        return connection.execute(sql).fetchall()


def test_good_rows_load_and_bad_rows_are_held_back_with_every_reason(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city()
    body = (
        "1,W1,2017-01-05,10.5,自拆\n2,W2,2016-02-30,约10,爆破\n,W3,2017-01-05,1,自拆\n合计,,,21.5,\n4,W4,2017-01-05\n"
    )
    drop(settings, "a.csv", body)
    result = night(settings, city)
    assert not result.problems
    (batch,) = result.batches
    assert (batch.rows_read, batch.rows_loaded, batch.rows_quarantined, batch.rows_skipped) == (4, 1, 3, 1)
    held = rows(
        settings, "select _source_row, list_sort([r.rule for r in reasons]) from quarantine.demolitions order by 1"
    )
    assert held == [(3, ["bad_date", "bad_number", "unknown_code"]), (4, ["missing_value"]), (6, ["unreadable_row"])]
    assert check_conservation(settings) == []


def test_reasons_are_sentences_in_both_languages_with_the_value(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city()
    drop(settings, "a.csv", "2,W2,2016-02-30,10,自拆\n")
    night(settings, city)
    ((reason, record),) = rows(settings, "select reasons[1], record from quarantine.demolitions")
    assert reason["message_zh"] == "拆除日期“2016-02-30”不是存在的日期"
    assert reason["message_en"] == "Demolished '2016-02-30' is not a date that exists"
    assert json.loads(str(record))["demolished_on"] == "2016-02-30"


def test_a_file_seen_before_is_not_loaded_again_under_any_name(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city()
    first = drop(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆\n")
    night(settings, city)
    first.with_name("copy.csv").write_bytes(first.read_bytes())
    again = night(settings, city)
    assert (again.batches, again.files_known) == ([], 2)


def test_a_correction_supersedes_and_the_earlier_version_stays(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city()
    drop(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆\n")
    night(settings, city, AS_OF - dt.timedelta(days=1))
    drop(settings, "b.csv", "1,W1,2017-01-05,99,自拆\n")
    result = night(settings, city)
    assert result.total("rows_superseded") == 1
    as_of = "_loaded_for_on <= '{0}' and (_superseded_for_on is null or _superseded_for_on > '{0}')"
    for day, area in ((AS_OF - dt.timedelta(days=1), "10.50"), (AS_OF, "99.00")):
        ((found,),) = rows(settings, f"select demolished_area_m2 from raw.demolitions where {as_of.format(day)}")
        assert str(found) == area


def test_one_bad_file_does_not_keep_the_others_out(settings: Settings, write_city: Callable[..., City]) -> None:
    city = write_city()
    drop(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆\n")
    drop(settings, "b.csv", "2,W1\n", header="编号,违建编号\n")
    (settings.inbox_dir / "demolitions" / "c.xlsx").write_bytes(b"")
    result = night(settings, city)
    assert result.total("rows_loaded") == 1
    assert [problem.where["file"] for problem in result.problems] == ["demolitions/b.csv", "demolitions/c.xlsx"]
    assert all(problem.remedy_en for problem in result.problems)


def test_a_row_of_tomorrow_is_held_back_where_the_file_could_not_know_it(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city()
    drop(settings, "a.csv", f"1,W1,{dt.date.today() + dt.timedelta(days=30)},10.5,自拆\n")
    night(settings, city)
    assert rows(settings, "select reasons[1].rule from quarantine.demolitions") == [("in_the_future",)]


def test_a_crash_while_loading_leaves_raw_quarantine_and_ledger_as_they_were(
    settings: Settings, write_city: Callable[..., City], monkeypatch: pytest.MonkeyPatch
) -> None:
    city = write_city()
    drop(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆\n2,,,,\n")
    monkeypatch.setattr("pipelines.landing.load.supersede", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        night(settings, city)
    for table in ("raw.demolitions", "quarantine.demolitions", "ops.ledger"):
        assert rows(settings, f"select count(*) from {table}") == [(0,)]
    monkeypatch.undo()
    assert night(settings, city).total("rows_read") == 2
    assert check_conservation(settings) == []


def test_what_a_killed_night_left_is_removed_by_the_next(settings: Settings, write_city: Callable[..., City]) -> None:
    city = write_city()
    drop(settings, "a.csv", "1,W1,2017-01-05,1,自拆\n")
    night(settings, city)
    left = [
        folder / "demolitions" / name
        for folder in (settings.landing, settings.vault)
        for name in (".writing-1.parquet", f"{'0' * 32}.parquet")
    ]
    for path in left:
        path.write_bytes(b"half a file")
    night(settings, city)
    assert not [path for path in left if path.exists()]
    assert check_conservation(settings) == []


def test_a_lost_row_is_noticed(settings: Settings, write_city: Callable[..., City]) -> None:
    city = write_city()
    drop(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆\n2,W1,2017-01-05,10.5,自拆\n")
    night(settings, city)
    with write_connection(settings) as connection:
        connection.execute("delete from raw.demolitions where demolition_no = '2'")
    (violation,) = check_conservation(settings)
    assert (violation.read, violation.landed, violation.loaded) == (2, 2, 1)


def test_the_landing_copy_holds_every_row_and_is_all_text(settings: Settings, write_city: Callable[..., City]) -> None:
    city = write_city()
    drop(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆\n2,,x,,\n")
    (batch,) = night(settings, city).batches
    landed = duckdb.sql(f"select * from '{settings.landing}/demolitions/{batch.batch_id}.parquet' order by _source_row")
    assert landed.columns[3:] == ["编号", "违建编号", "拆除日期", "面积", "方式"]
    assert landed.fetchall()[1][3:] == ("2", None, "x", None, None)


def test_an_empty_inbox_is_a_problem_that_names_the_pattern(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    (problem,) = night(settings, write_city()).problems
    assert problem.where["file"].endswith("demolitions/*")


def test_a_home_of_an_earlier_version_gets_the_fields_that_a_feed_has_got_since(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city()
    drop(settings, "a.csv", "1,W1,2017-01-05,10.5,自拆\n")
    night(settings, city)
    with write_connection(settings) as connection:
        connection.execute("alter table raw.demolitions drop column method")
    drop(settings, "b.csv", "2,W2,2017-01-06,11.5,自拆\n")
    night(settings, city)
    assert rows(settings, "select demolition_no, method from raw.demolitions order by 1") == [
        ("1", None),
        ("2", "self"),
    ]
