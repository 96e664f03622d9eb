"""Police video clues: what cameras showed and the police passed on, month by month as text files, with their trouble.

Belongs here: which clues there are and their files. Some became cases of the platform (channel 4, video); the others ended without one. All of
it is illustrative: the report only says that such clues are used.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pipelines.simulator.lives import Case
from pipelines.simulator.problems import bureau_class
from pipelines.simulator.rhythm import random_clock
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Amounts, Row, Slip, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import table, write_text
from pipelines.simulator.world import CALIBRATED_ON, Span

#: Up to the day of the report, for the default size; and how many of a hundred became a case.
CLUES, BECAME_CASE = 400, 58
ENDS = ("现场处理", "移交其他部门", "未核实", "重复线索")
SETTLED_AFTER = timedelta(days=1)
COLUMNS = {
    "clue_no": "线索编号", "seen_at": "发现时间", "camera_no": "摄像头编号", "code_scheme": "类型", "class_code": "类别代码",
    "street_code": "街道（乡镇）", "grid_code": "单元网格", "forwarded_at": "移送时间", "platform_case_no": "数字城管案卷号",
    "outcome": "处理结果",
}  # fmt: skip
SLIPS = (
    Slip("seen_at", "2016-02-30 10:15", "bad_date"),
    Slip("seen_at", None, "missing_value"),
    Slip("forwarded_at", "2010/12/01 08:00", "out_of_order"),
    Slip("forwarded_at", "2107/05/03 11:20", "in_the_future"),
    Slip("class_code", "9901", "unknown_code"),
    Slip("street_code", "建国街", "unknown_code"),
    Slip("grid_code", "652301001999999", "unknown_code"),
    Slip("outcome", "待定", "unknown_code"),
)
AMOUNTS = Amounts(broken=0, wrong=0, doubled=5, stray_rounds=2)


@dataclass(frozen=True)
class Clue:
    """One clue with everything that will ever happen to it. `case` is the case that it became."""

    clue_no: str
    seen: datetime
    forwarded: datetime
    camera: str
    class_code: str
    street: str
    grid: str | None
    outcome: str
    case: Case | None = None


def write(scene: Scene) -> list[FeedTruth]:
    """Writes the months up to the as-of date; a month's file grows until its last day."""
    clues = [clue for span in scene.spans for clue in draw_clues(scene, span)]
    calibrated = [clue.clue_no for clue in clues if clue.forwarded.date() <= CALIBRATED_ON]
    scaled = AMOUNTS.scaled(scene.share)
    troubles = draw_troubles(
        scene.world.rng("clue-trouble"), calibrated, [], slips=SLIPS, mistakes=(),
        amounts=Amounts(0, 0, scaled.doubled, scaled.stray_rounds), stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip
    end = datetime.combine(scene.as_of + timedelta(days=1), time())
    truth = FeedTruth("video_clues")
    months: dict[str, list[Clue]] = {}
    for clue in clues:
        if clue.forwarded < end:
            months.setdefault(f"{clue.forwarded:%Y%m}", []).append(clue)
    for month, of_month in sorted(months.items()):
        source = f"video/公安视频线索_{month}.csv"
        rows = [(clue.clue_no, _cells(scene, clue, end)) for clue in of_month]
        # A stray copies a record whose month is there, so it is there with it.
        written = write_down(truth, source, rows, troubles, key="clue_no", settled={name for name, _ in rows})
        write_text(scene.inbox / source, *table(COLUMNS, written))
        truth.sources.append(source)
        became = sum(row["platform_case_no"] is not None for _, row in rows)
        truth.notes["became_case"] = truth.notes.get("became_case", 0) + became
    return [truth]


def draw_clues(scene: Scene, span: Span) -> list[Clue]:
    """The span's clues in the order of their forwarding."""
    world, clock = scene.world, scene.clock
    rng = world.rng("clues", span.name)
    first = max(span.first, world.city.facts.go_live or span.first)
    days = (CALIBRATED_ON - (world.city.facts.go_live or CALIBRATED_ON)).days + 1
    wanted = round(CLUES * scene.share * (1.0 if span.calibrated else (span.last - first).days / days))
    wanted = max(1, wanted)
    pool = [
        case for case in scene.cases
        if case.channel == "4" and case.kind == "bureau" and span.first <= case.reported.date() <= span.last
    ]  # fmt: skip
    drawn: list[tuple[datetime, datetime, Case | None]] = []
    for case in rng.sample(pool, min(len(pool), wanted * BECAME_CASE // 100)):
        forwarded = case.reported - timedelta(minutes=rng.randint(3, 40))
        drawn.append((forwarded, forwarded - timedelta(minutes=rng.randint(5, 300)), case))
    for day in clock.days(first, span.last, growth=0.18).draw(rng, wanted - len(drawn)):
        seen = datetime.combine(day, random_clock(rng, tuple(range(8, 16))))
        drawn.append((seen + timedelta(minutes=rng.randint(5, 400)), seen, None))
    drawn.sort(key=lambda one: one[0])
    clues = []
    for n, (forwarded, seen, of) in enumerate(drawn, start=1):
        if of is not None:
            street, grid, code, outcome = of.street, of.grid, of.class_code, "转数字城管"
        else:
            street = world.streets.draw(rng)
            grid, code, outcome = world.grids[street].draw(rng).code, bureau_class(rng, seen.date()), rng.choice(ENDS)
        number = f"GA{first:%y%m%d}-{n:04d}"
        camera = f"SX{street[-3:]}{rng.randint(1, 40):03d}"
        clues.append(Clue(number, seen, forwarded, camera, code, street, grid, outcome, of))
    return clues


def _cells(scene: Scene, clue: Clue, end: datetime) -> Row:
    """The clue as its month's file shows it at the end of a day."""
    settled = clue.case.reported < end if clue.case else clue.forwarded + SETTLED_AFTER < end
    return {
        "clue_no": clue.clue_no,
        "seen_at": clue.seen,
        "camera_no": clue.camera,
        "code_scheme": "事件",
        "class_code": clue.class_code,
        "street_code": scene.world.street_names[clue.street],
        "grid_code": clue.grid,
        "forwarded_at": clue.forwarded,
        "platform_case_no": clue.case.case_no if clue.case and settled else None,
        "outcome": clue.outcome if settled else None,
    }
