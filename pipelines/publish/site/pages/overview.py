"""The overview: whether the city gets better or worse, where, whose desk is full, what is overdue, and whether the data can be trusted."""

from pipelines.publish.site.page import Dataset, Headline, Measure, Page, Section
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import t

CASES = Dataset(
    "cases",
    "marts.case_closure",
    """select month, squad_id, street_code, sum(filed)::bigint as filed, sum(due)::bigint as due, sum(closed)::bigint as closed,
       sum(closed_on_time)::bigint as closed_on_time, sum(overdue_open)::bigint as overdue_open from marts.case_closure group by all order by all""",
    [
        Measure("filed", "filed", metric="platform_filed"),
        Measure("on_time", "closed_on_time", "due", metric="platform_closed_on_time_rate", better="higher"),
        Measure("overdue", "overdue_open", metric="platform_overdue_open", base="due", better="lower"),
    ],
)


def page(release: Release) -> Page:
    return Page(
        slug="index",
        order=0,
        title=t(f"{release.city.of('zh')}总览", f"{release.city.of('en')} at a glance"),
        short=t("总览", "Overview"),
        lead=t("城市在变好还是变差，哪里需要关注", "Whether the city gets better or worse, and where to look"),
        datasets=[CASES],
        sections=[Section(t("案卷", "Cases"), [Headline("cases", name) for name in ("filed", "on_time", "overdue")])],
    )
