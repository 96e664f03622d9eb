"""Headers as makers of different systems write them, here and abroad: each column finds its field, or none where we have none."""

import pytest

from tests.unit.conftest import Make

HOTLINE = {
    "工单流水号": ("T1", "ticket_id"), "诉求来源": ("微信", "hotline"), "诉求类别": ("投诉", "request_type"), "诉求主题": ("路灯", "title"),
    "诉求详情": ("路灯坏了很久", "content"), "诉求人姓名": ("王强", "caller_name"), "诉求人电话": ("13900000001", "caller_phone"),
    "所在镇街": ("河东街道", "street_code"), "主办部门": ("城管局", "unit_code"), "登记日期": ("2024-03-01 08:00:00", "accepted_at"),
    "要求完成时间": ("2024-03-06 08:00:00", "due_at"), "办结时间": ("2024-03-03 08:00:00", "closed_at"), "当前环节状态": ("已办结", "status"),
}  # fmt: skip
PLATFORM = {
    "任务编号": ("R1", "case_id"), "案件来源": ("监督员上报", "channel"), "部件/事件": ("事件", "category"), "小类名称": ("店外经营", "class_code"),
    "所属街道": ("河东街道", "street_code"), "X坐标": ("87.3", "x"), "Y坐标": ("44.1", "y"), "上报时间": ("2024-03-01 08:00:00", "reported_at"),
    "处置截止时间": ("2024-03-02 08:40:00", None), "结案时间": ("2024-03-01 12:40:00", "closed_at"), "办理阶段": ("结案", "status"),
    "最后更新时间": ("2024-03-02 08:40:00", "updated_at"),
}  # fmt: skip
ABROAD = {
    "SR_NUMBER": ("SR20-1", "ticket_id"), "SR_TYPE": ("Pothole", "class_code"), "OWNER_DEPARTMENT": ("Streets", "unit_code"),
    "STATUS": ("Completed", "status"), "ORIGIN": ("Phone", "hotline"), "CREATED_DATE": ("01/13/2020 01:02:03 PM", "accepted_at"),
    "LAST_MODIFIED_DATE": ("01/16/2020 01:02:03 PM", None), "CLOSED_DATE": ("01/16/2020 01:02:03 PM", "closed_at"),
    "COMMUNITY_AREA": ("32", "street_code"), "LATITUDE": ("41.8", None),
}  # fmt: skip


@pytest.mark.parametrize(
    ("feed", "columns"), [("hotline_tickets", HOTLINE), ("platform_cases", PLATFORM), ("hotline_tickets", ABROAD)]
)
def test_exports_of_many_makers_are_understood(
    make: Make, feed: str, columns: dict[str, tuple[str, str | None]]
) -> None:
    lines = [",".join(columns), *[",".join(value for value, _ in columns.values())] * 3]
    draft = make(feed, "\n".join(lines) + "\n")
    # A column may serve another field for want of one of its own; what it is for comes with the surer proposal.
    others = {"platform_cases": {"filed_at"}}.get(feed, set())
    placed = {one.headers[0]: name for name, one in draft.placed.items() if one.headers and name not in others}
    assert {header: placed.get(header) for header in columns} == {
        header: field for header, (_, field) in columns.items()
    }
