"""The hotlines: tickets (工单) of 12319, 12345, the bureau's own telephone and web forms."""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, code, day, flag, in_order, moment, text


class HotlineTicket(dy.Schema):
    """One ticket (工单) of 12319, 12345, the bureau's own telephone or a web form."""

    ticket_id = text("Ticket number", "工单编号", nullable=False)
    hotline = code("Line it came in by", "热线", ("12319", "12345", "phone", "web"), nullable=False)
    request_type = code("Type of request", "诉求类型", ("consult", "help", "complaint", "report", "suggestion"))
    title = text("Subject", "标题", free_text=True)
    content = text("What the caller said", "主要内容", free_text=True)
    code_scheme = text("Scheme that the class code belongs to", "分类方案")
    class_code = text("Class, as its scheme codes it", "大类小类代码", reference="event_classes:code_scheme,class_code")
    caller_name = text("Caller", "来电人", personal="name")
    caller_phone = text("Caller's telephone or account", "来电号码", personal="phone")
    address = text("Where it is, in words", "地址", personal="address")
    street_code = text("Street or township, as the city codes it", "街道(乡镇)", reference="streets:street_code")
    unit_code = text("Unit that handles it", "处理部门", reference="departments:unit_code")
    accepted_at = moment("Accepted", "受理时间", nullable=False)
    is_answered_at_once = flag("Answered at once, without being sent to a unit", "是否直接答复")
    responded_at = moment("Caller first contacted by the unit", "首次联系时间")
    due_at = moment("Deadline of the reply", "办理时限", planned=True)
    replied_at = moment("Replied", "回复时间")
    reply = text("The reply", "回复内容", free_text=True)
    closed_at = moment("Closed", "办结时间")
    status = code("Status", "工单状态", ("open", "closed", "cancelled"))
    revisited_on = day("Return visit", "回访日期")
    satisfaction = code("Caller's verdict", "是否满意", ("satisfied", "fairly", "unsatisfied", "unrated"))
    solution = code("Whether the matter was solved, as the caller says", "是否解决", ("solved", "partly", "unsolved"))
    platform_case_no = text("Case that the ticket was sent to the platform as", "转数字城管案卷号")

    @dy.rule()
    def out_of_order__replied_at(cls) -> pl.Expr:
        return in_order("accepted_at", "replied_at")

    @dy.rule()
    def out_of_order__responded_at(cls) -> pl.Expr:
        return in_order("accepted_at", "responded_at")

    @dy.rule()
    def out_of_order__closed_at(cls) -> pl.Expr:
        return in_order("accepted_at", "closed_at")


HOTLINE_TICKETS = Feed(
    name="hotline_tickets", title_zh="热线工单", title_en="Hotline tickets", schema=HotlineTicket,
    key="ticket_id", event_on="accepted_at",
)  # fmt: skip
