"""The annual report of a release held against the release: every figure, every table, the workbook and the PDF.

The figures of the page carry their name, span and value. They are asked again by MetricFlow, which writes its own SQL, and by the questions
below, which are written apart from the report's own and of other relations wherever there are some.
"""

import datetime as dt
import json
import re
import shutil
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import pytest

from pipelines.metrics.conditions import Condition
from pipelines.metrics.dictionary import FILE_NAME, Dictionary, load_semantics
from pipelines.metrics.query import Questions
from pipelines.publish.release import ReleaseInfo, current_release
from pipelines.publish.report.figures import STANDING
from pipelines.publish.report.sentences import Lang
from pipelines.publish.report.writing import write_report
from pipelines.settings import Settings
from tests.pipeline.nights import command

CHINESE = re.compile(r"[一-鿿]")
_STAFF = "from core.fct_staff_month where as_of = (select max(as_of) from core.fct_staff_month where as_of <= $last)"
_WORK = "select squad_id, sum(platform_tasks + penalty_cases + hotline_tickets) / avg(officers) as load, sum(platform_tasks + penalty_cases + hotline_tickets) as n, avg(officers) as officers from marts.squad_workload where month <= $last and month >= $first and squad_id != 'unassigned' group by 1"
#: {figure that is no metric: another way to ask for it}
APART = {
    "posts": "select sum(approved_posts) from core.fct_establishment where valid_from <= $last and coalesce(valid_to, date '9999-12-31') > $last",
    "leading_posts": "select sum(leader_posts) from core.fct_establishment where valid_from <= $last and coalesce(valid_to, date '9999-12-31') > $last",
    "headcount_established": f"select count(*) filter (where staff_type = 'established') {_STAFF}",
    "headcount_auxiliary": f"select count(*) filter (where staff_type = 'auxiliary') {_STAFF}",
    "frontline_share_now": f"select avg(is_frontline::int) {_STAFF}",
    "population": "select arg_max(population, stat_year) from core.fct_city_statistic where scope = 'city' and stat_year <= year($last)",
    "built_up_area": "select arg_max(built_up_area_km2, stat_year) from core.fct_city_statistic where scope = 'city' and stat_year <= year($last)",
    "squads": "select count(*) from core.dim_organisation where kind = 'squad' and valid_from <= $last",
    "streets_covered": "select count(*) from (select distinct street_code from core.bridge_squad_area where $last >= valid_from and $last < coalesce(valid_to, date '9999-12-31'))",
    "power_items": "select count(item_id) from core.dim_power_item where valid_from <= $last and coalesce(valid_to, date '9999-12-31') > $last",
    "power_major_items": "select count(*) from (select distinct major_item from core.dim_power_item where valid_from <= $last and coalesce(valid_to, date '9999-12-31') > $last)",
    "power_items_shown": "select count(*) from core.dim_power_item where published_on <= $last and valid_from <= $last and coalesce(valid_to, date '9999-12-31') > $last",
    "power_items_whole": "select count(*) from core.dim_power_item where has_basis and has_duty and has_accountability and valid_from <= $last and coalesce(valid_to, date '9999-12-31') > $last",
    "review_rounds": "select max(round_no) from core.fct_power_item_review where submitted_on <= $last",
    "investment_so_far": "select sum(amount_yuan) from core.fct_investment where paid_on <= $last",
    "partner_orgs": "select count(*) from (select distinct partner_org from core.bridge_joint_operation_partner where operated_on >= $first and operated_on <= $last)",
    "handling_median_hours": "select median(handling_seconds) / 3600 from core.fct_case_standing where handling_seconds is not null and filed_on between $first and $last and handled > 0",
    "handling_p90_hours": "select quantile_cont(handling_seconds / 3600, 0.9) from core.fct_case_standing where filed_on between $first and $last and handled > 0",
    "reply_median_days": "select lag_days_median from marts.hotline_reply_times where period_kind = 'year' and hotline = 'all' and period = year($last)::varchar",
    "reply_p90_days": "select lag_days_p90 from marts.hotline_reply_times where period_kind = 'year' and hotline = 'all' and period = year($last)::varchar",
    "decision_median_days": "select median(decided_on - filed_on) from core.fct_penalty_standing where filed_on between $first and $last and is_decided",
    "investment_of_year": "select sum(amount_yuan) from core.fct_investment where paid_on >= $first and paid_on <= $last",
    "old_open_cases": "select count(*) from core.fct_case_standing where overdue_open > 0 and filed_on < $first",
    "rows_read": "select sum(rows_read) from meta.batches",
    "rows_held": "select sum(rows_quarantined) from meta.batches",
    "feeds_late": "select count(*) from meta.quality, meta.release where expected_on < as_of and freshness != 'fresh'",
    "report_figures_held": "select count(*) from meta.report_figures where holds",
    "report_figures_asked": "select count(*) from meta.report_figures where holds is not null",
    "tasks_per_officer_median": f"select median(load) from ({_WORK})",
    "tasks_per_officer_mean": f"select sum(n) / sum(officers) from ({_WORK})",
    "officers_per_10k": f"select count(*) filter (where staff_type = 'established') * 10000 / (select arg_max(population, stat_year) from core.fct_city_statistic where scope = 'city' and stat_year <= year($last)) {_STAFF}",
}


