"""Refused rows as a workbook to be mended: a sheet a feed, the bad cells marked, codes to choose from, and how it is done.

Belongs here: writing. How such a workbook is read again stands in `mended`; both go by the names below. Every cell is a text, so that
neither a code nor a date is changed by the program that opens it, and none is a formula.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.city import City, FeedProfile
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.landing.canonical import References
from pipelines.landing.privacy import hash_key, personal_kind
from pipelines.metrics.export import DISARMED, MAX_SHEET_ROWS
from pipelines.settings import Settings
from pipelines.steward.fields import choices, expected, shown_fields
from pipelines.steward.rows import HeldRow

ABOUT, CODES, HOW = "_about", "_codes", "说明 how"
#: The columns before the record: {name: (Chinese, English, width)}. Names begin with a line so that no field has one of them.
PLACE = {
    "_row_id": ("行编号", "Row id", 13), "_source": ("来源文件", "Source", 28), "_sheet": ("工作表", "Sheet", 12),
    "_row": ("行", "Row in it", 8), "_reasons": ("原因", "Reasons", 60),
}  # fmt: skip
#: What a cell can hold; xlsx has no room for more than 32,767.
_LONGEST = 32_000

HOW_TO = (
    ("每张工作表是一个数据源，每行是一条被隔离的记录；标红的单元格有错，批注写明原因和正确的写法。",
     "Each sheet is a feed, each line a refused record. Red cells are wrong; their comments say why and what would be right."),
    ("直接改正单元格，保存后运行：chengguan quarantine replay 文件.xlsx --by 姓名",
     "Mend the cells, save the file and run: chengguan quarantine replay FILE.xlsx --by NAME"),
    ("没有改动的行不会重新读入；可以删除不处理的整行。", "Lines that were not changed are not read in; whole lines may be deleted."),
    ("可填来源原词或标准代码；日期写作 2017-09-25，时刻写作 2017-09-25 14:30:00。",
     "Cells take the source's own words or the codes; dates as 2017-09-25, moments as 2017-09-25 14:30:00."),
    ("灰色单元格是个人信息，只显示掩码：不改动则沿用原值；改动后按新的原值散列、遮盖，原值只进保险库。",
     "Grey cells are personal and show a mask only: left as it is the original stays; a changed cell is a new original, hashed and "
     "masked at the door, kept in the vault only."),
    ("请勿改动前五列和表头。", "Leave the first five columns and the header as they are."),
)  # fmt: skip


def home_mark(settings: Settings, city: City) -> str:
    """What tells this home's workbooks from another's: keyed like its hashes, so it goes where its vault goes."""
    return hmac.new(hash_key(settings), f"workbook:{city.facts.id}".encode(), hashlib.sha256).hexdigest()[:16]


def shown(value: str | None) -> str:
    """What of a stored value stands in the workbook."""
    return (value or "")[:_LONGEST]


def title(name: str, zh: str, en: str) -> str:
    """A header cell; the name in brackets is what a sheet is read by."""
    return f"{zh}\n{en}\n[{name}]"


def write_workbook(settings: Settings, city: City, path: Path, rows: Sequence[HeldRow]) -> dict[str, int]:
    """Writes the rows to be mended; gives how many of each feed.

    Raises InputError where there is none, the name is no .xlsx, or a sheet cannot hold so many.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            "文件名须以 .xlsx 结尾", "the file's name must end in .xlsx", key="--to", value=path.name,
            remedy_zh="换一个文件名", remedy_en="give it such a name",
        )  # fmt: skip
    if not rows:
        raise InputError(
            "没有可导出的行", "there is no such row to write", file=path,
            remedy_zh="放宽 --feed、--reason、--day；chengguan quarantine list 显示待处理的行",
            remedy_en="ask for less with --feed, --reason, --day; `chengguan quarantine list` shows what is open",
        )  # fmt: skip
    by_feed = {feed: [row for row in rows if row.feed == feed] for feed in FEEDS}
    by_feed = {feed: found for feed, found in by_feed.items() if found}
    if max(map(len, by_feed.values())) >= MAX_SHEET_ROWS:
        raise InputError(
            "一张工作表放不下这么多行", "a sheet cannot hold so many rows", file=path, key="--to",
            remedy_zh="用 --feed、--reason 或 --day 分批导出", remedy_en="write them in parts with --feed, --reason or --day",
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    references = References(city)
    with xlsxwriter.Workbook(str(path), DISARMED) as book:
        _instructions(book, city)
        sheets = {feed: book.add_worksheet(feed) for feed in by_feed}
        codes, about = book.add_worksheet(CODES), book.add_worksheet(ABOUT)
        codes.hide()
        about.hide()
        made = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        for at, said in enumerate(
            (("home", home_mark(settings, city)), ("city", city.facts.id), ("made_at_utc", made))
        ):
            about.write_row(at, 0, said)
        lists = _Lists(codes)
        for feed, page in sheets.items():
            _Sheet(book, page, city.profile_of(feed), references).write(by_feed[feed], lists)
    return {feed: len(found) for feed, found in by_feed.items()}


def _instructions(book: xlsxwriter.Workbook, city: City) -> None:
    page = book.add_worksheet(HOW)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 1, 70, wrapped)
    heading = book.add_format({"bold": True, "font_size": 14})
    page.write_row(
        0, 0, (f"{city.facts.name_zh}：隔离行改正表", f"{city.facts.name_en}: refused rows to mend"), heading
    )
    for at, said in enumerate(HOW_TO, start=2):
        page.write_row(at, 0, said, wrapped)


