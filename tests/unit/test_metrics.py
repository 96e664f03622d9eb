"""Reading what is asked of a metric, finding it, answering it and following it to its records: over a hand-made release of four rows."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import pytest

from pipelines.errors import InputError
from pipelines.metrics.conditions import Condition, parse_conditions, parse_groups
from pipelines.metrics.dictionary import Dictionary, Metric, portable
from pipelines.metrics.explain import explain
from pipelines.metrics.export import write_file
from pipelines.metrics.query import Questions


def _measure(name: str, expr: str) -> dict[str, Any]:
    return {"name": name, "agg": "sum", "expr": expr, "agg_time_dimension": None}


def _metric(name: str, params: dict[str, Any], **about: Any) -> dict[str, Any]:
    kind = "ratio" if "numerator" in params else "simple"
    return {"name": name, "type": kind, "type_params": params, "label": name.title(), "description": f"what {name} is",
            "config": {"meta": about}}  # fmt: skip


MANIFEST = portable(
    {
        "semantic_models": [
            {
                "name": "cases",
                "defaults": {"agg_time_dimension": "filed_on"},
                "node_relation": {"alias": "fct_case", "schema_name": "core", "database": "build", "relation_name": "x"},
                "primary_entity": "case",
                "entities": [],
                "measures": [_measure("filed", "1"), _measure("closed", "cast(is_closed as integer)")],
                "dimensions": [
                    {"name": "filed_on", "type": "time", "expr": None, "type_params": {"time_granularity": "day"}},
                    {"name": "squad_id", "type": "categorical", "expr": None},
                ],
            }
        ],
        "metrics": [
            _metric("filed", {"measure": {"name": "filed"}}, code="T-1", zh="立案数", mart="marts.cases", mart_expr="sum(filed)"),
            _metric("closed", {"measure": {"name": "closed"}}, code="T-2", zh="结案数"),
            _metric("closing_rate", {"numerator": {"name": "closed"}, "denominator": {"name": "filed"}},
                    code="T-3", zh="结案率", unit="%", definition="how", strength="C", minimum_volume=3),
        ],
        "project_configuration": {
            "time_spines": [
                {
                    "node_relation": {"alias": "dim_date", "schema_name": "core", "database": "build", "relation_name": "y"},
                    "primary_column": {"name": "date_on", "time_granularity": "day"},
                    "custom_granularities": [],
                }
            ],
            "time_spine_table_configurations": [],
        },
        "saved_queries": [],
    }
)  # fmt: skip
DICTIONARY = Dictionary(MANIFEST)
RATE = DICTIONARY.metrics["closing_rate"]


@pytest.fixture
def release() -> Any:
    connection = duckdb.connect()
    connection.execute("""
        create schema core; create schema meta;
        create table core.fct_case as select * from (values
            ('a', date '2017-01-05', 'ZD01', true, 7, 'Sheet', 3), ('b', date '2017-01-20', 'ZD01', false, 7, 'Sheet', 4),
            ('c', date '2017-02-01', 'ZD02', true, 8, null, 9), ('d', date '2017-02-02', 'Z''2', false, 8, null, 10)
        ) as t (case_no, filed_on, squad_id, is_closed, _batch_seq, _source_sheet, _source_row);
        create table core.dim_date as select date '2017-01-01' as date_on;
        create table meta.batches as select * from (values (7, 'cases.xlsx', 'first'), (8, 'more.csv', 'second')) as b (batch_seq, source, batch_id);
    """)
    yield connection
    connection.close()


def test_metricflow_and_the_explanation_give_the_same_figures(release: duckdb.DuckDBPyConnection) -> None:
    questions = Questions(MANIFEST)
    for groups in ([], ["squad_id"], ["month"], ["month", "squad_id"], ["year"]):
        for conditions in ([], [Condition("squad_id", "!=", "ZD02")], [Condition("month", ">=", dt.date(2017, 2, 1))]):
            answered = questions.ask(release, RATE, groups, conditions)
            explained = explain(release, RATE, groups, conditions).figures
            assert answered == [(*row[:-3], row[-1]) for row in explained], (groups, conditions)


def test_behind_a_figure_are_its_records_with_file_sheet_and_row(release: duckdb.DuckDBPyConnection) -> None:
    found = explain(release, RATE, conditions=[Condition("squad_id", "=", "ZD01")])
    assert found.figures == [(1, 2, 0.5)]
    kept = ("numerator", "denominator", "case_no", "source_file", "source_sheet", "source_row")
    records = [{key: row[found.columns.index(key)] for key in kept} for row in found.records]
    assert [tuple(record.values()) for record in records] == [
        (0, 1, "b", "cases.xlsx", "Sheet", 4), (1, 1, "a", "cases.xlsx", "Sheet", 3),
    ]  # fmt: skip
    assert found.total_records == 2
    assert explain(release, DICTIONARY.metrics["closed"], limit=1).total_records == 2, "only what counts, and all of it"


def test_a_zero_denominator_gives_no_rate(release: duckdb.DuckDBPyConnection) -> None:
    assert explain(release, RATE, conditions=[Condition("squad_id", "=", "nobody")]).figures == [(None, None, None)]


def test_a_value_with_a_quote_is_a_value_and_not_sql(release: duckdb.DuckDBPyConnection) -> None:
    for value, filed in (("Z'2", 1), ("x' or '1'='1", None)):
        condition = [Condition("squad_id", "=", value)]
        assert explain(release, DICTIONARY.metrics["filed"], conditions=condition).figures == [(filed,)]
        assert Questions(MANIFEST).ask(release, DICTIONARY.metrics["filed"], conditions=condition) == [(filed,)]


@pytest.mark.parametrize("asked", ["closing_rate", "T-3", "结案率"])
def test_a_metric_is_found_by_name_code_and_chinese_name(asked: str) -> None:
    assert DICTIONARY.find(asked) is RATE


def test_an_unknown_metric_is_answered_with_those_near() -> None:
    with pytest.raises(InputError, match="closing_rate"):
        DICTIONARY.find("closing_time")


@pytest.mark.parametrize(
    ("words", "day"),
    [("2017", "2017-01-01"), ("2017-08", "2017-08-01"), ("2017Q3", "2017-07-01"), ("2017-W35", "2017-08-28"), ("2017-08-15", "2017-08-15")],
)  # fmt: skip
def test_periods_are_read_as_people_write_them(words: str, day: str) -> None:
    assert parse_conditions(RATE, [f"month >= {words}"]) == [Condition("month", ">=", dt.date.fromisoformat(day))]


@pytest.mark.parametrize("words", ["squad_id", "month=2017-13", "month=soon", "colour=red", "1=1", "squad_id ~ ZD"])
def test_a_condition_that_cannot_be_read_says_what_could(words: str) -> None:
    with pytest.raises(InputError, match=r"处理 remedy"):
        parse_conditions(RATE, [words])


def test_groups_come_once_and_in_their_order() -> None:
    assert parse_groups(RATE, ["squad_id,month", "month"]) == ["squad_id", "month"]
    with pytest.raises(InputError, match="squad_id"):
        parse_groups(RATE, ["street"])


def test_the_chosen_definition_and_the_strength_of_its_source_stand_in_the_dictionary() -> None:
    row = next(row for row in DICTIONARY.rows({"how": "due"}) if row["metric"] == "closing_rate")
    assert (row["disputed_definition"], row["chosen_definition"], row["minimum_volume"]) == ("how", "due", 3)
    assert row["strength_en"] == "public code, not an authority"
    assert (row["mart"], row["numerator_sql"], row["denominator_sql"]) == (None, "cast(is_closed as integer)", "1")


ROWS = [("=1+1", dt.date(2017, 9, 25), 2.5), ("-cmd", None, 3), ("平常", dt.date(2017, 9, 26), 1)]


def test_formulas_are_disarmed_in_every_kind_of_file(tmp_path: Path) -> None:
    for name in ("f.xlsx", "f.csv", "f.json"):
        write_file(tmp_path / name, ["text", "day", "n"], ROWS, [("metric", "x")])
    sheet = fastexcel.read_excel(tmp_path / "f.xlsx").load_sheet("records").to_polars()
    assert sheet["text"].to_list() == ["=1+1", "-cmd", "平常"], "kept as text"
    lines = (tmp_path / "f.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].startswith("'=1+1,") and lines[2].startswith("'-cmd,") and lines[3].startswith("平常,")
    assert json.loads((tmp_path / "f.json").read_text())["records"][0] == {
        "text": "=1+1",
        "day": "2017-09-25",
        "n": 2.5,
    }


def test_another_kind_of_file_is_refused_with_those_that_are_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.xlsx"):
        write_file(tmp_path / "f.pdf", ["n"], [(1,)], [])


def test_a_metric_offers_what_all_its_parts_can_be_grouped_by() -> None:
    assert isinstance(RATE, Metric) and RATE.dimensions == ["squad_id"]
