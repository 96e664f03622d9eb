"""When facts are built from scratch: `pipelines.transform` without dbt."""

import datetime as dt
from collections.abc import Callable

import pytest

from pipelines import transform
from pipelines.city import City, load_city
from pipelines.landing.reference import load_reference
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


def test_how_records_are_read_does_not_change_what_follows_from_them(settings: Settings, built: City) -> None:
    feed = settings.city_dir / "feeds" / "feed_0.toml"
    feed.write_text(feed.read_text(encoding="utf-8") + "# another line\n", encoding="utf-8")
    assert not transform.needs_full_refresh(settings, load_city(settings), AS_OF)


def test_the_environment_of_dbt(settings: Settings, built: City) -> None:
    environment = transform.dbt_environment(settings, built, AS_OF)
    assert environment["CHENGGUAN_AS_OF"] == "2017-09-25"
    assert environment["CHENGGUAN_BUILD_DB"] == str(settings.build_db)
    assert environment["CHENGGUAN_TIME_ZONE"] == "Asia/Shanghai"
