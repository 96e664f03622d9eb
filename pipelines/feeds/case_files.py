"""The case files (案卷): penalty cases, the ledger of illegal buildings and the ledger of demolitions.

Fields follow the 双公示 penalty template, the steps of the Administrative Penalty Law and the columns that ledgers of illegal
construction (违法建设) usually have.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, amount, code, count, day, flag, in_order, text


class PenaltyCase(dy.Schema):
    """One administrative penalty case (行政处罚案件); not to be confused with a case of the platform."""

    case_no = text("Number of the case file", "案件编号", nullable=False)
    procedure = code("General (ordinary) or summary procedure", "处罚程序", ("general", "summary"), nullable=False)
    cause = text("Cause of action", "案由", free_text=True)
    source = code(
        "Where the case came from",
        "案件来源",
        ("patrol", "hotline", "platform", "transfer", "video", "other"),
    )
    party_kind = code("Kind of party", "相对人类别", ("person", "sole_trader", "organisation"))
    party_name = text("Party", "行政相对人名称", personal="name")
    party_id = text("Party's ID or credit code", "相对人代码", personal="id_number")
    power_item_code = text("Item of the power list that was exercised", "权力事项编码")
    place = text("Place of the offence", "违法地点", personal="address")
    street_code = text(
        "Street or township, as the city codes it", "街道(乡镇)", nullable=False, reference="streets:street_code"
    )
    squad_id = text("Squad that handled it", "办案中队", reference="squads:squad_id")
    officer_1 = text("First officer", "承办人一", personal="name", whose="officer_1")
    officer_2 = text("Second officer", "承办人二", personal="name", whose="officer_2")
    filed_on = day("Filed", "立案日期", nullable=False)
    notified_on = day("Party notified of the intended penalty", "告知日期")
    hearing_requested_on = day("Hearing asked for", "申请听证日期")
    hearing_notified_on = day("Party told when the hearing is", "听证通知日期")
    hearing_held_on = day("Hearing held", "听证日期")
    legal_reviewed_on = day("Legal review done", "法制审核日期")
    decided_on = day("Decided", "处罚决定日期")
    decision_no = text("Number of the decision", "处罚决定书文号")
    penalty_kinds = text("Kinds of penalty, joined by semicolons", "处罚类别")
    fine_yuan = amount("Fine, yuan", "罚款金额(元)")
    confiscated_yuan = amount("Confiscated, yuan", "没收金额(元)")
    correction = code(
        "What was asked besides the penalty: made to understand, or an order to put it right at once or by a day",
        "教育改正方式",
        ("educated", "ordered_at_once", "ordered_by_day"),
    )
    is_corrected = flag("Whether the offence was put right", "是否改正")
    served_on = day("Decision served", "送达日期")
    paid_on = day("Fine paid", "缴款日期")
    paid_yuan = amount("Paid, yuan", "缴款金额(元)")
    surcharge_yuan = amount("Surcharge for late payment, yuan", "加处罚款(元)")
    collect_mode = code("How the fine was collected", "收缴方式", ("bank", "e_pay", "on_spot"))
    published_on = day("Decision published", "公示日期")
    closed_on = day("Closed", "结案日期")
    close_type = code("How it ended", "结案方式", ("performed", "forced", "withdrawn", "terminated"))
    archived_on = day("File archived", "归档日期")

    @dy.rule()
    def out_of_order__decided_on(cls) -> pl.Expr:
        return in_order("filed_on", "notified_on", "decided_on")

    @dy.rule()
    def out_of_order__closed_on(cls) -> pl.Expr:
        return in_order("filed_on", "decided_on", "closed_on")


class IllegalBuilding(dy.Schema):
    """One case of illegal construction in the ledger (违法建设台账)."""

    building_case_no = text("Number in the ledger", "违建编号", nullable=False)
    community = text("Community or village", "社区(村)")
    street_code = text(
        "Street or township, as the city codes it", "街道(乡镇)", nullable=False, reference="streets:street_code"
    )
    address = text("Where it is, in words", "地址", personal="address")
    owner_name = text("Owner or builder", "当事人", personal="name")
    building_type = text("Kind of building", "建筑类型")
    structure = text("Structure", "结构")
    floors = count("Floors", "层数", high=200)
    found_area_m2 = amount("Illegal area as found, m²", "违建面积(平方米)")
    area_type = code("Kind of area", "区域类型", ("urban_village", "urban_area", "town_village"), nullable=False)
    stock_type = code("Existing or new", "存量/新增", ("existing", "new"))
    source = code("How it came to light", "案件来源", ("patrol", "report", "platform", "video", "transfer"))
    started_on = day("Building began", "开工日期")
    discovered_on = day("Discovered", "发现日期", nullable=False)
    closed_on = day("Closed", "结案日期")
    status = code("Status", "状态", ("open", "closed"))

    @dy.rule()
    def out_of_order__discovered_on(cls) -> pl.Expr:
        return in_order("started_on", "discovered_on")

    @dy.rule()
    def out_of_order__closed_on(cls) -> pl.Expr:
        return in_order("discovered_on", "closed_on")


class Demolition(dy.Schema):
    """One demolition (拆除); a case of illegal construction can have several."""

    demolition_no = text("Number of the demolition", "拆除编号", nullable=False)
    building_case_no = text("Case of illegal construction", "违建编号", nullable=False)
    street_code = text("Street or township, as the city codes it", "街道(乡镇)", reference="streets:street_code")
    demolished_on = day("Demolished", "拆除日期", nullable=False)
    demolished_area_m2 = amount("Demolished area, m²", "拆除面积(平方米)", nullable=False)
    area_basis = code("What the area measures", "面积口径", ("footprint", "floor", "illegal_part"))
    method = code("By the owner, assisted or forced", "拆除方式", ("self", "assisted", "forced"))
    is_partial = flag("Only a part was demolished", "是否部分拆除")


PENALTY_CASES = Feed(
    name="penalty_cases", title_zh="行政处罚案件", title_en="Penalty cases", schema=PenaltyCase,
    key="case_no", event_on="filed_on",
)  # fmt: skip
ILLEGAL_BUILDINGS = Feed(
    name="illegal_buildings", title_zh="违法建设台账", title_en="Illegal buildings", schema=IllegalBuilding,
    key="building_case_no", event_on="discovered_on",
)  # fmt: skip
DEMOLITIONS = Feed(
    name="demolitions", title_zh="拆除台账", title_en="Demolitions", schema=Demolition,
    key="demolition_no", event_on="demolished_on",
)  # fmt: skip
