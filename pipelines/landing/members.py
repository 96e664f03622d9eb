"""Members of the reference tables that a city does not have: every code that its records bring stands for itself.

A new city has codes long before somebody has written down what they mean. Its records are let in as they are, so the models must find their
codes; a table that the city does have is never added to, since a code that it lacks is refused at the door.
"""

import duckdb

from pipelines.city import City
from pipelines.feeds import FEEDS
from pipelines.landing.reference import TABLES
from pipelines.landing.reference_files import file_of
from pipelines.landing.store import write_connection
from pipelines.settings import Settings

#: What a code that nobody has explained is called by: itself. A class is its own major class.
_CALLED = ("name_zh", "name_en", "main_code", "main_zh", "main_en")


def add_members(settings: Settings, city: City) -> dict[str, int]:
    """Fills the tables that the city has no file of with the codes that stand in raw; {table: how many}, of those that got any."""
    lacking = [name for name in TABLES if not file_of(city, name).is_file()]
    added: dict[str, int] = {}
    with write_connection(settings, city.facts.time_zone) as connection:
        connection.begin()
        for table in lacking:
            if codes := _codes(connection, table):
                added[table] = _fill(connection, table, codes)
        connection.commit()
    return {table: rows for table, rows in added.items() if rows}


def _codes(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The query of all codes of the table that any record has, by the names of the table's own columns; empty where there can be none."""
    there = {
        f"{schema}.{name}"
        for schema, name in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    }
    asked = [
        # The last column of the reference is the field, whatever its name; those before it are fields of their own.
        f"select {', '.join([*columns[:-1], f'{field} as {columns[-1]}'])} from raw.{feed.name}"
        for feed in FEEDS.values()
        for field, spec in feed.fields.items()
        if spec.reference_table == table and (columns := spec.reference_columns) and f"raw.{feed.name}" in there
    ]
    return " union ".join(asked) if f"reference.{table}" in there else ""


def _fill(connection: duckdb.DuckDBPyConnection, table: str, codes: str) -> int:
    columns = TABLES[table]
    keys = [row[0] for row in connection.execute(f"describe {codes}").fetchall()]
    said = {name: f'"{keys[-1]}"' for name in _CALLED if name in columns} | {name: f'"{name}"' for name in keys}
    if "is_illustrative" in columns:
        said["is_illustrative"] = "false"
    complete = " and ".join(f'"{name}" is not null' for name in keys)
    complete += f""" and "{keys[-1]}" not in ('unknown', 'unassigned')"""  # the models have members of these names
    connection.execute(
        f"""insert into reference.{table} ({", ".join(said)}) select {", ".join(said.values())} from ({codes})
            where {complete} and not exists (select 1 from reference.{table})"""
    )
    [(rows,)] = connection.execute(f"select count(*) from reference.{table}").fetchall()
    return int(rows)
