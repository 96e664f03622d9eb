"""Persons on the steward's desk: a mask is all that is shown, and whoever is left alone stays who he was."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.city import City
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.privacy import hash_key, keyed_hash
from pipelines.settings import Settings
from pipelines.steward.workbook import write_workbook
from tests.conftest import AS_OF
from tests.pipeline.desk import ask, bring_back, drop, held
from tests.pipeline.sheets import mend, read_sheets

TICKETS = """
feed = "hotline_tickets"
[source]
kind = "file"
files = ["hotline/*"]
[columns.ticket_id]
from = ["编号"]
[columns.hotline]
from = ["热线"]
map = { "12319热线" = "12319" }
[columns.caller_name]
from = ["来电人"]
[columns.caller_phone]
from = ["电话"]
[columns.content]
from = ["内容"]
[columns.accepted_at]
from = ["受理时间"]
"""


def hashed(settings: Settings, kind: str, value: str) -> str:
    """The hash under which the home knows a person."""
    return str(keyed_hash(pl.Series([value]), kind, hash_key(settings))[0])


@pytest.fixture
def hotline(settings: Settings, write_city: Callable[..., City], tmp_path: Path) -> tuple[City, Path]:
    """Two tickets on a day that does not exist, with callers, and the workbook to mend them."""
    city = write_city(TICKETS)
    body = "T1,12319热线,阿甲,13900000001,占道,2017-02-30 10:00:00\nT2,12319热线,阿乙,13900000002,噪声,2017-02-30 11:00:00\n"
    drop(settings, "hotline/a.csv", body, header="编号,热线,来电人,电话,内容,受理时间\n")
    assert not ingest_feed(settings, city, "hotline_tickets", AS_OF).problems
    path = tmp_path / "refused.xlsx"
    write_workbook(settings, city, path, held(settings))
    return city, path


def test_a_workbook_holds_no_person_and_no_hash(settings: Settings, hotline: tuple[City, Path]) -> None:
    said = str(read_sheets(hotline[1]))
    assert "阿*" in said and "139****0001" in said
    hashes = [hashed(settings, "phone", "13900000001"), hashed(settings, "name", "阿甲")]
    assert not [secret for secret in ("阿甲", "13900000001", *hashes) if secret in said]


def test_a_person_left_alone_keeps_the_hash_and_a_changed_one_gets_its_own(
    settings: Settings, hotline: tuple[City, Path]
) -> None:
    city, path = hotline
    when = {"accepted_at": "2017-02-28 10:00:00"}
    bring_back(
        settings, city, mend(path, "hotline_tickets", {"T1": when, "T2": {**when, "caller_phone": "139-0000-0003"}})
    )
    found = ask(settings, "select ticket_id, caller_name_hash, caller_phone_hash, caller_phone_mask from raw.hotline_tickets order by 1")  # fmt: skip
    assert [row[1] for row in found] == [hashed(settings, "name", name) for name in ("阿甲", "阿乙")]
    assert [row[2] for row in found] == [hashed(settings, "phone", phone) for phone in ("13900000001", "13900000003")]
    assert [str(row[3])[:3] for row in found] == ["139", "139"]


def test_a_person_is_still_the_same_after_a_row_was_mended_twice(
    settings: Settings, hotline: tuple[City, Path]
) -> None:
    city, path = hotline
    bring_back(settings, city, mend(path, "hotline_tickets", {"T1": {"content": "占道经营"}}))
    [again] = [row for row in held(settings, "open") if row.key == "T1"]
    second = path.with_name("second.xlsx")
    write_workbook(settings, city, second, [again])
    bring_back(settings, city, mend(second, "hotline_tickets", {"T1": {"accepted_at": "2017-02-28 10:00:00"}}))
    phone = hashed(settings, "phone", "13900000001")
    assert ask(settings, "select caller_phone_hash from raw.hotline_tickets") == [(phone,)]


def test_what_a_steward_types_of_a_person_goes_to_the_vault_only(
    settings: Settings, hotline: tuple[City, Path]
) -> None:
    city, path = hotline
    bring_back(settings, city, mend(path, "hotline_tickets", {"T1": {"content": "请回电 13900000009"}}))
    assert "13900000009" not in settings.build_db.read_bytes().decode("latin-1")
    assert ask(settings, "select record ->> 'content' from quarantine.hotline_tickets where record ->> 'content' like '%电%'") == [("请回电 [电话]",)]  # fmt: skip
