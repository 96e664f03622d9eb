"""Service day by day: the duty roster (勤务排班) and joint operations with other departments (联合执法).

Who serves stands in `team`. Neither feed names a person.
"""

import dataframely as dy

from pipelines.feeds.base import Feed, amount, code, count, day, flag, text


class DutyShift(dy.Schema):
    """One squad's shift on one day. `squad_id` is where it serves, `home_squad_id` whose people they are."""

    roster_no = text("Number of the shift", "排班编号", nullable=False)
    on_duty_on = day("Day of duty", "勤务日期", nullable=False)
    squad_id = text("Squad in whose area it serves", "执勤中队", reference="squads:squad_id")
    home_squad_id = text("Squad that the people belong to", "所属中队", reference="squads:squad_id")
    purpose = code(
        "Purpose",
        "勤务类别",
        ("city_management", "campaign", "joint_operation", "stability", "key_event"),
        nullable=False,
    )
    patrol_mode = code("By vehicle, on foot or at a post", "勤务方式", ("vehicle", "foot", "post"))
    street_code = text("Street or township", "街道(乡镇)", reference="streets:street_code")
    officers = count("Established officers on duty", "执法人员数", high=500)
    auxiliaries = count("Auxiliaries on duty", "协管员数", high=500)
    duty_hours = amount("Person-hours", "勤务时长(人时)", nullable=False, precision=10)


class JointOperation(dy.Schema):
    """One joint operation, whoever takes part."""

    operation_no = text("Number of the operation", "行动编号", nullable=False)
    operated_on = day("Day of the operation", "行动日期", nullable=False)
    lead_org = text("Lead department", "牵头单位", nullable=False, reference="departments:unit_code")
    partner_orgs = text("Departments taking part, by name in one cell", "参与单位")
    topic = text("Topic", "行动主题")
    campaign_no = text("Campaign it belongs to", "专项整治编号")
    squad_id = text("Squad taking part", "参加中队", reference="squads:squad_id")
    street_code = text("Street or township", "街道(乡镇)", reference="streets:street_code")
    findings = count("Findings", "发现问题数", high=100_000)
    is_key_date = flag("On a key date", "是否重要节点")


DUTY_ROSTER = Feed(
    name="duty_roster", title_zh="勤务排班", title_en="Duty roster", schema=DutyShift,
    key="roster_no", event_on="on_duty_on",
)  # fmt: skip
JOINT_OPERATIONS = Feed(
    name="joint_operations", title_zh="联合执法", title_en="Joint operations", schema=JointOperation,
    key="operation_no", event_on="operated_on",
)  # fmt: skip
