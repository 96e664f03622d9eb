"""A person is erased on request: gone from every layer, the rows still there, and nothing that comes again brings him back."""

import datetime as dt
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.city import City
from pipelines.errors import InputError
from pipelines.landing.batches import landed_header
from pipelines.landing.canonical import References, to_canonical
from pipelines.landing.conservation import check_conservation
from pipelines.landing.erased import GONE, NOTE, Request, list_path, read_requests
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.rotation import rotate_key
from pipelines.settings import Settings
from pipelines.steward import erasure
from pipelines.steward.erasure import erase, finish, take_over
from pipelines.steward.traces import Wanted
from tests.conftest import AS_OF
from tests.pipeline.desk import ask, drop
from tests.pipeline.test_steward_persons import hashed

TICKETS = """
feed = "hotline_tickets"
[source]
kind = "file"
files = ["hotline/*"]
[columns]
ticket_id = { from = ["编号"] }
hotline = { const = "12319" }
caller_name = { from = ["来电人"] }
caller_phone = { from = ["电话"] }
content = { from = ["内容"] }
accepted_at = { from = ["受理时间"] }
"""
STAFF = """
feed = "staff"
[source]
kind = "file"
files = ["staff/*"]
[columns]
staff_no = { from = ["工号"] }
staff_name = { from = ["姓名"] }
org_id = { from = ["机构"] }
staff_type = { const = "auxiliary" }
joined_on = { from = ["起"] }
enforcement_cert_no = { from = ["证号"] }
"""
CASES = """
feed = "penalty_cases"
[source]
kind = "file"
files = ["cases/*"]
[columns]
case_no = { from = ["案号"] }
procedure = { const = "general" }
cause = { from = ["案由"] }
party_name = { from = ["当事人"] }
party_id = { from = ["证件"] }
street_code = { const = "1" }
officer_1 = { from = ["承办人"] }
filed_on = { from = ["立案"] }
"""
NAME, PHONE, ID = "阿甲", "13900000001", "999999199001010017"
HEADER = "编号,来电人,电话,内容,受理时间,备注\n"
#: T1 and T2 are hers, T3 only speaks of her number, T4 is another's; T2's day does not exist, and T5 has no key.
BODY = (
    f"T1,{NAME},{PHONE},我是{NAME}请回电,2017-03-01 10:00:00,{PHONE}\n"
    f"T2,{NAME},139 0000 0001,占道,2017-02-30 10:00:00,\n"
    f"T3,阿乙,13900000002,打１３９　００００　０００１投诉,2017-03-02 10:00:00,\n"
    "T4,阿丙,13900000003,噪声,2017-03-03 10:00:00,\n"
    f",{NAME},{PHONE},没有编号,2017-03-04 10:00:00,\n"
    f"T6,{NAME},{PHONE},多一列,2017-03-05 10:00:00,,{NAME}\n"
)
OFFICER = "阿丁"


@pytest.fixture
def home(settings: Settings, write_city: Callable[..., City]) -> tuple[Settings, City]:
    city = write_city(TICKETS, STAFF, CASES)
    drop(settings, "hotline/a.csv", BODY, header=HEADER)
    drop(settings, "staff/a.csv", f"S1,{NAME},O,2016-01-01,{ID}\n", header="工号,姓名,机构,起,证号\n")
    drop(
        settings,
        "cases/a.csv",
        f"C1,占道,{NAME},{ID},{OFFICER},2017-01-01\n",
        header="案号,案由,当事人,证件,承办人,立案\n",
    )
    load(settings, city)
    return settings, city


def load(settings: Settings, city: City) -> None:
    for feed in ("hotline_tickets", "staff", "penalty_cases"):
        assert not ingest_feed(settings, city, feed, AS_OF).problems


def request(number: str = "ER-1") -> Request:
    return Request(number, "Wang", "个人信息保护法第四十七条", dt.datetime(2017, 9, 25).isoformat())


def by_phone() -> Wanted:
    return Wanted({"phone": "139-0000-0001"})


