"""Many who want a home at once, and clocks that lie: one gets it, all others are told why not, and nothing is left in anybody's way.

Belongs here: these as experiments with real processes and many draws. Each rule by itself is tested in `tests/pipeline/test_turn.py` and
`test_clock.py`.
"""

import datetime as dt
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.city import City
from pipelines.cli.app import app
from pipelines.errors import SetupError
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import write_connection
from pipelines.orchestration.clock import TOLERANCE
from pipelines.orchestration.home import night_lock
from pipelines.settings import PROJECT_ROOT, Settings
from tests.conftest import AS_OF
from tests.faults import results
from tests.faults.killing import tables

#: Takes the home as a night does, and writes down when it had it; refused, it says by whom. Some are killed while they hold it.
NIGHT = """
import os, signal, sys, time
from pathlib import Path
from pipelines.errors import BusyError
from pipelines.orchestration.home import night_lock
from pipelines.settings import Settings
home, start, dies = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "dies"
time.sleep(max(0.0, start - time.time()))
try:
    with night_lock(Settings(home=home)):
        inside = home / "inside"
        inside.touch(exist_ok=False)
        time.sleep(0.3)
        inside.unlink()
        print("had", flush=True)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
except BusyError as refused:
    print("refused", refused.en, flush=True)
"""
WHO = 4


@pytest.mark.slow
def test_of_many_nights_at_once_one_has_the_home_and_the_dead_are_in_nobodys_way(settings: Settings) -> None:
    began, chance = time.monotonic(), random.Random(20170925)
    rounds, had, told, killed, longest = results.times(2, 25), 0, 0, 0, 0.0
    for _ in range(rounds):
        start = str(time.time() + 1.5)
        started = [
            subprocess.Popen(
                [sys.executable, "-c", NIGHT, str(settings.home), start, chance.choice(["dies", "ends"])],
                cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            for _ in range(WHO)
        ]  # fmt: skip
        said = [one.communicate()[0] for one in started]
        assert not any("Traceback" in words for words in said), said
        had += sum(words.startswith("had") for words in said)
        told += sum(words.startswith("refused another night is running") for words in said)
        killed += sum(one.returncode < 0 for one in started)
        freed = time.monotonic()
        with night_lock(settings):
            longest = max(longest, time.monotonic() - freed)
    assert had >= rounds and had + told == WHO * rounds and told, "each had the home alone or was told who had it"
    assert killed
    results.record(
        "nights_at_once", "几个夜间作业同时开始，有的中途被杀", "several nights begun at once, some killed while they hold the home",
        times=WHO * rounds, lost=0, seconds=time.monotonic() - began, recovery_seconds=longest,
        measured={"had it": had, "refused": told, "killed": killed},
    )  # fmt: skip


def test_under_a_clock_that_was_set_back_nothing_is_loaded(
    settings: Settings, write_city: Callable[..., City], monkeypatch: pytest.MonkeyPatch
) -> None:
    began, chance, longest = time.monotonic(), random.Random(20170925), 0.0
    city = write_city()
    (settings.inbox_dir / "demolitions").mkdir()
    for name, value in (
        ("HOME", settings.home), ("CITY", settings.city), ("CITIES", settings.cities), ("INBOX", settings.inbox_dir),
    ):  # fmt: skip
        monkeypatch.setenv(f"CHENGGUAN_{name}", str(value))

    def deliver(number: int) -> Path:
        path = settings.inbox_dir / f"demolitions/{number}.csv"
        path.write_text(
            f"编号,违建编号,拆除日期,面积,方式\n{number},W{number},2017-01-05,10.5,自拆\n", encoding="utf-8"
        )
        return path

    def ledger_stands_at(ahead: dt.timedelta) -> None:
        moment = dt.datetime.now(dt.UTC).replace(tzinfo=None) + ahead
        with write_connection(settings) as connection:
            connection.execute("update ops.ledger set loaded_at_utc = $moment", {"moment": moment})

    deliver(0)
    assert not ingest_feed(settings, city, "demolitions", AS_OF).problems
    times, refused = results.times(2, 40), 0
    for number in range(1, times + 1):
        back = chance.choice([TOLERANCE / 2, TOLERANCE * 2, dt.timedelta(days=chance.randint(1, 4_000))])
        ledger_stands_at(back)  # the same as a clock that stands so far behind it
        was, file = tables(settings.build_db, "raw", "ops"), str(deliver(number))
        said = CliRunner().invoke(app, ["ingest", "demolitions", file, "--date", AS_OF.isoformat()])
        if back > TOLERANCE:
            assert isinstance(said.exception, SetupError) and "时钟被拨回" in said.exception.zh, said.output
            assert tables(settings.build_db, "raw", "ops") == was
            refused += 1
            ledger_stands_at(-dt.timedelta(days=1))
            started = time.monotonic()
            said = CliRunner().invoke(app, ["ingest", "demolitions", file, "--date", AS_OF.isoformat()])
            longest = max(longest, time.monotonic() - started)
        assert said.exit_code == 0, said.output
        assert len(tables(settings.build_db, "raw")["raw.demolitions"]) == number + 1
    results.record(
        "clock_set_back", "时钟被拨回", "the clock set back",
        times=times, lost=0, seconds=time.monotonic() - began, recovery_seconds=longest, measured={"refused": refused},
    )  # fmt: skip
