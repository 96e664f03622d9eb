"""Which number a release gets: one that never named another release of its day.

Belongs here: what was given out, and how that outlives what removes releases. Readers keep answers by the id of a release, and a tool that
connects again would take one release for another of the same name.

What was given out is read off the folders, and kept in `releases/numbers.json` for when they are gone. A restored home does not know what was
published after its backup was made: there, days that had ended by then go on from a number that nobody can have reached.
"""

import datetime as dt
import json
import re
from typing import Any

from pipelines.errors import SetupError
from pipelines.landing.batches import to_disk
from pipelines.settings import Settings

ID = re.compile(r"^(\d{8})\.(\d+)$")
FILE_NAME = "numbers.json"
#: Before the id of a release that is being deleted.
PRUNING = ".tmp-prune-"


def next_id(settings: Settings, as_of: dt.date) -> str:
    """The id of the next release of a day. Raises SetupError where what was given out cannot be read."""
    day = as_of.strftime("%Y%m%d")
    given, book = _in_folders(settings), _book(settings)
    last = max(given.get(day, 0), book["given"].get(day, 0))
    if book["ended_before"] and as_of.isoformat() < book["ended_before"]:
        last = max(last, book["beyond"])
    return f"{day}.{last + 1}"


def order(release_id: str) -> tuple[str, int]:
    """What releases are sorted by: their day, then their number."""
    day, _, number = release_id.partition(".")
    return day, int(number)


def note(settings: Settings) -> None:
    """Keeps the numbers of all releases that there are, or are being deleted. Writes only where that is news, so that old releases can be
    deleted on a full disk."""
    book = _book(settings)
    given = {day: max(number, book["given"].get(day, 0)) for day, number in _in_folders(settings).items()}
    if given.items() - book["given"].items():
        _write(settings, {**book, "given": {**book["given"], **given}})


def restored(settings: Settings, made_at: dt.datetime, now: dt.datetime | None = None) -> None:
    """Notes that the home was put back from a backup of `made_at` (UTC): it may have published anything since, though not more than one release
    a minute. Putting the same backup back once more gives other numbers again."""
    now = now or dt.datetime.now(dt.UTC)
    note(settings)
    book = _book(settings)
    minutes = max(int((now - made_at).total_seconds() // 60), 0) + 1
    beyond = max([book["beyond"], *book["given"].values()]) + minutes
    # Today as well: in a city east of Greenwich it ends earlier than here.
    tomorrow = (now + dt.timedelta(days=1)).date().isoformat()
    _write(settings, {**book, "ended_before": max(tomorrow, book["ended_before"]), "beyond": beyond})


def _in_folders(settings: Settings) -> dict[str, int]:
    """{day: highest number} by the names of folders and not by manifests: the number of a damaged release is not given out again."""
    found: dict[str, int] = {}
    for path in settings.releases.glob("*"):
        if match := ID.match(path.name.removeprefix(PRUNING)):
            found[match[1]] = max(int(match[2]), found.get(match[1], 0))
    return found


def _book(settings: Settings) -> dict[str, Any]:
    path = settings.releases / FILE_NAME
    if not path.exists():
        return {"given": {}, "ended_before": "", "beyond": 0}
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        return {
            "given": {str(day): int(number) for day, number in book["given"].items()},
            "ended_before": str(book["ended_before"]), "beyond": int(book["beyond"]),
        }  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise SetupError(
            "发布版编号记录读不出来", f"what numbers releases were given cannot be read: {cause}", file=path,
            remedy_zh="从备份取回这个文件；没有备份时删除它：已清理的发布版的编号可能再次使用",
            remedy_en="take this file from a backup; where there is none delete it: numbers of releases that were pruned may then come again",
        ) from cause  # fmt: skip


def _write(settings: Settings, book: dict[str, Any]) -> None:
    path = settings.releases / FILE_NAME
    writing = path.with_name(f".writing-{FILE_NAME}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        writing.write_text(json.dumps(book, sort_keys=True) + "\n", encoding="utf-8")
        to_disk(writing)
        writing.replace(path)
    finally:
        writing.unlink(missing_ok=True)
    to_disk(path.parent)
