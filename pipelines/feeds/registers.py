"""Registers of the office: money spent, equipment, documents, information systems, and data exchanged with other departments.

Belongs here: what is kept as a list and changes seldom. Money of one programme is never added to another's: each payment names its own.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, amount, code, count, day, in_order, moment, text


class Investment(dy.Schema):
    """One payment for a programme (经费投入)."""

    payment_no = text("Number of the payment", "支付编号", nullable=False)
    program_id = text("Programme", "项目代码", nullable=False)
    program_name = text("Name of the programme", "项目名称", nullable=False)
    amount_yuan = amount("Paid, yuan", "金额(元)", nullable=False)
    paid_on = day("Paid", "支付日期", nullable=False)
    purpose = text("What for", "用途")


class Asset(dy.Schema):
    """One lot of equipment (装备): so many of a kind for a squad."""

    asset_no = text("Number of the lot", "装备编号", nullable=False)
    asset_kind = code(
        "Kind of equipment",
        "装备类别",
        ("computer", "radio", "terminal", "vehicle", "body_camera"),
        nullable=False,
    )
    quantity = dy.Int32(nullable=False, min=1, max=10_000, metadata={"zh": "数量"}, description="How many")
    squad_id = text("Squad that has it; empty: the bureau", "配发中队", reference="squads:squad_id")
    bought_on = day("Bought", "购置日期", nullable=False)
    program_id = text("Programme that brought it", "项目代码")
    program_name = text("Name of the programme", "项目名称")


class PolicyDocument(dy.Schema):
    """One document in the register: a policy, an institution, a plan, a principle; its facts and its title, never its text."""

    doc_no = text("Number in the register", "登记编号", nullable=False)
    index_no = text("Index number of the portal; tells no year", "索引号")
    title = text("Title", "名称", nullable=False)
    kind = code(
        "Kind of document",
        "文件类别",
        ("central_policy", "institution", "compilation", "plan", "pilot", "principle", "report"),
        nullable=False,
    )
    issuer = text("Issuer as printed", "发布机构")
    issuer_org = text("The city's unit behind that name", "对应本市单位", reference="departments:unit_code")
    issued_on = day("Issued; empty where not known", "印发日期")
    published_at = moment("Published on the portal", "发文时间")
    registered_on = day("Entered into the register", "登记日期", nullable=False)
    status = code("Status", "状态", ("in_force", "trial", "under_construction", "planned", "published"), nullable=False)
    topics = text("Topics, joined by 、", "主题词")
    parts = text("Parts that the document itself names, joined by ；", "要点")


class InformationSystem(dy.Schema):
    """One information system or means of collecting information (信息系统)."""

    system_id = text("Number of the system", "系统编号", nullable=False)
    name = text("Name", "名称", nullable=False)
    kind = code(
        "Kind",
        "系统类别",
        ("platform", "mobile_terminal", "messaging", "radio", "video", "hotline", "sharing_network"),
        nullable=False,
    )
    tier = code("Tier of the platform", "层级", ("city", "second"))
    owner_org = text("Unit that runs it", "运行单位", reference="departments:unit_code")
    live_on = day("In use since; the first of the month where only that is known", "启用日期")
    registered_on = day("Entered into the register", "登记日期", nullable=False)
    program_id = text("Programme that paid for it", "项目代码")
    status = code("Status", "状态", ("in_use", "under_construction", "retired"), nullable=False)


class DataExchange(dy.Schema):
    """One exchange with another department (数据交换): a dataset, a case handed over, or a matter handled together."""

    exchange_no = text("Number of the exchange", "交换编号", nullable=False)
    kind = code("Kind", "交换类别", ("dataset", "case_transfer", "co_handling"), nullable=False)
    dataset = text("Dataset or matter", "数据集(事项)", nullable=False)
    partner_org = text("Department at the other end", "对方单位", nullable=False, reference="departments:unit_code")
    direction = code("Received or sent", "方向", ("received", "sent"), nullable=False)
    due_on = day("Due", "应交换日期", planned=True)
    exchanged_on = day("Exchanged", "交换日期", nullable=False)
    rows_sent = count("Rows sent by the giving side", "发送条数", high=10_000_000)
    rows_rejected = count("Rows that the taking side refused", "退回条数", high=10_000_000)
    answered_on = day("Answered by the taking side", "反馈日期")

    @dy.rule()
    def out_of_order__answered_on(cls) -> pl.Expr:
        return in_order("exchanged_on", "answered_on")

    @dy.rule()
    def out_of_range__rows_rejected(cls) -> pl.Expr:
        return (pl.col("rows_rejected") <= pl.col("rows_sent")).fill_null(True)


INVESTMENTS = Feed(
    name="investments", title_zh="经费投入", title_en="Investments", schema=Investment, key="payment_no", event_on="paid_on",
)  # fmt: skip
ASSETS = Feed(
    name="assets", title_zh="装备台账", title_en="Equipment", schema=Asset, key="asset_no", event_on="bought_on",
)  # fmt: skip
POLICY_DOCUMENTS = Feed(
    name="policy_documents", title_zh="制度文件登记", title_en="Policy documents", schema=PolicyDocument,
    key="doc_no", event_on="registered_on",
)  # fmt: skip
SYSTEMS = Feed(
    name="systems", title_zh="信息系统登记", title_en="Information systems", schema=InformationSystem,
    key="system_id", event_on="registered_on",
)  # fmt: skip
DATA_EXCHANGES = Feed(
    name="data_exchanges", title_zh="数据交换登记", title_en="Data exchanges", schema=DataExchange,
    key="exchange_no", event_on="exchanged_on",
)  # fmt: skip
