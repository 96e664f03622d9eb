"""The hotlines: tickets (工单) of 12319, 12345, the bureau's own telephone and web forms; and the calls behind them (话务), day by day."""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, amount, code, count, day, flag, in_order, moment, text


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


class HotlineCalls(dy.Schema):
    """One line on one day in the daily report of a call centre (话务日报): how many called, how many were answered, how soon.

    Whoever hears the announcement and hangs up did not ask for a person; calls are counted from the transfer to human service on.
    """

    report_no = text("Number of the day's report of the line", "日报编号", nullable=False)
    counted_on = day("Day of the calls", "日期", nullable=False)
    hotline = code("Line that was called", "热线", ("12319", "12345", "phone"), nullable=False)
    calls_offered = dy.Int32(
        nullable=False, min=0, max=1_000_000, metadata={"zh": "呼入量(转人工)"}, description="Calls to human service"
    )
    calls_answered = dy.Int32(
        nullable=False, min=0, max=1_000_000, metadata={"zh": "接通量"}, description="Of these, answered"
    )
    answered_within_15s = count("Of these, answered within 15 seconds", "15秒内接通量", high=1_000_000)
    abandoned = count("Calls whose caller hung up while waiting", "放弃量", high=1_000_000)
    mean_wait_seconds = amount("Mean wait of the answered calls, seconds", "平均等待(秒)", precision=9)
    mean_talk_seconds = amount("Mean length of the answered calls, seconds", "平均通话(秒)", precision=9)

    @dy.rule()
    def out_of_range__calls_answered(cls) -> pl.Expr:
        return pl.col("calls_answered") + pl.col("abandoned").fill_null(0) <= pl.col("calls_offered")

    @dy.rule()
    def out_of_range__answered_within_15s(cls) -> pl.Expr:
        return (pl.col("answered_within_15s") <= pl.col("calls_answered")).fill_null(True)


HOTLINE_CALLS = Feed(
    name="hotline_calls", title_zh="热线话务日报", title_en="Calls to the hotlines", schema=HotlineCalls,
    key="report_no", event_on="counted_on",
)  # fmt: skip
HOTLINE_TICKETS = Feed(
    name="hotline_tickets", title_zh="热线工单", title_en="Hotline tickets", schema=HotlineTicket,
    key="ticket_id", event_on="accepted_at",
)  # fmt: skip
