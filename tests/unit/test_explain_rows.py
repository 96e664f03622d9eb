"""A mart's figure that no metric explains is followed to the evaluation's cases, or to its relation's rows: over hand-made releases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import InputError, SetupError
from pipelines.landing.store import write_connection
from pipelines.metrics.conditions import parse_of_columns
from pipelines.metrics.evaluation import Figure, explain_figure
from pipelines.metrics.relations import Behind, Source, behind, source_of
from pipelines.settings import Settings

FIGURES = """
    create schema core; create schema marts; create schema meta;
    create table meta.batches as select * from (values (1, 'cases.xlsx', 'first'), (2, 'later.xlsx', 'second')) as b (batch_seq, source, batch_id);
    create table meta.mart_columns as select * from (values
        ('marts.evaluation', 'score', 'core.fct_evaluation_case', null, null),
        ('marts.hotspots', 'cases', 'core.fct_platform_case', '_source_row > 2', 'reported_at'),
        ('marts.hotspots', 'rank_no', 'the order of the cases', null, null)
    ) as c (mart, column_name, explained_by, explained_if, explained_on);
    create table marts.hotspots as select * from (values
        (date '2017-07-31', 'S1', 'pit', 2, 1), (date '2017-07-31', 'S2', 'pit', 1, 2), (date '2017-07-24', 'S1', 'pit', 9, 1)
    ) as h (week, street_code, method, cases, rank_no);
    comment on column marts.hotspots.cases is '案卷数 Cases';
    create table core.fct_platform_case as select * from (values
        ('a', timestamp '2017-08-03 09:00:00', 'S1', 1, 'Sheet', 2), ('b', timestamp '2017-08-04 09:00:00', 'S1', 1, 'Sheet', 3),
        ('c', timestamp '2017-08-05 09:00:00', 'S2', 2, null, 9), ('d', timestamp '2017-08-06 09:00:00', 'S1', 1, 'Sheet', 4)
    ) as f (case_id, reported_at, street_code, _batch_seq, _source_sheet, _source_row);
    alter table core.fct_platform_case add column filed_at timestamp;
    alter table core.fct_platform_case add column due_at timestamp;
    alter table core.fct_platform_case add column closed_at timestamp;
    create table core.dim_indicator as select * from (values
        ('closed', 'count', '结案数', 'closed', null, null), ('closed_rate', 'rate', '结案率', 'closed', 'filed', false),
        ('late_rate', 'rate', '漏报率', 'missed', 'filed', true),
        ('hours', 'mean', '平均时长', 'handling_hours', 'closed', null),
        ('settled_rate', 'rate', '办结率', 'closed', 'reported_not_refused', false)
    ) as i (indicator, kind, name_zh, numerator, denominator, is_inverse);
    -- In 2017-08, which is frozen, c came late and d has changed since: it was closed and was in the street S2.
    create table core.fct_evaluation_case as select * from (values
        ('2017-08', 'a', 'S1', 'g1', 'u', 1, 0, 1, 1, 1800, false, 1, 'Sheet', 2),
        ('2017-08', 'b', 'S1', 'g1', 'u', 1, 1, 0, 0, 0, false, 1, 'Sheet', 3),
        ('2017-08', 'c', 'S2', 'g2', 'u', 1, 0, 1, 1, 60, false, 2, null, 9),
        ('2017-08', 'd', 'S1', 'g1', 'u', 1, 0, 1, 0, 0, false, 2, null, 4),
        ('2017-09', 'a', 'S1', 'g1', 'u', 1, 0, 1, 1, 3600, false, 1, 'Sheet', 2),
        ('2017-09', 'b', 'S1', 'g1', 'u', 1, 0, 1, 0, 0, true, 1, 'Sheet', 3)
    ) as e (period_id, case_id, street_code, grid_code, unit_code, reported, refused, filed, closed, handling_seconds,
            is_excluded, _batch_seq, _source_sheet, _source_row);
    create table core.fct_evaluation_case_change as select * from (values
        ('2017-08', 'c', 'late_record', null, 'S2', null, null, null, null, null, 2, null, 9),
        ('2017-08', 'd', 'correction', 'S2', 'S1', 'reported filed closed', 900, 1, 'Sheet', 4, 2, null, 4)
    ) as h (period_id, case_id, cause, old_street_code, street_code, old_counted_as, old_handling_seconds, old_batch_seq,
            old_source_sheet, old_source_row, _batch_seq, _source_sheet, _source_row);
    alter table core.fct_evaluation_case_change add column changed_on date;
    alter table core.fct_evaluation_case_change add column old_grid_code varchar;
    alter table core.fct_evaluation_case_change add column old_unit_code varchar;
    alter table core.fct_evaluation_case_change add column grid_code varchar;
    alter table core.fct_evaluation_case_change add column unit_code varchar;
    create table marts.evaluation as select
        *, null::varchar as definition, null::varchar as grade, period_id = '2017-08' as is_frozen, null::date as frozen_on
    from (values
        ('2017-08', 'city', 'x', 'closed', 2, null), ('2017-08', 'city', 'x', 'closed_rate', 2, 2),
        ('2017-08', 'city', 'x', 'hours', 0.75, 2), ('2017-08', 'street', 'S2', 'closed', 1, null),
        ('2017-08', 'city', 'x', 'settled_rate', 2, 2), ('2017-08', 'city', 'x', 'late_rate', null, 2),
        ('2017-08', 'street', 'S3', 'closed_rate', 0, 0), ('2017-09', 'post', 'collector', 'closed_rate', 1, 1)
    ) as m (period_id, object_type, object_id, indicator, numerator, denominator);
    alter table marts.evaluation alter numerator type decimal(18, 4);
    alter table marts.evaluation alter denominator type decimal(18, 4);
    create table marts.evaluation_restatement as select * from (values
        ('2017-08', 'street', 'S2', 'closed', 1, 1), ('2017-08', 'street', 'S1', 'closed', 1, 1)
    ) as m (period_id, object_type, object_id, indicator, old_numerator, new_numerator);
