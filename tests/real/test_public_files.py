"""Every real public file comes in by a profile alone: what is read, what is loaded, and what is held back for which reason.

The files and what is wrong with them are described in the README of their folder. Beside the counts, one figure of each file is worked
out again from the file itself, without this project's readers.
"""

import csv
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import fastexcel
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr

from pipelines.city import load_city
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.store import read_connection
from pipelines.settings import PROJECT_ROOT, Settings

SHARED = PROJECT_ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real public files are not beside this checkout (../shared/data)"
)


class Taken:
    """A city's one feed, taken in from the public files."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.city = load_city(settings)
        (self.feed,) = self.city.feeds
        default_as_of = self.city.facts.default_as_of
        assert default_as_of is not None
        self.result: FeedResult = ingest_feed(settings, self.city, self.feed, default_as_of)

    def counts(self) -> tuple[int, int, int, int]:
        """(read, loaded, quarantined, skipped), of a result without a problem and of which nothing is lost."""
        assert self.result.problems == []
        assert check_conservation(self.settings) == []
        totals = ("rows_read", "rows_loaded", "rows_quarantined", "rows_skipped")
        return tuple(self.result.total(name) for name in totals)  # type: ignore[return-value]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a question in which `raw` is the feed's raw table and `held` its quarantine."""
        named = sql.replace("{raw}", f"raw.{self.feed}").replace("{held}", f"quarantine.{self.feed}")
        with read_connection(self.settings) as connection:
            return connection.execute(named).fetchall()

    def reasons(self) -> dict[str, int]:
        """Rows in quarantine by reason, as rule and column."""
        counted = self.ask(
            """select reason.rule || ' ' || reason."column", count(*) from (select unnest(reasons) as reason from {held}) group by 1"""
        )
        return dict(counted)


Take = Callable[[str], Taken]


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Take]:
    taken: dict[str, Taken] = {}

    def once(city: str) -> Taken:
        if city not in taken:
            taken[city] = Taken(
                Settings(
                    home=tmp_path_factory.mktemp(city), city=city, cities=PROJECT_ROOT / "tests/real/cities", inbox=SHARED,
                    hash_key=SecretStr("a key for tests only, not a secret"),
                )
            )  # fmt: skip
        return taken[city]

    yield once


def rows(path: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with (SHARED / path).open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream))


def test_messages_without_replies_are_all_loaded(take: Take) -> None:
    board = take("message_board_open")
    assert board.counts() == (4326, 4326, 0, 0)
    assert board.ask("select count(*), count(replied_at), min(year(accepted_at)) from {raw}") == [(4326, 0, 2017)]


def test_true_times_of_a_workbook_among_written_ones_are_read_alike(take: Take) -> None:
    written = (
        fastexcel.read_excel(SHARED / "hotline/messages_2017_2020.xlsx").load_sheet(0, dtypes="string").to_polars()
    )
    numbers = [re.findall(r"\d+", text) for text in written["留言时间"]]
    wanted = sorted(dt.datetime(*(int(number) for number in six)) for six in numbers)
    got = take("message_board_open").ask("select accepted_at from {raw} order by 1")
    assert [moment for (moment,) in got] == wanted


def test_the_rules_below_a_templates_header_are_no_record(take: Take) -> None:
    county = take("longde")
    assert county.counts() == (4, 4, 0, 1)
    assert county.ask("select min(_source_row), max(_source_row) from {raw}") == [(3, 6)]


def test_a_fine_is_taken_out_of_the_sentence_that_tells_it(take: Take) -> None:
    fines = take("longde").ask("select fine_yuan, decided_on from {raw} order by _source_row")
    day = dt.date(2018, 1, 12)
    assert [(float(fine), on) for fine, on in fines] == [
        (1200, day), (1125, day), (1667.8, day), (12420, dt.date(2018, 2, 1)),
    ]  # fmt: skip


def test_a_partys_number_is_the_one_of_five_columns_that_is_filled(take: Take) -> None:
    assert take("longde").ask("select count(party_id_hash) from {raw}") == [(4,)]


def test_guangxis_decisions_without_a_date_are_held_back_and_no_other(take: Take) -> None:
    # 796 cells are empty, and three hold a blank.
    guangxi = take("guangxi")
    assert guangxi.counts() == (1482, 683, 799, 0)
    assert guangxi.reasons() == {"missing_value filed_on": 799}
    (batch,) = guangxi.result.batches
    assert batch.encoding == "gb18030"


