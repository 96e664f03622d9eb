"""Random records around a few nights of September 2017, most of which have what is asked of them and some not.

Belongs here: what a record of each feed holds. When it comes and in which versions says the test.
"""

import datetime as dt
import random
from typing import Any

FIRST = dt.date(2017, 9, 8)
STREETS = ["652301001", "652301006", "652301104", "652301400"]
CELLS = ["652301001001001", "652301001001002", "652301001002001"]
Row = dict[str, Any]


def moment(rng: random.Random, after: dt.datetime = dt.datetime(2017, 8, 20), hours: int = 600) -> dt.datetime:
    """Up to a day after the last night: some records are of a day that has not come yet."""
    return after + dt.timedelta(minutes=rng.randrange(hours * 60))


def case(rng: random.Random) -> Row:
    # Some are of an earlier year, so that a version can be all that a night changes of its month.
    reported = moment(rng) if rng.random() < 0.9 else moment(rng, dt.datetime(2016, 1, 10), 365 * 24)
    status = rng.choice(["closed", "handling", "cancelled", "pending_dispatch"])
    filed = moment(rng, reported, 30)
    dispatched = None if status == "pending_dispatch" else moment(rng, filed, 30)
    handled = moment(rng, dispatched, 100) if dispatched and rng.random() < 0.6 else None
    limited = rng.random() < 0.7
    return {
        "status": status, "category": "event", "code_scheme": "GBT30428_2", "class_code": rng.choice(["0101", "0203"]),
        "channel": rng.choice(["phone", "collector"]), "street_code": rng.choice(STREETS), "unit_code": rng.choice(["CGZD01", "HWC", None]),
        "limit_value": rng.randint(1, 9) if limited else None,
        "limit_unit": rng.choice(["urgent_hours", "work_hours", "work_days", "calendar_days"]) if limited else None,
        "reported_at": reported, "accepted_at": moment(rng, reported, 20), "filed_at": filed if rng.random() < 0.8 else None,
        "dispatched_at": dispatched, "handled_at": handled, "checked_at": handled and moment(rng, handled, 30),
        "closed_at": moment(rng, reported, 200) if status == "closed" else None,
        "rework_count": rng.randint(0, 2), "suspend_count": rng.randint(0, 1), "updated_at": moment(rng),
        "grid_code": rng.choice([*CELLS, None]),
    }  # fmt: skip


def step(rng: random.Random) -> Row:
    return {
        # Few cases have all the steps, so that some have several: a case that was stopped and went on.
        "case_id": f"{rng.randrange(200)}", "stage": "handle", "operated_at": moment(rng), "updated_at": moment(rng),
        "action": rng.choice(["suspend", "resume", "suspend", "resume", "handle", "cancel", "reopen", "return", "redispatch", "check_fail"]),
        "is_timeout": rng.choice([True, False, None]),
    }  # fmt: skip


def appeal(rng: random.Random) -> Row:
    """Each version may be about another case."""
    submitted = FIRST - dt.timedelta(days=rng.randint(-3, 10))
    is_decided = rng.random() < 0.8
    return {
        "case_id": f"{rng.randrange(900)}", "period_id": rng.choice([None, "2017-08", "2017-09"]), "reason": "weather", "submitted_on": submitted,
        "decided_on": submitted + dt.timedelta(days=rng.randint(0, 4)) if is_decided else None,
        "outcome": rng.choice(["excluded", "excluded", "refused"]) if is_decided else None,
    }  # fmt: skip


def ticket(rng: random.Random) -> Row:
    accepted = moment(rng)
    return {
        "hotline": rng.choice(["12319", "phone"]), "caller_phone_hash": rng.choice("abcd"), "accepted_at": accepted,
        "code_scheme": "GBT30428_2", "class_code": rng.choice(["0101", "0203"]), "street_code": STREETS[0],
        "replied_at": moment(rng, accepted, 100), "status": rng.choice(["closed", "open", "cancelled"]),
    }  # fmt: skip


def penalty(rng: random.Random) -> Row:
    filed = moment(rng).date()
    return {
        "procedure": rng.choice(["general", "summary"]), "street_code": rng.choice(STREETS), "filed_on": filed,
        "squad_id": rng.choice(["ZD02", None]), "decided_on": filed, "fine_yuan": rng.randint(50, 900),
        "officer_1_hash": rng.choice("xyz"), "officer_2_hash": rng.choice(["x", None]),
    }  # fmt: skip


def building(rng: random.Random) -> Row:
    return {
        "street_code": rng.choice(STREETS), "area_type": rng.choice(["urban_area", "town_village"]),
        "discovered_on": moment(rng).date(), "stock_type": rng.choice(["existing", "new"]),
    }  # fmt: skip


def demolition(rng: random.Random) -> Row:
    return {
        "building_case_no": f"{rng.randrange(30)}", "street_code": rng.choice([STREETS[0], None]),
        "demolished_on": moment(rng).date(), "demolished_area_m2": rng.randint(10, 900),
    }  # fmt: skip
