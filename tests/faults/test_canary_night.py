"""The persons who are planted in every feed go through a whole night, and are looked for in everything that it leaves behind.

Belongs here: a night of the demo city with its pages, its report and its bundle for BI, and a search of all bytes but those of the vault and
the inbox: release, site, catalogue, build file, Data Docs, logs, Dagster's storage, alerts and what was printed. The door alone is
`test_canaries`.
"""

import csv
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.city import load_city
from pipelines.landing.canonical import References
from pipelines.settings import PROJECT_ROOT, Settings
from tests.faults import results
from tests.faults.canaries import Aviary, found_in, said_in
from tests.faults.test_canaries import AS_OF, as_a_file, rows_of
from tests.pipeline.nights import command, run_night

OUTSIDE = {"vault", "inbox"}


def toml(value: Any) -> str:
    """A value of a profile as TOML; JSON's strings, numbers and truths are TOML's."""
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(f"{json.dumps(name, ensure_ascii=False)} = {toml(one)}" for name, one in value.items())
            + " }"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.slow
def test_nobody_who_was_planted_is_found_in_what_a_night_leaves(settings: Settings, tmp_path: Path) -> None:
    started, aviary = time.perf_counter(), Aviary()
    settings.cities, settings.city = tmp_path / "cities", "changji"
    shutil.copytree(PROJECT_ROOT / "cities" / "changji", settings.city_dir)
    city, home = load_city(settings), tmp_path / "night"
    references = References(city)
    for feed, own in city.feeds.items():
        profile = as_a_file(own)
        written = profile.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        lines = [f"{name} = {toml(value)}\n" for name, value in written.items()]
        (settings.city_dir / "feeds" / f"{feed}.toml").write_text("".join(lines), encoding="utf-8")
        path = home / "inbox" / feed / "a.csv"
        path.parent.mkdir(parents=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows_of(profile, references, aviary))
    city_of = {
        "CHENGGUAN_CITIES": str(settings.cities),
        "CHENGGUAN_CITY": "changji",
        "CHENGGUAN_INBOX": str(home / "inbox"),
    }
    night = run_night(home, AS_OF, CHENGGUAN_SITE="true", **city_of)
    assert (home / "current" / "site").is_dir(), night.said
    told = [night.said]
    for arguments in (
        ["report", "--no-pdf"],
        ["bi", "superset", "--to", str(home / "superset.zip")],
        ["quarantine", "export", "--to", str(home / "refused.xlsx")],
        ["quarantine", "list"],
        ["batches", "list"],
    ):
        done = command(home, *arguments, **city_of)
        told += [done.stdout, done.stderr]
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    lost = found_in(home, aviary.planted, OUTSIDE) + said_in([one.encode() for one in told], aviary.planted)
    results.record(
        "persons_in_a_night", "植入的人经过整夜运行", "planted persons through a whole night", times=len(aviary.planted),
        lost=len(lost), seconds=time.perf_counter() - started, measured={"files looked through": sum(one.is_file() for one in home.rglob("*"))},
    )  # fmt: skip
    assert lost == []
