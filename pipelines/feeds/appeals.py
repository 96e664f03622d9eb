"""Appeals (申诉) of handling units against the evaluation: a case that should not be counted against them, and what was decided."""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, code, day, in_order, text

REASONS = ("wrong_unit", "weather", "construction", "duplicate", "not_a_problem", "other")


class EvaluationAppeal(dy.Schema):
    """One appeal against the counting of one case of the platform."""

    appeal_no = text("Number of the appeal", "申诉编号", nullable=False)
    case_id = text("Case that the appeal is about", "案件标识", nullable=False)
    period_id = text("Reporting period appealed against; empty: every one", "考核期")
    unit_code = text("Unit that appeals", "申诉部门", reference="departments:unit_code")
    reason = code("Reason given", "申诉理由", REASONS, nullable=False)
    submitted_on = day("Submitted", "申诉日期", nullable=False)
    decided_on = day("Decided", "认定日期")
    outcome = code("Excluded from the evaluation, or refused", "认定结果", ("excluded", "refused"))

    @dy.rule()
    def out_of_order__decided_on(cls) -> pl.Expr:
        return in_order("submitted_on", "decided_on")


EVALUATION_APPEALS = Feed(
    name="evaluation_appeals", title_zh="考核申诉", title_en="Appeals against the evaluation", schema=EvaluationAppeal,
    key="appeal_no", event_on="submitted_on",
)  # fmt: skip
