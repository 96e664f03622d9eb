"""What the site asks of a real night's release: used by `test_night.py`, which has one. Nothing is drawn here; browsers are in `tests/browser`."""

from pathlib import Path
from typing import Any

from pipelines.publish.release import ReleaseInfo
from pipelines.publish.site import pages
from pipelines.publish.site.payload import payload
from pipelines.publish.site.source import Release, Row, opened


class Strict(Release):
    """Pages take a relation that a release lacks for empty; here that is a fault of the page."""

    def rows(self, sql: str, *values: Any) -> list[Row]:
        asked = self.connection.execute(sql, values)
        names = [column[0] for column in asked.description or []]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def unknown_metrics(info: ReleaseInfo) -> list[str]:
    """The metrics that pages name and the release does not have; raises where a page asks for a table or column that is not there."""
    with opened(Path(info.path), info.manifest) as release:
        strict = Strict(release.connection, release.about)
        built = [make(strict) for make in pages.makers()]
        for page in built:
            payload(page, strict)
        named = {measure.metric for page in built for dataset in page.datasets for measure in dataset.measures}
        return sorted(name for name in named if name and name not in strict.metrics)
