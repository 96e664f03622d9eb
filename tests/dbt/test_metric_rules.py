"""What every metric must say of itself, and that every figure of a mart has a way back to its records."""

import json
import re
from typing import Any

import pytest

from pipelines.city import City, Definitions
from pipelines.metrics.dictionary import FILE_NAME, STRENGTHS, Dictionary, Metric
from pipelines.settings import Settings
from tests.dbt.test_project_rules import CHINESE, Models

FIGURE = re.compile(r"^(bigint|integer|hugeint|double|decimal.*)$")
ROOMS = {"DU", "TE", "GR", "PO", "PL", "HO", "ME", "QU"}


@pytest.fixture(scope="session")
def semantics(demo: tuple[Settings, City], manifest: dict[str, Any]) -> dict[str, Any]:
    settings, _ = demo
    loaded: dict[str, Any] = json.loads((settings.build_dir / "dbt" / FILE_NAME).read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def metrics(semantics: dict[str, Any]) -> list[Metric]:
    return list(Dictionary(semantics).metrics.values())


def test_every_metric_says_what_it_is_in_both_languages_and_where_that_comes_from(metrics: list[Metric]) -> None:
    lacking = []
    for metric in metrics:
        about = metric.about
        said = all(CHINESE.search(str(about.get(key, ""))) for key in ("zh", "formula_zh"))
        known = (
            about.get("strength") in STRENGTHS
            and about.get("source")
            and about.get("unit")
            and about.get("time_anchor")
        )
        if not (said and known and metric.formula_en and ("exclusions_zh" in about) == ("exclusions_en" in about)):
            lacking.append(metric.name)
    assert not lacking


def test_codes_name_one_metric_each_and_its_room(metrics: list[Metric]) -> None:
    codes = [metric.code for metric in metrics]
    assert sorted(set(codes)) == sorted(codes)
    assert not [code for code in codes if not re.fullmatch(r"[A-Z]{2}-\d\d\d?", code) or code[:2] not in ROOMS]


def test_a_disputed_definition_is_one_that_a_city_can_choose(metrics: list[Metric]) -> None:
    chosen = {metric.about["definition"] for metric in metrics if "definition" in metric.about}
    assert chosen <= set(Definitions.model_fields)


def test_measures_are_sums_so_that_records_can_be_found_behind_them(semantics: dict[str, Any]) -> None:
    measures = [measure for model in semantics["semantic_models"] for measure in model["measures"]]
    assert {measure["agg"] for measure in measures} == {"sum"}
    assert {metric["type"] for metric in semantics["metrics"]} == {"simple", "ratio"}
    assert all(metric["filter"] is None for metric in semantics["metrics"])


def test_both_parts_of_a_ratio_count_the_same_fact(metrics: list[Metric]) -> None:
    torn = [m.name for m in metrics if m.denominator and m.numerator.relation != m.denominator.relation]
    assert not torn


def test_every_figure_of_a_mart_is_a_metric_or_says_how_it_is_explained(models: Models, metrics: list[Metric]) -> None:
    explained = {(metric.about.get("mart"), metric.about.get("mart_expr")) for metric in metrics}
    without = [
        f"{model['name']}.{name}"
        for model in models
        if model["schema"] == "marts"
        for name, column in model["columns"].items()
        if FIGURE.match(str(column["data_type"]))
        and (f"marts.{model['name']}", f"sum({name})") not in explained
        and not {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}.get("explained_by")
    ]
    assert not without


def test_what_explains_a_figure_is_a_metric_or_a_relation_that_exists(models: Models, metrics: list[Metric]) -> None:
    known = {metric.name for metric in metrics} | {f"{model['schema']}.{model['name']}" for model in models}
    known |= {"meta.batches", "meta.metrics"}
    said = [
        {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}.get("explained_by")
        for model in models
        for column in model["columns"].values()
    ]
    assert not [by for by in said if by and " " not in by and by not in known]
