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

from pipelines.city import LARGEST_BYTES, City, CityProfile, ColumnMap, DatabaseSource, FileSource, parse
from pipelines.cli.serve import ui
from pipelines.errors import ProfileError
from pipelines.feeds import FEEDS
from pipelines.landing.canonical import References
from pipelines.readers.address import web_address

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


@pytest.mark.parametrize("pattern", ["", ".", "**/**/x", "**a", "a" * 300, "a/" * 30, "a\0"])
def test_a_pattern_that_is_none_or_never_ends_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="no pattern of files"):
        FileSource(kind="file", files=[pattern])


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 20_000, "x = " + "9" * 20_000, "x = 2017-13-45", "#" * (LARGEST_BYTES + 1), 'x = "\udcff"']
)
def test_a_profile_that_is_no_toml_or_beyond_any_size_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    (path := tmp_path / "city.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ProfileError) as refused:
        parse(path, CityProfile)
    assert refused.value.where["file"] == str(path) and refused.value.remedy_zh


def test_a_message_stays_readable_however_long_a_key_or_value_is(tmp_path: Path) -> None:
    (path := tmp_path / "city.toml").write_text(f'{"k" * 300_000} = "{"v" * 300_000}"\n', encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        parse(path, CityProfile)
    assert len(refused.value.render()) < 20_000


def test_the_key_that_links_persons_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGGUAN_HASH_KEY", "a secret")
    with pytest.raises(ProfileError) as refused:
        web_address("https://example.org/${CHENGGUAN_HASH_KEY}", "source.url")
    assert "a secret" not in refused.value.render()
