"""When facts are built from scratch: `pipelines.transform` without dbt."""

import datetime as dt
from collections.abc import Callable

import pytest

from pipelines import kept, transform
from pipelines.city import City, load_city
from pipelines.landing.reference import load_reference
from pipelines.landing.store import forget_build, write_connection
from pipelines.settings import Settings
from tests.conftest import AS_OF, CITY


@pytest.fixture
def built(settings: Settings, write_city: Callable[..., City]) -> City:
    """A city whose build of the as-of date is complete."""
    city = write_city()
    load_reference(settings, city)
    transform.record_build(settings, city, AS_OF)
    return city


def test_nothing_built_yet(settings: Settings, write_city: Callable[..., City]) -> None:
    city = write_city()
    assert transform.needs_full_refresh(settings, city, AS_OF), "no build file"
    load_reference(settings, city)
    assert transform.needs_full_refresh(settings, city, AS_OF), "no build recorded"


def test_the_same_or_a_later_night_builds_what_is_new(settings: Settings, built: City) -> None:
    assert not transform.needs_full_refresh(settings, built, AS_OF)
    assert not transform.needs_full_refresh(settings, built, AS_OF + dt.timedelta(days=30))


def test_an_earlier_night_builds_from_scratch(settings: Settings, built: City) -> None:
    assert transform.needs_full_refresh(settings, built, AS_OF - dt.timedelta(days=1))


def test_the_last_build_counts(settings: Settings, built: City) -> None:
    transform.record_build(settings, built, AS_OF - dt.timedelta(days=9))
    assert not transform.needs_full_refresh(settings, built, AS_OF - dt.timedelta(days=1))


def test_another_definition_or_reference_builds_from_scratch(settings: Settings, built: City) -> None:
    (settings.city_dir / "city.toml").write_text(f"{CITY}\n[definitions]\nrepeat_window_days = 7\n", encoding="utf-8")
    assert transform.needs_full_refresh(settings, load_city(settings), AS_OF)
    (settings.city_dir / "city.toml").write_text(CITY, encoding="utf-8")
    assert not transform.needs_full_refresh(settings, built, AS_OF)
    built.reference_dir.mkdir()
    (built.reference_dir / "squads.csv").write_text("squad_id\n", encoding="utf-8")
    assert transform.needs_full_refresh(settings, built, AS_OF)


@pytest.mark.parametrize("table", ["holidays", "sla_rules", "evaluation_weights", "departments", "squad_areas"])
def test_a_table_by_which_cases_count_builds_from_scratch(settings: Settings, built: City, table: str) -> None:
    built.reference_dir.mkdir()
    path = built.reference_dir / f"{table}.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    transform.record_build(settings, load_city(settings), AS_OF)
    assert not transform.needs_full_refresh(settings, load_city(settings), AS_OF)
    path.write_text("a\n2\n", encoding="utf-8")
    assert transform.needs_full_refresh(settings, load_city(settings), AS_OF)


def test_another_way_to_make_the_calendar_builds_from_scratch(
    settings: Settings, built: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {path.name for path in transform.CALENDAR} == {"calendar.py", "reporting.py", "periods.py"}
    monkeypatch.setattr(transform, "CALENDAR", transform.CALENDAR[1:])
    assert transform.needs_full_refresh(settings, built, AS_OF)


def test_who_changes_records_in_their_place_has_everything_built_from_scratch(settings: Settings, built: City) -> None:
    """As an erasure and a new hash key do."""
    transform.record_build(settings, built, AS_OF, {"raw.demolitions": "1"})
    assert kept.load(settings, built)
    with write_connection(settings) as connection:
        forget_build(connection)
    assert transform.needs_full_refresh(settings, built, AS_OF)
    assert kept.load(settings, built) is None


def test_how_records_are_read_does_not_change_what_follows_from_them(settings: Settings, built: City) -> None:
    feed = settings.city_dir / "feeds" / "feed_0.toml"
    feed.write_text(feed.read_text(encoding="utf-8") + "# another line\n", encoding="utf-8")
    assert not transform.needs_full_refresh(settings, load_city(settings), AS_OF)


def test_the_environment_of_dbt(settings: Settings, built: City) -> None:
    environment = transform.dbt_environment(settings, built, AS_OF)
    assert environment["CHENGGUAN_AS_OF"] == "2017-09-25"
    assert environment["CHENGGUAN_BUILD_DB"] == str(settings.build_db)
    assert environment["CHENGGUAN_TIME_ZONE"] == "Asia/Shanghai"