@dataclass
class Page(HTMLParser):
    """What a test wants of the page: its figures, its tables' numbers, its notes, its charts and its plain text."""

    figures: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, list[list[float | None]]] = field(default_factory=dict)
    anchors: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    addresses: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._table = self._silent = ""
        self._in_figure = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        self.tags.add(tag)
        self.addresses += [told[key] for key in ("src", "href", "xlink:href") if key in told]
        if "id" in told:
            assert told["id"] not in self.anchors, f"the id {told['id']} is there twice"
            self.anchors.add(told["id"])
        if told.get("href", "").startswith("#"):
            self.links.add(told["href"][1:])
        if "data-figure" in told:
            self.figures.append({**told, "text": ""})
            self._in_figure = True
        if "data-table" in told:
            self._table = told["data-table"]
            self.tables[self._table] = []
        if tag == "tr" and self._table:
            self.tables[self._table].append([])
        if tag == "td" and self._table:
            self.tables[self._table][-1].append(float(told["data-value"]) if told.get("data-value") else None)
        if tag in ("style", "svg"):
            self._silent = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._in_figure = False
        if tag == "table":
            self._table = ""
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if self._in_figure:
            self.figures[-1]["text"] += data
        if not self._silent:
            self.text.append(data)


def read_page(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def written(home: Path, *options: str, **environment: str) -> tuple[Page, Path]:
    """The page and the workbook that `chengguan report` writes in a home."""
    done = command(home, "report", "--json", *options, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["why_no_pdf"] is None
    return read_page(Path(told["files"][0])), Path(told["files"][1])


def check_report(home: Path, folder: Path, year: int, lang: Lang) -> None:
    """Everything below of one year and language, but for the paper; also that of a poorer city."""
    release = current_release(Settings(home=home))
    assert release is not None
    html, book = write_report(release, year, folder, lang, with_pdf=False).files
    page = read_page(html)
    check_page(page, lang)
    check_figures(page, home / "current")
    check_marts(page, home / "current", year)
    check_workbook(page, book)
    check_poor(release, folder, lang, "nothing" if lang == "zh" else "marts.case_closure")


def check_page(page: Page, lang: str) -> None:
    """The page is complete in itself and in its language: nothing from elsewhere, every note leads somewhere, no picture of points."""
    chinese = [text for text in page.text if CHINESE.search(text)]
    # Names of campaigns, programmes and laws come in Chinese only.
    assert len(chinese) < 60 if lang == "en" else len(chinese) > 300
    assert page.links <= page.anchors
    assert not {"img", "image", "script", "link", "iframe"} & page.tags
    assert all(address.startswith("#") for address in page.addresses)
    assert "svg" in page.tags
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b", "".join(page.text))


def check_figures(page: Page, release: Path) -> None:
    """Every figure of the page is what the release answers when asked apart from the report."""
    questions, dictionary = Questions(load_semantics(release / FILE_NAME)), Dictionary.of_file(release / FILE_NAME)
    assert len({told["data-figure"] for told in page.figures}) > 60
    with duckdb.connect(str(release / "serving.duckdb"), read_only=True) as connection:
        for key in {tuple(sorted(told.items())) for told in page.figures}:
            told = dict(key)
            name, first, last = (told[f"data-{part}"] for part in ("figure", "from", "to"))
            if name in STANDING:
                asked = {part: day for part, day in (("first", first), ("last", last)) if f"${part}" in APART[name]}
                [(again,)] = connection.execute(
                    APART[name].replace("$first", "$first::date").replace("$last", "$last::date"), asked
                ).fetchall()
            else:
                days = [Condition("day", "<=", dt.date.fromisoformat(last))]
                if first != "0001-01-01":
                    days.append(Condition("day", ">=", dt.date.fromisoformat(first)))
                [(again,)] = questions.ask(connection, dictionary.metrics[name], [], days)
            value = float(told["data-value"]) if told["data-value"] else None
            assert float(again or 0) == pytest.approx(value or 0, rel=1e-9), (name, first, last)


def check_marts(page: Page, release: Path, year: int) -> None:
    """The year's headline figures are the sums of their marts."""
    marts = {
        "platform_filed": "select sum(filed) from marts.case_closure", "platform_closed": "select sum(closed) from marts.case_closure",
        "platform_overdue_open": "select sum(overdue_open) from marts.case_closure", "platform_reported": "select sum(reported) from marts.case_source",
        "platform_closed_on_time_rate": "select sum(closed_on_time) / sum(due) from marts.case_closure",
        "hotline_received": "select sum(received) from marts.hotline_service",
        "hotline_satisfaction_rate": "select sum(satisfied) / sum(surveyed) from marts.hotline_service",
        "demolished_area_m2": "select sum(demolished_area_m2) from marts.demolition", "found_cases": "select sum(found_cases) from marts.demolition",
        "general_cases_filed": "select sum(cases_filed) from marts.penalty_procedure where procedure = 'general'",
        "signboards_cleared": "select sum(quantity) from marts.enforcement_actions where action_type = 'signboard_cleared'",
        "joint_operations": "select round(sum(operations)) from marts.joint_operations",
        "training_attendances": "select sum(attendances) from marts.training", "duty_hours": "select sum(duty_hours) from marts.squad_workload",
        "procedure_breach_rate": "select sum(breaches) / sum(cases_checked) from marts.procedure_compliance where duty_of = 'bureau'",
    }  # fmt: skip
    said = {told["data-figure"]: told["data-value"] for told in page.figures if told["data-from"] == f"{year}-01-01"}
    with duckdb.connect(str(release / "serving.duckdb"), read_only=True) as connection:
        for name, sql in marts.items():
            joined = "and" if "where" in sql else "where"
            [(value,)] = connection.execute(f"{sql} {joined} year(month) = {year}").fetchall()
            assert float(said[name]) == pytest.approx(float(value)), name


def check_workbook(page: Page, book: Path) -> None:
    """Every table of the page is in the workbook, cell by cell; what is held back is held back in both."""
    sheets = fastexcel.read_excel(book)
    assert set(page.tables) < set(sheets.sheet_names)
    for name, rows in page.tables.items():
        frame = sheets.load_sheet(name, header_row=None, skip_rows=3).to_polars()
        body = [row for row in rows if row]
        assert frame.height == len(body), name
        for shown, written in zip(body, frame.rows(), strict=True):
            for number, cell in zip(shown, written, strict=False):
                if number is not None:
                    # A column with a cell that is held back is read as text, which the reader rounds.
                    assert float(cell) == pytest.approx(number, abs=1e-4 if isinstance(cell, str) else 1e-9), name


def check_paper(page: Page, path: Path) -> None:
    """The PDF is A4, holds the figures and words of the page, has all fonts in it and no picture of points."""
    from pypdf import PdfReader  # noqa: PLC0415  (of the development group only)

    reader = PdfReader(path)
    assert len(reader.pages) >= 10 and len(reader.outline) >= 10
    text = ""
    for sheet in reader.pages:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == (595, 842)
        assert not sheet.images
        for font in (sheet["/Resources"].get("/Font") or {}).values():
            for part in font.get_object().get("/DescendantFonts", [font]):
                described = part.get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described)
        text += re.sub(r"\s", "", sheet.extract_text())
    for words in (
        "六、健全机制，落实“一套机制见长效”",
        "数据截至2017年9月25日",
        "附录一",
        *(told["text"] for told in page.figures),
    ):
        assert re.sub(r"\s", "", words) in text, words


def check_poor(release: ReleaseInfo, folder: Path, lang: Lang, kept: str) -> None:
    """A city whose feeds make only the mart `kept` has a report that says why the rest is not there."""
    poor = bereft(release, folder / "release", kept, ("没有来源", "there is no source"))
    page = read_page(write_report(poor, 2017, folder, lang, with_pdf=False).files[0])
    why = "没有来源（marts.{}）" if lang == "zh" else "there is no source (marts.{})"
    said, has_cases = "".join(page.text), kept == "marts.case_closure"
    assert why.format("hotline_service") in said and page.links <= page.anchors
    assert (why.format("case_closure") in said) != has_cases
    assert any(told["data-figure"] == "platform_filed" for told in page.figures) == has_cases


def bereft(release: ReleaseInfo, folder: Path, kept: str, why: tuple[str, str]) -> ReleaseInfo:
    """A copy of the release as a city would have it whose feeds bring nothing but what the mart `kept` is made of."""
    shutil.copytree(release.path, folder, ignore=shutil.ignore_patterns("parquet", "data_docs"))
    with duckdb.connect(str(folder / "serving.duckdb")) as connection:
        feeds_kept = (
            connection.execute(
                "select coalesce(string_agg(feeds, ', '), '') from meta.relations where relation = ?", [kept]
            )
            .fetchall()[0][0]
            .split(", ")
        )
        rows = connection.execute(
            "select relation, feeds from meta.relations where relation similar to '(marts|core)[.].*'"
        ).fetchall()
        for relation, feeds in rows:
            if relation == "marts.overview" or not feeds or set(feeds.split(", ")) & set(feeds_kept):
                continue
            connection.execute(f"delete from {relation}")
            connection.execute(
                "update meta.relations set is_empty = true, row_count = 0, why_zh = ?, why_en = ? where relation = ?",
                [*why, relation],
            )
    return replace(release, path=folder)
