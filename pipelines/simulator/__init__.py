"""A city that behaves like the real one: writes the source systems of Changji as they would really come in, with known trouble.

`simulate` is the one door. Nothing of the warehouse depends on it, and it knows nothing of the warehouse but the city's profile and the
calendar. What is calibrated to the 2017 report stands in `world.Sizes`; all else is illustrative.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pipelines.city import City, load_city
from pipelines.errors import SetupError
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import (
    appeals,
    calls,
    clues,
    duty,
    duty_books,
    exchanges,
    joint_operations,
    organisations,
    powers,
    receipts,
    registers,
    reviews,
    staff,
    training,
)
from pipelines.simulator.buildings import Building, draw_buildings
from pipelines.simulator.hotline import Ticket, draw_tickets, settle, tickets_to_send
from pipelines.simulator.hotline_files import troubles_of as hotline_troubles
from pipelines.simulator.hotline_files import write_hotline
from pipelines.simulator.ledgers import write_ledgers
from pipelines.simulator.lives import Case
from pipelines.simulator.penalties import Penalty, draw_penalties
from pipelines.simulator.penalty_books import troubles_of as penalty_troubles
from pipelines.simulator.penalty_books import write_penalties
from pipelines.simulator.penalty_law import observe_law
from pipelines.simulator.platform import platform_cases
from pipelines.simulator.platform_db import SOURCE as PLATFORM_FILE
from pipelines.simulator.platform_db import write_platform
from pipelines.simulator.report import report_figures
from pipelines.simulator.rhythm import Clock
from pipelines.simulator.scene import Scene
from pipelines.simulator.truth import Fault, FeedTruth, SimulationTruth, known_files
from pipelines.simulator.workbooks import replace_if_new
from pipelines.simulator.world import CALIBRATED_ON, DEFAULT_CASES, LAST_DAY, Sizes, World, spans

#: The rooms that draw on the four great sources or on none; each writes its own files.
ROOMS: tuple[Callable[[Scene], list[FeedTruth]], ...] = (
    organisations.write,
    staff.write,
    duty.write,
    training.write,
    joint_operations.write,
    duty_books.write,
    registers.write,
    exchanges.write,
    powers.write,
    clues.write,
    calls.write,
    receipts.write,
    reviews.write,
    appeals.write,
)

__all__ = ["CALIBRATED_ON", "DEFAULT_CASES", "Fault", "FeedTruth", "SimulationTruth", "simulate"]


def simulate(
    inbox: Path,
    *,
    seed: int = 2017,
    cases: int | None = None,
    as_of: date = CALIBRATED_ON,
    city: City | None = None,
) -> SimulationTruth:
    """Writes the sources of a city into the inbox as they stand at the end of the as-of date, and `simulated.json` beside them.

    `cases` is the number of platform tasks of the bureau up to the report's date; everything else is in proportion. The same seed and
    size give the same city on every day. Files of an earlier simulation into the same inbox are replaced or removed, others are left alone.
    Raises SetupError where size or date make no sense.
    """
    if city is None:
        city = load_city(Settings(city="changji", cities=PROJECT_ROOT / "cities"))
    size = DEFAULT_CASES if cases is None else cases
    first = city.facts.first_day
    if size < 1 or not first <= as_of <= LAST_DAY:
        raise SetupError(
            "模拟的规模或日期不合理", f"cannot simulate {size} cases on {as_of}",
            remedy_zh=f"规模至少为 1，日期在 {first} 与 {LAST_DAY} 之间",
            remedy_en=f"take at least 1 case and a date from {first} to {LAST_DAY}",
        )  # fmt: skip
    world = World(city, seed)
    clock = Clock(city)
    share = size / DEFAULT_CASES
    all_cases: list[Case] = []
    tickets: list[Ticket] = []
    penalties: list[Penalty] = []
    buildings: list[Building] = []
    serials: Counter[str] = Counter()
    calibrated = (0, 0, 0)
    stretches = list(spans(first, as_of, Sizes.for_cases(size)))
    for span in stretches:
        own = draw_tickets(world, span, clock, serials)
        new = platform_cases(world, span, clock, tickets_to_send(world, span, own))
        for number, case in enumerate(new, start=len(all_cases) + 1):
            case.rec_id = number
        settle(world, span, own)
        tickets += own
        all_cases += new
        penalties += observe_law(
            world, clock, draw_penalties(world, span, clock, serials), span.last if span.calibrated else None
        )
        buildings += draw_buildings(world, span, clock)
        if span.calibrated:
            calibrated = (len(all_cases), len(tickets), len(penalties))
    before = known_files(inbox)
    platform, flow = write_platform(inbox / PLATFORM_FILE, world, all_cases, all_cases[: calibrated[0]], as_of)
    hotline = write_hotline(inbox, world, tickets, hotline_troubles(world, tickets[: calibrated[1]], share), as_of)
    penalty = write_penalties(
        inbox, world, penalties, penalty_troubles(world, penalties[: calibrated[2]], share), as_of
    )
    building, demolition = write_ledgers(inbox, world, buildings, as_of, share)
    scene = Scene(inbox, world, clock, as_of, share, stretches, all_cases, tickets, penalties, buildings)
    further = [truth for write in ROOMS for truth in write(scene)]
    feeds = {truth.feed: truth for truth in (platform, flow, hotline, penalty, building, demolition, *further)}
    files = sorted({source for truth in feeds.values() for source in truth.sources})
    figures = report_figures(all_cases, tickets, penalties, buildings, as_of)
    truth = SimulationTruth(seed, size, as_of, feeds, figures, files)
    for gone in set(before) - set(files):
        path = inbox / gone
        if path.resolve().is_relative_to(inbox.resolve()):
            path.unlink(missing_ok=True)
    replace_if_new(inbox / "simulated.json", truth.to_json().encode())
    return truth
