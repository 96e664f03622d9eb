"""The bureau's own duties: the ledger of daily enforcement and the register of campaigns.

An entry of the ledger is what one squad did in one street on one day of one kind, with a quantity; signboards are counted in pieces (块),
all else in incidents (起), and the two are never added up.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, code, day, in_order, text

ACTION_TYPES = (
    "signboard_cleared",
    "stall",
    "outside_shop",
    "disorderly_placing",
    "large_outdoor_ad",
    "illegal_parking",
    "heavy_vehicle",
)
PIECES, INCIDENTS = "块", "起"


class EnforcementAction(dy.Schema):
    """One entry of the ledger of daily enforcement (日常执法台账)."""

    action_no = text("Number of the entry", "台账编号", nullable=False)
    action_type = code("What was dealt with", "执法类型", ACTION_TYPES, nullable=False)
    object_kind = code("Kind of signboard", "对象类别", ("shop_sign", "light_box", "place_sign"))
    quantity = dy.Int32(nullable=False, min=1, max=10_000, metadata={"zh": "数量"}, description="How many, in its unit")
    unit = code("Unit of the quantity: pieces or incidents", "计量单位", (PIECES, INCIDENTS), nullable=False)
    acted_on = day("Day of the action", "执法日期", nullable=False)
    street_code = text(
        "Street or township, as the city codes it", "街道(乡镇)", nullable=False, reference="streets:street_code"
    )
    squad_id = text("Squad that acted", "执法中队", reference="squads:squad_id")
    outcome = code("What came of it", "处理结果", ("education", "correction_order", "cleared", "penalty", "towed"))
    patrol_mode = code("How it was found", "巡查方式", ("vehicle", "foot"))
    campaign_no = text("Campaign that it was part of", "专项整治编号")

    @dy.rule()
    def unit_mismatch__unit(cls) -> pl.Expr:
        return ((pl.col("action_type") == "signboard_cleared") == (pl.col("unit") == PIECES)).fill_null(True)


class Campaign(dy.Schema):
    """One campaign (专项整治): a stretch of days in which certain problems are dealt with together."""

    campaign_no = text("Number of the campaign", "专项整治编号", nullable=False)
    name = text("Name", "名称", nullable=False)
    topic = code(
        "What it is about",
        "整治主题",
        ("street_trading", "signboards", "barbecue", "parking", "spoil_lorries", "small_ads", "snow"),
        nullable=False,
    )
    lead_org = text("Unit in the lead", "牵头单位", reference="departments:unit_code")
    starts_on = day("First day", "开始日期", nullable=False)
    ends_on = day("Last day", "结束日期", nullable=False, planned=True)
    season = code("Season", "季节", ("spring", "summer", "autumn", "winter"))
    code_scheme = text("Scheme of the class codes", "分类方案")
    class_codes = text("Classes of problems concerned, joined by 、", "涉及事件分类")

    @dy.rule()
    def out_of_order__ends_on(cls) -> pl.Expr:
        return in_order("starts_on", "ends_on")


ENFORCEMENT_ACTIONS = Feed(
    name="enforcement_actions", title_zh="日常执法台账", title_en="Daily enforcement", schema=EnforcementAction,
    key="action_no", event_on="acted_on",
)  # fmt: skip
CAMPAIGNS = Feed(
    name="campaigns", title_zh="专项整治登记", title_en="Campaigns", schema=Campaign,
    key="campaign_no", event_on="starts_on",
)  # fmt: skip
