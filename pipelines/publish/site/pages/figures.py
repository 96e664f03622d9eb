"""The report recomputed: each figure, mechanism and wish of the city's report beside the answer of the records."""

from decimal import Decimal, InvalidOperation

from pipelines.publish.site.page import Fragment, Page, Section
from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.units import number
from pipelines.publish.site.words import Text, t

QUALIFIERS = {
    "exact": t("等于", "exactly"), "at_least": t("余（不少于）", "at least"), "almost": t("近", "almost"), "up_to": t("高达", "up to"),
    "rounded": t("约", "rounded"), "derived": t("推算", "derived"), "none": t("", ""),
}  # fmt: skip
#: The parts of a report that have no title of their own.
PARTS = {
    "document": t("文件", "The document"),
    "intro": t("引言", "Introduction"),
    "closing": t("结语与下一步", "Closing and next steps"),
}


def page(release: Release) -> Page:
    rows = release.rows("select * from meta.report_figures order by row_id")
    sections: dict[str, list[Row]] = {}
    for row in rows:
        row["theirs"], row["ours"] = _figure(row["expected"]), _figure(row["value"])
        row["how"] = QUALIFIERS.get(row["qualifier"], Text(row["qualifier"] or ""))
        sections.setdefault(row["section"], []).append(row)
    asked = [row for row in rows if row["holds"] is not None]
    held = sum(bool(row["holds"]) for row in asked)
    parts = [
        Section(
            PARTS.get(title := name.partition("-")[2] or name, Text(title)),
            [Fragment("figures.html.j2", {"rows": members})],
        )
        for name, members in sections.items()
    ]
    return Page(
        slug="figures",
        order=80,
        title=t("报告逐条复算", "The report, figure by figure"),
        short=t("报告复算", "Report"),
        lead=t(
            f"报告的 {len(rows)} 条数字、机制与要求：{len(asked)} 条可由记录复算，{held} 条成立"
            if rows
            else "本城市没有可复算的报告",
            f"{len(rows)} figures, mechanisms and wishes: {len(asked)} can be recomputed from the records, {held} hold"
            if rows
            else "this city has no report to recompute",
        ),
        sections=[Section(t("查找", "Find"), [Fragment("figures_find.html.j2")]), *parts] if rows else [],
        scripts=["find.js"] if rows else [],
    )


def _figure(said: str | None) -> str:
    """A number as people read it; a year, a date or words as they are."""
    try:
        value = Decimal(said or "")
    except InvalidOperation:
        return said or ""
    return said or "" if not value.is_finite() or abs(value) < 10_000 else number(value, "m²")
