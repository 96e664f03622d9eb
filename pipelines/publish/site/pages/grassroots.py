"""Grass roots (一支力量强基层): illegal construction found and demolished, and which street has which squad."""

from pipelines.publish.site.brush import by_kind, columns_over_months
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import Text, t

BUILDING = Dataset(
    "building",
    "marts.demolition",
    "select * from marts.demolition",
    [
        Measure("found", "found_cases", metric="found_cases"),
        Measure("urban", "urban_found_cases", metric="urban_found_cases"),
        Measure("new", "new_found_cases", metric="new_found_cases", better="lower"),
        Measure("events", "demolition_events", metric="demolition_events"),
        Measure("area", "demolished_area_m2", metric="demolished_area_m2", base="demolition_events"),
        Measure("area_each", "demolished_area_m2", "demolition_events", metric="area_per_demolition_m2"),
    ],
)
SERVICE = Dataset(
    "service",
    "marts.squad_workload",
    "select month, squad_id, duty_hours, stability_hours, cross_squad_hours, officers + auxiliaries as people from marts.squad_workload",
    [
        Measure("hours", "duty_hours", metric="duty_hours", base="people"),
        Measure("stability", "stability_hours", "duty_hours", metric="stability_share"),
        Measure("cross", "cross_squad_hours", "duty_hours", metric="cross_squad_share"),
    ],
)


def page(release: Release) -> Page:
    streets = release.rows(
        """select street.name_zh, street.name_en, squad.name_zh as squad_zh, squad.name_en as squad_en, covered_since, is_covered, has_squad_seat
           from marts.squad_coverage join core.dim_street as street using (street_code) left join core.dim_squad as squad using (squad_id) order by street_code"""
    )
    for row in streets:
        row["street"], row["squad"] = (
            Text(row["name_zh"], row["name_en"]),
            Text(row["squad_zh"] or "–", row["squad_en"] or ""),
        )
        row["seat"] = t("有", "yes") if row["has_squad_seat"] else t("无", "no")
    return Page(
        slug="grassroots", order=12, title=t("一支力量强基层", "Strength at the grass roots"), short=t("一支力量", "Grass roots"),
        lead=t("违法建设的查处与拆除，中队下沉到街道", "Illegal construction found and demolished, squads seated in the streets"),
        datasets=[BUILDING, SERVICE],
        period="all",
        sections=[
            Section(t("违法建设", "Illegal construction"), [
                *(Headline("building", name) for name in ("found", "urban", "new", "events", "area", "area_each")),
                Chart("found", t("查处违法建设", "Illegal construction found"), t("按发现月份", "By month of discovery"), "building", ["month"], ["found", "urban", "new"], columns_over_months("found")),
                Chart("area", t("拆除面积", "Demolished area"), t("按拆除月份；不足 5 次的月份不显示", "By month of demolition; months of fewer than 5 are not shown"), "building", ["month"], ["area", "events"], columns_over_months("area")),
                Chart("streets", t("各街道查处", "Found by street"), t("按所在街道", "By the street in which it stands"), "building", ["street_code"], ["found", "events"], by_kind("found", "street_code")),
                Table("squads", t("各中队", "By squad"), "building", ["squad_id"], ["found", "urban", "new", "events", "area"], in_order=True),
            ]),
            Section(t("勤务", "Duty"), [
                *(Headline("service", name) for name in ("hours", "stability", "cross")),
                Table("duty", t("各中队辖区勤务", "Duty by squad’s area"), "service", ["squad_id"], ["hours", "stability", "cross"], in_order=True),
            ]),
            Section(t("中队覆盖", "Coverage"), [
                Listing("coverage", t("街道由哪个中队管辖", "Which squad has which street"), [
                    ("street", t("街道（乡镇）", "Street or township"), None), ("squad", t("中队", "Squad"), None), ("covered_since", t("自", "Since"), None), ("seat", t("中队驻地", "Squad’s seat"), None),
                ], streets, relation="marts.squad_coverage"),
            ]),
        ],
    )  # fmt: skip
