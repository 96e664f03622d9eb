"""The catalogue of the whole project in a real browser, opened from disk: it works, in both languages, and asks nobody for anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.publish.catalogue import dbt_page, page, told
from pipelines.publish.contents import served_tables
from pipelines.publish.meta import METRICS
from tests.browser.conftest import IN_A_BROWSER, watch
from tests.dbt.conftest import demo, manifest  # noqa: F401

ABOUT = {
    "id": "20170925.1",
    "as_of": "2017-09-25",
    "created_at_utc": "2017-09-25T18:00:00Z",
    "city": {"name_zh": "测试市"},
}
pytestmark = IN_A_BROWSER


@dataclass
class Visit:
    """A page, the addresses that it asked for, and what it complained of."""

    page: Page
    address: str
    complaints: list[str]
    asked: set[str] = field(default_factory=set)

    def go(self, place: str) -> Page:
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}#!/{place}")
        return self.page


@pytest.fixture(scope="module")
def visit(
    tmp_path_factory: pytest.TempPathFactory,
    manifest: dict[str, Any],  # noqa: F811
    browser: Browser,
) -> Iterator[Visit]:
    path = tmp_path_factory.mktemp("catalogue") / "index.html"
    known = told(manifest, [*served_tables(manifest), METRICS], ABOUT)
    path.write_text(page(dbt_page(), known, {"nodes": {}, "sources": {}}, ABOUT), encoding="utf-8")
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    made = Visit(opened, path.as_uri(), complaints=watch(opened))
    opened.on("request", lambda request: made.asked.add(request.url.partition("#")[0]))
    yield made
    opened.close()


def test_the_first_page_says_which_release_it_is_and_how_to_read_on(visit: Visit) -> None:
    first = visit.go("overview")
    expect(first.get_by_role("heading", name="测试市城管数仓 · 数据目录 Catalogue")).to_be_visible()
    expect(first.get_by_text("20170925.1")).to_be_visible()
    expect(first.get_by_role("heading", name="怎么用")).to_be_visible()
    expect(first.get_by_text("数据库 Database").first).to_be_visible()


def test_a_mart_shows_its_columns_in_both_languages(visit: Visit) -> None:
    mart = visit.go("model/model.chengguan.case_closure")
    expect(mart.get_by_text("字段 Columns").first).to_be_visible()
    expect(mart.get_by_text("应结案数：未作废").first).to_be_attached()
    expect(mart.get_by_text("not cancelled, and closed by the as-of date").first).to_be_attached()


@pytest.mark.parametrize(
    ("place", "heading"),
    [
        ("metric/metric.chengguan.platform_filed", "立案数 · Cases filed"),
        ("exposure/exposure.chengguan.analysts_questions", "分析员常问十题与笔记本"),
        ("source/source.chengguan.meta.metrics", "meta.metrics"),
        ("source/source.chengguan.raw.platform_cases", "raw.platform_cases"),
        ("semantic_model/semantic_model.chengguan.case_standings", "case_standings"),
    ],
)
def test_metrics_exposures_and_sources_have_their_pages(visit: Visit, place: str, heading: str) -> None:
    expect(visit.go(place).locator("h1:visible")).to_contain_text(heading)


def test_the_search_finds_chinese_words(visit: Visit) -> None:
    start = visit.go("overview")
    start.get_by_placeholder("搜索 Search").fill("按期结案")
    expect(start.get_by_role("heading", name="case_closure")).to_be_visible()


def test_the_lineage_leads_from_the_source_to_who_uses_it(visit: Visit) -> None:
    graph = visit.go("model/model.chengguan.case_closure?g_v=1&g_i=%2Bcase_closure%2B")
    expect(graph.get_by_text("血缘图 Lineage Graph")).to_be_visible()
    # The graph is a picture; what is in it, the drawing library keeps with the element.
    names = graph.wait_for_function(
        """() => {
            const drawn = [...document.querySelectorAll('*')].map(one => one._cyreg && one._cyreg.cy).find(Boolean);
            const shown = drawn && drawn.nodes().filter(node => node.visible()).map(node => node.id());
            return shown && shown.length > 10 ? shown : false;
        }"""
    ).json_value()
    assert {"source.chengguan.raw.platform_cases", "exposure.chengguan.analysts_questions"} <= set(names)


def test_nothing_was_asked_of_anybody_and_nothing_went_wrong(visit: Visit) -> None:
    visit.go("overview").wait_for_load_state("networkidle")
    assert {address for address in visit.asked if not address.startswith(("data:", "about:"))} == {visit.address}
    assert visit.complaints == []
