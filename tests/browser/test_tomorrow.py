"""The page of tomorrow's duty officer in a real browser: what is expected adds up, and small numbers and sureness are told as they are.

What a figure must be is reckoned here from the rows of `small_forecast`.
"""

import pytest

from tests.browser import small_forecast
from tests.browser.conftest import IN_A_BROWSER
from tests.browser.small_release import AS_OF, CLASSES, SQUADS
from tests.browser.test_maps_and_tables import Visit, cells, site, visit  # noqa: F401

pytestmark = IN_A_BROWSER


def test_the_days_say_what_is_expected_and_between_what_it_may_lie(visit: Visit) -> None:  # noqa: F811
    shown = cells(visit("tomorrow"), "next_days")
    assert len(shown) == small_forecast.DAYS
    expected, citizen = (sum(one[at] for one in small_forecast.EXPECTED.values()) for at in (0, 1))
    for _, *figures in shown.values():
        assert [float(said) for said in figures] == pytest.approx([expected, expected - 4, expected + 4, citizen])
    kinds = [row[0] for row in shown.values()]
    assert kinds[0].endswith("（节假日调整）")
    assert min(shown) > AS_OF.isoformat()


def test_streets_and_classes_add_up_to_the_city(visit: Visit) -> None:  # noqa: F811
    page = visit("tomorrow")
    classes, days = cells(page, "next_classes"), cells(page, "next_days")
    assert list(classes) == ["市容"]
    assert float(classes["市容"][0]) == pytest.approx(sum(float(row[1]) for row in days.values()), abs=0.5)


def test_a_squads_relief_is_a_range_with_a_verdict_of_the_coming_week_only(visit: Visit) -> None:  # noqa: F811
    shown = cells(visit("tomorrow"), "relief")
    names = [SQUADS[squad][0] for squad in ("Z1", "Z2", "Z3")]
    assert list(shown) == names
    assert [row[0] for row in shown.values()] == ["偏重", "不能断定", "偏轻"]
    assert [float(said) for said in shown[names[0]][-3:]] == [12.0, 7.0, 17.0]


def test_a_hotspot_of_fewer_than_five_is_not_listed(visit: Visit) -> None:  # noqa: F811
    shown = cells(visit("tomorrow"), "hotspots_now")
    assert list(shown) == ["河东街道0号"]
    assert shown["河东街道0号"][:2] == [CLASSES["E1"][0], "新出现"]


def test_last_months_errors_stand_beside_the_naive_rules(visit: Visit) -> None:  # noqa: F811
    page = visit("tomorrow")
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("#skill tbody tr").all()]
    assert [[row[0], *row[4:]] for row in rows] == [
        ["当晚真实预测", "12.0%", "30.0%", "75.0%"],
        ["回测", "10.0%", "30.0%", "75.0%"],
    ]
