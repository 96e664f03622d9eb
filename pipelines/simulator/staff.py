"""The staff: who served where from when until when, and the roll that lists them.

Belongs here: drawing the members of the bureau, the brigade, the squads and their auxiliaries, through the last day that can be simulated, so
that a later as-of date never changes an earlier one; and the room that writes their roll. On the report's date there are 70 auxiliaries,
72 of the 83 posts are filled, and 112 of the 142 serve in squads: "almost 80 %", with auxiliaries or without (56 of 72).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.simulator import people
from pipelines.simulator.organisations import write_register
from pipelines.simulator.scene import Scene
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style
from pipelines.simulator.world import LAST_DAY, World

SOURCE = "personnel/人员花名册.xlsx"
BUREAU, BRIGADE = "CG", "CGDD"
ESTABLISHED, AUXILIARY = "在编", "协管员"
FOUNDED, FIRST_DAY = date(2003, 5, 1), date(2011, 1, 1)
#: Seats of established staff outside the squads: 11 of the bureau's 14 posts and 5 of the brigade's are filled. The first ones lead.
BUREAU_SEATS = ("局长", "副局长", "副局长", *["科员"] * 8)
BRIGADE_SEATS = ("大队长", "副大队长", *["办事员"] * 3)
SQUAD_SEATS = ("中队长", "副中队长", *["队员"] * 5)
#: Seats of auxiliaries on the report's date, 56 in squads and 14 with the brigade: no more where the area is wide
#: than where it is small (存在个别区域基层执法力量薄弱).
AUXILIARY_SEATS = {"ZD01": 9, "ZD02": 8, "ZD03": 7, "ZD04": 8, "ZD05": 6, "ZD06": 6, "ZD07": 6, "ZD08": 6, "": 14}
#: A squad's first auxiliaries serve throughout; the others come and go, but no one does in these months around the report.
ALWAYS_THERE = 6
STEADY = (date(2017, 6, 1), date(2017, 12, 31))


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the roll. `left` is the first day on which the person is no longer in service."""

    staff_no: str
    name: str
    org: str
    squad: str | None
    kind: str
    position: str
    cert: str | None
    joined: date
    left: date | None
    style: int

    def serves_on(self, day: date) -> bool:
        """Whether the person is in service that day."""
        return self.joined <= day and (self.left is None or day < self.left)


def draw_staff(world: World) -> list[Member]:
    """Everybody who ever serves, in the order of joining."""
    rng = world.rng("staff")
    drawn: list[tuple[date, date | None, str, str | None, str, str, str]] = []
    for squad in world.squad_names:
        for n, position in enumerate(SQUAD_SEATS):
            joined = FOUNDED + timedelta(days=rng.randrange((FIRST_DAY - FOUNDED).days))
            drawn.append((joined, None, BRIGADE, squad, ESTABLISHED, position, people.officer(squad, n)))
    for org, office, seats in ((BUREAU, "局", BUREAU_SEATS), (BRIGADE, "队", BRIGADE_SEATS)):
        serving: list[tuple[date, date | None, str]] = []
        for n, position in enumerate(seats):
            serving += [(*term, position) for term in _terms(rng, FIRST_DAY, 2200, alone=n == 0)]
        for n, (joined, left, position) in enumerate(sorted(serving, key=lambda term: term[0])):
            drawn.append((joined, left, org, None, ESTABLISHED, position, people.clerk(office, n)))
    for squad, count in AUXILIARY_SEATS.items():
        terms: list[tuple[date, date | None]] = []
        for n in range(count):
            if squad and n < ALWAYS_THERE:
                terms.append((FIRST_DAY, None))
                continue
            opened = date(2011, 6, 1) + timedelta(days=rng.randrange(2000))
            terms += _terms(rng, opened, 900)
        for n, (joined, left) in enumerate(sorted(terms, key=lambda term: term[0])):
            name = people.auxiliary(squad, n) if squad else people.clerk("协机", n)
            drawn.append((joined, left, BRIGADE, squad or None, AUXILIARY, "协管员", name))
    members = []
    for n, (joined, left, org, squad_id, kind, position, name) in enumerate(sorted(drawn, key=lambda one: one[0]), 1):
        cert = f"新昌执{20_000 + n:05d}" if kind == ESTABLISHED and rng.random() < 0.96 else None
        style = rng.randrange(5)
        members.append(Member(f"RY{n:04d}", name, org, squad_id, kind, position, cert, joined, left, style))
    return members


def _terms(rng: Random, opened: date, mean_days: int, *, alone: bool = False) -> list[tuple[date, date | None]]:
    """Who sits on a seat, one after another, with gaps between them, from its opening to the last day of all."""
    terms: list[tuple[date, date | None]] = []
    joined = opened
    while joined <= LAST_DAY:
        left = joined + timedelta(days=120 + int(rng.expovariate(1 / mean_days)))
        gap = rng.randint(0, 25)
        if STEADY[0] <= left <= STEADY[1]:
            left = STEADY[1] + timedelta(days=rng.randint(15, 200))
        if alone or left > LAST_DAY:
            return [*terms, (joined, None)]
        terms.append((joined, left))
        joined = left + timedelta(days=gap)
    return terms


COLUMNS = {
    "staff_no": "人员编号", "staff_name": "姓名", "org_id": "所属单位", "squad_id": "所在中队", "staff_type": "人员类别",
    "is_frontline": "是否一线", "position": "职务", "enforcement_cert_no": "执法证号", "joined_on": "到岗日期",
    "left_on": "离岗日期",
}  # fmt: skip


def write(scene: Scene) -> list[FeedTruth]:
    """The roll as it stands on the as-of date, those who left included."""
    world, truth = scene.world, FeedTruth("staff")
    rows = []
    for member in draw_staff(world):
        if member.joined > scene.as_of:
            continue
        left = member.left if member.left is not None and member.left <= scene.as_of else None
        rows.append(
            {
                "staff_no": member.staff_no,
                "staff_name": member.name,
                "org_id": world.unit_names[member.org],
                "squad_id": world.squad_names[member.squad] if member.squad else None,
                "staff_type": member.kind,
                "is_frontline": "是" if member.squad else "否",
                "position": member.position,
                "enforcement_cert_no": member.cert,
                "joined_on": in_style(member.joined, member.style),
                "left_on": in_style(left, member.style + 1),
            }
        )
        name = f"{'auxiliary' if member.kind == AUXILIARY else 'established'}_in_service"
        truth.notes[name] = truth.notes.get(name, 0) + member.serves_on(scene.as_of)
    write_register(
        scene, SOURCE, truth, COLUMNS, rows, key="staff_no", title="人员花名册", note="备注：离岗人员保留备查。"
    )
    return [truth]
