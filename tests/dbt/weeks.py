"""What the weeks of large facts hold, read whole, and which of them a night has noted to have touched."""

from typing import Any

import duckdb

from pipelines.publish import package, parts
from pipelines.publish.contents import served_tables
from pipelines.settings import Settings


def weeks_of(settings: Settings, manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    large = [table for table in served_tables(manifest) if table.parts]
    with package.reader(settings.build_db) as con:
        return {one.label: parts.sums(con, package.relation("build", one), str(one.parts)) for one in large}


def touched_parts(settings: Settings) -> dict[str, set[str]]:
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        noted = connection.execute("select relation, part::varchar from ops.touched_parts").fetchall()
    return {name: {part or parts.UNDATED for one, part in noted if one == name} for name, _ in noted}
