"""The report as one page of HTML, complete in itself: the texts of `templates/` with the year's figures, tables and charts in them.

Belongs here: what a text may call (`Pen`), the numbering of tables, figures and notes, and the annexes. How a number is said stands in `sentences`.
Every figure carries its name, span and value as data attributes, so that a test can ask for it again.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.publish.report import charts, sentences
from pipelines.publish.report.figures import STANDING, Facts, Figure
from pipelines.publish.report.notes import Note, note
from pipelines.publish.report.sentences import Lang
from pipelines.publish.report.small_cells import K
from pipelines.publish.report.tables import Few, Table, table, written

TEMPLATES = Path(__file__).with_name("templates")
#: A table of so few rows stays on one page.
_KEPT_TOGETHER = 12
#: Beyond so many columns their titles take two lines.
_WIDE = 5
PARTS = ("summary", "duties", "team", "grassroots", "powers", "platform", "mechanism", "season", "attention")


@dataclass(frozen=True)
class Heading:
    """An entry of the contents; `level` 1 is a part, 2 a section of it."""

    anchor: str
    title: str
    level: int


@dataclass
class Document:
    """The page, and what the workbook needs of it: its tables in their order (with their numbers) and its notes."""

    html: str = ""
    tables: list[tuple[Table, int | None]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def write_document(facts: Facts, about: Mapping[str, Any], lang: Lang) -> Document:
    """The report of the year in one language; `about` is the release's manifest."""
    document = Document()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pen = Pen(facts, lang, document)
    words = {
        "pen": pen, "say": pen.say, "vs": pen.vs, "f": facts.figure, "heading": pen.heading, "table": pen.table, "chart": pen.chart,
        "closed": pen.closed, "absent": pen.absent, "keys": pen.keys, "has": facts.has, "lang": lang, "K": K, "about": about,
        "year": facts.year.year, "span": facts.year, "last": sentences.day(facts.year.span.last, lang), "as_of": sentences.day(dt.date.fromisoformat(about["as_of"]), lang),
        "bureau": pen.bureau(str(about["city"][f"name_{lang}"])), "city": about["city"][f"name_{lang}"],
    }  # fmt: skip
    parts = []
    for name in PARTS:
        module = environment.get_template(f"{lang}/{name}.html.j2").make_module(words)
        title = str(module.title)  # type: ignore[attr-defined]
        parts.append({"name": name, "title": title, "body": Markup(str(module)), "sections": pen.take_headings()})
    # The annexes come last, since they tell of all that was said before.
    quality = environment.get_template(f"{lang}/quality.html.j2").make_module(words)
    document.notes = [note(facts, name, lang) for name in facts.notes]
    document.html = environment.get_template("document.html.j2").render(
        words, parts=parts, quality={"title": str(quality.title), "body": Markup(str(quality))},  # type: ignore[attr-defined]
        notes=document.notes, css=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        t=environment.get_template(f"{lang}/words.html.j2").module,
    )  # fmt: skip
    return document


