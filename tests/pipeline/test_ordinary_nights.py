"""Thirty ordinary nights of the demo city raise no alarm: no batch is held back, none is called unusual, no column is new."""

import datetime as dt
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines.city import load_city
from pipelines.landing.ingest import ingest_feed
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.simulator import simulate

FIRST = dt.date(2017, 8, 14)
#: The nights before bring the history that batches are held against.
BEFORE, ORDINARY = 12, 30
#: The simulator's clerks move a decimal point now and then, and a ledger's own total shows it: that alarm is right.
RIGHTLY = "stated_total_gap"


@pytest.mark.slow
def test_thirty_ordinary_nights_raise_no_alarm(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, city="changji", cities=PROJECT_ROOT / "cities",
        hash_key=SecretStr("a key for tests only, not a secret"),
    )  # fmt: skip
    city = load_city(settings)
    alarms: list[str] = []
    for at in range(BEFORE + ORDINARY):
        day = FIRST + dt.timedelta(days=at)
        simulate(settings.inbox_dir, cases=1_000, as_of=day)
        for feed in city.feeds:
            result = ingest_feed(settings, city, feed, day)
            assert result.unknown_columns == [], feed
            found = [problem.en for problem in result.problems]
            found += [
                f"{one['severity']} {one['en']}"
                for batch in result.batches for one in batch.findings if not one["measure"].startswith(RIGHTLY)
            ]  # fmt: skip
            alarms += [f"{day} {feed}: {said}" for said in found if at >= BEFORE]
    assert not alarms, "\n".join(alarms)
