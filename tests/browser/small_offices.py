"""What the small release knows of scores, grades and appeals, and of the quality of its feeds.

Belongs here: rows that no case has part in; the cases and what is counted of them stand in `small_release`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]


def evaluation() -> Iterable[tuple[str, Iterable[Row]]]:
    yield (
        "core.dim_period",
        [
            {"period_id": "2023", "period_kind": "year", "starts_on": dt.date(2023, 1, 1)},
            {"period_id": "2024-02", "period_kind": "month", "starts_on": dt.date(2024, 2, 1)},
        ],
    )
    score = [("S1", 91.5, "A", 40), ("S2", 74.0, "C", 30), ("S3", 80.0, None, 12), ("S4", 100.0, None, 3)]
    rows = []
    for period, kind, frozen in (("2023", "year", True), ("2024-02", "month", False)):
        for street, value, grade, filed in score:
            about = {"period_id": period, "period_kind": kind, "starts_on": dt.date(2023, 1, 1) if frozen else dt.date(2024, 2, 1), "object_type": "street", "object_id": street,
                     "is_frozen": frozen, "frozen_on": dt.date(2024, 1, 30) if frozen else None}  # fmt: skip
            rows += [
                {
                    **about,
                    "indicator": "composite",
                    "numerator": value * 100,
                    "denominator": 100.0,
                    "score": value,
                    "grade": grade,
                },
                {
                    **about,
                    "indicator": "filed",
                    "numerator": float(filed),
                    "denominator": None,
                    "score": None,
                    "grade": None,
                },
                {
                    **about,
                    "indicator": "closed_rate",
                    "numerator": filed - 1.0,
                    "denominator": float(filed),
                    "score": None,
                    "grade": None,
                },
            ]
    yield "marts.evaluation", rows
    yield (
        "core.dim_evaluation_weight",
        [
            {
                "object_type": "street",
                "object_id": "",
                "indicator": "closed_rate",
                "weight": 100.0,
                "valid_to": None,
                "source": "测试",
            }
        ],
    )
    yield (
        "core.dim_evaluation_band",
        [
            {"scale": "grade", "low": low, "high": high, "grade": grade, "valid_to": None, "source": "测试"}
            for low, high, grade in ((90.0, None, "A"), (0.0, 90.0, "C"))
        ],
    )
    yield "core.dim_indicator", [{"indicator": "closed_rate", "name_zh": "结案率"}]
    yield "core.dim_department", [{"unit_code": "D1", "name_zh": "部门", "name_en": "Department"}]
    yield (
        "marts.evaluation_restatement",
        [
            {
                "period_id": "2023",
                "object_type": "street",
                "object_id": "S2",
                "indicator": "composite",
                "old_score": 73.0,
                "new_score": 74.0,
                "cause": "appeal",
                "cases_appealed": 1,
                "cases_late": 0,
                "cases_corrected": 0,
            }
        ],
    )
    yield (
        "core.fct_evaluation_appeal",
        [{"submitted_on": dt.date(2023, 5, 1), "submitted": 1, "decided": 1, "upheld": int(at < 2)} for at in range(6)],
    )


def quality(day: dt.date) -> Iterable[tuple[str, Iterable[Row]]]:
    feeds = {
        "platform_cases": ("平台案卷", "Platform cases", "fresh", 5),
        "hotline_tickets": ("热线工单", "Hotline tickets", "late", 0),
    }
    yield "meta.feeds", [{"feed": feed, "title_zh": zh, "title_en": en} for feed, (zh, en, _, _) in feeds.items()]
    yield "meta.quality", [
        {"feed": feed, "all_rows_read": 1000, "all_rows_quarantined": refused, "newest_record_on": day, "expected_on": day, "days_late": 3 * (state == "late"), "freshness": state, "batches_warned": 0, "batches_blocked": 0}
        for feed, (_, _, state, refused) in feeds.items()
    ]  # fmt: skip
    yield (
        "meta.batches",
        [
            {
                "feed": feed,
                "rows_read": 1000,
                "rows_loaded": 1000 - refused,
                "rows_quarantined": refused,
                "rows_dismissed": 0,
                "last_record_on": day,
                "loaded_for_on": day,
            }
            for feed, (_, _, _, refused) in feeds.items()
        ],
    )
    yield (
        "marts.quality_issues",
        [
            {
                "feed": "platform_cases",
                "rule": "bad_date",
                "field": "closed_at",
                "rows": 5,
                "open": 4,
                "replaced": 1,
                "dismissed": 0,
            }
        ],
    )
    yield (
        "core.fct_batch_verdict",
        [
            {
                "feed": "hotline_tickets",
                "judged_for_on": day,
                "measure": "rows",
                "severity": "warn",
                "has_passed": False,
                "message_zh": "比平常少",
                "message_en": "fewer than usual",
            }
        ],
    )
