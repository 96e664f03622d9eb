"""What the kill tests run in processes of their own: parts of a night without Dagster around them, so that many kills take little time.

`python -m tests.faults.work load|publish [FIRST_DAY …]`; whole nights are run by the command that everybody uses.
"""

import datetime as dt
import sys

from pipelines.city import load_city
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.reference import load_reference
from pipelines.publish import contents, release
from pipelines.settings import Settings


def load(day: dt.date) -> None:
    """Reading, landing and loading of every feed of the city, for one night."""
    settings = Settings()
    city = load_city(settings)
    load_reference(settings, city)
    for feed in sorted(city.feeds):
        result = ingest_feed(settings, city, feed, day)
        for problem in result.problems:
            raise problem


def publish(first: dt.date, nights: int) -> None:
    """A release a night, and the old ones pruned."""
    settings = Settings()
    city = load_city(settings)
    manifest = contents.load_manifest(contents.manifest_path(settings))
    for night in range(nights):
        release.publish(settings, city, first + dt.timedelta(days=night), {}, manifest=manifest)
        release.prune(settings)


def main() -> None:
    what, day, *more = sys.argv[1:]
    if what == "load":
        load(dt.date.fromisoformat(day))
    else:
        publish(dt.date.fromisoformat(day), int(more[0]))


if __name__ == "__main__":
    main()