class _Lists:
    """The hidden sheet of codes: a column for each coded field, from which its cells are chosen."""

    def __init__(self, page: Worksheet) -> None:
        self._page, self._next = page, 0

    def add(self, codes: Sequence[str]) -> str:
        column = xlsxwriter.utility.xl_col_to_name(self._next, col_abs=True)
        for at, code in enumerate(codes):
            self._page.write_string(at, self._next, code)
        self._next += 1
        return f"='{CODES}'!{column}$1:{column}${len(codes)}"


class _Sheet:
    """One feed's sheet, and the few looks that a cell can have."""

    def __init__(
        self, book: xlsxwriter.Workbook, page: Worksheet, profile: FeedProfile, references: References
    ) -> None:
        self._page, self._profile, self._feed = page, profile, FEEDS[profile.feed]
        self._fields = shown_fields(profile)
        self._expected = {name: expected(name, profile, references) for name in self._fields}
        self._choices = {name: choices(name, profile, references) for name in self._fields}
        self._personal = {name for name in self._fields if personal_kind(profile, name)}
        self._header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._place = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "font_color": "#595959"})
        self._name = book.add_format({"num_format": "@", "valign": "top", "font_name": "Consolas"})
        self._plain, self._bad, self._grey, self._grey_bad = (
            book.add_format({"num_format": "@", "valign": "top", "locked": False, **look})
            for look in (
                {}, {"bg_color": "#FFC7CE"}, {"bg_color": "#E7E6E6", "font_color": "#7F7F7F"},
                {"bg_color": "#FFC7CE", "font_color": "#7F7F7F"},
            )
        )  # fmt: skip

    def write(self, rows: Sequence[HeldRow], lists: _Lists) -> None:
        page = self._page
        named = [(name, *said[:2]) for name, said in PLACE.items()]
        named += [
            (name, spec.description_zh, spec.description_en)
            for name in self._fields
            for spec in [self._feed.fields[name]]
        ]
        for at, (name, zh, en) in enumerate(named):
            page.write_string(0, at, title(name, zh, en), self._header)
            page.set_column(at, at, PLACE[name][2] if name in PLACE else 20)
        for at, name in enumerate(self._fields, start=len(PLACE)):
            page.write_comment(0, at, "\n".join(self._expected[name]))
            if codes := self._choices[name]:
                page.data_validation(
                    1, at, len(rows), at,
                    {"validate": "list", "source": lists.add(codes), "error_type": "warning",
                     "error_title": "不在代码表中 not a code", "error_message": "请从列表中选择\nchoose from the list"},
                )  # fmt: skip
        for at, row in enumerate(rows, start=1):
            self._write_row(at, row)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, len(rows), len(named) - 1)
        # Against a slip of the hand only; there is no password.
        allowed = ("format_columns", "format_rows", "autofilter", "delete_rows", "format_cells")
        page.protect("", dict.fromkeys(allowed, True))

    def _write_row(self, at: int, row: HeldRow) -> None:
        wrong: dict[str, list[str]] = {}
        for reason in row.reasons:
            wrong.setdefault(reason["column"] or "", []).append(f"{reason['message_zh']}\n{reason['message_en']}")
        reasons = "\n".join(said for said_of in wrong.values() for said in said_of)
        place = (row.row_id, row.source or "", row.sheet or "", str(row.row), shown(reasons))
        for column, said in enumerate(place):
            # The name is whole; what the column's width lets be seen of it is what `list` shows.
            self._page.write_string(at, column, said, self._place if column else self._name)
        for column, name in enumerate(self._fields, start=len(PLACE)):
            self._page.write_string(at, column, shown(row.record.get(name)), self._look(name, name in wrong))
            if name in wrong:
                self._page.write_comment(at, column, "\n".join([*wrong[name], *self._expected[name]]), {"x_scale": 2})

    def _look(self, name: str, is_bad: bool) -> Format:
        if name in self._personal:
            return self._grey_bad if is_bad else self._grey
        return self._bad if is_bad else self._plain
