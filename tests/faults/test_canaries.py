"""Persons are planted in every feed of the demo city, and found nowhere but in the vault and the inbox.

Each feed is read as the city's profile says, from a file that is made of its declarations: a row in order, one that breaks a rule, one whose
cells have slipped into the wrong columns, one with too many cells. What nobody promises to recognise (a bare name in free text without
anything that says so) is not planted; SECURITY.md says so.
"""

import csv
import datetime as dt
import shutil
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.city import City, load_city
from pipelines.city.feed_profile import FeedProfile
from pipelines.feeds import FEEDS, Field
from pipelines.landing.canonical import References
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.privacy import personal_kind
from pipelines.landing.reference import load_reference
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.steward.fields import choices, desk_profile
from pipelines.steward.rows import Wanted, find_rows, open_desk
from pipelines.steward.workbook import write_workbook
from tests.faults import results
from tests.faults.canaries import Aviary, found_in, said_in

AS_OF = dt.date(2017, 9, 25)
OUTSIDE = {"vault"}


def as_a_file(profile: FeedProfile) -> FeedProfile:
    """The feed read from a CSV file with one column a field, by the words, formats and codes of the city's own profile."""
    source: Any = {"kind": "file", "files": [f"{profile.feed}/*.csv"]}
    return FeedProfile.model_validate({**desk_profile(profile).model_dump(by_alias=True), "source": source})


def plain(spec: Field, profile: FeedProfile, references: References) -> str:
    """A cell that is in order, or nearly: what matters is the shape."""
    if spec.name == "class_codes":
        return ""  # several codes in one cell, which the models look up: what is no code stops a release
    if words := choices(spec.name, profile, references):
        return words[0]
    if spec.is_time:
        return "2017-03-01" if isinstance(spec.dtype, pl.Date) else "2017-03-01 10:00:00"
    return "1" if spec.dtype.is_numeric() else f"甲-{spec.name}"


def rows_of(profile: FeedProfile, references: References, aviary: Aviary) -> list[list[str]]:
    """Header and rows; the last column is one that no profile names."""
    fields = FEEDS[profile.feed].fields
    lines = [[*profile.columns, "备用"]]
    for number, fault in enumerate(("none", "date", "shifted right", "shifted left", "too long")):
        where = f"{profile.feed}, {fault}"
        people = {
            name: aviary.person(kind, f"{where}, {name}")
            for name in profile.columns
            if (kind := personal_kind(profile, name))
        }
        named = [said for name, said in people.items() if personal_kind(profile, name) in ("name", "address")]
        cells = []
        for name, column in profile.columns.items():
            if name in people:
                cells.append(people[name])
            elif fields[name].free_text or column.free_text:
                cells.append(aviary.text(f"{where}, {name}", *named))
            elif name == FEEDS[profile.feed].key:
                cells.append(f"K{number}")
            elif fault == "date" and fields[name].is_time:
                cells.append("2017-02-30")
            else:
                cells.append(plain(fields[name], profile, references))
        cells.append(aviary.text(f"{where}, a column that nobody names"))
        shifted = {
            "shifted right": [cells[-1], *cells[:-1]],
            "shifted left": [*cells[1:], cells[0]],
            "too long": [*cells, cells[-1]],
        }
        lines.append(shifted.get(fault, cells))
    return lines


@pytest.fixture
def city(settings: Settings) -> City:
    """The demo city, each of its feeds read from a file."""
    settings.city = "changji"
    shutil.copytree(PROJECT_ROOT / "cities" / "changji", settings.city_dir)
    city = load_city(settings)
    city.feeds = {name: as_a_file(profile) for name, profile in city.feeds.items()}
    return city


@pytest.mark.slow
def test_nobody_who_was_planted_in_any_feed_is_found_behind_the_door(
    settings: Settings, city: City, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    started, aviary, references = time.perf_counter(), Aviary(), References(city)
    load_reference(settings, city)
    said = []
    for feed, profile in city.feeds.items():
        path = settings.inbox_dir / feed / "a.csv"
        path.parent.mkdir()
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows_of(profile, references, aviary))
        result = ingest_feed(settings, city, feed, AS_OF)
        said += [problem.render() for problem in result.problems]
        assert result.total("rows_read") == 5, (feed, said)
    with open_desk(settings) as connection:
        held = find_rows(connection, Wanted())
    write_workbook(settings, city, settings.home / "refused.xlsx", held)
    told = [*said, *capfd.readouterr(), *(str(row) for row in held)]
    lost = found_in(settings.home, aviary.planted, OUTSIDE) + said_in([one.encode() for one in told], aviary.planted)
    originals = "\n".join(str(pl.read_parquet(path).to_dicts()) for path in settings.vault.rglob("*.parquet"))
    came_in = set(said_in([originals.encode()], aviary.planted))
    missed = [where for one, where in aviary.planted.items() if one not in came_in]
    results.record(
        "persons_at_the_door", "在每个数据源植入的人", "persons planted in every feed", times=len(aviary.planted),
        lost=len(lost), seconds=time.perf_counter() - started, measured={"feeds": len(city.feeds), "refused rows": len(held)},
    )  # fmt: skip
    assert lost == []
    assert missed == []  # what was planted did come in, or the test would show nothing
    assert check_conservation(settings) == []
    assert {row.feed for row in held} == set(city.feeds)