"""


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(FIGURES)
        yield connection


def _cases(figure: Figure, *columns: str) -> list[tuple[Any, ...]]:
    at = [figure.listing.columns.index(name) for name in columns]
    return [tuple(record[one] for one in at) for record in figure.listing.records]


def _explain(release: duckdb.DuckDBPyConnection, words: str, mart: str = "marts.evaluation") -> Figure:
    return explain_figure(release, mart, [words])


@pytest.mark.parametrize(
    "words",
    [
        "period_id=2017-08,object_type=city,indicator=closed", "period_id=2017-08,indicator=closed_rate,object_id=x",
        "period_id=2017-08,indicator=hours", "period_id=2017-08,object_type=street,indicator=closed",
        "period_id=2017-08,indicator=settled_rate", "indicator=late_rate", "object_id=S3", "period_id=2017-09",
    ],
)  # fmt: skip
def test_the_cases_that_are_listed_give_the_figure(release: duckdb.DuckDBPyConnection, words: str) -> None:
    figure = _explain(release, words)
    assert figure.agrees, figure.recomputed


def test_a_frozen_figure_lists_the_cases_as_they_were_when_it_was_frozen(release: duckdb.DuckDBPyConnection) -> None:
    figure = _explain(release, "period_id=2017-08,object_type=street,indicator=closed")
    assert _cases(figure, "case_id", "numerator", "source_file", "source_sheet", "source_row") == [
        ("d", 1, "cases.xlsx", "Sheet", 4),
    ]  # fmt: skip


def test_a_case_that_an_appeal_has_taken_out_is_not_listed(release: duckdb.DuckDBPyConnection) -> None:
    assert _cases(_explain(release, "period_id=2017-09"), "case_id") == [("a",)]


def test_a_restatement_lists_what_each_case_counted_and_counts(release: duckdb.DuckDBPyConnection) -> None:
    figure = _explain(release, "object_id=S2", "marts.evaluation_restatement")
    assert _cases(figure, "case_id", "cause", "old_numerator", "new_numerator") == [
        ("c", "late_record", None, 1), ("d", "correction", 1, None),
    ]  # fmt: skip


def test_cases_that_do_not_give_the_figure_are_said_not_to(release: duckdb.DuckDBPyConnection) -> None:
    release.execute("update core.fct_evaluation_case_change set old_counted_as = null")
    assert not _explain(release, "period_id=2017-08,object_type=city,indicator=closed").agrees


@pytest.mark.parametrize(
    ("words", "said"),
    [("period_id=2017-08", "several figures"), ("period_id=2031", "no figure"), ("colour=red", "has no column 'colour'")],
)  # fmt: skip
def test_conditions_must_leave_one_figure(release: duckdb.DuckDBPyConnection, words: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        _explain(release, words)


def _behind(release: duckdb.DuckDBPyConnection, *asked: str, limit: int | None = None) -> Behind:
    source = source_of(release, "hotspots.cases")
    assert source is not None
    return behind(release, source, asked, limit)


def _records(found: Behind) -> list[dict[str, Any]]:
    assert found.records is not None
    return [dict(zip(found.records.columns, record, strict=True)) for record in found.records.records]


def test_a_relations_rows_come_with_their_places_the_newest_first(release: duckdb.DuckDBPyConnection) -> None:
    found = _behind(release, "street_code=S1", "reported_at<=2017-08-06", limit=1)
    [record] = _records(found)
    assert (record["case_id"], record["source_file"], record["source_row"]) == ("d", "cases.xlsx", 4)
    assert found.records is not None and found.records.total == 2


def test_only_rows_that_count_are_listed_and_those_of_the_marts_period(release: duckdb.DuckDBPyConnection) -> None:
    assert [record["case_id"] for record in _records(_behind(release, "week=2017-W31"))] == ["d", "c", "b"]
    assert _records(_behind(release, "week=2017-W30")) == []


def test_the_marts_own_figures_stand_beside_them(release: duckdb.DuckDBPyConnection) -> None:
    found = _behind(release, "week=2017-W31", "method=pit", "street_code=S2")
    assert found.says == "案卷数 Cases"
    assert found.figures.columns == ["week", "street_code", "method", "cases"]
    assert [row[-1] for row in found.figures.records] == [1]
    assert found.apart == ["method"], "which no row of the relation has"
    assert [record["case_id"] for record in _records(found)] == ["c"]


def test_a_relation_without_places_is_listed_too(release: duckdb.DuckDBPyConnection) -> None:
    found = behind(release, Source("marts.hotspots", "cases", "meta.batches"), ["batch_seq>1"])
    assert found.records is not None and found.records.records == [(2, "later.xlsx", "second")]


def test_a_value_that_does_not_fit_its_column_is_refused() -> None:
    columns = {"n": "DECIMAL(18,4)", "is_good": "BOOLEAN", "day": "DATE"}
    for words in ("n=many", "is_good=perhaps", "day=soon"):
        with pytest.raises(InputError, match=r"处理 remedy"):
            parse_of_columns("core.x", columns, [words])
    assert len(parse_of_columns("core.x", columns, ["n=2.5,is_good=true,day=2017-08"])) == 3


def test_a_column_that_is_no_figure_is_answered_with_the_marts_figures(release: duckdb.DuckDBPyConnection) -> None:
    source = source_of(release, "evaluation.score")
    assert source and (source.by, source.only_if) == ("core.fct_evaluation_case", None)
    assert source_of(release, "closing_rate") is None
    with pytest.raises(InputError, match="rank_no"):
        source_of(release, "hotspots.week")


def test_a_release_of_an_older_version_is_said_to_be_one(release: duckdb.DuckDBPyConnection) -> None:
    release.execute("alter table core.fct_evaluation_case_change drop column old_counted_as")
    with pytest.raises(SetupError, match="older version"):
        _explain(release, "period_id=2017-08,object_type=city,indicator=closed")
    release.execute("drop table meta.mart_columns")
    with pytest.raises(SetupError, match="older version"):
        source_of(release, "evaluation.score")


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same as a release that the command line finds."""
    folder = settings.releases / "20170925.1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "serving.duckdb")) as connection:
        connection.execute(FIGURES)
    about = {
        "id": folder.name,
        "as_of": "2017-09-25",
        "city": {"id": "x"},
        "created_at_utc": "",
        "content_digest": "",
        "tables": [],
    }
    (folder / "manifest.json").write_text(json.dumps(about))
    (folder / "semantic_manifest.json").write_text(json.dumps({"semantic_models": [], "metrics": []}))
    settings.current.symlink_to(folder)
    monkeypatch.setenv("CHENGGUAN_HOME", str(settings.home))
    return settings


