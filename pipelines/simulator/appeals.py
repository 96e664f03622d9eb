"""Appeals (申诉) against the evaluation: units ask that a case not be counted, and some of them are heard.

Belongs here: which cases are appealed against, when it is decided, and the register. All of it is illustrative: the report does not
speak of appeals. Some are decided before their month is frozen and some after, so that an evaluation is restated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.simulator.lives import Case
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Cell
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, write_workbook
from pipelines.simulator.world import DEFAULT_CASES, Span, Weighted

SOURCE = "evaluation/考核申诉登记表.xlsx"
HEADER = (
    "序号",
    "申诉编号",
    "案件标识",
    "案卷号",
    "考核期",
    "申诉部门",
    "申诉理由",
    "申诉日期",
    "认定日期",
    "认定结果",
)
REASONS = Weighted(
    {"责任单位有误": 30.0, "恶劣天气": 15.0, "工程施工": 20.0, "重复立案": 15.0, "不属城市管理问题": 12.0, "其他": 8.0}
)
#: How many in the default size up to the day of the report; three at least, so that a small city has one of each kind.
APPEALS, FEWEST = 42, 3


@dataclass(frozen=True)
class Appeal:
    """One appeal with its decision."""

    case: Case
    period: str | None
    reason: str
    submitted: date
    decided: date
    outcome: str


def write(scene: Scene) -> list[FeedTruth]:
    """Writes the register as it stands on the as-of date."""
    truth = FeedTruth("evaluation_appeals")
    drawn = [appeal for span in scene.spans for appeal in _of_span(scene, span)]
    seen = sorted((a for a in drawn if a.submitted <= scene.as_of), key=lambda a: (a.submitted, a.case.rec_id))
    if not seen:
        # A register is opened with its first entry.
        return [truth]
    lines: list[list[Cell]] = []
    serials: dict[int, int] = {}
    for n, appeal in enumerate(seen, start=1):
        year = appeal.submitted.year
        serials[year] = serials.get(year, 0) + 1
        decided = appeal.decided <= scene.as_of
        lines.append([
            n, f"SS{year}{serials[year]:03d}", str(appeal.case.rec_id), appeal.case.case_no, appeal.period,
            scene.world.unit_names[appeal.case.unit], appeal.reason, in_style(appeal.submitted, n),
            in_style(appeal.decided, n + 1) if decided else None, appeal.outcome if decided else None,
        ])  # fmt: skip
    note: list[Cell] = ["备注：考核期空白的，各考核期均不计。"]
    write_workbook(
        scene.inbox / SOURCE, "申诉登记", [["数字城管考核申诉登记表"], list(HEADER), *lines, note],
        [(0, 0, 0, len(HEADER) - 1)],
    )  # fmt: skip
    truth.sources.append(SOURCE)
    truth.valid(line[1] for line in lines)
    truth.skipped("note")
    truth.notes["upheld"] = sum(line[-1] == "剔除" for line in lines)
    return [truth]


def _of_span(scene: Scene, span: Span) -> Iterator[Appeal]:
    """The span's appeals; units appeal against what was late or done twice."""
    rng = scene.world.rng("appeals", span.name)
    cases = [
        case for case in scene.cases
        if case.kind == "bureau" and span.first <= case.reported.date() <= span.last
        and (case.was_late or any(step.action == "HCBTG" for step in case.steps))
    ]  # fmt: skip
    whole = round(APPEALS * span.sizes.bureau_cases / DEFAULT_CASES)
    cases.sort(key=lambda case: case.rec_id)
    for n, case in enumerate(rng.sample(cases, min(max(FEWEST, whole), len(cases)))):
        yield _appeal(case, n, rng)


def _appeal(case: Case, n: int, rng: Random) -> Appeal:
    """Of three, one is heard after the month is frozen, one before, one is refused."""
    filed = next(step.done for step in case.steps if step.action == "LA").date()
    month_ends = (filed.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    submitted = max(month_ends, max(step.done for step in case.steps).date()) + timedelta(days=rng.randint(1, 4))
    late = n % 3 == 0
    decided = submitted + timedelta(days=rng.randint(20, 45) if late else rng.randint(1, 4))
    period = f"{filed:%Y-%m}" if rng.random() < 0.3 else None
    return Appeal(case, period, REASONS.draw(rng), submitted, decided, "维持" if n % 3 == 2 else "剔除")
