"""A release whose whole day was pruned leaves its number taken."""

import datetime as dt
import shutil

import pytest

from pipelines.city import City
from pipelines.publish import release
from pipelines.settings import Settings
from tests.unit.test_release import DAY, change, city, publish, settings

__all__ = ["city", "settings"]  # the fixtures of a small release


@pytest.fixture(autouse=True)
def _without_pages(settings: Settings) -> None:
    settings.site = False


def test_an_old_day_published_again_after_all_its_releases_were_pruned_gets_a_new_number(
    settings: Settings, city: City
) -> None:
    given = [publish(settings, city, DAY - dt.timedelta(days=back)).id for back in (3, 2, 1, 0)]
    assert release.prune(settings) == [given[0]] == ["20170922.1"]
    change(settings, "UPDATE marts.totals SET n = 4")
    assert publish(settings, city, DAY - dt.timedelta(days=3)).id == "20170922.2"


def test_a_release_that_was_deleted_by_hand_leaves_its_number_taken(settings: Settings, city: City) -> None:
    shutil.rmtree(publish(settings, city).path)
    assert publish(settings, city).id == "20170925.2"
