"""The map, the squads, the evaluation and the data quality in a real browser, opened from disk: figures, choices, keyboard, both languages.

What a figure must be is counted again here from the records, in Python.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pipelines.publish.package import FILE_NAME
from pipelines.publish.site import build_site
from pipelines.publish.site.pages import map as map_page
from tests.browser import small_release
from tests.browser.conftest import IN_A_BROWSER, watch
from tests.browser.small_release import ABOUT, MONTHS, STREETS, cases, workload

pytestmark = IN_A_BROWSER
#: The last twelve whole months before the as-of day, which the pages begin with.
LAST = MONTHS[-13:-1]
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("small"))


@pytest.fixture
def visit(site: Path, browser: Browser) -> Iterator[Visit]:
    """Opens a page, drawn whole. Afterwards: nothing was complained of, and nothing asked of anybody else."""
    opened = browser.new_page(viewport={"width": 1240, "height": 900})
    complaints = watch(opened)

    def go(address: str, folder: Path = site) -> Page:
        name, _, rest = address.partition("?")
        opened.goto((folder / f"{name}.html").as_uri() + (f"?{rest}" if rest else ""))
        opened.evaluate("Show.draw_all()")
        return opened

    yield go
    opened.close()
    assert complaints == []


def built(folder: Path, *, with_map: bool = True) -> Path:
    small_release.write(folder / "release", with_map=with_map)
    build_site(folder / "release", ABOUT, folder / "site")
    return folder / "site"


def cells(page: Page, part: str) -> dict[str, list[str]]:
    """{heading of a row: its other cells}."""
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator(f"#{part} tbody tr").all()]
    return {head: rest for head, *rest in rows}


def counted(months: list[Any], **where: str) -> dict[str, tuple[int, str]]:
    """{street's words: (cases filed, share closed on time as text)} of streets with five cases or more."""
    found = {}
    for street, (words, _, _) in STREETS.items():
        own = [
            row
            for row in cases()
            if row["street_code"] == street
            and row["month"] in months
            and all(row[name] == value for name, value in where.items())
        ]
        base = sum(row["on_time_closing_base"] for row in own)
        if len(own) >= 5:
            found[words] = (
                len(own),
                f"{100 * sum(row['closed_on_time'] for row in own) / base:.1f}%" if base >= 5 else "",
            )
    return found


@pytest.mark.parametrize(("asked", "months", "where"), [("", LAST, {}), ("?event_class=E1", LAST, {"event_class": "E1"}), ("?from=2023-01&to=2023-12", [m for m in MONTHS if m.year == 2023], {})])  # fmt: skip
def test_the_table_beside_the_map_counts_the_cases_that_were_chosen(
    visit: Visit, asked: str, months: list[Any], where: dict[str, str]
) -> None:
    shown = cells(visit(f"map{asked}"), "streets_table")
    assert {street: (int(row[0]), row[1]) for street, row in shown.items() if row[0].isdigit()} == counted(
        months, **where
    )


def test_fewer_than_five_are_shown_neither_in_the_table_nor_on_the_map(visit: Visit) -> None:
    page = visit("map")
    assert cells(page, "streets_table")["南镇"][0] == "少于 5"
    drawn = page.evaluate(
        "Show && document.querySelectorAll('#map-filed-city .plot svg path[fill=\"#eceff2\"]').length"
    )
    assert drawn and "1 项少于 5 条记录" in page.locator("#map-filed-city > .note").inner_text()


def test_the_map_draws_each_street_once_in_the_shade_of_its_figure(visit: Visit) -> None:
    page = visit("map")
    expect(page.locator("#map-filed-city svg")).to_be_visible()
    for words in ("河东街道", "河西街道"):
        expect(page.locator("#map-filed-centre svg text", has_text=words).first).to_be_visible()
    expect(page.locator("#map-filed-centre svg text", has_text="北乡")).to_have_count(0)
    rings = [feature["geometry"]["coordinates"][0][0] for feature in page.evaluate("SITE.data.streets_city")]
    for ring in rings:
        turn = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring))
        assert turn > 0, "D3 fills the whole globe but the street where an outer ring is not clockwise"


def test_another_measure_is_chosen_by_the_keyboard_and_kept_in_the_address(visit: Visit) -> None:
    page = visit("map")
    expect(page.locator("#map-on_time-city")).to_be_hidden()
    page.locator(".chooser input").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#map-on_time-city")).to_be_visible()
    expect(page.locator("#map-on_time-centre svg")).to_be_visible()
    expect(page.locator("#map-filed-city")).to_be_hidden()
    assert page.url.endswith("#map-on_time")
    page.reload()
    expect(page.locator("#map-on_time-city")).to_be_visible()


def test_a_city_without_a_map_has_tables_instead_and_says_so(visit: Visit, tmp_path: Path) -> None:
    page = visit("map", built(tmp_path, with_map=False))
    expect(page.get_by_text("本城市没有提供地图图形")).to_be_visible()
    expect(page.locator("[data-chart], .chooser")).to_have_count(0)
    assert set(counted(LAST)) < set(cells(page, "streets_table"))


def test_where_grids_have_too_many_sums_for_a_page_they_stand_without_classes_and_the_page_says_so(
    visit: Visit, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_page, "MOST_SUMS", 0)
    folder = built(tmp_path)
    asked = ("map", "map?event_class=E1")
    whole, chosen = (cells(visit(address), "grids_table") for address in asked)
    assert whole != chosen
    assert [cells(visit(address, folder), "grids_table") for address in asked] == [whole, whole]
    expect(visit("map", folder).get_by_text("不分事件类别")).to_be_visible()
    expect(visit("map", site).get_by_text("不分事件类别")).to_have_count(0)


