"""The digital platform (数字城管): its cases (案卷) and the steps each case went through (流程).

Source of names and life cycle: GB/T 30428 as implemented by public platforms; there is no national list of status codes, so
each city maps its own to these.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, amount, code, count, flag, in_order, moment, number, text

CHANNELS = ("collector", "hotline", "phone", "video", "wechat", "leader", "transfer", "web", "other")
LIMIT_UNITS = ("urgent_hours", "work_hours", "work_days", "calendar_days")
STATUSES = (
    "reported", "pending_verify", "pending_register", "not_accepted", "accepted", "pending_dispatch", "dispatched",
    "pending_handle", "handling", "returned", "suspended", "handle_finish", "pending_check", "checking",
    "check_pass", "check_not_pass", "pending_close", "closed", "forced_close", "cancelled",
)  # fmt: skip
STAGES = ("report", "register", "dispatch", "handle", "check", "close")
ACTIONS = (
    "report", "accept", "file", "dispatch", "redispatch", "handle", "return", "suspend", "resume", "extend",
    "check_pass", "check_fail", "close", "force_close", "cancel", "reopen",
)  # fmt: skip


class PlatformCase(dy.Schema):
    """One case of the platform as it stands at the source's last update."""

    case_id = text("Identifier of the case in its source", "案件标识", nullable=False)
    case_no = text("Case number as printed", "案卷号")
    category = code("Component or event", "部件/事件", ("component", "event"), nullable=False)
    code_scheme = text("Scheme that the class code belongs to", "分类方案", nullable=False)
    class_code = text(
        "Class, as its scheme codes it", "大类小类代码", nullable=False,
        reference="event_classes:code_scheme,class_code",
    )  # fmt: skip
    channel = code("Source of the problem", "问题来源", CHANNELS, nullable=False)
    reporter_name = text("Who reported it", "上报人", personal="name")
    reporter_phone = text("Telephone of the reporter", "上报人电话", personal="phone")
    description = text("The problem in words", "问题描述", free_text=True)
    address = text("Where it is, in words", "地址", personal="address")
    x = number("Longitude, degrees", "经度", low=-180, high=180)
    y = number("Latitude, degrees", "纬度", low=-90, high=90)
    grid_code = text("Unit grid, as the city codes it", "单元网格", reference="grids:grid_code")
    street_code = text(
        "Street or township, as the city codes it", "街道(乡镇)", nullable=False, reference="streets:street_code"
    )
    unit_code = text("Unit that handles it", "处置部门", reference="departments:unit_code")
    limit_value = amount("Time limit of the handling", "处置时限", precision=8)
    limit_unit = code("How the limit counts", "时限类型", LIMIT_UNITS)
    reported_at = moment("Reported", "上报时间", nullable=False)
    accepted_at = moment("Accepted by the centre", "受理时间")
    filed_at = moment("Filed", "立案时间")
    dispatched_at = moment("Dispatched to the unit", "派遣时间")
    handled_at = moment("Handling finished", "处置完成时间")
    checked_at = moment("Result checked", "核查时间")
    closed_at = moment("Closed", "结案时间")
    status = code("Status", "案件状态", STATUSES, nullable=False)
    rework_count = count("Times sent back to the same unit after a failed check", "返工次数")
    suspend_count = count("Times suspended", "挂账次数")
    extension_count = count("Times the deadline was extended", "延期次数")
    is_urgent = flag("Urgent", "是否紧急")
    updated_at = moment("Last update at the source", "更新时间", nullable=False)

    @dy.rule()
    def out_of_order__closed_at(cls) -> pl.Expr:
        return in_order("reported_at", "filed_at", "dispatched_at", "handled_at", "closed_at")

    @dy.rule()
    def status_mismatch__status(cls) -> pl.Expr:
        return pl.col("closed_at").is_not_null() == pl.col("status").cast(pl.String).is_in(["closed", "forced_close"])


class PlatformCaseStep(dy.Schema):
    """One step of a case's way through the platform."""

    step_id = text("Identifier of the step in its source", "流程标识", nullable=False)
    case_id = text("Case the step belongs to", "案件标识", nullable=False)
    stage = code("Link of the chain", "环节", STAGES, nullable=False)
    action = code("What was done", "操作类型", ACTIONS, nullable=False)
    operator_name = text("Who did it", "操作人", personal="name")
    operator_unit_code = text("Unit of the operator", "操作部门")
    received_at = moment("Task received", "接收时间")
    operated_at = moment("Step done", "操作时间", nullable=False)
    is_timeout = flag("Over the limit of the step", "是否超时")
    updated_at = moment("Last update at the source", "更新时间", nullable=False)

    @dy.rule()
    def out_of_order__operated_at(cls) -> pl.Expr:
        return in_order("received_at", "operated_at")


PLATFORM_CASES = Feed(
    name="platform_cases", title_zh="数字城管案卷", title_en="Platform cases", schema=PlatformCase,
    key="case_id", event_on="reported_at", version="updated_at",
)  # fmt: skip
PLATFORM_CASE_FLOW = Feed(
    name="platform_case_flow", title_zh="数字城管流程", title_en="Platform case flow", schema=PlatformCaseStep,
    key="step_id", event_on="operated_at", version="updated_at",
)  # fmt: skip
