"""`chengguan quarantine …`: the steward's desk on the command line. What it does stands in `pipelines.steward`; here is how it is asked and told."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import dataclasses
import datetime as dt
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.console import MARKS, out, print_json, table
from pipelines.cli.nightly import AsJson, Day
from pipelines.errors import InputError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.city import City
    from pipelines.steward.rows import HeldRow, Wanted

app = typer.Typer(
    help="隔离区：查看、导出、改正、搁置 / refused rows: look, export, mend, set aside.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Feed = Annotated[str | None, typer.Option("--feed", help="数据源 / feed")]
Reason = Annotated[str | None, typer.Option("--reason", help="规则名 / rule, e.g. unknown_code")]
Field = Annotated[str | None, typer.Option("--field", help="字段 / field")]
Night = Annotated[
    dt.datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="隔离所属日期 / night that refused them")
]
Ids = Annotated[list[str] | None, typer.Argument(help="行编号 / row ids, as `list` shows them")]


@app.command("list")
def list_rows(
    *,
    feed: Feed = None,
    reason: Reason = None,
    field: Field = None,
    day: Night = None,
    status: Annotated[str, typer.Option("--status", help="open, replaced, dismissed")] = "open",
    everything: Annotated[bool, typer.Option("--all", help="不论状态 / whatever became of them")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多几行 / rows shown")] = 20,
    as_json: AsJson = False,
) -> None:
    """待处理的隔离行：先计数，后逐行 / refused rows that wait: counts, then rows with file, row and reasons."""
    from pipelines.steward.rows import STATUSES, count_reasons, find_rows, open_desk

    wanted = _wanted(feed, reason, field, day, tuple(STATUSES) if everything else (status,))
    with open_desk(Settings()) as con:
        rows, counted = find_rows(con, wanted, limit), count_reasons(con, wanted)
    if as_json:
        by_rule: dict[tuple[str, str], int] = {}
        for of_feed, rule, _, _, count in counted:
            by_rule[of_feed, rule] = by_rule.get((of_feed, rule), 0) + count
        names = ("feed", "rule", "field", "status", "rows")
        print_json({
            "counts": [{"feed": key[0], "rule": key[1], "rows": count} for key, count in by_rule.items()],
            "detailed_counts": [dict(zip(names, line, strict=True)) for line in counted],
            "rows": [line for row in rows for line in _lines(row, wanted)],
        })  # fmt: skip
        return
    if not rows:
        out().print(f"{MARKS['ok']} 隔离区没有这样的行 / no such rows in quarantine")
        return
    out().print(table("数据源 feed", "规则 rule", "字段 field", "状态 status", "行 rows", rows=counted))
    for row in rows:  # lines and not a table: a path and two sentences do not fit into columns of a terminal
        out().print(f"{row.id} · {_place(row)} · {'/'.join(STATUSES[row.status])}", markup=False)
        for said in row.reasons:
            out().print(f"  {_reason(said)}", markup=False)
    out().print("\nchengguan quarantine show ID · export --to FILE.xlsx", markup=False)


@app.command()
def show(
    row_id: Annotated[str, typer.Argument(metavar="ID", help="行编号 / the row's id")], as_json: AsJson = False
) -> None:
    """一行的全部：来源、原样、原因、正确的写法、经过 / all of one row: source, as read, reasons, what would be right, what became of it."""
    from pipelines.city import load_city
    from pipelines.feeds import FEEDS
    from pipelines.landing.canonical import References
    from pipelines.steward.fields import expected
    from pipelines.steward.rows import STATUSES, history, open_desk, rows_named

    settings = Settings()
    city = load_city(settings)
    with open_desk(settings) as con:
        [row] = rows_named(con, [row_id])
        past = history(con, row.row_id)
    feed, profile, references = FEEDS[row.feed], city.feeds.get(row.feed), References(city)
    right = {
        said["column"]: expected(said["column"], profile, references)
        for said in row.reasons if profile and said["column"] in profile.columns
    }  # fmt: skip
    if as_json:
        reasons = [dict(said, expected=right.get(said["column"])) for said in row.reasons]
        print_json({**dataclasses.asdict(row), "reasons": reasons, "history": past})
        return
    console = out()
    console.print(f"{row.id} · {feed.title_zh} {feed.title_en} · {'/'.join(STATUSES[row.status])}", markup=False)
    console.print(f"  {_place(row)} · 隔离于 refused for {row.loaded_for_on} · 批 batch {row.batch_seq}", markup=False)
    console.print("\n原因 reasons")
    for said in row.reasons:
        console.print(f"  {_reason(said)}", markup=False)
        if said["column"] in right:
            console.print("    应为 should be: " + " / ".join(right[said["column"]]), markup=False)
    console.print("\n原样 as read")
    for name, value in row.record.items():
        spec = feed.fields.get(name)
        console.print(f"  {name} ({spec.description_zh if spec else ''}): {value}", markup=False)
    console.print("\n经过 what became of it")
    for act in past:
        told = [f"{act['day']} {act['action']}", f"by {act['by']}", act["why"], act["workbook"]]
        told += [f"→ {act['successor'][:10]}" if act["successor"] else None]
        told += [f"← {act['origin'][:10]}" if act["origin"] else None]
        console.print("  " + " · ".join(said for said in told if said), markup=False)
    if row.status == "replaced" and row.by_batch_id is None:
        console.print(f"  同一记录已由第 {row.replaced_by_seq} 批入库 / loaded since by batch {row.replaced_by_seq}")
    elif not past:
        console.print("  待处理 / it waits")


@app.command()
def export(
    to: Annotated[Path, typer.Option("--to", help="写到 / file.xlsx")],
    *,
    feed: Feed = None,
    reason: Reason = None,
    field: Field = None,
    day: Night = None,
    as_json: AsJson = False,
) -> None:
    """把待处理的行导出为改正表 / write the waiting rows into a workbook to be mended."""
    from pipelines.city import load_city
    from pipelines.steward.rows import find_rows, open_desk
    from pipelines.steward.workbook import write_workbook

    settings = Settings()
    city = load_city(settings)
    with open_desk(settings) as con:
        rows = find_rows(con, _wanted(feed, reason, field, day, ("open",)))
    written = write_workbook(settings, city, to, rows)
    if as_json:
        print_json({"file": to, "rows": written})
        return
    out().print(f"{MARKS['ok']} {to}: {', '.join(f'{name} {count}' for name, count in written.items())}")
    out().print(f"改正后 then: chengguan quarantine replay {to} --by NAME", markup=False)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="改正后的表 / the mended workbook")],
    by: Annotated[str | None, typer.Option("--by", help="改正人，默认登录名 / who mended them; default: login name")] = None,
    force: Annotated[bool, typer.Option("--force", help="已由后来的批次替换的行也重放 / also rows that a later batch replaced")] = False,
    date: Day = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """改正的行按同样的规则重新入库 / bring mended rows back through the same door."""
    from pipelines.steward.replay import replay as bring_back

    settings, city, day = _today(date)
    done = bring_back(settings, city, file, day, by if by is not None else getpass.getuser(), force=force)
    skipped = [
        {"feed": one.feed, "id": left.row.held.id, "line": left.row.line, "zh": left.zh, "en": left.en}
        for one in done for left in one.skipped
    ]  # fmt: skip
    if as_json:
        feeds = [
            {"feed": one.feed, "unchanged": one.unchanged, "batch": vars(one.batch) if one.batch else None}
            for one in done
        ]
        print_json({"feeds": feeds, "skipped": skipped})
        return
    lines = [
        (one.feed, len(one.rows), one.batch.rows_loaded if one.batch else 0,
         one.batch.rows_quarantined if one.batch else 0, one.unchanged, len(one.skipped))
        for one in done
    ]  # fmt: skip
    header = ("数据源 feed", "改正 mended", "入库 loaded", "仍有错 still wrong", "未改动 unchanged", "跳过 skipped")
    out().print(table(*header, rows=lines))
    for left in skipped:
        out().print(f"{left['id']} · {left['feed']} 行 row {left['line']}: {left['zh']}\n  {left['en']}", markup=False)
    if any(one.batch and one.batch.rows_quarantined for one in done):
        out().print("仍有错的行 rows still wrong: chengguan quarantine list", markup=False)


@app.command()
def dismiss(
    ids: Ids = None,
    *,
    by: Annotated[str, typer.Option("--by", help="谁决定的 / who decides")],
    why: Annotated[str, typer.Option("--why", help="原因 / why")],
    feed: Feed = None,
    reason: Reason = None,
    field: Field = None,
    day: Night = None,
    date: Day = None,
    as_json: AsJson = False,
) -> None:
    """搁置不再处理的行，保留谁、何时、为何 / set rows aside for good; who, when and why stay with them."""
    from pipelines.landing.store import write_connection
    from pipelines.steward.decisions import dismiss as set_aside

    settings, city, today = _today(date)
    with write_connection(settings, city.facts.time_zone) as con:
        rows = _chosen(con, ids, _wanted(feed, reason, field, day, ("open",)))
        count = set_aside(con, rows, by=by, why=why, day=today)
    _tell(count, rows, "已搁置", "dismissed", as_json)


@app.command()
def undismiss(
    ids: Ids = None,
    *,
    by: Annotated[str, typer.Option("--by", help="谁决定的 / who decides")],
    why: Annotated[str | None, typer.Option("--why", help="原因 / why")] = None,
    feed: Feed = None,
    reason: Reason = None,
    field: Field = None,
    day: Night = None,
    date: Day = None,
    as_json: AsJson = False,
) -> None:
    """取回已搁置的行 / take rows back that were set aside."""
    from pipelines.landing.store import write_connection
    from pipelines.steward.decisions import undismiss as take_back

    settings, city, today = _today(date)
    with write_connection(settings, city.facts.time_zone) as con:
        rows = _chosen(con, ids, _wanted(feed, reason, field, day, ("dismissed",)))
        count = take_back(con, rows, by=by, why=why, day=today)
    _tell(count, rows, "已取回", "taken back", as_json)


def _wanted(
    feed: str | None, reason: str | None, field: str | None, day: dt.datetime | None, statuses: tuple[str, ...]
) -> "Wanted":
    from pipelines.steward.rows import Wanted

    return Wanted(feed, reason, field, day.date() if day else None, statuses)


def _today(date: dt.datetime | None) -> "tuple[Settings, City, dt.date]":
    """The home, its city, and the business day for which an act counts."""
    from pipelines.city import load_city
    from pipelines.orchestration.days import chosen_day
    from pipelines.orchestration.home import guard_city

    settings = Settings()
    city = load_city(settings)
    guard_city(settings, city)
    return settings, city, chosen_day(city, date.date() if date else None)


def _chosen(con: Any, ids: list[str] | None, wanted: "Wanted") -> "list[HeldRow]":
    """Rows by name, or by filters; one of both, so that a slip does not set everything aside."""
    from pipelines.steward.rows import find_rows, rows_named

    filtered = any((wanted.feed, wanted.rule, wanted.field, wanted.day))
    if bool(ids) == filtered:
        raise InputError(
            "请给出行编号，或给出筛选条件（二者之一）", "name the rows or narrow them down, one of both",
            key="ID, --feed, --reason, --field, --day",
            remedy_zh="行编号见 chengguan quarantine list", remedy_en="`chengguan quarantine list` shows the ids",
        )  # fmt: skip
    return rows_named(con, ids) if ids else find_rows(con, wanted)


def _tell(count: int, rows: "list[HeldRow]", zh: str, en: str, as_json: bool) -> None:
    if as_json:
        print_json({"rows": count, "ids": [row.id for row in rows]})
    elif count:
        out().print(
            f"{MARKS['ok']} {zh} / {en}: {count} ({'、'.join(row.id for row in rows[:10])}{'…' if count > 10 else ''})"
        )
    else:
        out().print(f"{MARKS['skip']} 没有这样的行 / no such rows")


def _lines(row: "HeldRow", wanted: "Wanted") -> list[dict[str, Any]]:
    """One line a reason, for scripts; of a row with several only those that were asked for."""
    told = {"id": row.id, "feed": row.feed, "source": row.source, "sheet": row.sheet, "row": row.row, "key": row.key,
            "status": row.status, "day": row.loaded_for_on, "batch": row.batch_seq}  # fmt: skip
    return [
        {**told, **said} for said in row.reasons
        if wanted.rule in (None, said["rule"]) and wanted.field in (None, said["column"])
    ]  # fmt: skip


def _place(row: "HeldRow") -> str:
    places = (("", row.source), ("表 sheet ", row.sheet), ("行 row ", row.row), ("键 key ", row.key))
    return " · ".join(f"{label}{said}" for label, said in places if said is not None)


def _reason(said: dict[str, Any]) -> str:
    value = f"{said['column'] or ''} = {said['value']}" if said["value"] is not None else said["column"] or ""
    return f"[{said['rule']}] {value}\n    {said['message_zh']} {said['message_en']}"
