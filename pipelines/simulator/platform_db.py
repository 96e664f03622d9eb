"""The platform as its vendor keeps it: a SQLite file with `t_case` and `t_case_flow`, as they stand at the end of a day.

Belongs here: the vendor's columns and codes, and the broken rows that its users bring about. Column names and codes are the simulated
vendor's; cities/changji/feeds/platform_*.toml says what they mean.
"""

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pipelines.simulator.lives import NODE, Case, Step
from pipelines.simulator.truth import Fault, FeedTruth
from pipelines.simulator.world import DEFAULT_CASES, World

SOURCE = "platform/platform.sqlite"
LIMITS = {"urgent_hours": "J", "work_hours": "G", "work_days": "R", "calendar_days": "Z"}
#: Last step → state of the case, both in the vendor's codes.
STATE = {
    "SB": "10", "SL": "20", "LA": "30", "PQ": "41", "GP": "41", "HT": "32", "CZ": "50", "GZ": "42", "HF": "41", "YQ": "41",
    "HCTG": "60", "HCBTG": "53", "JA": "61", "QZJA": "62", "ZF": "90", "CQ": "41",
}  # fmt: skip
CASE_COLUMNS = (
    "rec_id", "task_num", "type_id", "small_type_code", "small_type_name", "event_src_id", "report_man", "report_tel", "event_desc",
    "address", "coordinate_x", "coordinate_y", "cell_id", "street_id", "dispose_unit_id", "dispose_limit", "limit_type",
    "create_time", "accept_time", "inst_time", "dispatch_time", "dispose_time", "check_time", "archive_time", "act_status",
    "rework_num", "hang_num", "postpone_num", "urgent_flag", "update_time",
)  # fmt: skip
FLOW_COLUMNS = (
    "flow_id", "rec_id", "node_code", "operate_type", "operator", "operator_unit_id", "receive_time", "operate_time",
    "timeout_flag", "opinion", "update_time",
)  # fmt: skip
#: What breaks a row of t_case: (column of the vendor, canonical column, value, rule).
CASE_FAULTS: tuple[tuple[str, str, object, str], ...] = (
    ("small_type_code", "class_code", "9901", "unknown_code"),
    ("street_id", "street_code", "652301099", "unknown_code"),
    ("event_src_id", "channel", "77", "unknown_code"),
    ("cell_id", "grid_code", "652301001999999", "unknown_code"),
    ("create_time", "reported_at", None, "missing_value"),
    ("street_id", "street_code", None, "missing_value"),
    ("accept_time", "accepted_at", "2016-02-30 10:15:00", "bad_date"),
    ("check_time", "checked_at", "0000-00-00 00:00:00", "bad_date"),
    ("dispose_time", "handled_at", "BEFORE", "out_of_order"),
    ("check_time", "checked_at", "2107-05-03 11:20:00", "in_the_future"),
    ("archive_time", "closed_at", None, "status_mismatch"),
    ("coordinate_x", "x", 8730.12, "out_of_range"),
    ("dispose_limit", "limit_value", "两天", "bad_number"),
)
FLOW_FAULTS: tuple[tuple[str, str, object, str], ...] = (
    ("operate_type", "action", "XX", "unknown_code"),
    ("node_code", "stage", None, "missing_value"),
    ("receive_time", "received_at", "2015-11-31 09:00:00", "bad_date"),
    ("receive_time", "received_at", "AFTER", "out_of_order"),
)
FAULT_ROUNDS, FLOW_DUPLICATES = 3, 40


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(" ", "seconds")