def tables(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: ask(settings, f"select * from {name} order by all")
        for name in ("raw.hotline_tickets", "quarantine.hotline_tickets", "raw.staff", "raw.penalty_cases")
    }


def everything(settings: Settings) -> str:
    """All that the home holds, but for the inbox: files of batches as text, the build file's bytes with its free blocks."""
    texts = [pl.read_parquet(path).write_csv() for path in sorted(settings.home.rglob("*.parquet"))]
    texts += [
        path.read_bytes().decode("utf-8", "ignore")
        for path in (settings.build_db, list_path(settings))
        if path.exists()
    ]
    return "\n".join(texts)


def test_who_is_erased_is_in_no_layer_and_the_rows_are_still_there(home: tuple[Settings, City]) -> None:
    settings, city = home
    before = {name: len(rows) for name, rows in tables(settings).items()}
    secrets = [PHONE, hashed(settings, "phone", PHONE)]
    assert all(secret in everything(settings) for secret in secrets)  # or the test would show nothing
    found = erase(settings, city, by_phone(), request())
    assert found.counts == {"hotline_tickets": {"landed": 5, "loaded": 2, "quarantined": 3}}
    assert not [secret for secret in secrets if secret in everything(settings)]
    assert {name: len(rows) for name, rows in tables(settings).items()} == before
    assert check_conservation(settings) == []
    held = ask(
        settings, "select ticket_id, caller_name_mask, caller_phone_mask, content from raw.hotline_tickets order by 1"
    )
    assert held == [("T1", None, None, NOTE), ("T3", "阿*", "139****0002", NOTE), ("T4", "阿*", "139****0003", "噪声")]


def test_a_record_is_found_by_the_id_number_and_others_in_it_stay(home: tuple[Settings, City]) -> None:
    settings, city = home
    found = erase(settings, city, Wanted({"name": NAME, "id_number": ID}), request())
    assert set(found.counts) == {"staff", "penalty_cases"}
    [(name, token_is_one, mask, cert)] = ask(
        settings,
        "select staff_no, starts_with(staff_name_hash, 'erased-'), staff_name_mask, enforcement_cert_no_hash from raw.staff",
    )
    assert (name, token_is_one, mask, cert) == ("S1", True, GONE, None)
    assert ask(settings, "select party_name_hash, party_id_mask, cause, officer_1_mask, officer_1_hash from raw.penalty_cases") == [
        (None, None, NOTE, "阿*", hashed(settings, "name", OFFICER))
    ]  # fmt: skip
    assert ID not in everything(settings) and OFFICER in everything(settings)


def test_one_record_is_named_by_its_feed_and_key(home: tuple[Settings, City]) -> None:
    settings, city = home
    found = erase(settings, city, Wanted(feeds=("hotline_tickets",), key="T4"), request())
    assert found.counts == {"hotline_tickets": {"landed": 1, "loaded": 1, "quarantined": 0}}
    assert "13900000003" not in everything(settings) and PHONE in everything(settings)


@pytest.mark.parametrize("said", [{}, {"name": NAME}])
def test_a_name_alone_is_nobody(said: dict[str, str]) -> None:
    with pytest.raises(InputError, match="a name alone"):
        Wanted(said)


def test_a_record_that_is_delivered_again_stays_blank_and_only_it(home: tuple[Settings, City]) -> None:
    settings, city = home
    erase(settings, city, by_phone(), request())
    later = BODY.replace("占道", "占道经营") + f"T7,{NAME},{PHONE},新的一次,2017-03-06 10:00:00,\n"
    drop(settings, "hotline/b.csv", later, header=HEADER)
    load(settings, city)
    loaded = ask(
        settings,
        "select distinct ticket_id from raw.hotline_tickets where caller_phone_hash = $$"
        + hashed(settings, "phone", PHONE)
        + "$$",
    )
    assert loaded == [("T7",)]  # who calls again has called again
    assert check_conservation(settings) == []
    texts = ask(settings, "select distinct content from raw.hotline_tickets where ticket_id in ('T1', 'T3')")
    assert texts == [(NOTE,)]


