"""`chengguan privacy erase` and `… log`: how a request is asked for and told. What it does stands in `pipelines.steward.erasure`.

Who is meant never stands in the arguments, which the shell's history and the list of processes keep: it is typed unseen, or read from a file.
"""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import datetime as dt
import getpass
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import MARKS, out, print_json, table
from pipelines.cli.nightly import AsJson
from pipelines.errors import InputError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.steward.traces import Found

BASIS = "个人信息保护法第四十七条"
#: What a file may call the things that are known of a person.
WORDS = {"name": "name", "姓名": "name", "phone": "phone", "电话": "phone", "id_number": "id_number", "证件号": "id_number"}  # fmt: skip
_ASKED = (("name", "姓名 / name"), ("phone", "电话 / telephone"), ("id_number", "证件号 / ID number"))


def erase(
    *,
    person: Annotated[Path | None, typer.Option("--person", help="个人信息文件，每行“电话=…”；- 为标准输入 / a file of lines `phone=…`; - is stdin")] = None,
    feed: Annotated[list[str] | None, typer.Option("--feed", help="只限这些数据源 / only these feeds")] = None,
    key: Annotated[str | None, typer.Option("--key", help="记录编号（与一个 --feed 同用） / one record, with one --feed")] = None,
    again: Annotated[Path | None, typer.Option("--list", help="恢复旧备份后，按另存的 erased.jsonl 再删 / after an older backup was restored: the list kept apart")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="接着做完中断的删除 / finish what was broken off")] = False,
    by: Annotated[str | None, typer.Option("--by", help="经办人，默认当前用户 / who does it; the user if left out")] = None,
    basis: Annotated[str, typer.Option("--basis", help="法律依据 / legal basis")] = BASIS,
    request: Annotated[str | None, typer.Option("--request", help="请求编号，缺省自动编号 / number of the request")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="真正删除；缺省只清点 / do it; otherwise it is only counted")] = False,
) -> None:  # fmt: skip
    """应本人要求删除其个人信息（个保法第四十七条）：保险库、落地、入库、隔离；行数不变 / erase a person on request; rows stay, persons go."""
    from pipelines.city import load_city
    from pipelines.landing.erased import Request
    from pipelines.landing.store import read_connection
    from pipelines.orchestration.home import guard_city, night_lock
    from pipelines.steward.erasure import erase as carry_out
    from pipelines.steward.erasure import finish, scrubbed, take_over, unfinished
    from pipelines.steward.traces import Wanted, find

    settings = Settings()
    city = load_city(settings)
    guard_city(settings, city)
    if again is not None or resume:
        with night_lock(settings):
            count = take_over(settings, city, again) if again is not None else len(finish(settings, city))
        out().print(f"{MARKS['ok']} 已执行 {count} 项请求 / {count} requests carried out")
        _what_is_left()
        return
    wanted = Wanted({} if key is not None else _person(person), tuple(feed or ()), key)
    if not yes:
        with read_connection(settings, city.facts.time_zone) as connection:
            found = find(settings, city, connection, wanted)
        _show(settings, found)
        out().print("未作改动；确认后加 --yes / nothing was changed; add --yes to do it")
        return
    number = request or f"ER-{dt.datetime.now(dt.UTC):%Y%m%d}-{secrets.token_hex(3)}"
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0).isoformat()
    with night_lock(settings):
        if unfinished(settings):
            finish(settings, city)
        found = carry_out(
            settings, city, wanted, Request(number, scrubbed(by or getpass.getuser()), scrubbed(basis), now)
        )
    _show(settings, found)
    out().print(f"{MARKS['ok']} 已删除，请求编号 / erased, request: {number}", markup=True)
    _what_is_left()


def log(as_json: AsJson = False) -> None:
    """删除请求的记录：何时、何人、依据、各数据源行数；不含个人信息 / the requests carried out; no personal data."""
    from pipelines.landing.erased import list_path, read_requests

    requests = read_requests(list_path(Settings()))
    if as_json:
        shown = ("request", "at_utc", "by", "basis", "is_done", "counts")
        print_json([{name: getattr(one, name) for name in shown} for one in requests])
        return
    if not requests:
        out().print(f"{MARKS['ok']} 没有删除请求 / no request so far")
        return
    for one in requests:
        mark = MARKS["ok"] if one.is_done else f"{MARKS['warn']} 未完成 unfinished: chengguan privacy erase --resume;"
        out().print(f"{mark} ", end="")
        out().print(f"{one.request} · {one.at_utc} UTC · {one.by} · {one.basis}", markup=False)
        for feed, rows in one.counts.items():
            said = f"落地 landed {rows['landed']:,}, 入库 loaded {rows['loaded']:,}, 隔离 quarantined {rows['quarantined']:,}"
            out().print(f"    {feed}: {said}", markup=False)


def _person(path: Path | None) -> dict[str, str]:
    """{kind: value}, typed unseen or out of a file. No message ever says a value."""
    if path is None and sys.stdin.isatty():
        typed = {
            kind: typer.prompt(f"{words}（可空 may be empty）", default="", hide_input=True, show_default=False)
            for kind, words in _ASKED
        }
        return {kind: said.strip() for kind, said in typed.items() if said.strip()}
    text = sys.stdin.read() if path is None or str(path) == "-" else path.read_text(encoding="utf-8-sig")
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        word, equals, said = line.replace("：", "=").replace(":", "=").partition("=")
        if not line.strip():
            continue
        if not equals or word.strip().lower() not in WORDS or not said.strip():
            raise InputError(
                "个人信息文件的一行不能理解", "a line about the person is not understood", file=path or "-", row=number,
                remedy_zh=f"每行一项，如“电话=…”；可用：{'、'.join(WORDS)}", remedy_en=f"one thing a line, `phone=…`; the words are: {', '.join(WORDS)}",
            )  # fmt: skip
        found[WORDS[word.strip().lower()]] = said.strip()
    return found


def _show(settings: Settings, found: "Found") -> None:
    if not found.counts:
        out().print(f"{MARKS['skip']} 没有找到此人的记录 / no record of this person was found")
        return
    rows = [
        (feed, len(found.keys.get(feed, {})) + len(found.places.get(feed, [])), count["landed"], count["loaded"], count["quarantined"])
        for feed, count in found.counts.items()
    ]  # fmt: skip
    out().print(table("数据源 feed", "记录 records", "落地行 landed", "入库行 loaded", "隔离行 quarantined", rows=rows))
    for source, count in found.sources.items():
        there = " · 收件箱中原文件仍在 still in the inbox" if (settings.inbox_dir / source).is_file() else ""
        out().print(f"  {source}: {count} 行 rows{there}", markup=False)


def _what_is_left() -> None:
    """What a command cannot do: it is said each time, since the request is not met before it is done."""
    for zh, en in (
        ("发布版不含个人信息，无须删除；下一夜重建全部模型：chengguan nightly", "releases hold no person; the next night builds all models anew"),
        ("收件箱、来源系统与导出的隔离工作簿里的原文，请来源单位更正或自行删除", "the inbox, the source and exported workbooks of refused rows still hold originals: have them corrected or delete them"),
        ("旧备份仍含此人：删除，或恢复后用另存的 vault/erased.jsonl 再删（--list）", "older backups still hold the person: delete them, or apply a copy of vault/erased.jsonl after restoring (--list)"),
        ("法律规定须保存的案卷（个保法第四十七条第二款）先停止使用而不删除：用 --feed 限定", "what the law wants kept is not erased yet: narrow with --feed"),
    ):  # fmt: skip
        out().print(f"  · {zh} / {en}", markup=False)
