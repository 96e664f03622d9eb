"""Thirty-odd ways in which a delivery goes wrong, each planted into an ordinary day: by which check it is caught, and what is seen of it.

Two towns' worth of history come first: a ledger of demolitions and a list of hotline tickets, a file a day for two weeks.
"""

import datetime as dt
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from pydantic import SecretStr

from pipelines.city import load_city
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import read_connection
from pipelines.quality.held import HeldError
from pipelines.settings import Settings
from tests.conftest import AS_OF, CITY, DEMOLITIONS

TICKETS = """
feed = "hotline_tickets"
[source]
kind = "file"
files = ["tickets/*"]
[columns]
ticket_id = { from = ["工单编号"] }
hotline = { from = ["热线"], map = { "12319" = "12319", "电话" = "phone" } }
accepted_at = { from = ["受理时间"] }
closed_at = { from = ["办结时间"] }
status = { from = ["状态"], map = { "办结" = "closed", "在办" = "open" } }
"""
DAYS = 14
TODAYS_FILE = f"{AS_OF:%Y%m%d}.csv"

Row = dict[str, str]


def demolitions(day: dt.date) -> list[Row]:
    return [
        {"编号": f"{day:%m%d}-{n:02}", "违建编号": f"W{n}", "拆除日期": day.isoformat(), "面积": f"{20 + n % 7}.5",
         "方式": "强拆" if n % 3 else "自拆"}
        for n in range(40 + day.day % 5)
    ]  # fmt: skip


def tickets(day: dt.date) -> list[Row]:
    """A morning's and an afternoon's tickets; three in four are closed the same evening."""
    return [
        {"工单编号": f"T{day:%m%d}{n:02}", "热线": "12319" if n % 4 else "电话", "受理时间": f"{day} {9 + n % 9:02}:{n:02}:00",
         "办结时间": f"{day} 20:{n:02}:00" if n % 4 else "", "状态": "办结" if n % 4 else "在办"}
        for n in range(50 + day.day % 5)
    ]  # fmt: skip


SOURCES: dict[str, Callable[[dt.date], list[Row]]] = {"demolitions": demolitions, "tickets": tickets}
FEED = {"demolitions": "demolitions", "tickets": "hotline_tickets"}


def text(rows: list[Row], delimiter: str = ",") -> str:
    return "\n".join([delimiter.join(rows[0]), *(delimiter.join(row.values()) for row in rows), ""])


def written_on(path: Path, day: dt.date) -> None:
    """Dates the file: an export tells nothing of the days after it was written."""
    evening = dt.datetime.combine(day, dt.time(22), ZoneInfo("Asia/Shanghai")).timestamp()
    os.utime(path, (evening, evening))