def case_row(world: World, case: Case, end: datetime) -> dict[str, Any] | None:
    """The case's record as it stands at the end of a day; None where it is not there yet."""
    seen = [step for step in case.steps if step.done < end]
    if not seen:
        return None
    times: dict[str, datetime] = {}
    count = dict.fromkeys(("HCBTG", "GZ", "YQ"), 0)
    unit: str | None = None
    for step in seen:
        if step.action == "CQ":
            for action in ("CZ", "HC", "JA"):
                times.pop(action, None)
        elif step.action in ("LA", "PQ", "SL"):
            times.setdefault(step.action, step.done)
        else:
            times[{"QZJA": "JA", "HCTG": "HC", "HCBTG": "HC"}.get(step.action, step.action)] = step.done
        if step.action in count:
            count[step.action] += 1
        if step.action in ("PQ", "GP"):
            unit = case.unit
    last = seen[-1]
    state = "21" if last.action == "ZF" and "LA" not in times else STATE[last.action]
    updated = last.done
    row: dict[str, Any] = dict(
        zip(
            CASE_COLUMNS,
            (
                str(case.rec_id), case.case_no, case.category, case.class_code, world.class_names[case.scheme, case.class_code],
                case.channel, case.reporter, case.telephone, case.text, case.address, case.x, case.y, case.grid, case.street,
                unit, case.limit_value, LIMITS[case.limit_unit], _text(case.reported),
                _text(times.get("SL")), _text(times.get("LA")), _text(times.get("PQ")), _text(times.get("CZ")),
                _text(times.get("HC")), _text(times.get("JA")), state,
                count["HCBTG"], count["GZ"], count["YQ"], "1" if case.is_urgent else "0", _text(updated),
            ),
            strict=True,
        )
    )  # fmt: skip
    if case.changed is not None:
        when, _, old = case.changed
        if when < end:
            row["update_time"] = _text(max(when, updated))
        else:
            row["small_type_code"] = old
            row["small_type_name"] = world.class_names[case.scheme, old]
    return row


def flow_row(case: Case, number: int, step: Step) -> dict[str, Any]:
    """One step as the vendor stores it."""
    values = (
        f"{case.rec_id}-{number:02d}", str(case.rec_id), NODE[step.action], step.action, step.operator, step.unit,
        _text(step.received), _text(step.done), "1" if step.timeout else "0", None, _text(step.done),
    )  # fmt: skip
    return dict(zip(FLOW_COLUMNS, values, strict=True))


def broken_cases(world: World, cases: list[Case], as_of: date) -> Iterator[tuple[dict[str, Any], Fault]]:
    """Rows of t_case that no contract can take, each with one fault: test entries, slips and lost fields, with numbers of their own."""
    rng = world.rng("platform-faults")
    models = _models(cases, rng)
    end = datetime.combine(as_of + timedelta(days=1), time())
    for n, (column, name, value, rule) in enumerate(CASE_FAULTS * _rounds(cases)):
        model = rng.choice(models)
        row = case_row(world, model, datetime.max)
        if row is None or model.steps[-1].done >= end:
            continue
        row |= {
            "rec_id": str(9_000_001 + n),
            "task_num": f"{row['task_num']}误",
            "update_time": _text(model.steps[-1].done),
        }
        row[column] = _text(model.reported - timedelta(days=1)) if value == "BEFORE" else value
        yield row, Fault(row["rec_id"], rule, name, None if value is None else str(row[column]), SOURCE)


def broken_steps(world: World, cases: list[Case], as_of: date) -> Iterator[tuple[dict[str, Any], Fault]]:
    """Rows of t_case_flow that no contract can take, beside the right steps of cases that exist."""
    rng = world.rng("flow-faults")
    models = _models(cases, rng)
    end = datetime.combine(as_of + timedelta(days=1), time())
    for n, (column, name, value, rule) in enumerate(FLOW_FAULTS * _rounds(cases)):
        model = rng.choice(models)
        at = rng.randrange(len(model.steps))
        step = model.steps[at]
        if model.steps[-1].done >= end:
            continue
        row = flow_row(model, 90 + n % 10, step) | {"flow_id": f"{model.rec_id}-X{n:02d}"}
        row[column] = _text(step.done + timedelta(hours=5)) if value == "AFTER" else value
        yield row, Fault(row["flow_id"], rule, name, None if value is None else str(row[column]), SOURCE)


def _models(cases: list[Case], rng: Random) -> list[Case]:
    """Closed cases to copy a broken row from; their steps carry all times that can be broken."""
    closed = [case for case in cases if case.kind == "bureau" and case.grid is not None and case.channel != "1"]
    closed = closed or [case for case in cases if case.kind == "bureau"]
    return rng.sample(closed, min(len(closed), 200))


