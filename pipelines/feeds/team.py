"""The team (一支队伍): the register of organisations, posts, staff, training, and the city's statistics that posts are held against.

What the team does day by day stands in `service`. A register is kept by entries: what changes gets a new entry, and the old one an end.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, amount, code, count, day, flag, in_order, text

STAFF_TYPES = ("established", "auxiliary")


class Organisation(dy.Schema):
    """One entry of the register of organisations (机构登记); an organisation has a new one whenever something about it changes."""

    entry_no = text("Number of the entry", "登记编号", nullable=False)
    org_id = text("Organisation", "机构代码", nullable=False, reference="departments:unit_code")
    name_zh = text("Name, as approved", "机构名称", nullable=False)
    alias_zh = text("Other name in use", "别名")
    kind = code("Kind of organisation", "机构性质", ("bureau", "institution", "squad"))
    grade = code("Administrative grade", "机构规格", ("section", "deputy_section"))
    parent_id = text("Organisation above it", "上级机构代码")
    seat_street_code = text("Street or township of its seat", "驻地街道(乡镇)", reference="streets:street_code")
    change = code(
        "What the entry records", "登记事项", ("founded", "organisation_plan", "alias", "other"), nullable=False
    )
    established_on = day("Organisation established", "成立日期")
    approved_by = text("Approved by", "批准机关")
    approved_on = day("Approved", "批准日期")
    basis = text("Document or reason", "依据")
    valid_from = day("First day on which the entry holds", "生效日期", nullable=False)
    valid_to = day("First day on which it no longer holds", "失效日期")

    @dy.rule()
    def out_of_order__valid_to(cls) -> pl.Expr:
        return in_order("valid_from", "valid_to")


class Establishment(dy.Schema):
    """One entry of the register of posts (编制): how many an organisation is allowed, from when until when."""

    entry_no = text("Number of the entry", "编制编号", nullable=False)
    org_id = text("Organisation", "机构代码", nullable=False, reference="departments:unit_code")
    staff_type = code("Kind of staff", "人员类别", STAFF_TYPES, nullable=False)
    approved_posts = count("Approved posts", "核定编制数")
    leader_posts = count("Of these, leading posts", "领导职数")
    basis = text("Document", "依据")
    valid_from = day("First day on which the entry holds", "生效日期", nullable=False)
    valid_to = day("First day on which it no longer holds", "失效日期")

    @dy.rule()
    def out_of_order__valid_to(cls) -> pl.Expr:
        return in_order("valid_from", "valid_to")

    @dy.rule()
    def out_of_range__leader_posts(cls) -> pl.Expr:
        return (pl.col("leader_posts") <= pl.col("approved_posts")).fill_null(True)


class Staff(dy.Schema):
    """One entry of the roll of staff (人员花名册): a person in one post. Whoever changes squad gets a new entry."""

    staff_no = text("Number of the entry", "人员编号", nullable=False)
    staff_name = text("Name", "姓名", personal="name", nullable=False)
    org_id = text("Organisation", "所属单位", nullable=False, reference="departments:unit_code")
    squad_id = text("Squad, if in one", "所在中队", reference="squads:squad_id")
    staff_type = code("Kind of staff", "人员类别", STAFF_TYPES, nullable=False)
    is_frontline = flag("At the front line", "是否一线")
    position = text("Position", "职务")
    enforcement_cert_no = text("Number of the enforcement certificate", "执法证号", personal="id_number")
    joined_on = day("Joined", "到岗日期", nullable=False)
    left_on = day("Left: first day no longer in service", "离岗日期")

    @dy.rule()
    def out_of_order__left_on(cls) -> pl.Expr:
        return in_order("joined_on", "left_on")


class TrainingRecord(dy.Schema):
    """One person in one training, examination or assessment (培训考核)."""

    record_no = text("Number of the record", "记录编号", nullable=False)
    session_no = text("Training class or round of assessment", "班次")
    staff_name = text("Name", "姓名", personal="name", nullable=False)
    held_on = day("Held", "日期", nullable=False)
    kind = code(
        "Training, examination or assessment of conduct", "类别", ("training", "exam", "conduct"), nullable=False
    )
    standard = code(
        "Standard of conduct that was assessed", "考核标准", ("political", "discipline", "competence", "style")
    )
    topic = text("Topic", "内容")
    hours = amount("Hours", "学时", precision=8)
    score = count("Score, of 100", "成绩", high=100)
    is_passed = flag("Passed", "是否合格")


class CityStatistic(dy.Schema):
    """One line of the city's statistics (城市统计): the whole city, or one street, in one year."""

    stat_no = text("Number of the line", "统计编号", nullable=False)
    stat_year = count("Year", "年度", high=2100)
    street_code = text("Street or township; empty for the whole city", "街道(乡镇)", reference="streets:street_code")
    population = count("Population", "总人口", high=100_000_000)
    built_up_area_km2 = amount("Built-up area, km²", "建成区面积(平方公里)")
    published_on = day("Published", "发布日期", nullable=False)


ORGANISATIONS = Feed(
    name="organisations", title_zh="机构登记", title_en="Organisations", schema=Organisation,
    key="entry_no", event_on="valid_from",
)  # fmt: skip
ESTABLISHMENTS = Feed(
    name="establishments", title_zh="编制", title_en="Posts", schema=Establishment,
    key="entry_no", event_on="valid_from",
)  # fmt: skip
STAFF = Feed(
    name="staff", title_zh="人员花名册", title_en="Staff", schema=Staff, key="staff_no", event_on="joined_on",
)  # fmt: skip
TRAINING_RECORDS = Feed(
    name="training_records", title_zh="培训考核", title_en="Training and assessment", schema=TrainingRecord,
    key="record_no", event_on="held_on",
)  # fmt: skip
CITY_STATISTICS = Feed(
    name="city_statistics", title_zh="城市统计", title_en="City statistics", schema=CityStatistic,
    key="stat_no", event_on="published_on",
)  # fmt: skip
