"""The call centre's daily reports (话务日报): how many called each line, how many were answered, how soon.

Belongs here: the calls behind the tickets and those that left none, and the files that count them, one a year. Every ticket that came by
telephone is an answered call of its line and day. That lines are to answer 95 % of calls, within 15 seconds, is from GB/T 33358; the rest
is illustrative.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pipelines.simulator.hotline import LINES
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Amounts, Cell, Row, Slip, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import table, write_text, write_workbook
from pipelines.simulator.world import CALIBRATED_ON, World

#: Calls that were answered and left no ticket, for each ticket: questions, wrong numbers, callers who asked how far their matter is.
ENQUIRIES = {"12319": 4.0, "phone": 1.5}
#: Seconds that a caller waits and talks on average; of a hundred waiting callers so many give up.
WAIT, TALK, GIVE_UP = {"12319": 6.0, "phone": 7.5}, 105.0, 5.0
WORKBOOKS_SINCE = 2014
OLD = {
    "report_no": "序号", "counted_on": "统计日期", "hotline": "中继", "calls_offered": "转人工数", "calls_answered": "应答数",
    "answered_within_15s": "15秒应答数", "abandoned": "呼损数", "mean_wait_seconds": "平均振铃秒", "mean_talk_seconds": "平均通话秒",
}  # fmt: skip
NEW = {
    "report_no": "日报编号", "counted_on": "日期", "hotline": "热线", "calls_offered": "呼入量（转人工）", "calls_answered": "接通量",
    "answered_within_15s": "15秒内接通量", "abandoned": "放弃量", "mean_wait_seconds": "平均等待（秒）",
    "mean_talk_seconds": "平均通话（秒）",
}  # fmt: skip
OLD_LINES = {"12319": "12319", "phone": "电话"}


def _one_more_than(of: str) -> Callable[[Row], Cell]:
    """One more than the number of calls that it is a part of."""

    def value(row: Row) -> Cell:
        whole = row[of]
        return whole + 1 if isinstance(whole, int) else 1

    return value


SLIPS = (
    Slip("counted_on", "2016-02-30", "bad_date"),
    Slip("counted_on", None, "missing_value"),
    Slip("counted_on", "2107/3/9", "in_the_future"),
    Slip("hotline", "微信", "unknown_code"),
    Slip("calls_offered", "若干", "bad_number"),
    Slip("calls_offered", None, "missing_value"),
    Slip("mean_wait_seconds", "00:06", "bad_number"),
    Slip("abandoned", -1, "out_of_range"),
    Slip("calls_answered", _one_more_than("calls_offered"), "out_of_range"),
    Slip("answered_within_15s", _one_more_than("calls_answered"), "out_of_range"),
)
AMOUNTS = Amounts(broken=0, wrong=0, doubled=9, stray_rounds=1)


@dataclass(frozen=True, slots=True)
class CallDay:
    """One line on one day; waits and talks in whole seconds, one for each answered call."""

    line: str
    day: date
    waits: tuple[int, ...]
    talks: tuple[int, ...]
    abandoned: int

    @property
    def number(self) -> str:
        return f"HW{self.day:%Y%m%d}-{'1' if self.line == '12319' else '2'}"

    @property
    def within_15s(self) -> int:
        return sum(wait <= 15 for wait in self.waits)


def draw_calls(scene: Scene) -> list[CallDay]:
    """Every line on every day on which it was called, by day. A day without calls has no row in the export."""
    answered = Counter((ticket.accepted.date(), ticket.line) for ticket in scene.tickets)
    for span in scene.spans:
        days = scene.clock.days(span.first, span.last, growth=0.12)
        for line, each in ENQUIRIES.items():
            tickets = span.sizes.hotline if line == "12319" else span.sizes.phone
            rng = scene.world.rng("enquiries", span.name, line)
            answered.update((day, line) for day in days.draw(rng, round(tickets * each)))
    return [_drawn(scene.world, line, day, count) for (day, line), count in sorted(answered.items())]


def _drawn(world: World, line: str, day: date, answered: int) -> CallDay:
    rng = world.rng("calls", line, day.isoformat())
    return CallDay(
        line, day,
        tuple(int(rng.expovariate(1 / WAIT[line])) + 1 for _ in range(answered)),
        tuple(int(rng.gammavariate(2, TALK / 2)) + 5 for _ in range(answered)),
        sum(rng.random() * 100 < GIVE_UP for _ in range(answered)),
    )  # fmt: skip


def write(scene: Scene) -> list[FeedTruth]:
    """Writes the yearly exports as they stand on the as-of date."""
    truth = FeedTruth("hotline_calls")
    every = draw_calls(scene)
    troubles = draw_troubles(
        scene.world.rng("call-trouble"), [one.number for one in every if one.day <= CALIBRATED_ON], [], slips=SLIPS,
        mistakes=(), amounts=AMOUNTS.scaled(scene.share), stray_key=lambda model, n: f"{model}E{n:02d}",
    )  # fmt: skip
    years: dict[int, list[CallDay]] = {}
    for one in every:
        if one.day <= scene.as_of:
            years.setdefault(one.day.year, []).append(one)
            for name, count in (("answered", len(one.waits)), ("offered", len(one.waits) + one.abandoned)):
                truth.notes[name] = truth.notes.get(name, 0) + count
    for year, of_year in sorted(years.items()):
        is_old = year < WORKBOOKS_SINCE
        rows = [(one.number, _row(one, is_old)) for one in of_year]
        source = f"calls/话务日报_{year}.{'csv' if is_old else 'xlsx'}"
        written = write_down(truth, source, rows, troubles, key="report_no", settled={key for key, _ in rows})
        if is_old:
            write_text(scene.inbox / source, *table(OLD, written))
        else:
            header, lines = table(NEW, written)
            total: list[Cell] = ["合计", None, None, sum(len(one.waits) + one.abandoned for one in of_year)]
            write_workbook(scene.inbox / source, "话务日报", [header, *lines, total])
            truth.skipped("subtotal")
        truth.sources.append(source)
    return [truth]


def _row(one: CallDay, is_old: bool) -> Row:
    answered = len(one.waits)
    # The old switchboard timed the answers of the hotline only.
    is_timed = not (is_old and one.line == "phone")
    return {
        "report_no": one.number,
        "counted_on": one.day,
        "hotline": (OLD_LINES if is_old else LINES)[one.line],
        "calls_offered": answered + one.abandoned,
        "calls_answered": answered,
        "answered_within_15s": one.within_15s if is_timed else None,
        "abandoned": one.abandoned,
        "mean_wait_seconds": round(sum(one.waits) / answered, 1) if is_timed else None,
        "mean_talk_seconds": round(sum(one.talks) / answered, 1),
    }
