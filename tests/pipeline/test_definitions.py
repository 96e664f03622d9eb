"""The assembly and what Dagster does with it: lineage, partitions, failures that stay where they belong, and recovery.

Records go through the real door; dbt is a stand-in (`fakes`), so that a night takes a second.
"""

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
import yaml

from pipelines.city import City
from pipelines.definitions import build_defs
from pipelines.errors import BusyError, InputError, SetupError
from pipelines.feeds import FEEDS
from pipelines.landing.conservation import Violation
from pipelines.orchestration import arrivals, checks, feeds, runs
from pipelines.orchestration.days import chosen_day
from pipelines.orchestration.home import guard_city, night_lock, prepare_dagster_home
from pipelines.publish.release import current_release
from pipelines.settings import PROJECT_ROOT, Settings
from tests.conftest import AS_OF
from tests.pipeline.fakes import FakeDbt


def night(defs: dg.Definitions, instance: dg.DagsterInstance, day: dt.date = AS_OF) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("nightly").execute_in_process(
        instance=instance, partition_key=day.isoformat(), raise_on_error=False
    )


def steps(result: dg.ExecuteInProcessResult, kind: dg.DagsterEventType) -> set[str]:
    return {str(event.step_key) for event in result.all_events if event.event_type == kind}


def test_definitions_load_and_every_feed_has_its_way_from_source_to_mart(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)
    graph = defs.resolve_asset_graph()
    upstream = graph.get(dg.AssetKey(["raw", "demolitions"])).parent_keys
    assert dg.AssetKey(["landing", "demolitions"]) in upstream
    assert graph.get(dg.AssetKey(["landing", "demolitions"])).parent_keys == {dg.AssetKey(["source", "demolitions"])}
    assert graph.get(dg.AssetKey(["release", "current"])).parent_keys == {
        dg.AssetKey(["core", "fct_demolitions"]), dg.AssetKey(["marts", "demolition"]),
    }  # fmt: skip
    groups = {spec.key.path[0]: spec.group_name for spec in defs.resolve_all_asset_specs()}
    layers = ("source", "landing", "raw", "quarantine", "reference", "staging", "core", "marts", "release")
    assert {layer: groups[layer] for layer in layers} == {layer: layer for layer in layers}


def test_the_real_assembly_has_every_feed_mart_and_layer(tmp_path: Path) -> None:
    defs = build_defs(settings=Settings(home=tmp_path, city="changji", cities=PROJECT_ROOT / "cities"))
    dg.Definitions.validate_loadable(defs)
    keys = {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()}
    for layer in ("source", "landing", "raw", "quarantine"):
        assert {f"{layer}/{name}" for name in FEEDS} <= keys
    marts = ("case_closure", "demolition", "squad_workload", "hotline_service", "penalty_procedure", "feed_health")
    assert {f"marts/{name}" for name in marts} <= keys
    graph = defs.resolve_asset_graph()
    published = graph.get(dg.AssetKey(["release", "current"])).parent_keys
    assert {key for key in graph.get_all_asset_keys() if key.path[0] == "marts"} <= published
    # Whatever the models read is made by an asset here: a source table that nobody loads would be an empty mart.
    read = {key for key in graph.get_all_asset_keys() if key.path[0] in ("raw", "reference", "ops")}
    stubs = {key for key in read if not graph.get(key).is_materializable}
    ours = ("ledger", "batch_verdicts", "quarantine_rows")
    assert stubs == {dg.AssetKey(["ops", name]) for name in ours}


def test_whatever_opens_the_build_file_is_in_the_one_write_lane(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def("nightly")
    assert {node.definition.pool for node in job.graph.nodes} == {"warehouse_write"}  # type: ignore[attr-defined]


def test_the_schedule_runs_the_day_before_on_the_citys_clock(defs: dg.Definitions, city: City) -> None:
    schedule = defs.resolve_schedule_def("nightly")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Shanghai")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    tick = dg.build_schedule_context(
        scheduled_execution_time=dt.datetime(2026, 3, 2, 2, 0, tzinfo=city.zone),
        repository_def=defs.get_repository_def(),
    )
    requests = schedule.evaluate_tick(tick).run_requests
    assert requests is not None
    assert [request.partition_key for request in requests] == ["2026-03-01"]