def test_a_home_built_again_from_its_sources_brings_nobody_back(home: tuple[Settings, City]) -> None:
    settings, city = home
    erase(settings, city, Wanted({"phone": PHONE}), request())
    erase(settings, city, Wanted({"id_number": ID}), request("ER-2"))
    before = tables(settings)
    shutil.rmtree(settings.build_dir)
    shutil.rmtree(settings.landing)
    for folder in settings.vault.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    load(settings, city)
    after = tables(settings)
    assert after["raw.hotline_tickets"] == before["raw.hotline_tickets"]
    assert [row[:12] for row in after["raw.staff"]] == [row[:12] for row in before["raw.staff"]]
    assert after["raw.penalty_cases"] == before["raw.penalty_cases"]


def test_what_has_landed_says_the_same_as_raw_after_an_erasure(home: tuple[Settings, City]) -> None:
    settings, city = home
    erase(settings, city, Wanted({"id_number": ID}), request())
    for feed in ("staff", "penalty_cases"):
        [path] = (settings.landing / feed).glob("*.parquet")
        landed = pl.read_parquet(path)
        canonical = to_canonical(landed, landed_header(landed), city.profile_of(feed), References(city))
        for name in canonical.masks.columns:
            assert ask(settings, f"select {name}_hash, {name}_mask from raw.{feed}") == [
                (canonical.frame[name][0], canonical.masks[name][0])
            ]


@pytest.mark.parametrize("step", ["_blank_files", "_blank_tables", "compact", "forget_build"])
def test_an_erasure_that_was_killed_is_finished_by_the_next(
    home: tuple[Settings, City], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    settings, city = home

    def breaks_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(erasure, step, breaks_off)
    with pytest.raises(KeyboardInterrupt):
        erase(settings, city, by_phone(), request())
    monkeypatch.undo()
    assert [one.request for one in erasure.unfinished(settings)] == ["ER-1"]
    assert [one.request for one in finish(settings, city)] == ["ER-1"]
    assert erasure.unfinished(settings) == [] and PHONE not in everything(settings)
    assert hashed(settings, "phone", PHONE) not in everything(settings)
    assert check_conservation(settings) == []


def test_a_backup_that_brings_a_person_back_is_cleaned_by_the_list_kept_apart(
    home: tuple[Settings, City], tmp_path: Path
) -> None:
    settings, city = home
    backup = Path(shutil.copytree(settings.home, tmp_path / "backup"))
    erase(settings, city, by_phone(), request())
    kept = Path(shutil.copy(list_path(settings), tmp_path / "kept.jsonl"))
    shutil.rmtree(settings.home)
    shutil.copytree(backup, settings.home)
    assert PHONE in everything(settings)
    assert take_over(settings, city, kept) == 1
    assert PHONE not in everything(settings) and erasure.unfinished(settings) == []


def test_a_rotation_after_an_erasure_leaves_the_token_and_nobody_comes_back(home: tuple[Settings, City]) -> None:
    own, city = home
    settings = own.model_copy(update={"hash_key": None})
    (settings.vault / "hash.key").write_text("a key for tests only, not a secret")
    erase(settings, city, Wanted({"id_number": ID}), request())
    before = ask(settings, "select staff_name_hash from raw.staff")
    rotate_key(settings)
    assert ask(settings, "select staff_name_hash from raw.staff") == before
    assert ID not in everything(settings)


def test_the_list_and_the_log_hold_nobody_and_are_for_their_owner(home: tuple[Settings, City]) -> None:
    settings, city = home
    erase(settings, city, by_phone(), request())
    content = list_path(settings).read_text(encoding="utf-8")
    assert not [said for said in (NAME, PHONE, hashed(settings, "phone", PHONE)) if said in content]
    assert stat.S_IMODE(list_path(settings).stat().st_mode) == 0o600
    [one] = read_requests(list_path(settings))
    assert (one.request, one.by, one.is_done) == ("ER-1", "Wang", True)
    with pytest.raises(InputError, match="taken"):
        erase(settings, city, by_phone(), request())
