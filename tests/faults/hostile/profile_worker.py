"""Runs hostile profiles in a process of its own, with bounded memory and time, and says of each what became of it, one JSON line a profile.

`python -m tests.faults.hostile.profile_worker FIRST LAST FOLDER`. Each profile is loaded as a night loads it, its reference tables are made, and one
feed is read through the whole door. Around the inbox lie files that no profile may reach: what is read of them is a find.
"""

import json
import resource
import sqlite3
import sys
import time
from pathlib import Path

import duckdb

from pipelines.city import load_city
from pipelines.errors import ChengguanError, ProfileError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.reference import load_reference
from pipelines.settings import Settings
from tests.conftest import AS_OF
from tests.faults.hostile.profiles import CITY, FILE_FEED, as_toml, hostile_profile
from tests.faults.hostile.telling import broken_by, peak_mib
from tests.faults.hostile.worker import MOST_BYTES, MOST_SECONDS, limit, watch

SECRET = "只有别处才有"
ROWS = [[f"{at}", f"W{at}", "2017-01-05", "10.5", "自拆" + "a" * 40, "北街"] for at in range(20)]
HEADER = ["编号", "违建编号", "拆除日期", "面积", "方式", "街道"]
#: A message that a person can still read on a screen.
LONGEST_MESSAGE = 20_000


def prepared(folder: Path) -> Settings:
    """A home, an inbox, a sound city, and secrets beside them."""
    for place in ("home/vault", "home/build", "inbox/in", "cities/smalltown/feeds", "cities/smalltown/reference"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    sound(folder)
    for place in ("secret.csv", "home/secret.csv", "cities/secret.csv", "home/vault/secret.csv"):
        (folder / place).write_text(table(f"{SECRET},W,2017-01-05,1,自拆,北街"), encoding="utf-8")
    (folder / "cities/smalltown/reference/streets.csv").write_text(
        "street_code,name_zh,name_en,kind,area_km2,population,valid_from,valid_to,is_illustrative\nS1,北街,North,street,1,1,2011-01-01,,true\n",
        encoding="utf-8",
    )
    with sqlite3.connect(folder / "inbox/in/source.sqlite") as base:
        base.execute(f"create table if not exists ledger ({', '.join(HEADER)}, stamp text)")
        base.executemany("insert into ledger values (?, ?, ?, ?, ?, ?, '2017-01-06 10:00:00')", ROWS)
    base.close()
    return Settings(home=folder / "home", city="smalltown", cities=folder / "cities", inbox=folder / "inbox")


def sound(folder: Path) -> None:
    city = folder / "cities/smalltown"
    (city / "city.toml").write_text(as_toml(CITY), encoding="utf-8")
    (city / "feeds/demolitions.toml").write_text(as_toml(FILE_FEED), encoding="utf-8")


def table(*more: str) -> str:
    return "\n".join([",".join(HEADER), *(",".join(row) for row in ROWS), *more]) + "\n"


def run(settings: Settings, number: int) -> list[ChengguanError]:
    """What a night says of the profile. Raises what it does not say."""
    # Another content each time, or the file would be known.
    (settings.inbox_dir / "in/a.csv").write_text(table(f"n{number},W,2017-01-05,1,自拆,北街"), encoding="utf-8")
    said: list[ChengguanError] = []
    try:
        city = load_city(settings)
        said += city.broken.values()
        if number % 4 == 0:
            load_reference(settings, city)
        if "demolitions" in city.feeds:
            said += ingest_feed(settings, city, "demolitions", AS_OF).problems
    except ChengguanError as error:
        said.append(error)
    return said


def unclear(said: list[ChengguanError]) -> list[str]:
    """The messages by which nobody would find the place."""
    return [
        error.en[:300]
        for error in said
        if not (error.zh and error.en and error.remedy_zh and error.remedy_en)
        or not {"file", "key"} & set(error.where)
        or (
            isinstance(error, ProfileError)
            and "TOML" not in error.en
            and not {"key", "row", "column"} & set(error.where)
        )
        or len(error.render()) > LONGEST_MESSAGE
    ]


def attempt(settings: Settings, number: int, around: set[str], folder: Path) -> None:
    kind, name, content = hostile_profile(number)
    (settings.city_dir / name).write_bytes(content)
    label = f"{number}-{kind}"
    print(json.dumps({"begins": label}), flush=True)
    began = time.monotonic()
    limit(MOST_SECONDS)
    told: dict[str, object]
    try:
        said = run(settings, number)
        limit(0)
        new = outside(folder) - around
        if bad := unclear(said):
            told = {"outcome": "unclear", "said": bad}
        elif new:
            told = {"outcome": "find", "said": f"made outside of the home: {sorted(new)}"}
        else:
            told = {"outcome": "refused" if said else "read", "said": [error.en[:200] for error in said]}
    except BaseException as error:
        told = broken_by(error)
    finally:
        limit(0)
    print(json.dumps({"file": label, **told, "seconds": round(time.monotonic() - began, 2)}, default=str), flush=True)
    sound(folder)


def outside(folder: Path) -> set[str]:
    """What there is beside the home."""
    return {
        str(path)
        for part in ("", "inbox", "inbox/in", "cities", "cities/smalltown/reference")
        for path in (folder / part).iterdir()
    }


def reached(settings: Settings) -> dict[str, object]:
    """At the end: whether a secret came in by any way, and whether the ledger adds up."""
    if not settings.build_db.exists():
        return {"secrets": 0, "violations": [], "rows": 0}
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        [(rows, secrets)] = connection.execute(
            f"""select (select count(*) from raw.demolitions),
                (select count(*) from raw.demolitions as r where r::varchar like '%{SECRET}%')
                + (select count(*) from quarantine.demolitions as q where q::varchar like '%{SECRET}%')"""
        ).fetchall()
    return {
        "secrets": secrets,
        "rows": rows,
        "violations": [str(vars(one)) for one in check_conservation(settings, "demolitions")],
    }


def main() -> None:
    first, last, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    watch()
    settings = prepared(folder)
    (settings.inbox_dir / "in/a.csv").touch()
    around = outside(folder)
    run(settings, -4)  # what is imported on the way is no profile's time
    for number in range(first, last):
        attempt(settings, number, around, folder)
    print(json.dumps({"peak_mib": peak_mib(), **reached(settings)}), flush=True)


if __name__ == "__main__":
    main()
