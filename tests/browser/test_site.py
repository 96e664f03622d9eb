"""The site in a real browser, opened from disk: its figures are the marts', filters change what they should, and nobody else is asked.

What a figure must be is asked here of the release's file in SQL, which shares nothing with the page's script.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipelines.publish.site import build_site
from tests.browser import town
from tests.browser.conftest import IN_A_BROWSER, watch

pytestmark = IN_A_BROWSER
#: The last twelve whole months before 15 March 2024.
LAST = "month between date '2023-03-01' and date '2024-02-01'"
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town") / "release"
    town.write(folder)
    build_site(folder, town.ABOUT, folder / "site")
    return folder


@pytest.fixture(scope="module")
def slugs(release: Path) -> list[str]:
    return sorted(path.stem for path in (release / "site").glob("*.html"))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def visit(release: Path, context: BrowserContext) -> Iterator[Visit]:
    """Opens a page. Afterwards: nothing was complained of, and nothing asked of another host."""
    opened = context.new_page()
    complaints = watch(opened)

    def go(slug: str, query: str = "") -> Page:
        opened.goto((release / f"site/{slug}.html").as_uri() + query)
        return opened

    yield go
    assert complaints == []


def ask(release: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(release / "serving.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def closure(release: Path, where: str) -> dict[str, str]:
    """The platform page's headlines as they must be written."""
    [(filed, due, closed, on_time, base, hours, handled)] = ask(
        release,
        f"select sum(filed), sum(due), sum(closed), sum(closed_on_time), sum(on_time_closing_base), sum(handling_hours_sum), sum(handled) from marts.case_closure where {where}",
    )
    return {
        "cases.filed": f"{filed:,}", "cases.closing": f"{100 * closed / due:.1f}%", "cases.on_time": f"{100 * on_time / base:.1f}%",
        "cases.mean_hours": f"{hours / handled:.1f}",
    }  # fmt: skip


def headlines(page: Page, names: dict[str, str]) -> dict[str, str]:
    return {name: page.locator(f"[data-headline='{name}'] .number").inner_text() for name in names}


def test_headlines_are_what_the_mart_says(visit: Visit, release: Path) -> None:
    expected = closure(release, LAST)
    assert headlines(visit("platform"), expected) == expected


@pytest.mark.parametrize(
    ("chosen", "where"),
    [
        ({"squad_id": "Z2"}, f"{LAST} and squad_id = 'Z2'"),
        ({"street_code": "S1"}, f"{LAST} and street_code = 'S1'"),
        ({"event_class": "X.0102"}, f"{LAST} and event_class = 'X.0102'"),
        ({"event_class": "group:大类01"}, f"{LAST} and event_class in ('X.0101', 'X.0102')"),
        ({"preset": "2022"}, "year(month) = 2022"),
        ({"from": "2022-05", "to": "2022-06", "squad_id": "Z1"}, "month between date '2022-05-01' and date '2022-06-01' and squad_id = 'Z1'"),
        ({"preset": "all"}, "true"),
    ],
)  # fmt: skip
def test_filters_change_headlines_and_tables_alike(
    visit: Visit, release: Path, chosen: dict[str, str], where: str
) -> None:
    page = visit("platform")
    for name, value in chosen.items():
        page.locator(f"[data-filter={name}]").select_option(value)
    expected = closure(release, where)
    assert headlines(page, expected) == expected
    rows = dict(
        ask(
            release,
            f"select event_class, sum(filed) from marts.case_closure where {where} group by all having sum(filed) >= 5",
        )
    )
    shown = {
        row.locator("th").inner_text(): row.locator("td").first.inner_text()
        for row in page.locator("#classes tbody tr").all()
    }
    assert shown == {town.CLASSES[code][1]: f"{filed:,}" for code, filed in rows.items()}


def test_what_is_chosen_stays_in_the_address_and_goes_along_to_the_next_page(visit: Visit, release: Path) -> None:
    page = visit("platform")
    page.locator("[data-filter=squad_id]").select_option("Z1")
    page.locator("nav.pages a[href*='index.html']").click()
    expect(page.locator("[data-filter=squad_id]")).to_have_value("Z1")
    expected = closure(release, f"{LAST} and squad_id = 'Z1'")["cases.on_time"]
    expect(page.locator("[data-headline='cases.on_time'] .number")).to_have_text(expected)
    page.locator("#filters button[type=reset]").click()
    expect(page.locator("[data-headline='cases.on_time'] .number")).to_have_text(
        closure(release, LAST)["cases.on_time"]
    )


