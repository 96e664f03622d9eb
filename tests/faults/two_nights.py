"""Two whole nights of the demo city, small: what is run in between, or goes wrong in the second, is held against an undisturbed home.

Belongs here: the days, the deliveries and how the second night is run. The homes themselves are made once for all experiments (`conftest`).
"""

import datetime as dt
import shutil
import time
from pathlib import Path

from pipelines.simulator import simulate
from tests.pipeline.nights import KEY, run_night

DAYS = (dt.date(2017, 9, 20), dt.date(2017, 9, 25))
CASES = 1_000


def deliver(home: Path, day: dt.date) -> None:
    """What the sources have by a day comes into the home's inbox."""
    simulate(home / "inbox", seed=7, cases=CASES, as_of=day)


def copied(home: Path, to: Path) -> Path:
    return Path(shutil.copytree(home, to, symlinks=True))


def second_night(home: Path, key: str = KEY) -> float:
    """What has come since is delivered, and the night run; gives its seconds."""
    deliver(home, DAYS[1])
    started = time.monotonic()
    night = run_night(home, DAYS[1], CHENGGUAN_HASH_KEY=key)
    assert night.code == 0, night.said
    return time.monotonic() - started
