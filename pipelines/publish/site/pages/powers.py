"""One list (一套清单管权责): the list of powers, its completeness and reviews, and how often its categories were exercised."""

from pipelines.publish.site.brush import by_kind
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import Text, t

FINDINGS = {
    "none": t("无问题", "Nothing found"), "not_standardised": t("梳理不规范", "Not to the standard"), "misclassified": t("划分不准确", "Wrongly classed"),
    "incomplete": t("梳理不全面", "Incomplete"), "duty_missing": t("责任事项缺失", "Duty missing"),
}  # fmt: skip


def page(release: Release) -> Page:
    domains = {
        row["power_domain"]: Text(row["name_zh"], row["name_en"] or "")
        for row in release.rows("select * from marts.power_domains")
    }
    items = Dataset(
        "items", "marts.power_items",
        """select power_domain, count(*) as items, count(*) filter (is_published) as published, count(*) filter (is_complete) as complete,
           count(*) filter (has_approval) as approval, count(*) filter (has_approval and has_supervision_rule) as with_rule
           from marts.power_items where is_in_force group by all order by all""",
        [
            Measure("items", "items", metric="power_items_in_force"),
            Measure("published", "published", "items", metric="power_publication_share", better="higher"),
            Measure("complete", "complete", "items", metric="power_completeness_share", better="higher"),
            Measure("with_rule", "with_rule", "approval", metric="supervision_rule_share", better="higher"),
        ],
        labels={"power_domain": domains},
    )  # fmt: skip
    exercise = Dataset(
        "exercise", "marts.power_exercises", "select month, squad_id, power_domain, cases, attributed from marts.power_exercises",
        [
            Measure("cases", "cases", metric="power_exercise_cases"),
            Measure("attributed", "attributed", "cases", metric="power_attribution_share", better="higher"),
        ],
        labels={"power_domain": domains},
    )  # fmt: skip
    reviews = Dataset(
        "reviews", "marts.power_reviews", "select round_no, finding_type, entries, findings, resolved from marts.power_reviews",
        [
            Measure("entries", "entries", metric="power_review_entries"),
            Measure("findings", "findings", metric="power_review_findings"),
            Measure("resolved", "resolved", "findings", metric="power_review_resolution_share", better="higher"),
        ],
        labels={"finding_type": FINDINGS, "round_no": {str(n): t(f"第 {n} 轮", f"Round {n}") for n in range(1, 4)}},
    )  # fmt: skip
    coverage = release.rows(
        """select street.name_zh, street.name_en, classes, with_one_primary, with_none, with_several, with_one_primary / nullif(classes, 0) as share
           from marts.responsibility_coverage left join core.dim_street as street using (street_code) order by street_code"""
    )
    for row in coverage:
        row["street"] = Text(row["name_zh"] or "–", row["name_en"] or "")
    return Page(
        slug="powers", order=13, title=t("一套清单管权责", "One list of powers and duties"), short=t("一套清单", "Powers"),
        lead=t("权责清单是否齐全、公示，实际行使在哪些领域", "Whether the list is complete and published, and in which fields it is exercised"),
        datasets=[items, exercise, reviews], period="all",
        sections=[
            Section(t("清单", "The list"), [
                *(Headline("items", name) for name in ("items", "published", "complete", "with_rule")),
                Chart("domains", t("各领域事项", "Items by field"), t("截至日期有效的", "In force on the as-of day"), "items", ["power_domain"], ["items"], by_kind("items", "power_domain")),
                Chart("exercised", t("各领域行使", "Exercised by field"), t("行政处罚案件；不作考核指标", "Penalty cases; never a target"), "exercise", ["power_domain"], ["cases"], by_kind("cases", "power_domain")),
                Headline("exercise", "attributed"),
            ]),
            Section(t("三报三审", "Three reviews"), [
                *(Headline("reviews", name) for name in ("entries", "findings", "resolved")),
                Chart("rounds", t("各轮问题", "Findings by round"), t("评审发现的问题数", "Findings of each review"), "reviews", ["round_no"], ["findings", "resolved"], by_kind("findings", "round_no")),
                Chart("types", t("问题类型", "Kinds of findings"), t("评审发现的问题数", "Findings of each kind"), "reviews", ["finding_type"], ["findings", "resolved"], by_kind("findings", "finding_type")),
            ]),
            Section(t("责任落实", "Who is responsible"), [
                Listing("coverage", t("各街道：每类事件恰有一个主责单位", "By street: classes with exactly one responsible unit"), [
                    ("street", t("街道", "Street"), None), ("classes", t("类别", "Classes"), "个"), ("with_one_primary", t("恰有一个", "Exactly one"), "个"),
                    ("with_none", t("没有", "None"), "个"), ("with_several", t("多个", "Several"), "个"), ("share", t("覆盖率", "Coverage"), "%"),
                ], coverage, relation="marts.responsibility_coverage"),
            ]),
        ],
    )  # fmt: skip
