"""Homes that several experiments begin from, made once; who changes one takes a copy."""

from pathlib import Path

import pytest

from tests.faults.two_nights import DAYS, copied, deliver, second_night
from tests.pipeline.nights import run_night


@pytest.fixture(scope="session")
def after_one_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("one_night") / "home"
    deliver(home, DAYS[0])
    night = run_night(home, DAYS[0])
    assert night.code == 0, night.said
    return home


@pytest.fixture(scope="session")
def undisturbed(after_one_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home after its second night, with nothing in between."""
    home = copied(after_one_night, tmp_path_factory.mktemp("two_nights") / "home")
    second_night(home)
    return home
