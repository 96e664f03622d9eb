"""The megacity's deliveries as files, made once and kept: its history as Parquet by the month, each night's export and the big table as CSV.

Belongs here: which files there are, over which cases and until when. What is in them stands in `records.sql`, `tables.sql` and `tickets.sql`.
"""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.settings import PROJECT_ROOT

SQL = [Path(__file__).with_name(name) for name in ("records.sql", "tables.sql", "tickets.sql")]
REFERENCE = PROJECT_ROOT / "cities" / "changji" / "reference"
#: New cases a day; about as many change, so that a night brings some 70,000 new and changed records.
RATE = 39_000
#: The night of the first load; nights with new records follow it.
FIRST_NIGHT = dt.date(2017, 9, 20)
NIGHTS = 1
NEVER = dt.datetime(1970, 1, 1)


@dataclass(frozen=True)
class History:
    """The files of a city with so many cases at the end of the first night, and where they lie."""

    cases: int
    folder: Path

    @property
    def days(self) -> int:
        return max(1, -(-self.cases // RATE))

    @property
    def begin(self) -> dt.datetime:
        """The first case's moment."""
        return end_of(FIRST_NIGHT) - dt.timedelta(days=self.days)

    @property
    def first(self) -> Path:
        """What lies in the inbox on the first night."""
        return self.folder / "first"

    def night(self, number: int) -> Path:
        """What comes on the night of that number, from 1."""
        return self.folder / f"night{number}"


def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day."""
    return dt.datetime.combine(day, dt.time(23, 59, 59))


def history(cases: int, cache: Path) -> History:
    """The files of that many cases, made where they are not there yet."""
    made = History(cases, cache / f"platform-{cases}")
    if (made.folder / "whole").exists():
        return made
    shutil.rmtree(made.folder, ignore_errors=True)
    with connection() as con:
        seen, part = end_of(FIRST_NIGHT), RATE * 30
        for at, first in enumerate(range(0, made.days * RATE, part)):
            numbers = (first, min(first + part, made.days * RATE))
            for table in ("t_case", "t_case_flow"):
                _copy(con, rows_of(made, table, numbers, NEVER, seen), made.first / table / f"{at:03}.parquet")
        for number in range(1, NIGHTS + 1):
            upto = seen + dt.timedelta(days=1)
            # Nothing of a case happens later than forty days after its report.
            numbers = (max(0, (made.days - 40) * RATE), (made.days + number) * RATE)
            for table in ("t_case", "t_case_flow"):
                _copy(con, rows_of(made, table, numbers, seen, upto), made.night(number) / table / f"night{number}.csv")
            seen = upto
    (made.folder / "whole").touch()
    return made


def big_table(rows: int, cache: Path, table: str) -> Path:
    """One CSV file of that many rows: of the platform's cases (`t_case`), or of the hotline's tickets (`tickets`)."""
    path = cache / f"{table}-{rows}.csv"
    if not path.exists():
        days = -(-rows // RATE)
        made = History(rows, cache)
        begin = end_of(FIRST_NIGHT) - dt.timedelta(days=days)
        with connection() as con:
            moments = "timestamp '1970-01-01', " if table == "t_case" else ""
            rest = f"{moments}timestamp '{end_of(FIRST_NIGHT)}'"
            # More than are wanted: not every number gives a ticket.
            query = f"select * from {table}(0, {days * RATE * 4}, {RATE}, timestamp '{begin}', {rest}) limit {rows}"
            _copy(con, query, path)
        assert made.days == days
    return path


def connection() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"""
        create temp table classes as select (row_number() over (order by code_scheme, class_code) - 1)::integer as at, *,
            if(code_scheme = 'GBT30428_2', '2', '1') as type_id from read_csv('{REFERENCE}/event_classes.csv', all_varchar = true);
        create temp table grids as select (row_number() over (order by grid_code) - 1)::integer as at, grid.* exclude (lon, lat, street_code),
            grid.street_code, grid.lon::double as lon, grid.lat::double as lat, street.name_zh as street_name
            from read_csv('{REFERENCE}/grids.csv', all_varchar = true) as grid
            inner join read_csv('{REFERENCE}/streets.csv', all_varchar = true) as street using (street_code);
        create temp table units as select (row_number() over (order by unit_code) - 1)::integer as at, unit_code
            from read_csv('{REFERENCE}/departments.csv', all_varchar = true) where kind = 'squad';
    """)
    for path in SQL:
        con.execute(path.read_text(encoding="utf-8"))
    return con


def rows_of(made: History, table: str, numbers: tuple[int, int], *moments: dt.datetime) -> str:
    """The query of the rows of these cases that changed between two moments."""
    spans = ", ".join(f"timestamp '{moment}'" for moment in (made.begin, *moments))
    return f"select * from {table}({numbers[0]}, {numbers[1]}, {RATE}, {spans})"


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = "format parquet, compression zstd" if path.suffix == ".parquet" else "format csv, header"
    beside = path.with_name(f".writing-{path.name}")
    con.execute(f"copy ({query}) to '{beside}' ({shape})")
    beside.replace(path)
