"""Training and assessment (培训考核): sessions of the squads and offices, one line a person, one file a year.

Belongs here: drawing sessions and writing the files. The four standards of conduct are the report's (政治强、纪律严、业务精、作风正); dates, topics
and scores are illustrative. A year is drawn whole, whatever the as-of date.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.simulator.scene import Scene
from pipelines.simulator.staff import Member, draw_staff
from pipelines.simulator.trouble import Amounts, Row, Slip, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import table, write_text
from pipelines.simulator.world import CALIBRATED_ON

TRAINING, EXAM, CONDUCT = "业务培训", "业务考试", "作风考核"
STANDARDS = ("政治强", "纪律严", "业务精", "作风正")
TOPICS = ("行政处罚法", "执法程序和文书", "市容环境卫生管理条例", "规范用语和着装", "违法建设查处", "现场处置和安全")
COLUMNS = {
    "record_no": "记录编号", "session_no": "班次编号", "staff_name": "姓名", "held_on": "日期", "kind": "类别",
    "standard": "考核标准", "topic": "内容", "hours": "学时", "score": "成绩", "is_passed": "是否合格",
}  # fmt: skip
SLIPS = (
    Slip("held_on", "2016/2/30", "bad_date"),
    Slip("held_on", None, "missing_value"),
    Slip("staff_name", None, "missing_value"),
    Slip("held_on", "2107/5/3", "in_the_future"),
    Slip("score", "优", "bad_number"),
    Slip("score", 180, "out_of_range"),
    Slip("kind", "观摩", "unknown_code"),
)
AMOUNTS = Amounts(broken=0, wrong=0, doubled=12, stray_rounds=2)


@dataclass(frozen=True, slots=True)
class Record:
    """One person in one session."""

    number: str
    session: str
    name: str
    day: date
    kind: str
    standard: str | None
    topic: str
    hours: int | None
    score: int | None

    def cells(self) -> Row:
        """The record as the file shows it."""
        passed = None if self.score is None else "是" if self.score >= 60 else "否"
        return {
            "record_no": self.number, "session_no": self.session, "staff_name": self.name, "held_on": self.day,
            "kind": self.kind, "standard": self.standard, "topic": self.topic, "hours": self.hours, "score": self.score,
            "is_passed": passed,
        }  # fmt: skip


def draw_year(scene: Scene, members: list[Member], year: int) -> list[Record]:
    """All records of a year, in the order of their days."""
    rng = scene.world.rng("training", str(year))
    sessions = sorted(
        ((day, at, what) for at, what in enumerate(_sessions(scene)) for day in [_day(scene, rng, year, what[0])]),
        key=lambda one: one[:2],
    )
    records: list[Record] = []
    for n, (day, _, (kind, standard, office)) in enumerate(sessions, 1):
        there = [member for member in members if member.serves_on(day) and office in (None, member.squad or member.org)]
        # A smaller city trains as often, but writes fewer of its people down.
        told = [member for member in there if rng.random() < scene.share] or there[:1]
        topic = f"{standard}考核" if standard else rng.choice(TOPICS)
        hours = rng.choice((4, 8, 16)) if kind == TRAINING else 2 if kind == EXAM else None
        for member in told:
            score = None if kind == TRAINING else max(0, min(100, round(rng.gauss(80, 10))))
            number = f"PX{year}-{len(records) + 1:05d}"
            records.append(Record(number, f"BC{year}-{n:03d}", member.name, day, kind, standard, topic, hours, score))
    return records


def _sessions(scene: Scene) -> Iterator[tuple[str, str | None, str | None]]:
    """(kind, standard, office) of a year's sessions; office None is a session for all."""
    yield TRAINING, None, None
    for office in (*scene.world.squad_names, "CG", "CGDD"):
        yield TRAINING, None, office
        yield EXAM, None, office
        for standard in STANDARDS:
            yield CONDUCT, standard, office


def _day(scene: Scene, rng: Random, year: int, kind: str) -> date:
    """Assessments are held in early summer, the rest throughout the year."""
    first, length = (date(year, 6, 1), 40) if kind == CONDUCT else (date(year, 2, 10), 290)
    return scene.clock.next_workday(first + timedelta(days=rng.randrange(length)))


def write(scene: Scene) -> list[FeedTruth]:
    """The files as they stand on the as-of date."""
    truth = FeedTruth("training_records")
    members = draw_staff(scene.world)
    first = scene.world.city.facts.first_day.year
    last = max(scene.as_of, CALIBRATED_ON).year
    years = {year: draw_year(scene, members, year) for year in range(first, last + 1)}
    troubles = draw_troubles(
        scene.world.rng("training-trouble"),
        [r.number for records in years.values() for r in records if r.day <= CALIBRATED_ON], [],
        slips=SLIPS, mistakes=(), amounts=AMOUNTS.scaled(scene.share), stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip
    for year, records in years.items():
        rows = [(record.number, record.cells()) for record in records if record.day <= scene.as_of]
        if not rows:
            continue
        source = f"training/培训考核_{year}.csv"
        written = write_down(truth, source, rows, troubles, key="record_no", settled={number for number, _ in rows})
        header, lines = table(COLUMNS, written)
        write_text(scene.inbox / source, header, lines)
        truth.sources.append(source)
    return [truth]
