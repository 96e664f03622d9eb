"""A profile cannot leave its folder, smuggle SQL or hang a night; Dagster's pages are for this machine unless somebody says otherwise."""

import inspect
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.city import City, ColumnMap, DatabaseSource, FileSource
from pipelines.cli.serve import ui
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS
from pipelines.landing.canonical import References

STEPS = ["..", ".", "a", "*", "**", "/", "//", "\\", "%2e%2e", "~", "\0", "$HOME"]


@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=6))
def test_no_pattern_of_files_leaves_the_inbox(steps: list[str]) -> None:
    pattern = "/".join(steps)
    try:
        [kept] = FileSource(kind="file", files=[pattern]).files
    except ValidationError:
        return
    assert not Path(kept).is_absolute() and ".." not in Path(kept).parts


@given(
    st.lists(
        st.sampled_from(
            ["select 1", ";", " ", ")", "(", "--", "\n", "/*", "*/", "'", '"', "drop table x", "attach 'y'", "a;"]
        ),
        max_size=9,
    )
)
def test_a_query_is_one_select_and_nothing_beside_it(parts: list[str]) -> None:
    query = "select * from t " + "".join(parts)
    try:
        kept = DatabaseSource(kind="database", url="sqlite:///x", query=query, cursor="c").query
    except ValidationError:
        return
    # Judged by another parser than our own, in the place in which a query is run.
    try:
        statements = duckdb.extract_statements(f"select * from ({kept}\n) as source where c < 1 order by c")
    except duckdb.Error:
        return
    assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|a)*$", "(.*a){20}", "([a-z]+)*!", "(?:x+x+)+(y)"])
def test_an_expression_takes_time_in_proportion_to_the_text(expression: str) -> None:
    began = time.monotonic()
    try:
        column = ColumnMap.model_validate({"from": ["x"], "extract": expression})
    except ValidationError:
        return
    pl.Series(["a" * 50_000 + "!" * 3, "x" * 50_000]).str.extract(column.extract or "", 1)
    assert time.monotonic() - began < 10


def test_an_expression_that_grows_without_bound_is_refused() -> None:
    with pytest.raises(ValidationError, match="no regular expression"):
        ColumnMap.model_validate({"from": ["x"], "extract": "((((a{1000}){1000}){1000}){1000})"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(steps=st.lists(st.sampled_from([*STEPS, "secret"]), min_size=1, max_size=4))
def test_a_reference_table_is_one_of_the_citys_own(
    write_city: Callable[..., City], tmp_path: Path, steps: list[str]
) -> None:
    city = write_city()
    (tmp_path / "secret.csv").write_text("street_code,name\n1,x\n", encoding="utf-8")
    references, target = References(city), FEEDS["hotline_tickets"].fields["street_code"]
    for name in ("/".join(steps), f"{tmp_path}/secret", "../../../secret"):
        assert references.table(name).is_empty() if "\0" not in name else True
        with pytest.raises((ProfileError, ValueError)):
            references.crosswalk(f"{name}.name", target, "hotline_tickets")


def test_dagsters_pages_are_for_this_machine_only() -> None:
    assert inspect.signature(ui).parameters["host"].default == "127.0.0.1"
