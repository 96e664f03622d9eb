"""The team and its service a second time: who served in which month, and the sums of posts, training, joint operations and duty."""

import calendar
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.pipeline.recompute.city import UNASSIGNED, City
from tests.pipeline.recompute.records import Landing, Record

Sums = dict[str, dict[tuple[dt.date, str], Any]]
NAMES = (
    "staff_months", "frontline_staff_months", "auxiliary_staff_months", "established_staff_months", "approved_posts",
    "leader_posts", "training_attendances", "training_sessions", "training_hours", "assessments_taken", "assessments_passed",
    "joint_operations", "joint_operation_findings", "key_date_operations", "bureau_led_operations",
    "joint_operation_participations", "duty_shifts", "duty_hours", "stability_hours", "cross_squad_hours",
)  # fmt: skip


def _month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def staff_by_month(landing: Landing, city: City, day: dt.date) -> Iterator[tuple[dt.date, Record]]:
    """(month, entry) for everybody who serves on the last day of a month; of the month under way, on the day itself."""
    roll = [person for person in landing.held_on("staff", day) if person["joined_on"] <= day]
    begins = [dt.date.fromisoformat(text) for (text,) in city.known("squad_areas", ("valid_from",))]
    month = _month(min(begins or [person["joined_on"] for person in roll]))
    while month <= day:
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        for person in roll:
            if person["joined_on"] <= min(last, day) and not _has_left(person, min(last, day)):
                yield month, person
        month = last + dt.timedelta(days=1)


def _has_left(person: Record, day: dt.date) -> bool:
    return person["left_on"] is not None and person["left_on"] <= day


def squad_of(city: City, record: Record, day: dt.date) -> str:
    """The squad that the record names, else the owner of its street on the day."""
    return record["squad_id"] or city.squad(record["street_code"], day)


def team_metrics(landing: Landing, city: City, day: dt.date) -> Sums:
    """All sums of this room."""
    sums: Sums = {name: defaultdict(int) for name in NAMES}
    for month, person in staff_by_month(landing, city, day):
        group = month, person["squad_id"] or UNASSIGNED
        at_front = person["is_frontline"] if person["is_frontline"] is not None else person["squad_id"] is not None
        sums["staff_months"][group] += 1
        sums["frontline_staff_months"][group] += int(at_front)
        sums[f"{person['staff_type']}_staff_months"][group] += 1
    for entry in landing.held_on("establishments", day):
        if entry["valid_from"] <= day and (entry["valid_to"] is None or entry["valid_to"] > day):
            for name in ("approved_posts", "leader_posts"):
                sums[name][_month(entry["valid_from"]), ""] += entry[name] or 0
    _add_training(sums, landing, day)
    _add_operations(sums, landing, city, day)
    for shift in landing.held_on("duty_roster", day):
        if shift["on_duty_on"] <= day:
            group = _month(shift["on_duty_on"]), squad_of(city, shift, shift["on_duty_on"])
            away = shift["squad_id"] and shift["home_squad_id"] and shift["squad_id"] != shift["home_squad_id"]
            sums["duty_shifts"][group] += 1
            sums["duty_hours"][group] += shift["duty_hours"]
            sums["stability_hours"][group] += shift["duty_hours"] * (shift["purpose"] in ("stability", "key_event"))
            sums["cross_squad_hours"][group] += shift["duty_hours"] * bool(away)
    return sums


def _add_training(sums: Sums, landing: Landing, day: dt.date) -> None:
    roll = landing.held_on("staff", day)
    seen: set[str] = set()
    for record in sorted(landing.held_on("training_records", day), key=lambda record: record["record_no"]):
        if record["held_on"] > day:
            continue
        entries = [p for p in roll if p["staff_name"] == record["staff_name"] and p["joined_on"] <= record["held_on"]]
        last = max(entries, key=lambda person: person["joined_on"], default=None)
        squad = last["squad_id"] if last and not _has_left(last, record["held_on"]) else None
        group = _month(record["held_on"]), squad or UNASSIGNED
        session = record["session_no"] or record["record_no"]
        sums["training_attendances"][group] += 1
        sums["training_sessions"][group] += session not in seen
        sums["training_hours"][group] += record["hours"] or 0
        sums["assessments_taken"][group] += record["is_passed"] is not None
        sums["assessments_passed"][group] += bool(record["is_passed"])
        seen.add(session)


def _add_operations(sums: Sums, landing: Landing, city: City, day: dt.date) -> None:
    units = city.codes({"map_reference": "departments.name_zh"}, "unit_code") or {}
    for operation in landing.held_on("joint_operations", day):
        on = operation["operated_on"]
        if on > day:
            continue
        group = _month(on), squad_of(city, operation, on)
        words = [word for word in re.split(r"[、，,;；\s]+", operation["partner_orgs"] or "") if word]
        partners = {units.get(word, "unknown") for word in words} - {operation["lead_org"]}
        sums["joint_operations"][group] += 1
        sums["joint_operation_findings"][group] += operation["findings"] or 0
        sums["key_date_operations"][group] += bool(operation["is_key_date"])
        sums["bureau_led_operations"][group] += operation["lead_org"] in city.bureau
        sums["joint_operation_participations"][group] += len(partners)
