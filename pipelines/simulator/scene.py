"""What a room of the simulator is handed: the city, the day, the size, and the records that other rooms have drawn.

Belongs here: nothing but that. A room is a module with `write(scene) -> list[FeedTruth]`; it draws from random streams of its own
(`scene.world.rng("<room>", …)`), writes its files into the inbox and counts what it wrote. `simulate` calls the rooms in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.simulator.buildings import Building
from pipelines.simulator.hotline import Ticket
from pipelines.simulator.lives import Case
from pipelines.simulator.penalties import Penalty
from pipelines.simulator.rhythm import Clock
from pipelines.simulator.world import Span, World


@dataclass(frozen=True)
class Scene:
    """`share` is the size in proportion to the default. `spans` are the stretches of days up to the as-of date, the first of them calibrated.

    The records are all that will ever happen; what happened by the as-of date is for a room to choose.
    """

    inbox: Path
    world: World
    clock: Clock
    as_of: date
    share: float
    spans: Sequence[Span]
    cases: Sequence[Case]
    tickets: Sequence[Ticket]
    penalties: Sequence[Penalty]
    buildings: Sequence[Building]