def test_guangxis_decisions_by_year_are_those_of_the_file(take: Take) -> None:
    wanted = Counter(row["时间"][:4] for row in rows("penalty/penalty_guangxi.csv", "gb18030") if row["时间"].strip())
    got = take("guangxi").ask("select cast(year(decided_on) as varchar), count(*) from {raw} group by 1")
    assert dict(got) == wanted


def test_guangxis_shifted_columns_still_name_every_record_once(take: Take) -> None:
    ids = take("guangxi").ask("select business_key from {held} union all select case_no from {raw}")
    assert sorted(key for (key,) in ids) == sorted(
        row["网址"] for row in rows("penalty/penalty_guangxi.csv", "gb18030")
    )


def test_yunnans_decisions_are_all_loaded_without_the_blanks_around_them(take: Take) -> None:
    yunnan = take("yunnan")
    assert yunnan.counts() == (619, 619, 0, 0)
    assert yunnan.ask("select count(*) from {raw} where regexp_matches(decision_no, '^[\\s　]|[\\s　]$')") == [(0,)]


def test_yunnans_decisions_by_area_are_those_of_the_file(take: Take) -> None:
    wanted = Counter(row["区域"].strip().rpartition(";")[2] for row in rows("penalty/penalty_yunnan.csv"))
    assert dict(take("yunnan").ask("select street_code, count(*) from {raw} group by 1")) == wanted


def test_new_yorks_two_requests_closed_before_they_were_made_are_held_back(take: Take) -> None:
    new_york = take("new_york")
    assert new_york.counts() == (5895, 5893, 2, 0)
    assert sorted(key for (key,) in new_york.ask("select business_key from {held}")) == ["22860802", "26116476"]
    assert new_york.reasons() == dict.fromkeys(
        ("out_of_range closed_at", "out_of_order closed_at", "status_mismatch status"), 2
    )


def test_new_yorks_hours_to_close_are_those_of_the_file(take: Take) -> None:
    lags = []
    for row in rows("nyc311/animal_complaints.csv"):
        if row["Status"] == "Closed":
            made, closed = (
                dt.datetime.strptime(row[name], "%m/%d/%Y %I:%M:%S %p") for name in ("Created Date", "Closed Date")
            )
            lags.append((closed - made).total_seconds())
    got = take("new_york").ask(
        "select count(*), sum(epoch(closed_at - reported_at)) from {raw} where status = 'closed'"
    )
    assert got == [(len(lags), sum(lags))]


def test_new_yorks_requests_of_an_unknown_channel_are_called_other(take: Take) -> None:
    got = dict(take("new_york").ask("select channel, count(*) from {raw} group by 1"))
    held = ("22860802", "26116476")
    loaded = [row for row in rows("nyc311/animal_complaints.csv") if row["Unique Key"] not in held]
    wanted = Counter(row["Open Data Channel Type"] for row in loaded)
    assert (got["other"], got["hotline"], got["web"]) == (wanted["UNKNOWN"], wanted["PHONE"], wanted["ONLINE"])


def _san_francisco() -> list[dict[str, Any]]:
    everything = json.loads((SHARED / "open311/sf_requests_2011.json").read_text(encoding="utf-8"))
    return [one["fields"] for one in everything if one["model"] == "dashboard.request"]


def _is_upside_down(one: dict[str, Any]) -> bool:
    return one["status"] == "Closed" and one["updated_datetime"] < one["requested_datetime"]


def test_san_franciscos_requests_updated_before_they_were_made_are_held_back(take: Take) -> None:
    city = take("san_francisco")
    assert city.counts() == (500, 462, 38, 55)
    assert city.reasons() == {"out_of_order closed_at": 38}


def test_san_franciscos_requests_by_kind_are_those_of_the_file(take: Take) -> None:
    wanted = Counter(one["service_code"] for one in _san_francisco() if not _is_upside_down(one))
    assert dict(take("san_francisco").ask("select class_code, count(*) from {raw} group by 1")) == wanted


def test_only_closed_requests_of_san_francisco_have_a_time_of_closing(take: Take) -> None:
    got = take("san_francisco").ask(
        "select count(*) filter (closed_at is not null), count(*) filter (status = 'closed') from {raw}"
    )
    closed = sum(one["status"] == "Closed" for one in _san_francisco()) - 38
    assert got == [(closed, closed)]


def test_no_person_of_the_public_files_lands(take: Take) -> None:
    (landed,) = take("guangxi").settings.landing.rglob("*.parquet")
    columns = pq.read_schema(landed).names
    assert {"被处罚人__hash", "被处罚人__mask"} <= set(columns)
    assert not {"被处罚人", "法定代表人"} & set(columns)
