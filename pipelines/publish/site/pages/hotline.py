"""Hotline: what citizens asked for, how soon they were answered, and whether they were satisfied."""

from pipelines.publish.site.brush import by_kind, columns_over_months, over_months
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import t

LINES = {
    "hotline": {
        "12319": t("12319 热线", "12319"),
        "12345": t("12345 热线", "12345"),
        "phone": t("电话举报", "Telephone reports"),
    }
}

TICKETS = Dataset(
    "tickets",
    "marts.hotline_service",
    """select month, hotline, received, replied, due, closed, closed_on_time, surveyed, satisfied, repeated, replied_with_time,
       replied_within_15_days, reply_lag_days_sum from marts.hotline_service""",
    [
        Measure("received", "received", metric="hotline_received"),
        Measure("reply_rate", "replied", "received", metric="hotline_reply_rate", better="higher"),
        Measure("on_time", "closed_on_time", "due", metric="hotline_closed_on_time_rate", better="higher"),
        Measure("satisfaction", "satisfied", "surveyed", metric="hotline_satisfaction_rate", better="higher"),
        Measure("repeats", "repeated", "received", metric="hotline_repeated_rate", better="lower"),
        Measure("mean_days", "reply_lag_days_sum", "replied_with_time", metric="hotline_mean_reply_seconds", title=t("平均回复天数", "Mean days to a reply"), unit="天", minimum=10, better="lower"),
        Measure("in_15_days", "replied_within_15_days", "replied_with_time", metric="hotline_within_15_days_rate", better="higher"),
    ],
    labels=LINES,
)  # fmt: skip
CALLS = Dataset(
    "calls",
    "marts.hotline_calls",
    "select month, hotline, calls_offered, calls_answered, answered_within_15s, fast_answer_base from marts.hotline_calls",
    [
        Measure("offered", "calls_offered", metric="hotline_calls_offered"),
        Measure("answered", "calls_answered", "calls_offered", metric="hotline_answer_rate", better="higher"),
        Measure("fast", "answered_within_15s", "fast_answer_base", metric="hotline_fast_answer_rate", better="higher"),
    ],
    labels=LINES,
)


def page(release: Release) -> Page:
    return Page(
        slug="hotline",
        order=30,
        title=t("热线", "Hotlines"),
        lead=t("群众反映了什么，多久得到答复，满不满意", "What citizens asked for, how soon they were answered, whether they were satisfied"),
        datasets=[TICKETS, CALLS],
        sections=[
            Section(
                t("办理", "Service"),
                [Headline("tickets", name) for name in ("received", "reply_rate", "on_time", "satisfaction", "repeats", "mean_days")],
            ),
            Section(
                t("逐月", "Month by month"),
                [
                    Chart(
                        "received", t("每月受理", "Tickets received each month"), t("按受理月份、热线", "By month of acceptance and line"),
                        "tickets", ["month", "hotline"], ["received"], columns_over_months("received", kind="hotline"),
                    ),
                    Chart(
                        "on_time", t("按期办结率", "Closed on time"), t("应办结中按期办结的占比", "Of those due, the share closed in time"),
                        "tickets", ["month"], ["on_time"], over_months("on_time"),
                    ),
                    Chart(
                        "satisfaction", t("各热线满意率", "Satisfaction by line"), t("有效回访中满意的占比", "Of those surveyed, the share satisfied"),
                        "tickets", ["hotline"], ["satisfaction", "on_time"], by_kind("satisfaction", "hotline", mean=True), compares=True,
                    ),
                    Table("lines", t("各热线", "By line"), "tickets", ["hotline"], ["received", "reply_rate", "on_time", "satisfaction", "repeats", "mean_days", "in_15_days"]),
                ],
            ),
            Section(
                t("回复用时", "Time to a reply"),
                [
                    Listing(
                        "reply_times", t("回复天数：平均、中位数、九成位", "Days to a reply: mean, median, 90th percentile"),
                        [
                            ("period", t("年", "Year"), None), ("replied", t("有时间的回复", "Replies with a time"), "件"), ("lag_days_mean", t("平均", "Mean"), "天"),
                            ("lag_days_median", t("中位数", "Median"), "天"), ("lag_days_p90", t("九成位", "90th percentile"), "天"),
                        ],
                        release.rows("select * from marts.hotline_reply_times where period_kind = 'year' and hotline = 'all' order by period desc"),
                        lead=t("中位数不可相加，故按年列出，不随筛选变动", "Medians do not add up, so they stand by year and follow no filter"),
                        relation="marts.hotline_reply_times", base="replied", hidden=("lag_days_mean", "lag_days_median", "lag_days_p90"),
                    ),
                ],
            ),
            Section(
                t("接听", "Answering calls"),
                [
                    Headline("calls", "offered"), Headline("calls", "answered"), Headline("calls", "fast"),
                    Chart(
                        "answered", t("接通率", "Calls answered"), t("GB/T 33358 要求 24 小时接通率 95% 以上", "GB/T 33358 asks for 95 % over 24 hours"),
                        "calls", ["month"], ["answered", "fast"], over_months("answered"), wide=True,
                    ),
                ],
            ),
        ],
    )  # fmt: skip
