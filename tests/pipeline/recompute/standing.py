"""The metrics of the platform's cases and the hotlines' tickets: what had happened to each of them by the end of the day.

Belongs here: one case and one ticket at a time, flag by flag, from the landed records. Disputed definitions are taken as city.toml has them.
"""

import datetime as dt
from collections import defaultdict
from itertools import pairwise
from typing import Any

from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.closure import cancelled_at, case_deadline, steps_by_case
from tests.pipeline.recompute.records import Landing, Record

Sums = dict[str, dict[tuple[dt.date, str], Any]]
PUBLIC = {"hotline", "phone", "wechat", "web"}
ENDINGS = ("check_pass", "check_fail")


class Steps:
    """A case's steps, in the order in which they were taken."""

    def __init__(self, steps: list[Record]) -> None:
        self._steps = sorted(steps, key=lambda step: (step["operated_at"], step["step_id"]))

    def first(self, action: str) -> dt.datetime | None:
        return next((step["operated_at"] for step in self._steps if step["action"] == action), None)

    def last(self, action: str) -> dt.datetime | None:
        return max((step["operated_at"] for step in self._steps if step["action"] == action), default=None)

    def marks(self, *actions: str) -> list[bool]:
        """Which of these steps the platform marked as over their limit, where it said so."""
        return [
            step["is_timeout"] for step in self._steps if step["action"] in actions and step["is_timeout"] is not None
        ]


def _squads(city: City) -> dict[str, str]:
    return {row["unit_code"]: row["squad_id"] for row in city._tables["departments"] if row["squad_id"]}


def _case(city: City, case: Record, taken: Steps, *, flow: list[Any], end: dt.datetime, squad: str) -> dict[str, int]:
    """The counts to which one case adds, anchored on its reporting (`r_…`) and on its filing."""
    chosen = city.definitions

    def by_now(moment: dt.datetime | None) -> bool:
        return moment is not None and moment < end

    filed, public = by_now(case["filed_at"]), case["channel"] in PUBLIC
    given_up = taken.last("cancel")
    judged = case["filed_at"] or given_up
    limit = dt.timedelta(hours=chosen["verify_limit_hours"])
    refused = case["status"] == "not_accepted" and (given_up is None or given_up < end)
    accepted = case["accepted_at"]
    verify_due = public and by_now(accepted) and (by_now(judged) or accepted + limit <= end)
    counts = {
        "r_reported": 1,
        "r_collector_reported": case["channel"] == "collector",
        "r_valid_reported": case["channel"] == "collector" and filed,
        "r_public_reported": public,
        "r_verify_due": verify_due,
        "r_verified_on_time": verify_due and by_now(judged) and judged <= accepted + limit,
        "r_accepted": by_now(accepted or case["filed_at"]),
        "r_refused": refused,
        "r_filed_of_reported": filed,
    }
    counts["r_filing_base"] = counts["r_accepted" if chosen["filing_denominator"] == "accepted" else "r_reported"]
    if not filed:
        return counts
    counts |= {"filed": 1, "filed_on_time": not any(taken.marks("file")), "public_verified": public}
    if by_now(cancelled_at(case, flow)):
        return counts | {"cancelled": 1}
    term = case_deadline(city, case, flow)
    over = term.due is not None and term.due <= end and not term.stands_still
    dispatched = by_now(case["dispatched_at"])
    handled = case["dispatched_at"] is not None and by_now(case["handled_at"])
    checked, closed = handled and by_now(case["checked_at"]), by_now(case["closed_at"])
    rework = (case["rework_count"] or 0) > 0 and not (taken.first("check_fail") or dt.datetime.min) >= end
    due_or_closed, moved = closed or over, taken.first("redispatch")
    counts |= {
        "cancelled": 0,
        "filed_accurately": 1,
        "dispatch_due": 1,
        "dispatched": dispatched,
        "dispatched_on_time": dispatched and not (taken.marks("dispatch") or [False])[0],
        "dispatched_accurately": not rework
        if chosen["accurate_dispatch"] == "due_minus_rework"
        else dispatched and not by_now(moved),
        "handle_due": dispatched and (handled or over),
        "handled": handled,
        "handled_on_time": handled and term.due is not None and case["handled_at"] <= term.due,
        "overdue_unhandled": dispatched and over and not handled,
        "check_due": handled,
        "checked_on_time": checked and not (taken.marks(*ENDINGS) or [False])[-1],
        "close_due": due_or_closed,
        "closed": closed,
        "closed_on_time": closed and term.due is not None and case["closed_at"] <= term.due,
        "closed_late": closed and term.due is not None and case["closed_at"] > term.due,
        "overdue_open": over and not closed,
        "not_closed": not closed,
        "rework": rework,
        "returned": by_now(taken.first("return")),
        "suspended": (case["suspend_count"] or 0) > 0 and not (taken.first("suspend") or dt.datetime.min) >= end,
        "extended": (case["extension_count"] or 0) > 0 and not (taken.first("extend") or dt.datetime.min) >= end,
        "reopened": by_now(taken.first("reopen")),
        "same_street_handled": handled
        and squad != "unassigned"
        and _squads(city).get(case["unit_code"] or "") == squad,
        "on_time_closing_base": closed if chosen["on_time_closing_denominator"] == "closed" else due_or_closed,
        "rework_base": due_or_closed if chosen["rework_denominator"] == "close_due" else handled,
    }
    for name, counted, until, since in (
        ("dispatch", dispatched, "dispatched_at", "reported_at"),
        ("handling", handled, "handled_at", "dispatched_at"),
        ("closing", closed, "closed_at", "reported_at"),
    ):
        counts[f"{name}_seconds"] = int((case[until] - case[since]).total_seconds()) if counted else 0
    return counts


