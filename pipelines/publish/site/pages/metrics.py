"""The dictionary: every metric of the release with its definition, so that each figure of the site leads to one place."""

from pipelines.publish.site.page import Fragment, Page, Section
from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.words import Text, t

#: The groups of the codes, `GR-05` and the like.
GROUPS = {
    "DU": t("一个部门", "One department"), "TE": t("一支队伍", "One team"), "GR": t("一支力量", "Grass roots"), "PO": t("一套清单", "List of powers"),
    "PL": t("一个平台", "The platform"), "HO": t("热线", "Hotlines"), "ME": t("一套机制", "Mechanism"), "QU": t("数据质量", "Data quality"),
}  # fmt: skip


def page(release: Release) -> Page:
    groups: dict[str, list[Row]] = {}
    for row in release.metrics.values():
        groups.setdefault((row["code"] or "")[:2], []).append(row)
    ordered = sorted(groups, key=lambda code: (list(GROUPS).index(code) if code in GROUPS else len(GROUPS), code))
    sections = [
        Section(
            GROUPS.get(code, Text(code or "–")),
            [Fragment("metrics.html.j2", {"metrics": sorted(groups[code], key=lambda row: row["code"] or "")})],
        )
        for code in ordered
    ]
    return Page(
        slug="metrics",
        order=90,
        title=t("指标字典", "Dictionary of metrics"),
        short=t("指标字典", "Dictionary"),
        lead=t(
            f"{len(release.metrics)} 个指标：每个数字怎么算、依据什么、依据有多可靠",
            f"{len(release.metrics)} metrics: how each figure is counted, by which source, and how far that can be relied on",
        ),
        sections=[Section(t("查找", "Find"), [Fragment("metrics_find.html.j2")]), *sections],
        scripts=["find.js"],
    )