def _rounds(cases: list[Case]) -> int:
    return max(1, round(FAULT_ROUNDS * len(cases) / (DEFAULT_CASES * 1.36)))


def doubled_steps(world: World, cases: list[Case]) -> set[tuple[int, int]]:
    """(case, number) of the steps that the handsets sent twice."""
    rng = world.rng("flow-doubles")
    count = max(1, round(FLOW_DUPLICATES * len(cases) / (DEFAULT_CASES * 1.36)))
    return {(case.rec_id, rng.randrange(len(case.steps))) for case in rng.sample(cases, min(count, len(cases)))}


def write_platform(
    path: Path, world: World, cases: list[Case], calibrated: list[Case], as_of: date
) -> tuple[FeedTruth, FeedTruth]:
    """Writes the database as it stands at the end of the as-of date; gives the truths of its two feeds.

    `calibrated` are the cases up to the day of the report: the troubles are drawn among them, so that they stay where they are when the
    world goes on.
    """
    end = datetime.combine(as_of + timedelta(days=1), time())
    truth, flow_truth = FeedTruth("platform_cases", [SOURCE]), FeedTruth("platform_case_flow", [SOURCE])
    doubles = doubled_steps(world, calibrated)
    rows, steps = [], []
    for case in cases:
        row = case_row(world, case, end)
        if row is None:
            continue
        rows.append(row)
        _count_case(truth, case, row, end)
        for number, step in enumerate(case.steps):
            if step.done >= end:
                break
            steps.append(flow_row(case, number, step))
            if (case.rec_id, number) in doubles:
                steps.append(steps[-1])
                flow_truth.exact_duplicates += 1
    truth.valid(row["rec_id"] for row in rows)
    flow_truth.valid(step["flow_id"] for step in steps)
    for row, fault in broken_cases(world, calibrated, as_of):
        rows.append(row)
        truth.refused(fault)
    for row, fault in broken_steps(world, calibrated, as_of):
        steps.append(row)
        flow_truth.refused(fault)
    _write(path, rows, steps)
    return truth, flow_truth


def _count_case(truth: FeedTruth, case: Case, row: dict[str, Any], end: datetime) -> None:
    closed = row["archive_time"] is not None and case.steps[-1].done < end
    truth.late_closings += closed and case.was_late
    truth.reopened += any(step.action == "CQ" and step.done < end for step in case.steps)
    truth.corrected_in_place += case.changed is not None and case.changed[0] < end
    notes = truth.notes
    for name, holds in (
        (f"{case.kind}_cases", True),
        (f"{case.kind}_closed", closed),
        ("late_if_the_clock_runs_while_suspended", closed and case.was_late_unless_stopped),
        ("suspended", row["hang_num"] > 0),
        ("extended", row["postpone_num"] > 0),
        ("reworked", row["rework_num"] > 0),
        ("free_text_with_personal_data", "，" in case.text),
    ):
        notes[name] = notes.get(name, 0) + holds


def _write(path: Path, rows: list[dict[str, Any]], steps: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.writing")
    temporary.unlink(missing_ok=True)
    connection = sqlite3.connect(temporary, isolation_level=None)
    try:
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        connection.execute("begin")
        for table, columns, records in (("t_case", CASE_COLUMNS, rows), ("t_case_flow", FLOW_COLUMNS, steps)):
            body = ", ".join(f"{name} {_kind(name)}" for name in columns)
            connection.execute(f"create table {table} ({body})")
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"insert into {table} values ({marks})", (tuple(row.values()) for row in records))
            connection.execute(f"create index ix_{table}_update_time on {table} (update_time)")
        connection.execute("commit")
    finally:
        connection.close()
    temporary.replace(path)


def _kind(column: str) -> str:
    if column.startswith("coordinate"):
        return "real"
    if column.endswith("_num") and column != "task_num":
        return "integer"
    return "numeric" if column == "dispose_limit" else "text"
