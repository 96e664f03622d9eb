"""The rules of the house that dbt itself does not know, read from its manifest and from the files; no database is needed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.feeds import FEEDS
from pipelines.publish.contents import refuse_personal, served_tables
from pipelines.settings import DBT_PROJECT_DIR
from tests.dbt.conftest import described_in, sql_files

Manifest = dict[str, Any]
Models = list[Manifest]

#: What each layer may read: layers of models, or schemas of sources.
MAY_READ = {
    "staging": {"raw"},
    "intermediate": {"staging", "intermediate", "reference"},
    "core": {"staging", "intermediate", "core", "reference", "ops"},
    "marts": {"core"},
}
SIX_ONES = {"duties", "team", "grassroots", "powers", "platform", "mechanism"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _readings(models: Models, manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    for model in models:
        for upstream in model["depends_on"]["nodes"]:
            other = manifest["nodes"].get(upstream) or manifest["sources"][upstream]
            yield model["schema"], model["name"], other["schema"]


def test_layers_read_only_what_they_may(models: Models, manifest: Manifest) -> None:
    wrong = [line for line in _readings(models, manifest) if line[2] not in MAY_READ[line[0]]]
    assert not wrong


def test_marts_stand_in_the_six_folders_or_in_quality(models: Models) -> None:
    folders = {model["fqn"][2] for model in models if model["schema"] == "marts"}
    assert folders <= SIX_ONES | {"quality"}


def test_every_model_and_column_is_described_in_both_languages(models: Models) -> None:
    described = [(model["name"], model) for model in models]
    described += [(f"{model['name']}.{name}", column) for model in models for name, column in model["columns"].items()]
    lacking = [
        name for name, node in described if not all(described_in(node)) or not CHINESE.search(described_in(node)[1])
    ]
    assert not lacking


def test_contracts_are_enforced_so_that_yaml_and_columns_agree(models: Models) -> None:
    # dbt knows no contracts for Python: what it hands over is typed in SQL behind it, and no mart is made by it.
    assert not [m["name"] for m in models if m["config"]["contract"]["enforced"] == (m["language"] == "python")]
    assert not [m["name"] for m in models if m["language"] == "python" and m["schema"] == "marts"]


def test_no_personal_field_is_served(manifest: Manifest) -> None:
    tables = served_tables(manifest)
    assert {table.schema for table in tables} == {"core", "marts"}
    for table in tables:
        refuse_personal(table, list(table.columns))


def test_texts_and_exact_places_stay_behind_the_core(models: Models) -> None:
    free_texts = {name for feed in FEEDS.values() for name, known in feed.fields.items() if known.free_text} - {"cause"}
    served = {
        (model["name"], column)
        for model in models
        if model["schema"] in ("core", "marts")
        for column in model["columns"]
    }
    assert not [line for line in served if line[1] in free_texts | {"x", "y"}]


def test_rates_are_not_stored(models: Models) -> None:
    stored = [
        f"{model['name']}.{column}"
        for model in models
        if model["schema"] == "marts"
        for column in model["columns"]
        if re.search(r"(^|_)(rate|ratio|share|percent|pct)($|_)", column)
    ]
    assert not stored


def test_every_mart_has_a_key_and_a_unit_test(models: Models, manifest: Manifest) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("test_metadata", {}).get("name") == "key"
    }
    tried = {node for test in manifest["unit_tests"].values() for node in test["depends_on"]["nodes"]}
    marts = [model["unique_id"] for model in models if model["schema"] == "marts"]
    assert not [mart for mart in marts if mart not in keyed or mart not in tried]


#: Frozen figures are not made from one record each; they are only ever added to.
FROZEN = {"fct_evaluation_frozen", "fct_evaluation_frozen_case", "agg_forecast_frozen"}
NOT_OF_A_RECORD = {"fct_batch", "fct_batch_verdict", "fct_evaluation_current", "fct_evaluation_frozen"}


def test_facts_are_tables_or_incremental_by_their_key(models: Models) -> None:
    facts = [model for model in models if model["name"].startswith("fct_")]
    incremental = [f for f in facts if f["config"]["materialized"] == "incremental" and f["name"] not in FROZEN]
    assert not [fact["name"] for fact in incremental if not _replaces_what_it_makes_again(fact)]
    assert not [fact["name"] for fact in facts if fact["config"]["materialized"] not in ("incremental", "table")]
    of_records = [fact for fact in facts if fact["name"] not in NOT_OF_A_RECORD]
    assert not [
        fact["name"] for fact in of_records if not {"_batch_id", "_batch_seq", "_source_row"} <= set(fact["columns"])
    ]


def _replaces_what_it_makes_again(fact: Manifest) -> bool:
    """By the one column that is its key, or, where a case has more rows than one, by taking away itself what it makes again."""
    config = fact["config"]
    hooks = [*config["pre-hook"], *config["post-hook"]]
    return config["unique_key"] in fact["columns"] or any("forget_" in hook["sql"] for hook in hooks)


def test_what_is_frozen_is_never_built_anew(models: Models) -> None:
    frozen = [model["config"] for model in models if model["name"] in FROZEN]
    assert len(frozen) == len(FROZEN)
    assert not [config for config in frozen if config["full_refresh"] is not False or config["unique_key"]]


def test_each_kind_of_limit_has_a_unit_test(manifest: Manifest) -> None:
    names = {test["name"] for test in manifest["unit_tests"].values() if test["model"] == "int_case_deadlines"}
    kinds = ("urgent_hours", "work_hours", "work_days", "calendar_days")
    assert not [kind for kind in kinds if not any(name.startswith(kind) for name in names)]


def test_sources_are_the_assets_of_the_door(manifest: Manifest) -> None:
    sources = manifest["sources"].values()
    assert {source["name"] for source in sources if source["schema"] == "raw"} == set(FEEDS)
    for source in sources:
        assert source["config"]["meta"]["dagster"]["asset_key"] == [source["source_name"], source["name"]]


def test_today_is_the_as_of_date_and_asked_for_in_one_place(models: Models) -> None:
    clock = re.compile(r"\b(current_date|current_timestamp|now\(\)|today\(\)|run_started_at)", re.IGNORECASE)
    assert not [path.name for path in sql_files() if clock.search(path.read_text(encoding="utf-8"))]
    asking = {model["name"] for model in models if "as_of()" in model["raw_code"] and model["schema"] != "staging"}
    assert asking == {"dim_as_of", "fct_batch"}


@pytest.mark.parametrize("path", sql_files(), ids=lambda path: path.stem)
def test_sql_is_short_and_says_what_it_is(path: Any) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 120
    assert lines[0].startswith(("--", "{#"))


def test_every_model_has_one_yaml_beside_it(models: Models) -> None:
    wrong = [
        model["name"]
        for model in models
        if not (DBT_PROJECT_DIR / model["original_file_path"]).with_suffix(".yml").is_file()
        or not model["patch_path"].endswith(f"/{model['name']}.yml")
    ]
    assert not wrong
