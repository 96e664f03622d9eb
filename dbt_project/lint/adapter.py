"""For sqlfluff, which reads the project's macros without dbt: what an engine says in its own words is DuckDB's (.sqlfluff)."""

from collections.abc import Callable

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def dispatch(context: Context, name: str) -> Callable[..., str]:
    return context[f"duckdb__{name}"]  # type: ignore[no-any-return]
