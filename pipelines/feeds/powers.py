"""The list of powers (权责清单), its review (三报三审) and the matrix of who answers for what (职责分工).

Fields follow the columns that published lists of powers and responsibilities have. The categories of power are a city's own and stand in its
`reference/power_domains.csv`; kinds of power, findings and roles are the same everywhere.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, code, day, flag, in_order, text

POWER_TYPES = (
    "permit", "penalty", "coercion", "levy", "benefit", "inspection", "confirmation", "reward", "ruling", "other",
)  # fmt: skip
FINDINGS = ("none", "not_standardised", "wrongly_divided", "incomplete", "duty_missing")
REVIEWERS = ("bureau", "related_unit", "legal_office", "expert", "scholar")
ROLES = ("territorial", "sector", "coordinating", "enforcing", "supervising")
UNIT = "departments:unit_code"


class PowerItem(dy.Schema):
    """One item of the list of powers and duties (权责事项)."""

    item_id = text("Number of the item", "事项编码", nullable=False)
    item_name = text("Name of the item", "事项名称", nullable=False)
    power_type = code("Kind of power", "权力类型", POWER_TYPES, nullable=False)
    major_item = text("Major item it belongs to", "所属大项", nullable=False)
    power_domain = text("Category of penalty power", "所属领域", nullable=False, reference="power_domains:power_domain")
    power_group = text("Item of penalty power (项) within its category", "处罚权分项")
    is_full_scope = flag("Whether the whole of the power was handed over, or a part", "全部/部分")
    code_scheme = text("Scheme that the class codes belong to", "分类方案")
    class_codes = text("Event classes concerned, joined by semicolons or commas", "对应事件类别")
    basis = text("Legal basis", "实施依据")
    duty = text("Duties that go with it", "责任事项")
    accountability = text("What one is held to account for", "追责情形")
    original_org = text("Department it was handed over from", "划转来源部门", reference=UNIT)
    approval_org = text("Unit that approves", "审批部门", reference=UNIT)
    supervising_org = text("Unit that supervises", "监管部门", reference=UNIT)
    supervision_rule = text("Rule of supervision made for it", "监管办法")
    exercising_org = text("Unit that exercises it", "行使主体", reference=UNIT)
    status = code("In force or repealed", "状态", ("in_force", "repealed"))
    valid_from = day("In force from", "生效日期", nullable=False, planned=True)
    valid_to = day("In force until (exclusive)", "失效日期", planned=True)
    published_on = day("Published", "公示日期")

    @dy.rule()
    def out_of_order__valid_to(cls) -> pl.Expr:
        return in_order("valid_from", "valid_to")


class PowerItemReview(dy.Schema):
    """One finding, or none, of one round of review of an item (三报三审)."""

    review_no = text("Number of the entry", "评审编号", nullable=False)
    item_id = text("Item reviewed", "事项编码", nullable=False)
    round_no = dy.Int32(nullable=False, min=1, max=3, metadata={"zh": "轮次"}, description="Round, 1 to 3")
    submitted_on = day("Submitted", "报送日期", nullable=False)
    reviewed_on = day("Reviewed", "审核日期")
    reviewer_role = code("Who reviewed it", "评审方", REVIEWERS)
    finding_type = code("What was found", "问题类型", FINDINGS)
    resolved_on = day("Put right", "整改日期")
    is_resolved = flag("Whether it is put right", "是否整改")

    @dy.rule()
    def out_of_order__reviewed_on(cls) -> pl.Expr:
        return in_order("submitted_on", "reviewed_on", "resolved_on")


class Responsibility(dy.Schema):
    """One entry of the matrix: who answers for a class of events, or for all, in a street, or in every one."""

    entry_no = text("Number of the entry", "条目编号", nullable=False)
    code_scheme = text("Scheme that the class code belongs to; empty: all classes", "分类方案")
    class_code = text(
        "Class of events; empty: all", "事件类别", reference="event_classes:code_scheme,class_code",
    )  # fmt: skip
    street_code = text("Street or township; empty: every one", "街道(乡镇)", reference="streets:street_code")
    org_id = text("Unit that answers for it", "责任单位", nullable=False, reference=UNIT)
    role = code("In which role", "责任类型", ROLES, nullable=False)
    is_primary = flag("Whether the unit is the primary one", "是否主责")
    valid_from = day("From", "起始日期", nullable=False, planned=True)
    valid_to = day("Until (exclusive)", "终止日期", planned=True)

    @dy.rule()
    def out_of_order__valid_to(cls) -> pl.Expr:
        return in_order("valid_from", "valid_to")


POWER_ITEMS = Feed(
    name="power_items", title_zh="权责清单", title_en="List of powers", schema=PowerItem,
    key="item_id", event_on="valid_from",
)  # fmt: skip
POWER_ITEM_REVIEWS = Feed(
    name="power_item_reviews", title_zh="权责清单评审", title_en="Reviews of the list of powers", schema=PowerItemReview,
    key="review_no", event_on="submitted_on",
)  # fmt: skip
RESPONSIBILITIES = Feed(
    name="responsibilities", title_zh="职责分工", title_en="Responsibilities", schema=Responsibility,
    key="entry_no", event_on="valid_from",
)  # fmt: skip