def town_in(folder: Path) -> Settings:
    return Settings(
        home=folder / "home", city="smalltown", cities=folder / "cities", inbox=folder / "inbox",
        hash_key=SecretStr("a key for tests only, not a secret"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    settings = town_in(folder)
    (settings.city_dir / "feeds").mkdir(parents=True)
    (settings.city_dir / "city.toml").write_text(CITY, encoding="utf-8")
    (settings.city_dir / "feeds/demolitions.toml").write_text(DEMOLITIONS, encoding="utf-8")
    (settings.city_dir / "feeds/hotline_tickets.toml").write_text(TICKETS, encoding="utf-8")
    city = load_city(settings)
    for source, rows in SOURCES.items():
        (settings.inbox_dir / source).mkdir(parents=True)
        for at in range(DAYS, 0, -1):
            day = AS_OF - dt.timedelta(days=at)
            path = settings.inbox_dir / source / f"{day:%Y%m%d}.csv"
            path.write_text(text(rows(day)), encoding="utf-8")
            written_on(path, day)
            result = ingest_feed(settings, city, FEED[source], day)
            assert result.problems == []
            assert [found for batch in result.batches for found in batch.findings] == []
    return folder


@dataclass
class Seen:
    """What the night says of the delivery: problems (held or refused), findings of loaded batches, reasons in quarantine, new columns."""

    problems: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    loaded: int = 0
    known: int = 0


TODAY = demolitions(AS_OF)

Fault = Callable[[Path], None]
Wanted = Callable[[Seen], bool]


def night(two_weeks: Path, tmp_path: Path, source: str, fault: Fault) -> Seen:
    shutil.copytree(two_weeks, tmp_path / "town")
    settings = town_in(tmp_path / "town")
    folder = settings.inbox_dir / source
    before = set(folder.iterdir())
    fault(folder)
    for path in set(folder.iterdir()) - before:
        written_on(path, AS_OF)
    result = ingest_feed(settings, load_city(settings), FEED[source], AS_OF)
    assert check_conservation(settings) == []
    seen = Seen(loaded=result.total("rows_loaded"), known=result.files_known, unknown=result.unknown_columns)
    for problem in result.problems:
        assert problem.zh and problem.en and problem.remedy_zh and problem.remedy_en
        (seen.held if isinstance(problem, HeldError) else seen.problems).append(problem.en)
    seen.findings = [found["measure"] for batch in result.batches for found in batch.findings]
    with read_connection(settings) as connection:
        seen.reasons = {
            rule for (rule,) in connection.execute(
                f"select distinct unnest(reasons).rule from quarantine.{FEED[source]} where _loaded_for_on = date '{AS_OF}'"
            ).fetchall()
        }  # fmt: skip
    return seen


def rows_as(change: Callable[[list[Row]], list[Row]], source: str = "demolitions", name: str = TODAYS_FILE) -> Fault:
    """Today's rows, changed."""
    return lambda folder: (folder / name).write_text(text(change(SOURCES[source](AS_OF))), encoding="utf-8") and None


def each(**cells: str | Callable[[Row], str]) -> Callable[[list[Row]], list[Row]]:
    """The same change in every row."""
    return lambda rows: [
        row | {name: cell(row) if callable(cell) else cell for name, cell in cells.items()} for row in rows
    ]


def some(**cells: str | Callable[[Row], str]) -> Callable[[list[Row]], list[Row]]:
    """The same change in every third row."""
    return lambda rows: [each(**cells)([row])[0] if n % 3 == 0 else row for n, row in enumerate(rows)]


def content(data: bytes, name: str = TODAYS_FILE) -> Fault:
    return lambda folder: (folder / name).write_bytes(data) and None


def moved(days: int) -> Callable[[Row], str]:
    return lambda row: (dt.date.fromisoformat(row["拆除日期"]) + dt.timedelta(days=days)).isoformat()


def copied(change: Callable[[bytes], bytes]) -> Fault:
    """Yesterday's file once more, under today's name."""
    return lambda folder: (
        (folder / TODAYS_FILE).write_bytes(change((folder / f"{AS_OF - dt.timedelta(1):%Y%m%d}.csv").read_bytes()))
        and None
    )


def half_a_workbook(folder: Path) -> None:
    path = folder / "today.xlsx"
    book = xlsxwriter.Workbook(path)
    for at, row in enumerate([list(demolitions(AS_OF)[0]), *(list(row.values()) for row in demolitions(AS_OF))]):
        if at == 0:
            sheet = book.add_worksheet()
        sheet.write_row(at, 0, row)
    book.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def held(measure: str) -> Wanted:
    return lambda seen: any(measure in said for said in seen.held) and seen.loaded == 0


def told(measure: str) -> Wanted:
    return lambda seen: measure in seen.findings and not seen.held


def refused(words: str) -> Wanted:
    return lambda seen: any(words in said for said in seen.problems) and seen.loaded == 0


def set_apart(rule: str) -> Wanted:
    return lambda seen: rule in seen.reasons


FAULTS: dict[str, tuple[str, Fault, Wanted]] = {
    "an empty file": ("demolitions", content(b""), refused("the file is empty")),
    "a header and nothing else": ("demolitions", content(text(TODAY[:1]).splitlines()[0].encode()), refused("no record")),
    "half of the rows": ("demolitions", rows_as(lambda rows: rows[:18]), told("rows_per_day")),
    "a tenth of the rows": ("demolitions", rows_as(lambda rows: rows[:3]), held("rows per day")),
    "an empty day": ("demolitions", rows_as(lambda rows: rows[:1]), held("rows per day")),
    "a tenfold day": ("demolitions", rows_as(lambda rows: [row | {"编号": f"{n}{row['编号']}"} for n in range(10) for row in rows]), held("rows per day")),
    "a file cut within a row": ("demolitions", content(text(TODAY).encode()[:-11]), set_apart("unreadable_row")),
    "every row twice": ("demolitions", rows_as(lambda rows: rows + rows), told("repeated_key_share")),
    "yesterday's file again, byte by byte": ("demolitions", copied(lambda data: data), lambda seen: seen.loaded == 0 and seen.known == DAYS + 1),
    "yesterday's file again, saved anew": ("demolitions", copied(lambda data: data + b"\n"), told("known_share")),
    "last month's file under today's name": ("demolitions", rows_as(each(拆除日期=moved(-30))), told("days_behind")),
    "columns shifted by one": ("demolitions", rows_as(lambda rows: [dict(zip(row, [*list(row.values())[1:], ""], strict=True)) for row in rows]), held("quarantine")),
    "columns in another order without their header": ("demolitions", rows_as(each(拆除日期=lambda row: row["面积"], 面积=lambda row: row["拆除日期"])), held("quarantine")),
    "a code list that changed": ("demolitions", rows_as(each(方式=lambda row: {"自拆": "01", "强拆": "02"}[row["方式"]])), held("codes that nobody knows")),
    "one new code": ("demolitions", rows_as(some(方式="爆破")), told("unknown_share:method")),
    "one code only": ("demolitions", rows_as(each(方式="自拆")), told("codes:method")),
    "a clock a month ahead": ("demolitions", rows_as(some(拆除日期=moved(31))), set_apart("in_the_future")),
    "a year that nobody lived in": ("demolitions", rows_as(each(拆除日期="1900-01-01")), held("quarantine")),
    "days that do not exist": ("demolitions", rows_as(some(拆除日期="2017-02-30")), set_apart("bad_date")),
    "another unit": ("demolitions", rows_as(each(面积=lambda row: str(float(row["面积"]) * 10_000))), held("median")),
    "numbers with words in them": ("demolitions", rows_as(some(面积="约20")), told("quarantined_share")),
    "amounts below zero": ("demolitions", rows_as(some(面积="-1")), set_apart("out_of_range")),
    "a column that went empty": ("demolitions", rows_as(each(方式="")), held("empty cells")),
    "a key that went empty": ("demolitions", rows_as(some(编号="")), set_apart("missing_value")),
    "a required column away": ("demolitions", rows_as(lambda rows: [{k: v for k, v in row.items() if k != "面积"} for row in rows]), refused("required columns are missing: demolished_area_m2")),
    "a required column renamed": ("demolitions", rows_as(lambda rows: [{k.replace("面积", "建筑面积"): v for k, v in row.items()} for row in rows]), refused("required columns are missing")),
    "a column that nobody knows": ("demolitions", rows_as(each(附注="x")), lambda seen: seen.unknown == ["附注"] and seen.loaded > 30),
    "a total that does not fit": ("demolitions", lambda folder: (folder / TODAYS_FILE).write_text(text(TODAY) + "合计,,,99999,\n", encoding="utf-8") and None, told("stated_total_gap:demolished_area_m2")),
    "a subtotal of another name": ("demolitions", lambda folder: (folder / TODAYS_FILE).write_text(text(TODAY) + "共计,,,1000,\n", encoding="utf-8") and None, set_apart("missing_value")),
    "an unusual encoding": ("demolitions", content(text(TODAY).encode("utf-16-le")), lambda seen: bool(seen.problems) or seen.loaded == len(TODAY)),
    "half a workbook": ("demolitions", half_a_workbook, refused("cannot be read")),
    "a page of a web system under a workbook's name": ("demolitions", content(b"<html><table><tr><td>1</td></tr></table></html>", "today.xls"), refused("")),
    "a file of another kind": ("demolitions", content(b"%PDF-1.4 ...", "today.pdf"), refused("")),
    "times without their time of day": ("tickets", rows_as(each(受理时间=lambda row: row["受理时间"][:10]), "tickets"), held("quarantine")),
    "times cut to midnight": ("tickets", rows_as(each(受理时间=lambda row: row["受理时间"][:10] + " 00:00:00"), "tickets"), told("midnight_share:accepted_at")),
    "a clock of another time zone": ("tickets", rows_as(each(受理时间=lambda row: row["受理时间"].replace(" 1", " 0").replace(" 09", " 01")), "tickets"), told("night_share:accepted_at")),
    "closed before accepted": ("tickets", rows_as(some(办结时间=lambda row: row["办结时间"] and "2017-09-01 08:00:00"), "tickets"), set_apart("out_of_order")),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(two_weeks: Path, tmp_path: Path, name: str) -> None:
    source, fault, caught = FAULTS[name]
    seen = night(two_weeks, tmp_path, source, fault)
    assert caught(seen), seen


@pytest.mark.parametrize("source", SOURCES)
def test_an_ordinary_day_is_loaded_without_a_word(two_weeks: Path, tmp_path: Path, source: str) -> None:
    seen = night(two_weeks, tmp_path, source, rows_as(lambda rows: rows, source))
    assert (seen.problems, seen.held, seen.findings, seen.reasons, seen.unknown) == ([], [], [], set(), [])
    assert seen.loaded == len(SOURCES[source](AS_OF))


def test_there_are_at_least_twenty_five_kinds() -> None:
    assert len(FAULTS) >= 25