def test_a_hotspot_of_few_cases_is_not_listed(visit: Visit) -> None:
    listed = visit("map").locator("#latest_hotspots tbody tr")
    expect(listed).to_have_count(1)
    assert listed.first.locator("td").all_inner_texts() == ["河东街道0号", "占道经营", "9", "0.50", "4"]


def test_of_too_many_hotspots_those_with_the_highest_scores_are_listed(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_page, "MOST_LISTED", 1)
    small_release.write(tmp_path / "release", with_map=True)
    with duckdb.connect(str(tmp_path / "release" / FILE_NAME)) as connection:
        more = "select * replace (cases + 1 as cases, score + 1 as score) from marts.grid_hotspots where cases = 9"
        connection.execute(f"insert into marts.grid_hotspots {more}")
    build_site(tmp_path / "release", ABOUT, tmp_path / "site")
    listed = visit("map", tmp_path / "site").locator("#latest_hotspots tbody tr")
    expect(listed).to_have_count(1)
    assert listed.first.locator("td").all_inner_texts() == ["河东街道0号", "占道经营", "10", "0.50", "5"]


def test_a_squads_load_is_its_tasks_per_officer_against_the_median(visit: Visit) -> None:
    tasks = {
        zh: sum(row["platform_tasks"] for row in workload() if row["squad_id"] == code and row["month"] in LAST)
        for code, (zh, _) in small_release.SQUADS.items()
    }
    shown = cells(visit("squads"), "desk")
    assert {squad: row[2] for squad, row in shown.items()} == {
        squad: str(n) if n >= 5 else "少于 5" for squad, n in tasks.items()
    }
    heaviest = max(tasks, key=lambda squad: tasks[squad])
    assert shown[heaviest][0] == "偏重" and float(shown[heaviest][1]) == pytest.approx(
        tasks[heaviest] / median(tasks.values()), abs=0.01
    )
    assert shown["三中队"][:2] == ["件数太少，不评", "少于 5"]


def test_mean_median_and_ninetieth_percentile_stand_beside_each_other(visit: Visit) -> None:
    shown = cells(visit("squads"), "handling")
    hours = sorted(
        row["handling_seconds"] / 3600
        for row in cases()
        if row["squad_id"] == "Z1" and row["handled"] and row["month"] in LAST
    )
    at = 0.9 * (len(hours) - 1)
    p90 = hours[int(at)] + (at % 1) * (hours[int(at) + 1] - hours[int(at)])
    assert shown["一中队"] == [str(len(hours)), f"{mean(hours):.1f}", f"{median(hours):.1f}", f"{p90:.1f}"]
    assert "三中队" not in shown


def test_grades_stand_with_their_volume_and_a_period_is_chosen(visit: Visit) -> None:
    page = visit("evaluation")
    shown = cells(page, "eval-2023-street")
    assert shown["河东街道"] == ["A", "91.5", "40", "97.5%", "2024-01-30 封账"]
    assert shown["北乡"][0] == "件数少，不评级" and shown["南镇"][:3] == ["少于 5"] * 3
    expect(page.locator("#eval-2024_02-street")).to_be_hidden()
    page.locator("input[value='2024_02']").check()
    expect(page.locator("#eval-2024_02-street")).to_be_visible()
    assert cells(page, "eval-2024_02-street")["河东街道"][-1] == "未封账"
    assert cells(page, "restated")["2023"] == ["河西街道", "73", "74", "申诉成立，剔除案件"]
    assert cells(page, "appeals")["2023"] == ["6", "6", "2"]


def test_the_quality_page_tells_what_asks_for_a_look(visit: Visit) -> None:
    page = visit("quality")
    states = {
        one.locator("b").inner_text(): one.get_attribute("data-state")
        for one in page.locator("[data-signals] li").all()
    }
    assert states == {
        "按时到达": "look",
        "整批检验": "good",
        "一行不丢": "good",
        "隔离的行": "good",
        "发布前的检查": "look",
    }
    assert list(cells(page, "feeds")) == ["热线工单", "平台案卷"], "what is late comes first"
    assert cells(page, "rules")["日期不存在"] == ["5", "4", "1", "0", "1"]
    assert cells(page, "findings")["2024-03-15"] == ["热线工单", "提示", "比平常少"]


@pytest.mark.parametrize("name", ["map", "squads", "evaluation", "quality"])
def test_each_page_is_accessible_speaks_english_too_and_fits_a_telephone(visit: Visit, name: str) -> None:
    page = visit(f"{name}?lang=en")
    seen = page.locator("main").inner_text()
    data = "|".join([*(words for words, _, _ in STREETS.values()), "北乡", "示意", "测试", "fewer", "号", "结案率"])
    assert re.findall(r"[一-鿿]+", re.sub(data, "", seen)) == []
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("Show.draw_all()")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_shapes_stand_once_in_a_page(site: Path) -> None:
    text = (site / "data/map.js").read_text(encoding="utf-8").removeprefix("window.SITE=").rstrip(";\n")
    told = json.loads(text)
    assert set(told["data"]) == {"streets_city", "streets_centre", "grids_city", "grids_centre"}
    assert len(told["charts"]) == 14 and all(set(chart["data"]) <= set(told["data"]) for chart in told["charts"])
