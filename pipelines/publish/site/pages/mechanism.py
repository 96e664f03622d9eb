"""One mechanism (一套机制见长效): penalties by the book, fines apart from those who decide them, files reviewed. No amount is a target for anybody."""

from pipelines.publish.site.brush import by_kind, columns_over_months, over_months
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import Text, t

PROCEDURES = {"general": t("一般程序", "General procedure"), "summary": t("简易程序", "Summary procedure")}
PENALTIES = Dataset(
    "penalties",
    "marts.penalty_procedure",
    "select month, squad_id, procedure, cases_filed, cases_decided, cases_closed, decision_days, with_correction from marts.penalty_procedure",
    [
        Measure("filed", "cases_filed", metric="penalty_cases_filed"),
        Measure("closing", "cases_closed", "cases_filed", metric="penalty_closing_rate", better="higher"),
        Measure("days", "decision_days", "cases_decided", metric="mean_decision_days", better="lower"),
        Measure("correction", "with_correction", "cases_filed", metric="correction_share_of_cases"),
    ],
    labels={"procedure": PROCEDURES},
)
FINES = Dataset(
    "fines",
    "marts.fine_collection",
    """select fines.month, fines.squad_id, decided_yuan, paid_yuan, on_spot_yuan, coalesce(decided.cases, 0) as cases from marts.fine_collection as fines
       left join (select month, squad_id, sum(cases_decided)::bigint as cases from marts.penalty_procedure group by all) as decided using (month, squad_id)""",
    [
        Measure("received", "paid_yuan", "decided_yuan", metric="fine_payment_rate", base="cases"),
        Measure("on_spot", "on_spot_yuan", "paid_yuan", metric="on_spot_share", base="cases"),
    ],
)


def page(release: Release) -> Page:
    checks = {
        row["check_id"]: Text(row["zh"].split("（")[0], row["en"].split(" (")[0])
        for row in release.rows(
            "select check_id, min(name_zh) as zh, min(name_en) as en from core.dim_law_limit group by all order by 1"
        )
    }
    compliance = Dataset(
        "compliance", "marts.procedure_compliance",
        "select month, squad_id, check_id, duty_of, cases_checked, breaches from marts.procedure_compliance",
        [
            Measure("checked", "cases_checked", metric="procedure_checks"),
            Measure("breaches", "breaches", "cases_checked", metric="procedure_breach_rate", better="lower"),
        ],
        labels={"check_id": checks, "duty_of": {"bureau": t("机关义务", "The bureau’s duty"), "party": t("当事人义务", "The party’s duty")}},
        names={"check_id": t("检查项", "Check"), "duty_of": t("谁的义务", "Whose duty")},
    )  # fmt: skip
    reviews = release.rows(
        """select period::varchar as period, scope, sum(files) as files, sum(score_sum) / nullif(sum(files), 0) as points, sum(failed_files) / nullif(sum(files), 0) as failed
           from marts.case_file_review where org_id like 'CG%' or scope = 'internal' group by all order by period desc, scope"""
    )
    for row in reviews:
        row["scope"] = {"city": t("全市评查", "City-wide"), "internal": t("本局自查", "Within the bureau")}.get(
            row["scope"], row["scope"]
        )
    return Page(
        slug="mechanism", order=15, title=t("一套机制见长效", "One mechanism that lasts"), short=t("一套机制", "Mechanism"),
        lead=t("依法办案：程序、期限、罚缴分离、案卷评查", "By the book: procedure, time limits, fines apart, files reviewed"),
        datasets=[PENALTIES, compliance, FINES],
        sections=[
            Section(t("行政处罚案件", "Penalty cases"), [
                *(Headline("penalties", name) for name in ("filed", "closing", "days", "correction")),
                Chart("filed", t("每月立案", "Cases filed each month"), t("一般程序与简易程序；数量不是指标", "General and summary procedure; numbers are no target"),
                      "penalties", ["month", "procedure"], ["filed"], columns_over_months("filed", kind="procedure")),
                Chart("days", t("平均决定用时", "Mean days to a decision"), t("自立案到决定；平均见图，中位数见下表", "From filing to decision; the mean here, the median below"),
                      "penalties", ["month"], ["days"], over_months("days")),
                Listing("days_by_year", t("决定天数：平均、中位数、九成位", "Days to a decision: mean, median, 90th percentile"), [
                    ("year", t("立案年", "Year of filing"), None), ("cases", t("已决定", "Decided"), "起"), ("mean", t("平均", "Mean"), "天"), ("median", t("中位数", "Median"), "天"), ("p90", t("九成位", "90th percentile"), "天"),
                ], release.rows(
                    """select year(filed_on)::varchar as year, count(*) as cases, avg(decided_on - filed_on) as mean, quantile_cont(decided_on - filed_on, 0.5) as median,
                       quantile_cont(decided_on - filed_on, 0.9) as p90 from core.fct_penalty_case where decided_on is not null and filed_on is not null group by all order by 1 desc"""
                ), relation="core.fct_penalty_case", base="cases", hidden=("mean", "median", "p90")),
            ]),
            Section(t("程序合规", "By the book"), [
                *(Headline("compliance", name) for name in ("checked", "breaches")),
                Chart("breaches", t("各检查项违反率", "Breach rate by check"), t("检查的案件中违反的占比", "Of the cases checked, the share with a breach"),
                      "compliance", ["check_id"], ["breaches", "checked"], by_kind("breaches", "check_id", mean=True), compares=True),
                Chart("breach_months", t("逐月违反率", "Breach rate each month"), t("全部检查项", "All checks"), "compliance", ["month"], ["breaches"], over_months("breaches")),
                Table("checks", t("各检查项", "By check"), "compliance", ["duty_of", "check_id"], ["checked", "breaches"], in_order=True),
            ]),
            Section(t("罚缴分离", "Fines apart"), [
                *(Headline("fines", name) for name in ("received", "on_spot")),
                Chart("received", t("罚款到账率", "Fines received"), t("核对罚缴分离是否落实；罚款数额不作指标、排名或考核（行政处罚法第七十四条）",
                      "Whether fines go to the bank; no amount is a target, a ranking or an assessment (Administrative Penalty Law, art. 74)"), "fines", ["month"], ["received"], over_months("received"), wide=True),
            ]),
            Section(t("案卷评查", "Case files reviewed"), [
                Listing("reviews", t("本局案卷评查", "Reviews of the bureau’s files"), [
                    ("period", t("年度", "Year"), None), ("scope", t("范围", "Scope"), None), ("files", t("案卷", "Files"), "卷"), ("points", t("平均分", "Mean points"), "分"), ("failed", t("不合格率", "Share that fail"), "%"),
                ], reviews, relation="marts.case_file_review", base="files", hidden=("points", "failed")),
            ]),
        ],
    )  # fmt: skip
