"""The report's figures: what an entry may say, and when a value holds."""

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import ProfileError
from pipelines.metrics.figures import Figure, answer, load_figures

ENTRY = """
[[figure]]
id = "X1"
phrase = "三起"
question_en = "How many?"
question_zh = "几起？"
"""


def held(query: str, expected: str | None, qualifier: str) -> bool | None:
    entry = Figure.model_validate({"id": "X", "phrase": "p", "question_en": "q", "question_zh": "q", "expected": expected,
                                   "qualifier": qualifier, "relation": "t", "query": query})  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("create table t as select 3 as n")
        [row] = answer(connection, [("1", entry)])
    return row["holds"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("value", "expected", "qualifier", "holds"),
    [
        ("3", "3", "exact", True), ("3.0", "3", "exact", True), ("4", "3", "exact", False),
        ("'2012-08-21'", "2012-08-21", "exact", True), ("'副科级'", "副科级", "exact", True), ("'正科级'", "副科级", "exact", False),
        ("13127", "13100", "at_least", True), ("13099", "13100", "at_least", False),
        ("0.784", "0.80", "almost", True), ("0.81", "0.80", "almost", False), ("0.74", "0.80", "almost", False),
        ("598000", "600000", "up_to", True), ("600001", "600000", "up_to", False),
        ("59.6", "60", "rounded", True), ("59.4", "60", "rounded", False),
        ("233.927", "233.93", "derived", True), ("233.92", "233.93", "derived", False),
        ("null", "3", "exact", False),
    ],
)  # fmt: skip
def test_a_value_holds_as_its_qualifier_says(value: str, expected: str, qualifier: str, holds: bool) -> None:
    assert held(f"select {value}", expected, qualifier) is holds


def test_an_entry_without_a_figure_holds_where_there_is_something() -> None:
    assert held("select n from t", None, "none") is True
    assert held("select count(*) from t where n > 5", None, "none") is False


@pytest.mark.parametrize("query", ["select nothing from t", "select 1, 2", "select n from t where n > 5"])
def test_a_query_that_gives_no_single_value_does_not_hold_and_stops_nothing(query: str) -> None:
    assert held(query, "3", "exact") is False


def test_a_figure_over_an_empty_relation_does_not_hold() -> None:
    entry = Figure.model_validate({"id": "X", "phrase": "p", "question_en": "q", "question_zh": "q", "expected": "0",
                                   "qualifier": "exact", "relation": "t", "query": "select count(*) from t"})  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("create table t (n integer)")
        [row] = answer(connection, [("1", entry)])
    assert row["holds"] is False, "nothing known is not zero"


@pytest.mark.parametrize(
    "rest",
    [
        "", 'relation = "t"', 'relation = "t"\nquery = "q"\nwhy_not_en = "a"\nwhy_not_zh = "b"',
        'relation = "t"\nquery = "q"\nexpected = "3"', 'relation = "t"\nquery = "q"\ncolour = "red"',
    ],
)  # fmt: skip
def test_an_entry_must_be_answered_or_say_why_not(tmp_path: Path, rest: str) -> None:
    (tmp_path / "1.toml").write_text(ENTRY + rest)
    with pytest.raises(ProfileError, match=r"1\.toml"):
        load_figures(tmp_path)


def test_a_figure_stands_in_one_place(tmp_path: Path) -> None:
    for name in ("1.toml", "2.toml"):
        (tmp_path / name).write_text(ENTRY + 'relation = "t"\nquery = "q"')
    with pytest.raises(ProfileError, match="X1"):
        load_figures(tmp_path)


def test_a_city_without_a_report_has_no_figures(tmp_path: Path) -> None:
    assert load_figures(tmp_path / "none") == []


def test_a_part_of_the_report_is_a_file_or_a_folder_of_files(tmp_path: Path) -> None:
    (tmp_path / "5").mkdir()
    for name, number in (("1.toml", 1), ("5/cases.toml", 2), ("5/systems.toml", 3)):
        (tmp_path / name).write_text(ENTRY.replace("X1", f"X{number}") + 'relation = "t"\nquery = "q"')
    assert [(section, entry.id) for section, entry in load_figures(tmp_path)] == [("1", "X1"), ("5", "X2"), ("5", "X3")]
