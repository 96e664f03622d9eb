"""Closes cases within a second of their deadlines, so that a clock that is wrong by a second shows in the marts.

Belongs here: which cases, and how near. The deadlines are those of `deadlines`; whether these are right is what the comparison shows.
"""

import sqlite3
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from pipelines.settings import PROJECT_ROOT
from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.closure import case_deadline

FORM = "%Y-%m-%d %H:%M:%S"
LAST_CLOSING = datetime(2017, 9, 1)


def close_calls(platform: sqlite3.Connection) -> None:
    """Moves the closing of three in four closed cases to a second before their deadline, right at it, or a second after it."""
    city = City(PROJECT_ROOT / "cities" / "changji")
    cases, flow = city.columns("platform_cases"), city.columns("platform_case_flow")
    steps = defaultdict(list)
    for key, step, action, when in platform.execute(
        "select rec_id, flow_id, operate_type, operate_time from t_case_flow"
    ):
        if action in flow["action"]["map"]:
            steps[key].append((datetime.strptime(when, FORM), step, flow["action"]["map"][action]))
    closed = platform.execute(
        "select * from t_case where archive_time is not null and dispatch_time is not null "
        "and cast(rec_id as integer) < 9000000 order by cast(rec_id as integer)"
    ).fetchall()
    for number, row in enumerate(map(dict, closed)):
        case: dict[str, Any] = {
            "limit_value": row["dispose_limit"],
            "limit_unit": cases["limit_unit"]["map"].get(row["limit_type"]),
            "code_scheme": cases["code_scheme"]["map"][row["type_id"]],
            "class_code": row["small_type_code"],
            "filed_at": _moment(row["inst_time"]),
            "reported_at": _moment(row["create_time"]),
            "dispatched_at": _moment(row["dispatch_time"]),
        }
        due = case_deadline(city, case, steps[row["rec_id"]]).due
        if number % 4 == 3 or due is None or due > LAST_CLOSING:
            continue
        closing = (due + timedelta(seconds=number % 4 - 1)).strftime(FORM)
        handled = min(row["dispose_time"], closing) if row["dispose_time"] else None
        platform.execute(
            "update t_case set archive_time = ?, dispose_time = ? where rec_id = ?", (closing, handled, row["rec_id"])
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.strptime(text, FORM) if text else None