def test_a_night_ends_with_a_release_and_says_what_it_did(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings
) -> None:
    assert night(defs, instance).success
    current = current_release(settings)
    assert current is not None
    assert current.id == "20170925.1"
    assert current.manifest["checks"]["passed"] == 4  # conservation and batches of two feeds
    told = instance.get_latest_materialization_event(dg.AssetKey(["raw", "demolitions"]))
    assert told is not None and told.asset_materialization is not None
    values = {name: entry.value for name, entry in told.asset_materialization.metadata.items()}
    assert (values["rows_read"], values["rows_loaded"], values["rows_quarantined"]) == (2, 1, 1)
    assert "demolitions/a.csv" in str(values["batch_table"])
    held = instance.get_latest_materialization_event(dg.AssetKey(["quarantine", "demolitions"]))
    assert held is not None and held.asset_materialization is not None
    assert "bad_date" in str(held.asset_materialization.metadata["reasons"].value)
    mart = instance.get_latest_materialization_event(dg.AssetKey(["marts", "demolition"]))
    assert mart is not None and mart.asset_materialization is not None
    assert mart.asset_materialization.metadata["dagster/row_count"].value == 1


def test_a_bad_file_fails_its_feed_only_and_keeps_the_last_release(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings
) -> None:
    assert night(defs, instance).success
    (settings.inbox_dir / "demolitions/b.csv").write_text("编号,面积\n3,1\n", encoding="utf-8")
    steps_csv = "step,case,stage,at\n2,C1,file,2017-01-06 10:00:00\n"
    (settings.inbox_dir / "flow/b.csv").write_text(steps_csv, encoding="utf-8")
    result = night(defs, instance)
    assert not result.success
    assert steps(result, dg.DagsterEventType.STEP_FAILURE) == {"ingest_demolitions"}
    assert steps(result, dg.DagsterEventType.STEP_UP_FOR_RETRY) == set()
    assert "ingest_platform_case_flow" in steps(result, dg.DagsterEventType.STEP_SUCCESS)
    assert steps(result, dg.DagsterEventType.STEP_START).isdisjoint({"dbt_models", "release__current"})
    [failed] = [event for event in result.all_events if event.is_step_failure]
    told = failed.step_failure_data.user_failure_data
    assert told is not None and told.description is not None
    assert "b.csv" in told.description and "处理 remedy" in told.description
    assert told.metadata["exit_code"].value == InputError.exit_code
    current = current_release(settings)
    assert current is not None and current.id == "20170925.1"


@pytest.mark.parametrize(("away_for", "ends_well"), [(2, True), (9, False)])
def test_a_source_that_is_away_is_tried_again(
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    away_for: int,
    ends_well: bool,
) -> None:
    tries: list[str] = []
    real = feeds.ingest_feed

    def sometimes(settings: Settings, city: City, feed: str, as_of: dt.date) -> Any:
        result = real(settings, city, feed, as_of)
        if feed == "demolitions":
            tries.append(feed)
            if len(tries) <= away_for:
                result.problems.append(BusyError("数据库被锁", "the database is locked", file="x.sqlite"))
        return result

    monkeypatch.setattr(feeds, "ingest_feed", sometimes)
    assert night(defs, instance).success is ends_well
    assert len(tries) == 3