def test_a_figure_of_one_to_four_records_is_not_shown_anywhere(visit: Visit, release: Path) -> None:
    page = visit("platform", "?street_code=S3&from=2023-05&to=2023-05&event_class=X.0101")
    [(due,)] = ask(
        release,
        "select sum(due) from marts.case_closure where street_code = 'S3' and month = date '2023-05-01' and event_class = 'X.0101'",
    )
    assert due < 5
    page = visit("platform", "?street_code=S3")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    few = ask(
        release,
        f"select strftime(month, '%Y-%m'), sum(filed) from marts.case_closure where {LAST} and street_code = 'S3' group by all having sum(filed) between 1 and 4",
    )
    assert few
    cells = {
        row.locator("th").inner_text(): row.locator("td").first.inner_text()
        for row in page.locator("#filed tbody tr").all()
    }
    assert {month: cells[month] for month, _ in few} == {month: "少于 5" for month, _ in few}
    expect(page.locator("#filed > .note")).to_contain_text(f"{len(few)} 项少于 5 条记录")


def test_a_charts_rows_are_saved_as_csv_with_numerator_and_denominator(visit: Visit, release: Path) -> None:
    page = visit("platform")
    with page.expect_download() as saving:
        page.locator("#squads button.csv").click()
    lines = Path(saving.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0] == "squad_id,squad_id_name,on_time,on_time_numerator,on_time_denominator,filed"
    rows = {line.split(",")[0]: [float(cell) for cell in line.split(",")[2:]] for line in lines[1:3]}
    for squad, over, under, filed in ask(
        release,
        f"select squad_id, sum(closed_on_time), sum(on_time_closing_base), sum(filed) from marts.case_closure where {LAST} group by all",
    ):
        assert rows[squad] == pytest.approx([over / under, over, under, filed])
    assert "release,20240315.1" in lines and "as_of,2024-03-15" in lines


def test_every_chart_that_has_rows_is_drawn_and_every_other_says_why_not(visit: Visit, slugs: list[str]) -> None:
    for slug in slugs:
        page = visit(slug)
        page.evaluate("Show.draw_all()")
        for chart in page.locator("[data-chart]:visible").all():
            name = f"{slug}#{chart.get_attribute('data-chart')}"
            if chart.locator(".plot").is_visible():
                expect(chart.locator(".plot svg"), name).to_have_count(1)
            else:
                assert chart.locator("> .note").inner_text(), name
    expect(visit("grassroots").locator("#found > .note")).to_have_text("本城市没有数据源：拆除台账")


def test_english_is_one_click_away_and_remembered(visit: Visit, slugs: list[str]) -> None:
    page = visit("index")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for slug in [
        slug
        for slug in slugs
        if slug in ("index", "duties", "team", "grassroots", "powers", "platform", "mechanism", "hotline", "figures")
    ]:
        seen = visit(slug).locator("main").inner_text()
        assert re.findall(r"[一-鿿]{2,}", seen.replace("中文", "")) == [], slug
    expect(visit("hotline", "?lang=zh").locator("h1")).to_have_text("热线", use_inner_text=True)


def test_a_headline_leads_to_its_definition_and_the_command_that_lists_its_records(visit: Visit) -> None:
    page = visit("platform", "?squad_id=Z1")
    headline = page.locator("[data-headline='cases.on_time']")
    headline.locator("summary").click()
    expect(headline.locator(".definition")).to_contain_text("按期结案率的口径")
    expect(headline.locator(".command")).to_have_text(
        "chengguan explain platform_closed_on_time_rate --where 'month>=2023-03' --where 'month<=2024-02' --where 'squad_id=Z1'"
    )
    headline.get_by_role("link", name="指标字典中的全文").click()
    expect(page.locator(".metric:target h3")).to_contain_text("按期结案率")


def test_no_page_scrolls_sideways_on_a_telephone(browser: Browser, release: Path, slugs: list[str]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    for slug in slugs:
        page.goto((release / f"site/{slug}.html").as_uri())
        page.evaluate("Show.draw_all()")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, slug
    page.close()


def test_paper_shows_figures_and_charts_but_no_controls(visit: Visit) -> None:
    page = visit("platform")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#where_when .plot svg")).to_have_count(1)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 between its margins
    for gone in ("nav.pages", "#filters select", "button.csv", ".language"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator("#chosen")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("slug", ["index", "platform", "hotline", "grassroots", "metrics", "figures"])
def test_no_serious_barrier_is_found(visit: Visit, slug: str) -> None:
    page = visit(slug)
    page.evaluate("Show.draw_all()")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in serious] == []


def test_the_keyboard_reaches_the_content_first_and_then_every_control(visit: Visit) -> None:
    page = visit("platform")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-filter=preset]")).to_be_focused()
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.dataset.filter || document.activeElement.type || document.activeElement.tagName"
            )
        )
    assert {"from", "to", "squad_id", "street_code", "event_class", "reset", "SUMMARY"} <= reached