class Pen:
    """What a text may call. Everything it writes is said in the document's language and noted."""

    def __init__(self, facts: Facts, lang: Lang, document: Document) -> None:
        self.facts = facts
        self.lang = lang
        self.document = document
        self._numbers = {"table": 0, "chart": 0, "heading": 0}
        self._headings: list[Heading] = []

    def say(
        self, name: str, *, since: bool = False, before: bool = False, where: Mapping[str, str] | None = None
    ) -> Markup:
        """The figure with its unit and the number of its note."""
        figure = self.facts.figure(name, since=since, before=before, where=where)
        return Markup('<span class="said">{}{}</span>').format(
            self._marked(figure, sentences.said(figure, self.lang)), self._reference(figure)
        )

    def vs(self, name: str, where: Mapping[str, str] | None = None) -> Markup:
        """How the figure compares with the year before."""
        now, before = (self.facts.figure(name, before=past, where=where) for past in (False, True))
        text = sentences.change(
            now, before, self.lang, is_comparable=self.facts.is_comparable(now), is_whole=self.facts.year.is_over
        )
        return Markup('<span class="change" data-of="{}">{}</span>').format(name, text)

    def closed(self, base: str, done: str) -> str:
        """Whether all that was due is done."""
        return sentences.closure(self.facts.figure(base), self.facts.figure(done), self.lang)

    def absent(self, relation: str) -> Markup:
        """Why there is nothing to say, as a paragraph; nothing where there is something."""
        why = self.facts.why_not(relation)
        if why is None:
            return Markup()
        said = {
            "zh": "本节没有数据：{why}（{relation}）。", "en": "There are no data for this section: {why} ({relation}).",
        }[self.lang]  # fmt: skip
        return Markup('<p class="absent">{}</p>').format(said.format(why=why[f"why_{self.lang}"], relation=relation))

    def heading(self, title: str) -> Markup:
        """The heading of a section, which the contents list."""
        self._numbers["heading"] += 1
        anchor = f"s{self._numbers['heading']}"
        self._headings.append(Heading(anchor, title, 2))
        return Markup('<h2 id="{}">{}</h2>').format(anchor, title)

    def take_headings(self) -> list[Heading]:
        taken, self._headings = self._headings, []
        return taken

    def table(self, name: str) -> Markup:
        """The numbered table; nothing where it has no rows."""
        found = table(self.facts, name, self.lang)
        if not found.rows:
            return Markup()
        number = self._next("table")
        self.document.tables.append((found, number))
        head = Markup("").join(
            Markup('<th class="{}">{}</th>').format(column.kind, _headed(column.title(self.lang), len(found.columns)))
            for column in found.columns
        )
        body = Markup("").join(
            Markup("<tr>{}</tr>").format(
                Markup("").join(
                    Markup('<td class="{}"{}>{}</td>').format(
                        column.kind, _data_of(cell), written(column, cell, self.lang)
                    )
                    for column, cell in zip(found.columns, row, strict=True)
                )
            )
            for row in found.rows
        )
        return Markup(
            '<figure class="table {size}" id="table-{name}" tabindex="0"><figcaption>{caption}</figcaption><table data-table="{name}"><thead><tr>{head}</tr></thead>'
            '<tbody>{body}</tbody></table><p class="source">{source}</p></figure>'
        ).format(
            name=name, size="whole" if len(found.rows) <= _KEPT_TOGETHER else "long", caption=self._caption("table", number, found.title(self.lang)), head=head, body=body, source=self._source(found)
        )  # fmt: skip

    def chart(self, name: str) -> Markup:
        """The numbered chart; nothing where there is nothing to draw. A table that is drawn but not shown goes into the workbook."""
        found = table(self.facts, name.partition(".")[0], self.lang)
        svg = charts.draw(name, found, self.lang)
        if svg is None:
            return Markup()
        if all(known.name != found.name for known, _ in self.document.tables):
            self.document.tables.append((found, None))
        zh, en = charts.TITLES.get(name, (found.title("zh"), found.title("en")))
        title = sentences.pick(self.lang, zh, en)
        return Markup(
            '<figure class="chart" data-chart="{}"><div role="img" aria-label="{}">{}</div><figcaption>{}</figcaption>'
            '<p class="source">{}</p></figure>'
        ).format(
            name,
            title,
            Markup(svg),
            self._caption("chart", self._next("chart"), title),
            self._source(found, is_chart=True),
        )

    def keys(self, *groups: tuple[str, Sequence[str]]) -> Markup:
        """The table of key figures in groups (title, names): this year, the year before, the change. What the release has no records of is left out."""
        body = Markup()
        for title, names in groups:
            rows = Markup("").join(self._key_row(name) for name in names if self._has_records(self.facts.figure(name)))
            if rows:
                body += Markup('<tr class="group"><th colspan="4">{}</th></tr>').format(title) + rows
        if not body:
            return Markup()
        is_over = self.facts.year.is_over
        titles = {
            "zh": ("主要指标", "指标", "本年" if is_over else "本期", "上年" if is_over else "上年同期", "增减"),
            "en": ("Key figures", "Figure", "This year", "Year before", "Change"),
        }[self.lang]  # fmt: skip
        head = Markup("").join(Markup("<th>{}</th>").format(title) for title in titles[1:])
        return Markup(
            '<figure class="table keys" tabindex="0"><figcaption>{}</figcaption><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></figure>'
        ).format(self._caption("table", self._next("table"), titles[0]), head, body)

    def _key_row(self, name: str) -> Markup:
        now, before = self.facts.figure(name), self.facts.figure(name, before=True)
        is_comparable = self.facts.is_comparable(now)
        return Markup("<tr><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            note(self.facts, name, self.lang).title, self._reference(now),
            self._marked(now, sentences.said(now, self.lang, grouped=True)),
            self._marked(before, sentences.said(before, self.lang, grouped=True)) if is_comparable else "–",
            sentences.short_change(now, before, self.lang, is_comparable=is_comparable),
        )  # fmt: skip

    def bureau(self, city: str) -> str:
        """What the bureau is called on the last day of the span; the city's name where no feed says it."""
        zh = """select coalesce(any_value(alias_zh), any_value(name_zh)) as name from core.dim_organisation
                where kind = 'bureau' and valid_from <= $last and (valid_to is null or valid_to > $last)"""
        en = """select first(unit.name_en order by unit.unit_code) as name from core.dim_organisation as org
                join core.dim_department as unit on unit.unit_code = org.org_id
                where org.kind = 'bureau' and $last >= valid_from"""
        [row] = self.facts.ask(sentences.pick(self.lang, zh, en))
        return str(row["name"] or sentences.pick(self.lang, f"{city}城市管理部门", f"City management of {city}"))

    def is_evaluated(self) -> bool:
        """Whether the release has an evaluation of the year."""
        return bool(self.facts.ask("select 1 as one from marts.evaluation where period_id = $year::varchar limit 1"))

    def is_frozen(self) -> bool:
        """Whether the evaluation of the year can no longer change."""
        sql = "select bool_and(is_frozen) as is_frozen from marts.evaluation where period_id = $year::varchar"
        return any(row["is_frozen"] for row in self.facts.ask(sql))

    def _has_records(self, figure: Figure) -> bool:
        if figure.name in STANDING:
            return figure.value is not None
        relation = self.facts.dictionary.metrics[figure.name].numerator.relation
        return self.facts.why_not(relation) is None

    def _marked(self, figure: Figure, text: str) -> Markup:
        where = ",".join(f"{key}={value}" for key, value in figure.where)
        return Markup(
            '<span class="figure" data-figure="{}" data-from="{}" data-to="{}" data-where="{}" data-value="{}">{}</span>'
        ).format(
            figure.name, figure.span.first, figure.span.last, where, "" if figure.value is None else figure.value, text
        )

    def _reference(self, figure: Figure) -> Markup:
        number = self.facts.note_of(figure)
        return Markup('<sup class="note"><a href="#note-{0}">[{0}]</a></sup>').format(number)

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]

    def _caption(self, kind: str, number: int, title: str) -> Markup:
        name = {"table": ("表", "Table"), "chart": ("图", "Figure")}[kind]
        return Markup('<span class="no">{}</span> {}').format(f"{sentences.pick(self.lang, *name)} {number}", title)

    def _source(self, found: Table, *, is_chart: bool = False) -> str:
        said = sentences.pick(self.lang, f"来源：{found.relation}。", f"Source: {found.relation}. ")
        said += "" if is_chart else found.note(self.lang)
        last = self.facts.year.span.last
        if any(column.kind == "month" for column in found.columns) and (last + dt.timedelta(days=1)).day != 1:
            said += sentences.pick(
                self.lang,
                f"{last.month}月截至{last.day}日。",
                f" {last:%B} goes up to the {last.day}th." if last.day > 3 else "",
            )
        if found.has_small_cells:
            said += sentences.pick(
                self.lang, f"“<{K}”表示不足 {K}（含为防止推算而一并隐去的）。",
                f" “<{K}” stands for fewer than {K}, and for what would otherwise give that away.",
            )  # fmt: skip
        return said


def _headed(title: str, columns: int) -> Markup:
    """A column's title; with its unit below it where there are many."""
    name, bracket, unit = title.partition("（")
    if not bracket or columns <= _WIDE:
        return Markup("{}").format(title)
    return Markup("{}<br>{}{}").format(name, bracket, unit)


def _data_of(cell: Any) -> Markup:
    if cell is None or isinstance(cell, Few | str | dt.date):
        return Markup()
    return Markup(' data-value="{}"').format(cell)
