"""What of a release's large tables a night can have made another, as the models' run noted it (`macros/touched_parts.sql` of the dbt project).

Belongs here: whether that note may be gone by. What is done with the parts stands in `digests` and `parts`.

A note tells what a build has touched since the one that it went on from. So it is gone by where the last release was made of that very build and
no run of dbt has begun since (`build_sources`, which each takes away); and never for more than a week: the first night of each compares every
row, for what no night can have changed and yet is another.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines.publish import digests, parts
from pipelines.publish.digests import TableContent


@dataclass(frozen=True)
class Touched:
    """`weeks` by table are the parts that can be others than in the last release, which held `before`; of tables that are not among them nothing
    is known. `compared_on` is the day for which every row was last compared."""

    compared_on: dt.date
    before: Mapping[str, TableContent] = field(default_factory=dict)
    weeks: Mapping[str, frozenset[str]] = field(default_factory=dict)


def since(con: duckdb.DuckDBPyConnection, last: Mapping[str, Any] | None, as_of: dt.date) -> Touched:
    """What the build (attached as `build`) can hold that the release with this manifest does not, by the day."""
    compared_on = dt.date.fromisoformat((last or {}).get("compared_on", "0001-01-01"))
    if last is None or compared_on.isocalendar()[:2] != as_of.isocalendar()[:2]:
        return Touched(as_of)
    try:
        noted = con.execute(
            """SELECT relation, list(coalesce(part::VARCHAR, $undated)) FROM build.ops.touched_parts
               WHERE EXISTS (SELECT 1 FROM build.ops.build_state WHERE went_on_from::VARCHAR = $build)
               AND EXISTS (SELECT 1 FROM build.ops.build_sources) GROUP BY relation""",
            {"undated": parts.UNDATED, "build": last.get("build")},
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # nothing was noted, or not by this program
        return Touched(as_of)
    if not noted:
        return Touched(as_of)
    return Touched(compared_on, digests.told_by(last), {relation: frozenset(weeks) for relation, weeks in noted})