def _said(*words: str) -> str:
    result = CliRunner().invoke(app, ["explain", *words])
    return result.output + str(result.exception or "")


def test_explain_says_the_formula_the_figure_and_its_cases(published: Settings) -> None:
    said = _said("evaluation.score", "--where", "period_id=2017-08,indicator=closed_rate,object_id=x")
    for part in ("结案率", "closed ÷ filed", "2.0000", "✓", "cases.xlsx · 表 sheet Sheet · 行 row 2"):
        assert part in said


def test_explain_lists_the_rows_of_a_relation_and_writes_them(published: Settings, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    assert "core.fct_platform_case" in _said("hotspots.cases", "--where", "street_code=S2", "--to", str(file))
    assert file.read_text(encoding="utf-8-sig").splitlines()[1].startswith("c,2017-08-05")
    told = json.loads(_said("hotspots.cases", "--limit", "1", "--json"))
    assert (told["total_records"], [record["case_id"] for record in told["records"]]) == (3, ["d"])
    assert (told["figures"][0]["cases"], told["total_figures"]) == (1, 3)


def test_explain_says_what_a_figure_is_that_has_no_records(published: Settings) -> None:
    result = CliRunner().invoke(app, ["explain", "hotspots.rank_no", "--where", "street_code=S2"])
    assert result.exit_code == 0
    assert "the order of the cases" in result.output and "rank_no=2" in result.output


def test_explain_says_when_and_by_which_rule_a_records_landing_copy_went(published: Settings, tmp_path: Path) -> None:
    with write_connection(published) as connection:
        for batch, what in (("first", "landing"), ("second", "vault")):
            connection.execute(
                "insert into ops.removals values (?, 'platform_cases', ?, 'landing_days = 3650', '2027-09-24', now(), 1)",
                [batch, what],
            )
    said = _said("hotspots.cases")
    assert said.count("落地副本已于 2027-09-24 按保存期限删除（landing_days = 3650）") == 2
    assert said.count("its landing copy was removed on 2027-09-24 by retention (landing_days = 3650)") == 2
    assert "later.xlsx · 行 row 9 · 批 batch second\n  case_id=c" in said, (
        "its vault file went, its landing copy stands"
    )
    assert "落地副本已于" in _said("evaluation.score", "--where", "period_id=2017-09")
    records = json.loads(_said("hotspots.cases", "--json"))["records"]
    assert [(one["landing_removed_on"], one["landing_removed_by"]) for one in records] == [
        ("2027-09-24", "landing_days = 3650"), (None, None), ("2027-09-24", "landing_days = 3650"),
    ]  # fmt: skip
    file = tmp_path / "rows.csv"
    _said("hotspots.cases", "--to", str(file))
    assert "landing_removed_on,landing_removed_by" in file.read_text(encoding="utf-8-sig").splitlines()[0]


def test_explain_answers_where_the_books_cannot_be_read(published: Settings) -> None:
    published.landing.mkdir()
    (published.landing / "books.duckdb").write_bytes(b"no database at all" * 1_000)
    assert "later.xlsx · 行 row 9" in _said("hotspots.cases")
