"""What the city's rules keep no longer goes, is written down first, and is missed by nothing that counts or rebuilds."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.city import City
from pipelines.city.retention import CityRetention, Retention
from pipelines.errors import SetupError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.rotation import rotate_key
from pipelines.landing.store import read_connection, write_connection
from pipelines.orchestration.rebuild import rebuild
from pipelines.settings import Settings
from pipelines.upkeep import retention
from pipelines.upkeep.retention import apply, due, too_short
from tests.conftest import AS_OF, CITY, DEMOLITIONS
from tests.faults.killing import tables
from tests.pipeline.desk import ask, drop

RULES = f"{CITY}\n[retention]\nlanding_days = 3650\nvault_days = 30\nreleases_keep = 5\n"
OWN = f"{DEMOLITIONS}\n[retention]\nlanding_days = 10\n"
OLD = AS_OF - dt.timedelta(days=31)


@pytest.fixture
def home(settings: Settings, write_city: Callable[..., City]) -> tuple[Settings, City]:
    """Three batches: two old ones, of which one has a row that waits, and one of today that corrects a record of the first."""
    city = write_city(OWN, city=RULES)
    for name, night, body in (
        ("a", OLD, "1,W1,2017-01-05,10.5,自拆\n"),
        ("b", OLD, "2,W2,2017-02-30,3,自拆\n3,W3,2017-02-28,3,自拆\n"),
        ("c", AS_OF, "1,W1,2017-01-05,12,自拆\n"),
    ):
        drop(settings, f"demolitions/{name}.csv", body)
        assert not ingest_feed(settings, city, "demolitions", night).problems
    return settings, city


def applied(settings: Settings, city: City, day: dt.date = AS_OF) -> list[tuple[str, str]]:
    with write_connection(settings) as connection:
        return [(one.what, one.source) for one in apply(settings, city, connection, day)]


def left(settings: Settings) -> dict[str, int]:
    return {what: len(list((settings.home / what).glob("*/*.parquet"))) for what in ("landing", "vault")}


def test_what_is_due_goes_and_the_ledger_says_by_which_rule(home: tuple[Settings, City]) -> None:
    settings, city = home
    with read_connection(settings) as connection:
        listed = due(settings, city, connection, AS_OF)
        assert due(settings, city, connection, OLD + dt.timedelta(days=10)) == [], "the tenth day is kept"
    assert [(one.what, one.rule) for one in listed] == [
        ("landing", "landing_days = 10"), ("vault", "vault_days = 30"), ("vault", "vault_days = 30"),
    ]  # fmt: skip
    assert left(settings) == {"landing": 3, "vault": 3}, "listing removes nothing"
    assert len(applied(settings, city)) == 3
    assert left(settings) == {"landing": 2, "vault": 1}, "a copy of which a row still waits stays"
    said = ask(settings, "select what, rule, removed_for_on, bytes from ops.removals order by what")
    assert [row[:3] for row in said] == [(one.what, one.rule, AS_OF) for one in listed]
    assert [row[3] for row in said] == [one.size for one in listed]
    assert applied(settings, city) == []


def test_nothing_that_counts_rotates_or_rebuilds_misses_it(home: tuple[Settings, City]) -> None:
    settings, city = home
    applied(settings, city)
    assert check_conservation(settings) == []
    assert ingest_feed(settings, city, "demolitions", AS_OF).files_known == 3, "known files are not read again"
    was = tables(settings.build_db, "raw", "quarantine", "ops")
    done = rebuild(settings, city, lambda *_: None, with_models=False)
    assert (done.batches.loaded, done.batches.carried) == (2, 1)
    assert tables(settings.build_db, "raw", "quarantine", "ops") == was
    assert check_conservation(settings) == []


@pytest.mark.slow
def test_a_key_is_changed_and_what_only_raw_holds_is_not_lost_silently(home: tuple[Settings, City]) -> None:
    settings, city = home
    own = settings.model_copy(update={"hash_key": None})
    applied(settings, city)
    rotate_key(own)
    assert check_conservation(settings) == []
    settings.build_db.write_bytes(b"garbage" * 1_000)
    with pytest.raises(SetupError, match="would lose 1 batches") as told:
        rebuild(settings, city, lambda *_: None, with_models=False)
    assert "a.csv" in told.value.also[0]


def test_killed_between_the_log_and_the_file_the_next_run_removes_it(
    home: tuple[Settings, City], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, city = home
    whole = retention._write_down

    def killed(*given: object) -> None:
        whole(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(retention, "_write_down", killed)
    with pytest.raises(KeyboardInterrupt):
        applied(settings, city)
    assert left(settings) == {"landing": 3, "vault": 3} and check_conservation(settings) == []
    monkeypatch.undo()
    assert applied(settings, city) == []
    assert left(settings) == {"landing": 2, "vault": 1}


def test_a_city_without_rules_keeps_everything(
    settings: Settings, write_city: Callable[..., City], tmp_path: Path
) -> None:
    city = write_city()
    drop(settings, "demolitions/a.csv", "1,W1,2017-01-05,10.5,自拆\n")
    ingest_feed(settings, city, "demolitions", dt.date(2011, 1, 1))
    assert applied(settings, city) == [] and too_short(city) == []


def test_a_feeds_own_rule_goes_before_the_citys_and_short_ones_are_told(
    settings: Settings, write_city: Callable[..., City]
) -> None:
    city = write_city(OWN, city=RULES)
    assert city.retention_of("demolitions") == Retention(landing_days=10, vault_days=30)
    assert too_short(city) == ["demolitions"] and city.profile.retention == CityRetention(
        landing_days=3650, vault_days=30, releases_keep=5
    )
    kept = write_city(DEMOLITIONS + "\n[retention]\nlanding_days = 0\n", city=RULES)
    assert kept.retention_of("demolitions").landing_days == 0 and too_short(kept) == []
