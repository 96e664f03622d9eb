"""One team (一支队伍抓执法): posts and people as numbers, joint operations, training. Persons appear nowhere."""

from pipelines.publish.site.brush import by_kind, columns_over_months, over_months
from pipelines.publish.site.page import Chart, Dataset, Headline, Listing, Measure, Page, Section, Table
from pipelines.publish.site.source import Release
from pipelines.publish.site.words import t

STAFF = {
    "established": t("在编", "Established"),
    "auxiliary": t("协管", "Auxiliary"),
    "contract": t("合同制", "Contract"),
}
KINDS = {"training": t("培训", "Training"), "exam": t("考试", "Examination"), "conduct": t("作风考核", "Conduct")}
PEOPLE = Dataset(
    "people",
    "marts.staffing",
    "select month, staff_type, sum(headcount)::bigint as headcount, sum(frontline_headcount)::bigint as frontline from marts.staffing group by all order by all",
    [
        Measure("headcount", "headcount", title=t("月末在岗人数", "People at the month’s end"), unit="名"),
        Measure("frontline_share", "frontline", "headcount", metric="frontline_share"),
    ],
    labels={"staff_type": STAFF},
    names={"staff_type": t("人员类别", "Kind of staff")},
)
TOGETHER = Dataset(
    "together",
    "marts.joint_operations",
    "select month, lead_org, partner_org, operations, findings from marts.joint_operations",
    [
        Measure("operations", "operations", metric="joint_operations"),
        Measure("findings", "findings", metric="joint_operation_findings"),
        Measure("per_operation", "findings", "operations", metric="findings_per_operation"),
    ],
    labels={"lead_org": {}, "partner_org": {}},
    names={"lead_org": t("牵头单位", "Led by"), "partner_org": t("参与单位", "Partner")},
)
TRAINING = Dataset(
    "training",
    "marts.training",
    "select month, kind, sessions, attendances, hours, taken, passed from marts.training",
    [
        Measure("sessions", "sessions", metric="training_sessions"),
        Measure("attendances", "attendances", metric="training_attendances"),
        Measure("hours_each", "hours", "attendances", metric="hours_per_attendance"),
        Measure("pass_rate", "passed", "taken", metric="pass_rate", better="higher"),
    ],
    labels={"kind": KINDS},
    names={"kind": t("类别", "Kind")},
)


def page(release: Release) -> Page:
    posts = release.rows(
        """select org_id, staff_type, posts, leader_posts, headcount, frontline_headcount, frontline_headcount / nullif(headcount, 0) as share
           from marts.staffing where month = (select max(month) from marts.staffing) order by all"""
    )
    for row in posts:
        row["staff_type"] = STAFF.get(row["staff_type"], row["staff_type"])
    return Page(
        slug="team", order=11, title=t("一支队伍抓执法", "One team to enforce"), short=t("一支队伍", "Team"),
        lead=t("编制与在岗、联合执法、培训考核", "Posts and people, joint operations, training"),
        datasets=[PEOPLE, TOGETHER, TRAINING],
        sections=[
            Section(t("编制与在岗", "Posts and people"), [
                Listing("posts", t("截至日期的编制与在岗", "Posts and people on the as-of day"), [
                    ("org_id", t("单位", "Organisation"), None), ("staff_type", t("人员类别", "Kind of staff"), None), ("posts", t("编制", "Posts"), "名"),
                    ("leader_posts", t("领导职数", "Leading posts"), "名"), ("headcount", t("在岗", "People"), "名"), ("frontline_headcount", t("一线", "Front line"), "名"), ("share", t("一线占比", "Front-line share"), "%"),
                ], posts, relation="marts.staffing", base="headcount", hidden=("frontline_headcount", "share")),
                Chart("people", t("月末在岗人数", "People at the month’s end"), t("时点数，不跨月相加", "Numbers of a day, never added over months"),
                      "people", ["month", "staff_type"], ["headcount"], over_months("headcount", kind="staff_type", zero=True), ignores=("month",)),
                Chart("frontline", t("一线占比", "Front-line share"), t("在岗人员中在一线的占比", "Of all people, those at the front line"),
                      "people", ["month"], ["frontline_share"], over_months("frontline_share"), ignores=("month",)),
            ]),
            Section(t("联合执法", "Joint operations"), [
                *(Headline("together", name) for name in ("operations", "findings", "per_operation")),
                Chart("operations", t("逐月行动", "Operations each month"), t("多家参与的行动只算一次", "An operation with several partners counts once"),
                      "together", ["month"], ["operations"], columns_over_months("operations")),
                Table("leads", t("按牵头单位", "By leading organisation"), "together", ["lead_org"], ["operations", "findings"]),
            ]),
            Section(t("培训考核", "Training"), [
                *(Headline("training", name) for name in ("sessions", "attendances", "hours_each", "pass_rate")),
                Chart("attendances", t("参加人次", "Attendances"), t("逐月", "Each month"), "training", ["month", "kind"], ["attendances"], columns_over_months("attendances", kind="kind")),
                Chart("passes", t("各类合格率", "Pass rate by kind"), t("考核人次中合格的占比", "Of those assessed, the share that passed"),
                      "training", ["kind"], ["pass_rate"], by_kind("pass_rate", "kind"), compares=True),
            ]),
        ],
    )  # fmt: skip
