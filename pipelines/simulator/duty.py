"""The duty roster (勤务排班): each squad's shifts, from 2014 on, one workbook a year.

Belongs here: drawing shifts and writing the workbooks. On key dates squads stand at posts for the city's security, and squads of the towns
serve in the centre's; joint operations have their shift. All numbers are illustrative.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.simulator.joint_operations import draw_operations, is_key_date
from pipelines.simulator.penalties import OFFICERS
from pipelines.simulator.scene import Scene
from pipelines.simulator.staff import AUXILIARY_SEATS
from pipelines.simulator.trouble import Amounts, Cell, Row, Slip, Troubles, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, write_workbook
from pipelines.simulator.world import CALIBRATED_ON, Weighted, World

FIRST_DAY = date(2014, 1, 1)
DAILY, CAMPAIGN, JOINT, STABILITY, KEY_EVENT = "日常管理", "专项整治", "联合执法", "维稳执勤", "重要节点保障"
MODES = {
    DAILY: Weighted({"车辆巡查": 46.0, "徒步巡查": 54.0}),
    CAMPAIGN: Weighted({"车辆巡查": 40.0, "徒步巡查": 60.0}),
    JOINT: Weighted({"车辆巡查": 60.0, "徒步巡查": 40.0}),
    STABILITY: Weighted({"卡点值守": 62.0, "徒步巡查": 30.0, "车辆巡查": 8.0}),
    KEY_EVENT: Weighted({"卡点值守": 70.0, "徒步巡查": 30.0}),
}
#: Squads that send people away on key dates, and those that receive them.
SENDING, RECEIVING = ("ZD06", "ZD07", "ZD08"), ("ZD02", "ZD04")
#: Roster lines that name the street but not the squad; lines that name no street.
WITHOUT_SQUAD, WITHOUT_STREET = 0.006, 0.03
COLUMNS = {
    "roster_no": "排班编号", "on_duty_on": "勤务日期", "squad_id": "执勤中队（辖区）", "home_squad_id": "人员所属中队",
    "purpose": "勤务类别", "patrol_mode": "勤务方式", "street_code": "街道（乡镇）", "officers": "执法人员（人）",
    "auxiliaries": "协管员（人）", "duty_hours": "勤务时长（人时）",
}  # fmt: skip
SLIPS = (
    Slip("on_duty_on", "2016-02-30", "bad_date"),
    Slip("on_duty_on", None, "missing_value"),
    Slip("on_duty_on", "2107/3/9", "in_the_future"),
    Slip("duty_hours", "全天", "bad_number"),
    Slip("duty_hours", None, "missing_value"),
    Slip("duty_hours", -8.0, "out_of_range"),
    Slip("purpose", "其他勤务", "unknown_code"),
    Slip("squad_id", "九中队", "unknown_code"),
)
AMOUNTS = Amounts(broken=0, wrong=0, doubled=24, stray_rounds=3)


@dataclass(slots=True)
class Shift:
    """One line of the roster."""

    number: str
    day: date
    squad: str
    home: str
    purpose: str
    street: str
    officers: int
    auxiliaries: int
    hours: float
    mode: str
    is_sparse: float
    style: int


def draw_shifts(scene: Scene) -> list[Shift]:
    """All shifts of the spans, in order. A smaller city has as many days, but not each squad's shift on each of them."""
    world = scene.world
    joint: dict[date, list[tuple[str, str]]] = {}
    for operation in draw_operations(scene):
        street = operation.street or next(iter(_streets(world, operation.went, operation.day)))
        joint.setdefault(operation.day, []).append((operation.went, street))
    serials: Counter[int] = Counter()
    shifts: list[Shift] = []
    for span in scene.spans:
        rng = world.rng("duty", span.name)
        day = max(span.first, FIRST_DAY)
        while day <= span.last:
            wanted = [shift for shift in _wanted(rng, world, day) if rng.random() < scene.share]
            wanted += [(JOINT, squad, squad, street) for squad, street in joint.get(day, ())]
            for purpose, squad, home, street in wanted:
                serials[day.year] += 1
                shifts.append(_shift(rng, f"QW{day.year}-{serials[day.year]:05d}", day, (purpose, squad, home, street)))
            day += timedelta(days=1)
    return shifts


def _streets(world: World, squad: str, day: date) -> list[str]:
    """The streets that a squad owns on a day."""
    return [street for street in world.streets.items if world.squad_on(street, day) == squad]


