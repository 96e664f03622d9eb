"""One department (一个部门管城市): daily enforcement, campaigns, what was spent, and what other departments exchange with the bureau."""

from pipelines.publish.site.brush import by_kind, columns_over_months, over_months
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import t

ACTIONS = {
    "signboard_cleared": t("清理牌匾", "Signboards cleared"), "stall": t("流动摊点", "Street stalls"), "outside_shop": t("店外经营", "Trading outside shops"),
    "disorderly_placing": t("乱摆乱放", "Disorderly placing"), "large_outdoor_ad": t("大型户外广告", "Large outdoor advertising"),
    "illegal_parking": t("违章停车", "Illegal parking"), "heavy_vehicle": t("重型车辆", "Heavy vehicles"),
}  # fmt: skip
KINDS = {
    "dataset": t("数据交换", "Data"),
    "case_transfer": t("案件移送", "Cases handed over"),
    "co_handling": t("协同办理", "Handled together"),
}
ENFORCEMENT = Dataset(
    "enforcement",
    "marts.enforcement_actions",
    "select * exclude (unit) from marts.enforcement_actions",
    [
        Measure("quantity", "quantity", title=t("数量", "Quantity"), base="entries"),
        Measure("entries", "entries", metric="enforcement_entries"),
        Measure("education", "education_entries", "entries_with_outcome", metric="education_share"),
        Measure("correction", "correction_entries", "entries_with_outcome", metric="correction_share"),
        Measure("penalty", "penalty_entries", "entries_with_outcome", metric="penalty_share"),
    ],
    labels={"action_type": ACTIONS},
    names={"action_type": t("类型", "Kind")},
)
EXCHANGE = Dataset(
    "exchange",
    "marts.data_exchange",
    "select month, kind, exchanged, dated, on_time, rows_sent, rows_rejected from marts.data_exchange",
    [
        Measure("exchanged", "exchanged", metric="data_exchanges"),
        Measure("on_time", "on_time", "dated", metric="data_exchange_on_time_rate", better="higher"),
        Measure("rejected", "rows_rejected", "rows_sent", metric="exchanged_rows_rejection_rate", better="lower"),
    ],
    labels={"kind": KINDS},
    names={"kind": t("类别", "Kind")},
)


def page(release: Release) -> Page:
    campaigns = release.rows(
        """select name_zh, starts_on, ends_on, cases_before, cases_during, cases_after from marts.campaign_effect
           where is_comparable order by starts_on desc"""
    )
    programmes = release.rows(
        "select program_name, amount_yuan, payments, first_paid_on, last_paid_on, equipment_quantity from marts.investment order by amount_yuan desc nulls last"
    )
    return Page(
        slug="duties", order=10, title=t("一个部门管城市", "One department for the city"), short=t("一个部门", "Department"),
        lead=t("日常执法、专项整治、投入与部门协同", "Daily enforcement, campaigns, spending, and work with other departments"),
        datasets=[ENFORCEMENT, EXCHANGE],
        sections=[
            Section(t("日常执法", "Daily enforcement"), [
                *(Headline("enforcement", name) for name in ("entries", "education", "correction", "penalty")),
                Chart("kinds", t("各类执法数量", "Enforcement by kind"), t("同类内相加；牌匾以块计，其余以起计", "Added within one kind; signboards are pieces, all else incidents"),
                      "enforcement", ["action_type"], ["quantity"], by_kind("quantity", "action_type")),
                Chart("months", t("逐月台账", "Entries each month"), t("台账条数", "Entries of the ledger"), "enforcement", ["month"], ["entries"], columns_over_months("entries")),
                Table("squads", t("各中队", "By squad"), "enforcement", ["squad_id"], ["entries", "education", "correction", "penalty"],
                      lead=t("处理结果的构成，不是评比", "What the entries led to; no comparison of merit"), in_order=True),
            ]),
            Section(t("专项整治前后", "Before and after campaigns"), [
                Listing("campaigns", t("整治前、中、后的立案数", "Cases filed before, during and after"), [
                    ("name_zh", t("专项整治", "Campaign"), None), ("starts_on", t("起", "From"), None), ("ends_on", t("止", "To"), None),
                    ("cases_before", t("之前", "Before"), "件"), ("cases_during", t("期间", "During"), "件"), ("cases_after", t("之后", "After"), "件"),
                ], campaigns, lead=t("三个窗口等长；案件减少不等于整治所致", "Windows of equal length; fewer cases afterwards do not prove that the campaign did it"),
                    relation="marts.campaign_effect"),
            ]),
            Section(t("投入", "Spending"), [
                Listing("programmes", t("各项目", "Programmes"), [
                    ("program_name", t("项目", "Programme"), None), ("amount_yuan", t("金额（元）", "Amount (yuan)"), "元"), ("payments", t("付款笔数", "Payments"), "笔"),
                    ("first_paid_on", t("首次", "First"), None), ("last_paid_on", t("最近", "Last"), None), ("equipment_quantity", t("装备件数", "Equipment"), "件"),
                ], programmes, lead=t("各项目不相加", "Never added up over programmes"), relation="marts.investment"),
            ]),
            Section(t("部门协同", "With other departments"), [
                *(Headline("exchange", name) for name in ("exchanged", "on_time", "rejected")),
                Chart("exchange_months", t("交换按时率", "Exchanges on time"), t("有应交换日期的交换中按时的占比", "Of those with a day set, the share in time"),
                      "exchange", ["month"], ["on_time"], over_months("on_time")),
                Chart("exchange_kinds", t("各类交换", "By kind"), t("次数", "Exchanges"), "exchange", ["kind"], ["exchanged", "on_time"], by_kind("exchanged", "kind")),
            ]),
        ],
    )  # fmt: skip
