"""The demo city at its full size: the report's figures come out of the records, and every planted fault is found.

What the simulator says it planted (`simulated.json`) is one side; what the night found is the other. Neither reads the other.
"""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from contextlib import chdir
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.simulator import simulate
from tests.pipeline import reported
from tests.pipeline.analysts import DOCUMENTS, NOTEBOOK, blocks, cells, further_queries, questions, run
from tests.pipeline.nights import Night, command, run_night
from tests.pipeline.recompute.harder import write_demolitions

AS_OF = dt.date(2017, 9, 25)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    simulate((home := tmp_path_factory.mktemp("demo")) / "inbox")
    return home


@pytest.fixture(scope="module")
def night(home: Path) -> Night:
    night = run_night(home, AS_OF)
    assert night.code == 0, night.said
    return night


@pytest.fixture(scope="module")
def truth(home: Path) -> dict[str, Any]:
    return dict(json.loads((home / "inbox/simulated.json").read_text())["feeds"])


@pytest.fixture
def serving(home: Path, night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "current/serving.duckdb"), read_only=True) as connection:
        yield connection


def one(serving: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return tuple(serving.execute(sql).fetchall()[0])


def test_every_feed_reads_holds_back_and_supersedes_what_was_planted(night: Night, truth: dict[str, Any]) -> None:
    for name, planted in truth.items():
        found = night.report["feeds"][name]
        assert found["rows_read"] == planted["rows_written"], name
        assert found["rows_loaded"] == planted["rows_valid"], name
        assert found["rows_quarantined"] == planted["rows_quarantined"], name
        assert found["rows_superseded"] == planted["rows_valid"] - planted["valid_records"], name
        assert found["rows_skipped"] == sum(planted["not_records"].values()), name


def test_every_refused_row_is_refused_for_the_reason_it_was_planted_with(
    home: Path, night: Night, truth: dict[str, Any]
) -> None:
    with duckdb.connect(str(home / "build/warehouse.duckdb"), read_only=True) as connection:
        for name, planted in truth.items():
            counted = connection.execute(
                f"""
                select reason.rule, count(distinct (_batch_id, _source_row))
                from (select _batch_id, _source_row, unnest(reasons) as reason from quarantine.{name}) group by 1
                """
            ).fetchall()
            assert dict(counted) == planted["quarantined_by_rule"], name


def test_illegal_construction_of_the_report(serving: duckdb.DuckDBPyConnection) -> None:
    # 2011年以来…共查处城中村、城区违法建设1139起，拆除面积266443.27平方米
    assert one(
        serving,
        "select count(*) from core.fct_illegal_building where area_type in ('urban_village', 'urban_area')",
    ) == (1139,)
    assert one(serving, "select sum(demolished_area_m2) from marts.demolition") == (Decimal("266443.27"),)


def test_no_new_illegal_construction_in_the_two_years_before_the_report(serving: duckdb.DuckDBPyConnection) -> None:
    # 近两年全市无新增违法违章建设
    assert one(
        serving,
        "select count(*) from core.fct_illegal_building where discovered_on > date '2015-09-25' and started_on > date '2015-09-25'",
    ) == (0,)


def test_general_procedure_cases_of_the_report(serving: duckdb.DuckDBPyConnection) -> None:
    # 2012年以来，累计查处一般程序违法违章案件8166起…案件办结率100%
    assert one(
        serving,
        "select sum(cases_filed), sum(cases_closed) from marts.penalty_procedure "
        "where procedure = 'general' and month >= date '2012-01-01'",
    ) == (8166, 8166)


def test_platform_tasks_of_the_report(serving: duckdb.DuckDBPyConnection) -> None:
    # 处理数字化城管交办事项13100余起…办结回复率100%
    filed, closed = one(
        serving,
        "select count(*), count(closed_at) from core.fct_platform_case "
        "where is_bureau_task and status not in ('cancelled', 'not_accepted') and filed_at is not null",
    )
    assert filed >= 13100
    assert filed == closed


@pytest.mark.parametrize(("hotline", "at_least"), [("12319", 500), ("phone", 600)])
def test_hotline_tickets_of_the_report(serving: duckdb.DuckDBPyConnection, hotline: str, at_least: int) -> None:
    # 回复电话举报600余起…处理“12319”城建热线500余起，办结回复率100%
    received, replied, closed = one(
        serving,
        f"select sum(received), sum(replied), sum(closed) from marts.hotline_service where hotline = '{hotline}'",
    )
    assert received >= at_least
    assert received == replied == closed


def test_calls_are_those_that_were_simulated_and_no_fewer_than_tickets(
    serving: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    planted = truth["hotline_calls"]["notes"]
    assert one(serving, "select sum(calls_offered), sum(calls_answered) from marts.hotline_calls") == (
        planted["offered"],
        planted["answered"],
    )
    fewer = (
        "select * from marts.hotline_service left join marts.hotline_calls using (month, hotline) "
        "where received > coalesce(calls_answered, 0)"
    )
    assert serving.execute(fewer).fetchall() == []


def test_operations_and_cases_lead_to_their_campaign_and_their_item(
    serving: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    operations = "select count(campaign_no), count(name_zh) from core.fct_joint_operation left join core.dim_campaign using (campaign_no)"
    assert one(serving, operations) == (truth["joint_operations"]["notes"]["operations_in_campaigns"],) * 2
    told = one(serving, "select count(power_item_code), count(*) from core.fct_penalty_case")
    assert told[0] == truth["penalty_cases"]["notes"]["with_power_item"]
    by_code = one(serving, "select count(*) from core.fct_power_exercise where told_by = 'code'")[0]
    assert 0.9 * told[0] < by_code < told[0] < told[1]


def test_the_bureau_has_eight_squads_and_each_has_work(serving: duckdb.DuckDBPyConnection) -> None:
    # 下设8个中队
    assert one(serving, "select count(*) from core.dim_squad where squad_id <> 'unassigned'") == (8,)
    idle = "select squad_id from marts.squad_workload group by 1 having sum(platform_tasks) = 0"
    assert serving.execute(f"{idle} and squad_id <> 'unassigned'").fetchall() == []


def test_late_closings_are_those_that_were_planted(serving: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    found = one(serving, "select sum(closed) - sum(closed_on_time) from marts.case_closure")
    assert found == (truth["platform_cases"]["late_closings"],)


def test_every_table_and_column_says_what_it_is_in_both_languages(serving: duckdb.DuckDBPyConnection) -> None:
    said = serving.execute(
        "select table_name || '.' || column_name, comment from duckdb_columns() where schema_name in ('marts', 'core', 'meta') "
        "union all select table_name, comment from duckdb_tables() where schema_name in ('marts', 'core', 'meta')"
    ).fetchall()
    for name, comment in said:
        assert comment and comment.count("\n") >= 1 and not comment.isascii(), name


def test_every_record_of_core_leads_to_its_batch_and_row(serving: duckdb.DuckDBPyConnection) -> None:
    traced = serving.execute("select table_name from duckdb_columns() where column_name = '_batch_seq'").fetchall()
    assert len(traced) > 20
    for (table,) in traced:
        lost = f"select count(*) from core.{table} where _source_row is null or _batch_seq not in (select batch_seq from meta.batches)"
        assert one(serving, lost) == (0,), table


def figures(home: Path) -> dict[str, dict[str, Any]]:
    with duckdb.connect(str(home / "current/serving.duckdb"), read_only=True) as connection:
        rows = connection.execute("select * from meta.report_figures").to_arrow_table().to_pylist()
    return {row["row_id"]: row for row in rows}


def test_every_figure_of_the_report_holds(home: Path, night: Night) -> None:
    rows = figures(home)
    assert [
        f"{row['row_id']}: {row['value']} {row['problem'] or ''}" for row in rows.values() if row["holds"] is False
    ] == []
    assert sorted(rows) == [f"S{number:03d}" for number in range(1, 142)]
    for row in rows.values():
        assert row["relation_rows"] or row["why_not_en"], row["row_id"]


def test_the_command_line_answers_and_explains(home: Path, night: Night, tmp_path: Path) -> None:
    asked = ("--where", "year>=2016", "--by", "squad_id", "--json")
    answered = json.loads(command(home, "metric", "demolished_area_m2", *asked).stdout)["rows"]
    explained = json.loads(command(home, "explain", "demolition.demolished_area_m2", *asked).stdout)
    assert answered == [{"squad_id": f["squad_id"], "value": f["sum"]} for f in explained["figures"]]
    assert explained["records"][0]["source_file"] == "case_files/拆除台账.xlsx"
    written = tmp_path / "records.csv"
    command(home, "explain", "拆除面积", "--to", str(written))
    records = written.read_text(encoding="utf-8-sig").splitlines()
    assert len(records) > 1000 and "source_row" in records[0]
    said = command(home, "figures", "S067").stdout
    assert "266443.27" in said and "marts.demolition" in said


@pytest.mark.slow
def test_a_changed_record_changes_its_figures_and_no_others(home: Path, night: Night, tmp_path: Path) -> None:
    shutil.copytree(home, copy := tmp_path / "home", symlinks=True)
    before = figures(copy)
    with duckdb.connect(str(copy / "current/serving.duckdb"), read_only=True) as connection:
        [record] = connection.execute(
            "select demolition_no, building_case_no, null, demolished_on, cast(demolished_area_m2 + 100 as varchar) "
            "from core.fct_demolition order by 1 limit 1"
        ).fetchall()
    write_demolitions(copy / "inbox/case_files/拆除台账（更正）.xlsx", [record])
    assert run_night(copy, AS_OF).code == 0
    after = figures(copy)
    assert (before["S067"]["value"], after["S067"]["value"]) == ("266443.27", "266543.27")
    assert (before["S067"]["holds"], after["S067"]["holds"]) == (True, False)
    assert {row for row in before if before[row]["value"] != after[row]["value"]} == {"S067", "S068"}


def test_breaches_of_procedure_are_those_that_were_planted(
    serving: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    planted = truth["penalty_cases"]["notes"]
    found = dict(
        serving.execute("select check_id, sum(breaches) from marts.procedure_compliance group by all").fetchall()
    )
    assert found["service_time"] == planted["served_late"]
    assert found["payment_time"] == planted["paid_late"]
    assert found["notice_first"] == planted["no_notice"]
    assert found["two_officers"] == planted["one_officer"]
    assert found["no_auxiliary"] == planted["auxiliary"]
    assert found["hearing_notice"] == planted["hearing_told_late"]
    assert found["cash_on_spot"] == planted["cash_over_the_limit"]
    assert found["on_spot_fine"] == planted["on_spot_fine_over_the_limit"]
    assert found["surcharge_cap"] == found["surcharge_rate"] == planted["surcharge_over_the_fine"]
    assert found["cash_hand_in"] == truth["fine_receipts"]["notes"]["handed_in_late"]


def test_receipts_that_match_no_decision_are_visible(serving: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    found = one(serving, "select sum(unmatched_receipts) from marts.fine_collection")
    assert found == (truth["fine_receipts"]["notes"]["unmatched"],)


BALANCES = {
    "tickets_sent_to_the_platform_arrive_there": "delete from core.fct_platform_case where case_no in (select platform_case_no from core.fct_hotline_ticket)",
    "fines_that_were_paid_have_a_receipt": "delete from core.fct_fine_receipt where paid_on >= date '2017-08-01'",
}  # fmt: skip


@pytest.mark.parametrize("name", BALANCES)
def test_sources_that_no_longer_fit_each_other_are_found(home: Path, night: Night, tmp_path: Path, name: str) -> None:
    (path,) = (home / "build/dbt/compiled").rglob(f"{name}.sql")
    shutil.copy(home / "build/warehouse.duckdb", tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        assert connection.execute(path.read_text()).fetchall() == []
        connection.execute(BALANCES[name])
        assert len(connection.execute(path.read_text()).fetchall()) > 20


@pytest.mark.parametrize("asked", [(2017, "zh"), (2016, "en")])
def test_the_annual_report_is_the_releases(home: Path, night: Night, tmp_path: Path, asked: Any) -> None:
    reported.check_report(home, tmp_path, *asked)


def test_the_analysts_questions_are_answered_as_their_document_says(serving: duckdb.DuckDBPyConnection) -> None:
    for question in questions(DOCUMENTS[0]):
        answer = serving.sql(question.sql).pl()
        assert answer.columns == question.rows + question.columns, question.title
        assert answer.height > 1 and answer.n_unique(question.rows) == answer.height, question.title
    *finding, empty, in_r = further_queries(DOCUMENTS[0])
    assert all(serving.sql(sql).fetchall() for sql in (*finding, in_r))
    assert not serving.sql(empty).fetchall(), "the demo city has every feed"


def test_the_analysts_lines_run_and_can_read_nothing_but_the_release(home: Path, night: Night, tmp_path: Path) -> None:
    (tmp_path / "warehouse").symlink_to(home)
    with chdir(tmp_path):
        release = run(blocks(DOCUMENTS[0], "python"))["release"]
        with release, pytest.raises(duckdb.PermissionException):
            release.execute("from read_text('warehouse/current/manifest.json')")
    assert (tmp_path / "hotline_service.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "hotline_service.xlsx").exists()


def test_the_notebook_runs(home: Path, night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGGUAN_HOME", str(home))
    with chdir(tmp_path):
        names = run(cells(NOTEBOOK))
    assert set(names["monthly"]["line"]) == {"全市 city", names["chosen"]}
    assert names["on_time"].to_dict()["data"]
    assert (tmp_path / "on_time_20170925.1.xlsx").exists()