def test_rows_that_do_not_add_up_stop_the_models(
    defs: dg.Definitions, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    lost = Violation("b" * 32, "demolitions", "a.csv", 2, 2, 1, 0)
    monkeypatch.setattr(checks, "check_conservation", lambda _, feed: [lost] if feed == "demolitions" else [])
    result = night(defs, instance)
    assert not result.success
    assert "dbt_models" not in steps(result, dg.DagsterEventType.STEP_START)
    assert current_release(settings) is None


def test_failed_models_stop_the_release_and_are_not_tried_again(
    defs: dg.Definitions, instance: dg.DagsterInstance, dbt: FakeDbt, settings: Settings
) -> None:
    dbt.fails = True
    result = night(defs, instance)
    assert steps(result, dg.DagsterEventType.STEP_FAILURE) == {"dbt_models"}
    assert len(dbt.calls) == 1
    assert current_release(settings) is None
    [failed] = [event for event in result.all_events if event.is_step_failure]
    told = failed.step_failure_data.user_failure_data
    assert told is not None and told.description is not None
    assert "test not_null_area: Got 2 results see the log" in told.description
    assert steps(result, dg.DagsterEventType.STEP_UP_FOR_RETRY) == set()


def test_a_backfill_is_one_run_as_of_its_last_day(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings
) -> None:
    range_tags = {
        "dagster/asset_partition_range_start": "2017-09-20",
        "dagster/asset_partition_range_end": "2017-09-25",
    }
    result = defs.resolve_job_def("nightly").execute_in_process(instance=instance, tags=range_tags)
    assert result.success
    current = current_release(settings)
    assert current is not None and current.as_of == AS_OF


def test_one_city_a_home(defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, city: City) -> None:
    night(defs, instance)
    other = City(
        city.folder, city.profile.model_copy(update={"city": city.facts.model_copy(update={"id": "other"})}), {}
    )
    guard_city(settings, city)
    with pytest.raises(SetupError, match="smalltown"):
        guard_city(settings, other)


def test_the_day_must_be_over(city: City) -> None:
    assert chosen_day(city, AS_OF) == AS_OF
    for wrong in (dt.date(2010, 12, 31), dt.datetime.now(city.zone).date()):
        with pytest.raises(SetupError, match="--date"):
            chosen_day(city, wrong)


def test_a_killed_run_is_marked_and_its_slot_is_freed(settings: Settings, defs: dg.Definitions) -> None:
    with night_lock(settings), runs.open_instance(settings) as instance:
        job = defs.resolve_job_def("nightly")
        dead = instance.create_run_for_job(job, tags=runs.tags(), status=dg.DagsterRunStatus.STARTED)
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default("warehouse_write")
        assert storage.claim_concurrency_slot("warehouse_write", dead.run_id, "ingest_demolitions").is_claimed
        assert runs.recover(instance) == [dead.run_id]
        again = instance.get_run_by_id(dead.run_id)
        assert again is not None and again.status == dg.DagsterRunStatus.FAILURE
        assert storage.get_concurrency_info("warehouse_write").active_slot_count == 0
        assert runs.recover(instance) == []


def test_two_nights_at_once_are_refused(settings: Settings) -> None:
    with night_lock(settings), pytest.raises(BusyError), night_lock(settings):
        pass


def test_dagsters_settings_are_copied_into_the_home_and_valid(settings: Settings) -> None:
    home = prepare_dagster_home(settings)
    (home / "dagster.yaml").write_text("telemetry: {enabled: true}\n")
    prepare_dagster_home(settings)
    told = yaml.safe_load((home / "dagster.yaml").read_text())
    assert told == yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    assert told["telemetry"] == {"enabled": False}
    with runs.open_instance(settings) as instance:
        assert instance.event_log_storage.get_pool_config().default_pool_limit == 1
        assert not instance.telemetry_enabled


def test_the_inbox_is_looked_at_until_files_stand_still(settings: Settings, city: City) -> None:
    inbox = settings.inbox_dir
    first = arrivals.look(city, inbox, None, now=1000)
    assert first.feeds == []
    settled = arrivals.look(city, inbox, first.cursor, now=1060)
    assert settled.feeds == ["demolitions", "platform_case_flow"]
    assert arrivals.look(city, inbox, settled.cursor, now=1090).feeds == []
    (inbox / "demolitions/~$a.csv").write_text("lock")
    growing = inbox / "demolitions/b.csv"
    growing.write_text("编号")
    seen = arrivals.look(city, inbox, settled.cursor, now=1100)
    growing.write_text("编号,面积")
    grown = arrivals.look(city, inbox, seen.cursor, now=1161)
    assert grown.feeds == []
    whole = arrivals.look(city, inbox, grown.cursor, now=1230)
    assert whole.feeds == ["demolitions"]
    assert whole.signature != settled.signature
    growing.unlink()
    assert "demolitions/b.csv" not in json.loads(arrivals.look(city, inbox, whole.cursor, now=1300).cursor)


def test_the_sensor_asks_for_the_feeds_that_have_news(
    defs: dg.Definitions, instance: dg.DagsterInstance, settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = defs.resolve_sensor_def("arrivals")
    cursor = arrivals.look(city, settings.inbox_dir, None, now=0).cursor
    context = dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=defs.get_repository_def())
    monkeypatch.setattr(arrivals, "time", SimpleNamespace(time=lambda: 100.0))
    [request] = sensor.evaluate_tick(context).run_requests or []
    assert request.asset_selection is not None
    assert dg.AssetKey(["raw", "demolitions"]) in request.asset_selection
    result = defs.resolve_job_def("arrivals").execute_in_process(
        instance=instance, partition_key=AS_OF.isoformat(), asset_selection=list(request.asset_selection)
    )
    assert result.success
    assert {"ingest_demolitions", "raw__demolitions_conservation"} <= steps(result, dg.DagsterEventType.STEP_SUCCESS)
