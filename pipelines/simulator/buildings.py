"""Illegal buildings and their demolitions.

Belongs here: drawing them so that the report's figures come out: the number of cases in urban villages and the urban area, the sum of demolished
areas to the hundredth of a square metre, and nothing new found in the last two years. Their ledgers stand in `ledgers`. They end with
the report: by then the stock is cleared.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from pipelines.simulator import people
from pipelines.simulator.rhythm import Clock
from pipelines.simulator.world import CALIBRATED_ON, Span, Weighted, World

AREA_TYPES = Weighted({"城中村": 63.0, "城区": 37.0})
TOWN_TYPE = "乡镇村庄"
SOURCES = Weighted({"巡查": 58.0, "举报": 22.0, "数字城管": 10.0, "移送": 7.0, "视频": 3.0})
BUILDING_TYPES = Weighted({"彩钢房": 34.0, "砖混房屋": 30.0, "加层": 12.0, "棚圈": 10.0, "围墙": 8.0, "临时板房": 6.0})
STRUCTURES = {
    "彩钢房": "钢结构",
    "砖混房屋": "砖混",
    "加层": "砖混",
    "棚圈": "简易",
    "围墙": "砖砌",
    "临时板房": "简易",
}
METHODS = Weighted({"自拆": 46.0, "助拆": 21.0, "强拆": 33.0})
BASES = Weighted({"其中违建": 72.0, "建筑": 20.0, "占地": 8.0})
#: How the discoveries spread over the years: a campaign that ebbs away.
YEARS = Weighted({2011: 21.0, 2012: 29.0, 2013: 24.0, 2014: 16.0, 2015: 9.0, 2016: 4.0, 2017: 1.5})
#: No new building was found in the two years before the report.
NO_MORE_NEW_FROM = date(2015, 9, 25)
WITHOUT_DEMOLITION, OPEN_SHARE = 0.06, 0.03


@dataclass(slots=True)
class Demolition:
    """One demolition of a building."""

    demolition_no: str
    day: date
    cents: int
    basis: str
    method: str
    is_partial: bool
    style: int


@dataclass(slots=True)
class Building:
    """One case of illegal construction."""

    case_no: str
    street: str
    community: str
    address: str
    owner: str
    kind: str
    floors: int
    found_cents: int
    area_type: str
    is_new: bool
    source: str
    started: date | None
    discovered: date
    closed: date | None
    style: int
    demolitions: list[Demolition] = field(default_factory=list)


def draw_buildings(world: World, span: Span, clock: Clock) -> list[Building]:
    """All buildings in the order of their discovery; none after the report."""
    if not span.calibrated:
        return []
    rng = world.rng("buildings", span.name)
    drawn: list[tuple[date, str]] = []
    days = {
        year: clock.days(date(year, 1, 4), date(2017, 6, 30) if year == 2017 else date(year, 12, 31))
        for year in YEARS.items
    }
    for n in range(span.sizes.buildings + span.sizes.town_buildings):
        area_type = AREA_TYPES.draw(rng) if n < span.sizes.buildings else TOWN_TYPE
        year = YEARS.draw(rng)
        drawn.append((clock.next_workday(days[year].draw(rng, 1)[0]), area_type))
    serials: dict[int, int] = {}
    buildings = []
    for discovered, area_type in sorted(drawn):
        serials[discovered.year] = serials.get(discovered.year, 0) + 1
        number = f"昌违建〔{discovered.year}〕{serials[discovered.year]:04d}"
        buildings.append(_building(world, clock, rng, number=number, discovered=discovered, area_type=area_type))
    urban = [building for building in buildings if building.demolitions]
    if not urban:
        only = next(building for building in buildings if building.area_type != TOWN_TYPE)
        only.demolitions = [_demolition(rng, only, 0, day=only.discovered + timedelta(days=30), whole=True)]
        only.closed, urban = only.demolitions[-1].day, [only]
    _measure(rng, urban, span.sizes.demolished_cents)
    return buildings


def _building(world: World, clock: Clock, rng: Random, *, number: str, discovered: date, area_type: str) -> Building:
    towns = ("101", "105", "104", "102")
    region = world.city.facts.region_code
    street = region + rng.choice(towns) if area_type == TOWN_TYPE else world.streets.draw(rng)
    is_new = discovered < NO_MORE_NEW_FROM and rng.random() < 0.3
    age = rng.randint(5, 80) if is_new else rng.randint(200, 4000)
    if discovered >= NO_MORE_NEW_FROM:
        # What was still found after that had been built before.
        age = max(age, (discovered - NO_MORE_NEW_FROM).days + rng.randint(30, 400))
    community = f"第{rng.randint(1, 6)}社区" if area_type == "城区" else f"第{rng.randint(1, 9)}村民小组"
    building = Building(
        case_no=number, street=street, community=community,
        address=f"{world.street_names[street]}{community}测试巷{rng.randint(1, 90)}号", owner=people.person(rng),
        kind=BUILDING_TYPES.draw(rng), floors=rng.choice((1, 1, 1, 2, 2, 3)), found_cents=rng.randint(2_000, 60_000),
        area_type=area_type, is_new=is_new, source=SOURCES.draw(rng),
        started=None if rng.random() < 0.2 else discovered - timedelta(days=age), discovered=discovered,
        closed=None, style=rng.randrange(5),
    )  # fmt: skip
    latest = CALIBRATED_ON - timedelta(days=3)
    if area_type == TOWN_TYPE or rng.random() < WITHOUT_DEMOLITION:
        # Put right, or handed to the township: nothing is demolished.
        building.closed = min(discovered + timedelta(days=rng.randint(20, 150)), latest)
        return building
    times = rng.choices((1, 2, 3), (72, 22, 6))[0]
    stays_open = rng.random() < OPEN_SHARE
    day = discovered
    for n in range(times):
        day = clock.next_workday(day + timedelta(days=rng.randint(6, 75)))
        if day > latest:
            day = clock.next_workday(latest - timedelta(days=rng.randint(1, 20)))
            day = max(day, building.demolitions[-1].day if building.demolitions else discovered)
        building.demolitions.append(_demolition(rng, building, n, day, whole=n == times - 1 and not stays_open))
    if not stays_open:
        building.closed = min(day + timedelta(days=rng.randint(0, 12)), latest)
        building.closed = max(building.closed, day)
    return building


def _demolition(rng: Random, building: Building, n: int, day: date, *, whole: bool) -> Demolition:
    number = f"{building.case_no.replace('昌违建', '昌拆')}-{n + 1}"
    return Demolition(number, day, 0, BASES.draw(rng), METHODS.draw(rng), is_partial=not whole, style=rng.randrange(5))


def _measure(rng: Random, buildings: list[Building], total: int) -> None:
    """Gives every demolition an area so that the sum is exact; what was found is never less than what was demolished."""
    events = [event for building in buildings for event in building.demolitions]
    raw = [min(rng.lognormvariate(5.0, 0.85), 3_500) for _ in events]
    scale = (total - len(events)) / sum(raw)
    for event, weight in zip(events, raw, strict=True):
        event.cents = 1 + int(weight * scale)
    missing = total - sum(event.cents for event in events)
    for n in range(missing):
        events[n % len(events)].cents += 1
    for building in buildings:
        demolished = sum(event.cents for event in building.demolitions)
        left = 0 if building.closed is not None else rng.randint(1_000, 30_000)
        building.found_cents = demolished + left