def _wanted(rng: Random, world: World, day: date) -> list[tuple[str, str, str, str]]:
    """(purpose, squad, home squad, street) of a day's shifts in the default size."""
    guarded = is_key_date(day)
    wanted = []
    for squad in world.squad_names:
        streets = _streets(world, squad, day)
        if rng.random() < (0.93 if day.weekday() < 5 else 0.78):
            purpose = CAMPAIGN if 3 <= day.month <= 10 and rng.random() < 0.16 else DAILY
            wanted.append((purpose, squad, squad, rng.choice(streets)))
        if 5 <= day.month <= 9 and rng.random() < 0.3:
            wanted.append((DAILY, squad, squad, rng.choice(streets)))
        if rng.random() < (0.55 if guarded else 0.05):
            wanted.append((STABILITY, squad, squad, rng.choice(streets)))
        if guarded and squad in SENDING and rng.random() < 0.5:
            host = rng.choice(RECEIVING)
            wanted.append((KEY_EVENT, host, squad, rng.choice(_streets(world, host, day))))
    return wanted


def _shift(rng: Random, number: str, day: date, what: tuple[str, str, str, str]) -> Shift:
    purpose, squad, home, street = what
    officers = rng.randint(2, min(5, OFFICERS))
    auxiliaries = rng.randint(0, max(1, AUXILIARY_SEATS[home] // 2))
    hours = (officers + auxiliaries) * rng.choice((6.0, 7.5, 8.0, 8.0, 8.0, 10.0))
    mode = MODES[purpose].draw(rng)
    return Shift(
        number, day, squad, home, purpose, street, officers, auxiliaries, hours, mode, rng.random(), rng.randrange(5)
    )


def _cells(world: World, shift: Shift) -> Row:
    names_squad = shift.is_sparse >= WITHOUT_SQUAD or shift.squad != shift.home
    names_street = not names_squad or shift.is_sparse < 1 - WITHOUT_STREET
    return {
        "roster_no": shift.number,
        "on_duty_on": in_style(shift.day, shift.style),
        "squad_id": world.squad_names[shift.squad] if names_squad else None,
        "home_squad_id": world.squad_names[shift.home] if names_squad else None,
        "purpose": shift.purpose,
        "patrol_mode": shift.mode,
        "street_code": world.street_names[shift.street] if names_street else None,
        "officers": shift.officers,
        "auxiliaries": shift.auxiliaries,
        "duty_hours": shift.hours,
    }


def write(scene: Scene) -> list[FeedTruth]:
    """The workbooks as they stand on the as-of date."""
    world, truth = scene.world, FeedTruth("duty_roster")
    shifts = draw_shifts(scene)
    troubles = draw_troubles(
        world.rng("duty-trouble"), [s.number for s in shifts if s.day <= CALIBRATED_ON], [], slips=SLIPS, mistakes=(),
        amounts=AMOUNTS.scaled(scene.share), stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip
    years: dict[int, list[Shift]] = {}
    for shift in shifts:
        if shift.day <= scene.as_of:
            years.setdefault(shift.day.year, []).append(shift)
    for year, of_year in years.items():
        _write_year(scene, truth, year, of_year, troubles)
    seen = [shift for of_year in years.values() for shift in of_year]
    truth.notes["tenths_of_hours"] = round(sum(shift.hours for shift in seen) * 10)
    truth.notes["away_from_home"] = sum(shift.squad != shift.home for shift in seen)
    return [truth]


def _write_year(scene: Scene, truth: FeedTruth, year: int, shifts: list[Shift], troubles: Troubles) -> None:
    source = f"duty/勤务排班_{year}.xlsx"
    lines: list[list[Cell]] = [[f"{year}年勤务排班及完成情况"], list(COLUMNS.values())]
    months: dict[int, list[Shift]] = {}
    for shift in shifts:
        months.setdefault(shift.day.month, []).append(shift)
    for month, of_month in months.items():
        rows = [(shift.number, _cells(scene.world, shift)) for shift in of_month]
        written = write_down(truth, source, rows, troubles, key="roster_no", settled={number for number, _ in rows})
        lines += [[row.get(field) for field in COLUMNS] for row in written]
        # The clerk adds up the shifts; what was written twice or by mistake is not in the sum.
        total: Cell = round(sum(shift.hours for shift in of_month), 1)
        lines.append([f"小计（{month}月）", *[None] * (len(COLUMNS) - 2), total])
        truth.skipped("subtotal")
    write_workbook(scene.inbox / source, "勤务排班", lines, [(0, 0, 0, len(COLUMNS) - 1)])
    truth.sources.append(source)
