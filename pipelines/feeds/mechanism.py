"""What keeps watch over the penalty cases: the bank's receipts of fines (罚缴分离) and the yearly review of case files (案卷评查).

The cases themselves stand in `case_files`. Fields follow art. 67 to 72 of the Administrative Penalty Law and the pattern of published review
rules: nine basic items, any of which fails the whole file, then 20 points for form and 80 for content.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, amount, code, count, day, in_order, number, text

#: The nine basic items, in the order of the review form: lawful body, qualified officers, transfer where due, sufficient evidence, clear facts,
#: right characterisation, right law, lawful procedure, two officers.
BASIC_ITEMS = tuple(f"J{n}" for n in range(1, 10))


class FineReceipt(dy.Schema):
    """One receipt of the bank that collects fines (银行代收罚款回单); a fine can be paid in several."""

    receipt_no = text("Number of the receipt", "回单号", nullable=False)
    decision_no = text("Number of the decision, as the payer gave it", "处罚决定书文号")
    case_no = text("Number of the case file, where the bank has it", "案件编号")
    paid_on = day("Paid", "缴款日期", nullable=False)
    paid_yuan = amount("Paid towards the fine, yuan", "罚款金额(元)", nullable=False)
    surcharge_yuan = amount("Paid towards the surcharge, yuan", "加处罚款金额(元)")
    collect_mode = code(
        "Paid at the bank, electronically, or to an officer who handed it in",
        "收缴方式",
        ("bank", "e_pay", "on_spot"),
        nullable=False,
    )
    handed_in_on = day("Cash handed in to the bank by the officer", "现场收缴款缴存日期")

    @dy.rule()
    def out_of_order__handed_in_on(cls) -> pl.Expr:
        return in_order("paid_on", "handed_in_on")


class CaseFileReview(dy.Schema):
    """One case file in a review (案卷评查)."""

    review_no = text("Number of the review sheet", "评查编号", nullable=False)
    period = count("Year under review", "评查年度", high=2100)
    org_id = text("Unit whose file it is", "被评单位", nullable=False, reference="departments:unit_code")
    scope = code(
        "Review of the whole city or of the bureau's own squads", "评查范围", ("city", "internal"), nullable=False
    )
    case_no = text("Number of the case file", "案卷编号")
    basic_failures = text("Basic items that fail, J1 to J9 joined by semicolons", "不合格基本项")
    form_score = number("Points for form, of 20", "形式分", low=0, high=20)
    content_score = number("Points for content, of 80", "内容分", low=0, high=80)
    reviewed_on = day("Reviewed", "评查日期", nullable=False)

    @dy.rule()
    def missing_value__period(cls) -> pl.Expr:
        return pl.col("period").is_not_null()

    @dy.rule()
    def unknown_code__basic_failures(cls) -> pl.Expr:
        return pl.col("basic_failures").str.contains(r"^J[1-9](;J[1-9])*$").fill_null(True)


class CaseHandlingReturn(dy.Schema):
    """What one unit handled and closed in the year under review, as it reported it (办案情况报表)."""

    return_no = text("Number of the return", "报表编号", nullable=False)
    period = count("Year under review", "评查年度", high=2100)
    org_id = text("Unit", "单位", nullable=False, reference="departments:unit_code")
    cases_handled = count("Cases handled", "办案数", high=1_000_000)
    cases_closed = count("Of these, closed", "办结数", high=1_000_000)
    reported_on = day("Reported", "填报日期", nullable=False)

    @dy.rule()
    def missing_value__period(cls) -> pl.Expr:
        return pl.col("period").is_not_null()

    @dy.rule()
    def out_of_range__cases_closed(cls) -> pl.Expr:
        return (pl.col("cases_closed") <= pl.col("cases_handled")).fill_null(True)


FINE_RECEIPTS = Feed(
    name="fine_receipts", title_zh="银行代收罚款回单", title_en="Receipts of fines", schema=FineReceipt,
    key="receipt_no", event_on="paid_on",
)  # fmt: skip
CASE_FILE_REVIEWS = Feed(
    name="case_file_reviews", title_zh="案卷评查", title_en="Case-file reviews", schema=CaseFileReview,
    key="review_no", event_on="reviewed_on",
)  # fmt: skip
CASE_HANDLING_RETURNS = Feed(
    name="case_handling_returns", title_zh="办案情况报表", title_en="Returns of cases handled", schema=CaseHandlingReturn,
    key="return_no", event_on="reported_on",
)  # fmt: skip
