"""The room of powers and the clues of police video: every metric, one record at a time."""

import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal

from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.records import Landing, Record

Sums = dict[str, dict[tuple[dt.date, str], Decimal | int]]


def _holds(record: Record, day: dt.date) -> bool:
    begun: bool = record["valid_from"] <= day
    return begun and (record["valid_to"] is None or record["valid_to"] > day)


def _items(landing: Landing, day: dt.date, sums: Sums) -> None:
    for item in landing.held_on("power_items", day):
        if not _holds(item, day):
            continue
        month = item["valid_from"].replace(day=1)
        approved = item["approval_org"] is not None
        judged = approved and item["power_type"] != "permit"
        for name, counts in {
            "power_items_in_force": True,
            "power_items_published": item["published_on"] is not None and item["published_on"] <= day,
            "power_items_complete": all(item[part] for part in ("basis", "duty", "accountability")),
            "approval_items": approved,
            "approval_items_with_rule": approved and item["supervision_rule"] is not None,
            "approval_items_with_supervisor": approved and item["supervising_org"] is not None,
            "approval_items_judged": judged,
            "approval_items_separate": judged and item["exercising_org"] not in (None, item["approval_org"]),
        }.items():
            sums[name][month, ""] += int(counts)


def _reviews(landing: Landing, day: dt.date, sums: Sums) -> None:
    for review in landing.held_on("power_item_reviews", day):
        if review["submitted_on"] > day or review["reviewed_on"] is None or review["reviewed_on"] > day:
            continue
        key = (review["submitted_on"].replace(day=1), "")
        sums["power_review_entries"][key] += 1
        if review["finding_type"] in (None, "none"):
            continue
        sums["power_review_findings"][key] += 1
        if review["is_resolved"] and (review["resolved_on"] is None or review["resolved_on"] <= day):
            sums["power_review_findings_resolved"][key] += 1


def _coverage(landing: Landing, city: City, day: dt.date, sums: Sums) -> None:
    entries = [entry for entry in landing.held_on("responsibilities", day) if _holds(entry, day)]
    primary = [entry for entry in entries if entry["is_primary"]]
    month = (day.replace(day=1), "")
    for scheme, code in city.known("event_classes", ("code_scheme", "class_code")):
        of_class = [
            e for e in primary if e["class_code"] is None or (e["code_scheme"], e["class_code"]) == (scheme, code)
        ]
        for (street,) in city.known("streets", ("street_code",)) if entries else ():
            units = {entry["org_id"] for entry in of_class if entry["street_code"] in (None, street)}
            sums["responsibility_pairs"][month] += 1
            sums["responsibility_pairs_with_one_primary"][month] += int(len(units) == 1)
            sums["responsibility_pairs_with_none"][month] += int(not units)


def exercised_items(landing: Landing, city: City, day: dt.date) -> list[tuple[Record, str | None]]:
    """Each penalty case with its penalty item: the one whose code it has, else the only one in force that is about the class with the
    longest name in the cause."""
    of_class: dict[str, list[str]] = defaultdict(list)
    listed = [item for item in landing.held_on("power_items", day) if item["power_type"] == "penalty"]
    for item in listed:
        if _holds(item, day):
            for code in {code for code in re.split(r"[、，,;；\s]+", item["class_codes"] or "") if code}:
                of_class[f"{item['code_scheme']}.{code}"].append(item["item_id"])
    names = [
        (name, f"{scheme}.{code}")
        for scheme, code, name, kind in city.known(
            "event_classes", ("code_scheme", "class_code", "name_zh", "category")
        )
        if kind == "event"
    ]
    codes = {item["item_id"] for item in listed}
    found: list[tuple[Record, str | None]] = []
    for case in landing.held_on("penalty_cases", day):
        if case["filed_on"] > day:
            continue
        said = [(len(name), event_class) for name, event_class in names if name in (case["cause"] or "")]
        about = of_class[max(said)[1]] if said else []
        if case["power_item_code"] in codes:
            found.append((case, case["power_item_code"]))
        else:
            found.append((case, about[0] if len(about) == 1 else None))
    return found


def _exercises(landing: Landing, city: City, day: dt.date, sums: Sums) -> None:
    for case, item in exercised_items(landing, city, day):
        squad = case["squad_id"] or city.squad(case["street_code"], case["filed_on"])
        key = (case["filed_on"].replace(day=1), squad)
        sums["power_exercise_cases"][key] += 1
        sums["power_exercises_attributed"][key] += int(item is not None)


def _clues(landing: Landing, city: City, day: dt.date, sums: Sums) -> None:
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    cases = {case["case_no"] for case in landing.held_on("platform_cases", day) if case["reported_at"] < end}
    for clue in landing.held_on("video_clues", day):
        seen, forwarded = clue["seen_at"], clue["forwarded_at"]
        if seen >= end:
            continue
        key = (seen.date().replace(day=1), city.squad(clue["street_code"], seen.date()))
        sums["video_clue_count"][key] += 1
        sums["video_clues_became_case"][key] += int(
            clue["platform_case_no"] is not None and clue["platform_case_no"] in cases
        )
        if forwarded is not None and forwarded < end:
            hours = Decimal(int((forwarded - seen).total_seconds())) / 3600
            sums["video_clues_forwarded"][key] += 1
            sums["video_clue_forwarding_hours"][key] += hours.quantize(Decimal("0.0001"))


def powers(landing: Landing, city: City, day: dt.date) -> Sums:
    """All sums of this room, zeros among them."""
    names = (
        "power_items_in_force", "power_items_published", "power_items_complete", "approval_items", "approval_items_with_rule",
        "approval_items_with_supervisor", "approval_items_judged", "approval_items_separate", "power_review_entries",
        "power_review_findings", "power_review_findings_resolved", "responsibility_pairs",
        "responsibility_pairs_with_one_primary", "responsibility_pairs_with_none", "power_exercise_cases",
        "power_exercises_attributed", "video_clue_count", "video_clues_became_case", "video_clues_forwarded",
        "video_clue_forwarding_hours",
    )  # fmt: skip
    sums: Sums = {name: defaultdict(int) for name in names}
    _items(landing, day, sums)
    _reviews(landing, day, sums)
    _coverage(landing, city, day, sums)
    _exercises(landing, city, day, sums)
    _clues(landing, city, day, sums)
    return sums
