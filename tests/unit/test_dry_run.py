"""A dry run finds out what a night would make of a file, and leaves no trace."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.city import City, load_city
from pipelines.errors import ProfileError
from pipelines.landing.ingest import ingest_feed
from pipelines.onboarding.dry_run import try_files
from pipelines.settings import Settings
from tests.conftest import AS_OF, DEMOLITIONS

FILE = "编号,违建编号,拆除日期,面积,方式,经办\n1,W1,2017-01-05,10.5,自拆,甲\n2,W2,2017-02-30,3,自拆,乙\n3,W3,2017-03-01,2,爆破,丙\n合计,,,15.5,,\n"
TICKETS = """
feed = "hotline_tickets"
[source]
kind = "file"
files = ["*.csv"]
[columns.ticket_id]
from = ["工单号"]
[columns.hotline]
const = "12319"
[columns.caller_name]
from = ["来电人"]
[columns.caller_phone]
from = ["电话"]
[columns.content]
from = ["内容"]
[columns.accepted_at]
from = ["时间"]
"""


@pytest.fixture
def ledger(settings: Settings) -> Path:
    path = settings.inbox_dir / "ledger.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_it_counts_as_a_night_does(settings: Settings, write_city: Callable[..., City], ledger: Path) -> None:
    city = write_city()
    tried = try_files(city, "demolitions", [ledger], AS_OF, rows=5)
    batch = ingest_feed(settings, city, "demolitions", AS_OF, [ledger]).batches[0]
    assert (tried.read, tried.loaded, tried.quarantined) == (3, 1, 2)
    assert (batch.rows_read, batch.rows_loaded, batch.rows_quarantined) == (3, 1, 2)
    assert tried.skipped["合计"] == 1


def test_reasons_come_with_their_place(write_city: Callable[..., City], ledger: Path) -> None:
    tried = try_files(write_city(), "demolitions", [ledger], AS_OF, rows=0)
    told = {(one.rule, one.column): one.examples for one in tried.reasons.values()}
    assert told["bad_date", "demolished_on"] == [{"file": "ledger.csv", "sheet": None, "row": 3, "value": "2017-02-30"}]
    assert told["unknown_code", "method"][0]["value"] == "爆破"
    assert tried.unknown == ["经办"] and tried.rows == []


def test_a_batch_that_a_night_would_hold_back_is_said_to_be_one(
    settings: Settings, write_city: Callable[..., City], ledger: Path
) -> None:
    lines = [f"{n},W{n},{'2017-02-30' if n % 3 else '2017-03-01'},2,自拆,甲" for n in range(60)]
    ledger.write_text("\n".join(["编号,违建编号,拆除日期,面积,方式,经办", *lines, ""]), encoding="utf-8")
    city = write_city()
    [found] = try_files(city, "demolitions", [ledger], AS_OF, rows=0).findings
    assert (found["file"], found["measure"], found["severity"]) == ("ledger.csv", "quarantined_share", "block")
    assert "66.7%" in found["zh"] and "66.7%" in found["en"]
    [held] = ingest_feed(settings, city, "demolitions", AS_OF, [ledger]).problems
    assert found["en"] in held.en


def test_it_leaves_no_trace(settings: Settings, write_city: Callable[..., City], ledger: Path) -> None:
    try_files(write_city(), "demolitions", [ledger], AS_OF, rows=5)
    assert list(settings.home.rglob("*")) == []


def test_of_a_person_only_the_mask_is_shown_and_of_free_text_nothing(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    path = settings.inbox_dir / "tickets.csv"
    path.write_text(
        "工单号,来电人,电话,内容,时间\n1,张三丰,13900000001,张三丰家门口积水,2017-03-01 08:00\n", encoding="utf-8"
    )
    tried = try_files(write_city(TICKETS), "hotline_tickets", [path], AS_OF, rows=5)
    assert tried.rows[0]["caller_name_mask"] == "张*" and tried.rows[0]["ticket_id"] == "1"
    said = json.dumps(tried.as_dict(), default=str, ensure_ascii=False)
    assert "张三丰" not in said and "13900000001" not in said and "_hash" not in said


def test_a_bad_file_is_a_problem_and_the_next_one_is_tried(
    settings: Settings, write_city: Callable[..., City], ledger: Path
) -> None:
    headless = settings.inbox_dir / "headless.csv"
    headless.write_text("编号,面积\n1,2\n", encoding="utf-8")
    only_header = settings.inbox_dir / "empty.csv"
    only_header.write_text(FILE.partition("\n")[0] + "\n", encoding="utf-8")
    files = [headless, only_header, settings.inbox_dir / "nowhere.csv", ledger]
    tried = try_files(write_city(), "demolitions", files, AS_OF, rows=1)
    assert [problem.where["file"].rsplit("/", 1)[-1] for problem in tried.problems] == [
        "headless.csv",
        "empty.csv",
        "nowhere.csv",
    ]
    assert tried.loaded == 1


def test_a_feed_that_is_not_there_is_answered_with_how_to_make_it(
    write_city: Callable[..., City], ledger: Path
) -> None:
    with pytest.raises(ProfileError, match="no feed") as error:
        try_files(write_city(), "staff", [ledger], dt.date(2017, 9, 25), rows=1)
    assert "feed draft staff" in error.value.remedy_en


def test_a_broken_profile_is_named(write_city: Callable[..., City], settings: Settings, ledger: Path) -> None:
    city = write_city()
    broken = settings.city_dir / "feeds" / "demolitions.toml"
    broken.write_text(DEMOLITIONS.replace("[columns.method]", "[columns.methode]"), encoding="utf-8")
    (settings.city_dir / "feeds" / "feed_0.toml").unlink()
    with pytest.raises(ProfileError, match="no field methode"):
        try_files(load_city(settings), city.feeds["demolitions"].feed, [ledger], AS_OF, rows=1)
