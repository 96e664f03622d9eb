"""The table of the last comparison in docs/scaling.md, made by the run and never by hand."""

import datetime as dt
from collections.abc import Iterable

import duckdb

from pipelines.settings import PROJECT_ROOT
from tools.spark_parity import environment
from tools.spark_parity.compare import RELATIVE_TOLERANCE, Outcome

DOCUMENT = PROJECT_ROOT / "docs" / "scaling.md"
BEGIN, END = "<!-- made by `make spark-parity DOCUMENT=1`: do not edit -->", "<!-- end -->"


def renew(outcomes: Iterable[Outcome], as_of: dt.date) -> None:
    """Puts the table between the two marks of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    made = table(list(outcomes), as_of)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")


def table(outcomes: list[Outcome], as_of: dt.date) -> str:
    """What was compared, on what, and each mart in a row; of core its sum."""
    marts = [outcome for outcome in outcomes if outcome.schema == "marts"]
    core = [outcome for outcome in outcomes if outcome.schema != "marts"]
    engines = f"DuckDB {duckdb.__version__}, Spark {environment.version('pyspark')} with dbt-spark {environment.version('dbt-spark')}"
    head = (
        f"{engines}; the demo city as of {as_of}, compared on {dt.datetime.now(dt.UTC).date()}; floating-point numbers may differ by "
        f"{RELATIVE_TOLERANCE:g} of their size.\n\n"
        f"**{_equal(marts)} of {len(marts)} marts and {_equal(core)} of {len(core)} tables of core are equal, row for row.**\n\n"
        "| mart | rows | equal | columns that differ |\n|---|---:|---|---|"
    )
    lines = [
        f"| {outcome.table} | {outcome.rows:,} | {'yes' if outcome.is_equal else 'no'} | {', '.join(outcome.differing)} |"
        for outcome in [*marts, *(outcome for outcome in core if not outcome.is_equal)]
    ]
    return "\n".join([head, *lines])


def _equal(outcomes: list[Outcome]) -> int:
    return sum(outcome.is_equal for outcome in outcomes)