def platform_metrics(landing: Landing, city: City, day: dt.date) -> Sums:
    """{metric: {(month, squad): value}}."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    flows, steps = steps_by_case(landing, day), defaultdict(list)
    for step in landing.held_on("platform_case_flow", day):
        steps[step["case_id"]].append(step)
    sums: Sums = defaultdict(lambda: defaultdict(int))
    for case in landing.held_on("platform_cases", day):
        if case["reported_at"] >= end:
            continue
        squad = city.squad(case["street_code"], (case["filed_at"] or case["reported_at"]).date())
        key = case["case_id"]
        for name, value in _case(city, case, Steps(steps[key]), flow=flows.get(key, []), end=end, squad=squad).items():
            on = case["reported_at" if name.startswith("r_") else "filed_at"].date().replace(day=1)
            sums["platform_" + name.removeprefix("r_")][on, squad] += int(value)
    return sums


def _lines_of_callers(tickets: list[Record]) -> dict[tuple[Any, ...], list[Record]]:
    """Tickets of one caller, class and street; without a caller or a class nothing can be said."""
    lines = defaultdict(list)
    for ticket in tickets:
        caller = ticket["caller_phone_hash"] or ticket["caller_name_hash"]
        if caller and ticket["code_scheme"] and ticket["class_code"] and ticket["status"] != "cancelled":
            lines[caller, ticket["code_scheme"], ticket["class_code"], ticket["street_code"]].append(ticket)
    return lines


def _repeats(tickets: list[Record], days: int) -> set[str]:
    found = set()
    for line in _lines_of_callers(tickets).values():
        line.sort(key=lambda ticket: (ticket["accepted_at"], ticket["ticket_id"]))
        for before, ticket in pairwise(line):
            if ticket["accepted_at"] <= before["accepted_at"] + dt.timedelta(days=days):
                found.add(ticket["ticket_id"])
    return found


def _ticket(ticket: Record, end: dt.datetime, chosen: Record, repeats: set[str]) -> dict[str, int]:
    if ticket["status"] == "cancelled":
        return {"cancelled": 1}
    replied_at, closed_at, due_at = ticket["replied_at"], ticket["closed_at"], ticket["due_at"]
    replied = (replied_at is not None or ticket["reply"] is not None) and (replied_at is None or replied_at < end)
    closed = (closed_at is not None or ticket["status"] == "closed") and (closed_at is None or closed_at < end)
    visited = ticket["revisited_on"] is None or ticket["revisited_on"] < end.date()
    surveyed = ticket["satisfaction"] in ("satisfied", "fairly", "unsatisfied") and visited
    seconds = int((replied_at - ticket["accepted_at"]).total_seconds()) if replied_at and replied_at < end else None
    pleased = ("satisfied", "fairly") if chosen["satisfied_includes_fairly"] else ("satisfied",)
    at_once, responded_at = ticket["is_answered_at_once"], ticket["responded_at"]
    respond_by = ticket["accepted_at"] + dt.timedelta(hours=chosen["response_limit_hours"])
    responded = responded_at is not None and responded_at < end
    asked = ticket["solution"] is not None and visited
    return {
        "received": 1,
        "cancelled": 0,
        "replied": replied,
        "due": due_at is not None and (closed or due_at <= end),
        "closed": closed,
        "closed_on_time": closed and closed_at is not None and due_at is not None and closed_at <= due_at,
        "closed_and_replied": closed and replied,
        "surveyed": surveyed,
        "satisfied": surveyed and ticket["satisfaction"] in pleased,
        "repeated": ticket["ticket_id"] in repeats,
        "answer_stated": at_once is not None,
        "answered_at_once": at_once is True,
        "response_due": at_once is False and (responded or respond_by <= end),
        "responded_on_time": at_once is False and responded and responded_at <= respond_by,
        "solution_surveyed": asked,
        "solved": asked and ticket["solution"] == "solved",
        "replied_with_time": seconds is not None,
        "replied_within_15_days": seconds is not None and seconds <= 15 * 86_400,
        "replied_within_30_days": seconds is not None and seconds <= 30 * 86_400,
        "reply_seconds": seconds or 0,
    }


def hotline_metrics(landing: Landing, city: City, day: dt.date) -> Sums:
    """{metric: {(month, ''): value}}."""
    chosen = city.definitions
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    tickets = landing.held_on("hotline_tickets", day)
    repeats = _repeats(tickets, chosen["repeat_window_days"])
    sums: Sums = defaultdict(lambda: defaultdict(int))
    for ticket in tickets:
        if ticket["accepted_at"] < end:
            for name, value in _ticket(ticket, end, chosen, repeats).items():
                sums[f"hotline_{name}"][ticket["accepted_at"].date().replace(day=1), ""] += int(value)
    return sums
