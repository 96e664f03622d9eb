"""The dictionary: every metric as dbt's semantic manifest defines it, in words and in SQL.

Belongs here: reading the manifest, and the rows of `meta.metrics`. The manifest is dbt's own; `portable` makes it fit a release, where
tables are named by schema and name only.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import InputError, SetupError

FILE_NAME = "semantic_manifest.json"
#: The manifest of a project that defines no metric.
NOTHING: dict[str, Any] = {"semantic_models": [], "metrics": [], "project_configuration": {"time_spines": []}}

#: How far a definition can be relied on, by the mark of its source.
STRENGTHS = {
    "L": ("法律法规", "law"),
    "G": ("政府公开资料", "government page"),
    "P": ("标准或新闻页面", "standards or news page"),
    "D": ("文档分享网站", "document-sharing site"),
    "C": ("公开代码的做法", "public code, not an authority"),
    "GK": ("通行做法，未核实", "general knowledge, not verified"),
    "PROP": ("本项目的定义", "this project's own definition"),
}


@dataclass(frozen=True)
class Part:
    """One sum that a metric is made of: `expression` over the rows of `relation`, dated by the column `anchor`.

    `dimensions` are the columns (by name) that it may be grouped by, `entity` the prefix that MetricFlow gives them.
    """

    name: str
    relation: str
    expression: str
    anchor: str
    entity: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Metric:
    """One metric. `denominator` is there for a ratio only; `about` holds the words of its definition."""

    name: str
    name_en: str
    name_zh: str
    formula_en: str
    numerator: Part
    denominator: Part | None
    about: Mapping[str, Any]

    @property
    def parts(self) -> list[Part]:
        """Numerator and, for a ratio, denominator."""
        return [self.numerator, *([self.denominator] if self.denominator else [])]

    @property
    def code(self) -> str:
        return str(self.about.get("code", ""))

    @property
    def minimum_volume(self) -> int | None:
        """The denominator below which nobody should be compared."""
        value = self.about.get("minimum_volume")
        return int(value) if value is not None else None

    @property
    def dimensions(self) -> list[str]:
        return sorted(set.intersection(*(set(part.dimensions) for part in self.parts)))


class Dictionary:
    """All metrics of a semantic manifest, by name; also found by code or Chinese name."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        measures = dict(_measures(manifest["semantic_models"]))
        simple = {m["name"]: m["type_params"]["measure"]["name"] for m in manifest["metrics"] if m["type"] == "simple"}
        self.metrics: dict[str, Metric] = {}
        for told in sorted(manifest["metrics"], key=lambda m: (_about(m).get("code", ""), m["name"])):
            params = told["type_params"]
            if told["type"] == "ratio":
                over = [measures[simple[params[side]["name"]]] for side in ("numerator", "denominator")]
            else:
                over = [measures[simple[told["name"]]]]
            about = _about(told)
            self.metrics[told["name"]] = Metric(
                told["name"], told["label"] or told["name"], str(about.get("zh", "")), told["description"] or "",
                over[0], over[1] if len(over) > 1 else None, about,
            )  # fmt: skip

    @classmethod
    def of_file(cls, path: Path) -> "Dictionary":
        """The dictionary of a release or of the parsed project."""
        return cls(load_semantics(path))

    def find(self, asked: str) -> Metric:
        """The metric of that name, code or Chinese name.

        Raises InputError naming what is near.
        """
        if asked in self.metrics:
            return self.metrics[asked]
        for metric in self.metrics.values():
            if asked in (metric.code, metric.name_zh):
                return metric
        words = [word for word in asked.rpartition(".")[2].lower().split("_") if len(word) > 2]
        near = [name for name in self.metrics if any(word in name for word in words)]
        raise InputError(
            f"没有指标“{asked}”", f"there is no metric '{asked}'", key="METRIC", value=asked,
            remedy_zh=f"相近的：{'、'.join(near[:12]) or '无'}；`chengguan metrics` 列出全部",
            remedy_en=f"near: {', '.join(near[:12]) or 'none'}; `chengguan metrics` lists all of them",
        )  # fmt: skip

    def rows(self, definitions: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        """The rows of `meta.metrics`; `definitions` are the city's choices among disputed definitions."""
        for metric in self.metrics.values():
            yield self._row(metric, definitions)

    def _row(self, metric: Metric, definitions: Mapping[str, Any]) -> dict[str, Any]:
        about, disputed = metric.about, metric.about.get("definition")
        strength = str(about.get("strength", ""))
        return {
            "metric": metric.name, "code": metric.code, "name_zh": metric.name_zh, "name_en": metric.name_en,
            "kind": "ratio" if metric.denominator else "sum", "unit": about.get("unit"),
            "formula_zh": about.get("formula_zh"), "formula_en": metric.formula_en,
            "numerator": metric.numerator.name, "denominator": metric.denominator.name if metric.denominator else None,
            "time_anchor": about.get("time_anchor", metric.numerator.anchor),
            "exclusions_zh": about.get("exclusions_zh"), "exclusions_en": about.get("exclusions_en"),
            "minimum_volume": metric.minimum_volume, "source": about.get("source"), "strength": strength,
            "strength_zh": STRENGTHS.get(strength, ("", ""))[0], "strength_en": STRENGTHS.get(strength, ("", ""))[1],
            "disputed_definition": disputed, "chosen_definition": str(definitions[disputed]) if disputed else None,
            "mart": about.get("mart") or self.metrics[metric.numerator.name].about.get("mart"), "fact": metric.numerator.relation,
            "numerator_sql": metric.numerator.expression,
            "denominator_sql": metric.denominator.expression if metric.denominator else None,
            "dimensions": ", ".join(metric.dimensions),
        }  # fmt: skip


def load_semantics(path: Path) -> dict[str, Any]:
    """The semantic manifest in the file.

    Raises SetupError where there is none.
    """
    try:
        loaded: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as cause:
        raise SetupError(
            "读不到指标定义", "the definitions of the metrics cannot be read", file=path,
            remedy_zh="运行 `chengguan nightly`，它会重新生成", remedy_en="run `chengguan nightly`; it makes them anew",
        ) from cause  # fmt: skip
    return loaded


def portable(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with tables by schema and name only, so that it fits any file that has them."""
    copy: dict[str, Any] = json.loads(json.dumps(manifest))
    nodes = [model["node_relation"] for model in copy["semantic_models"]]
    nodes += [spine["node_relation"] for spine in copy["project_configuration"]["time_spines"]]
    for node in nodes:
        node["database"] = None
        node["relation_name"] = f'"{node["schema_name"]}"."{node["alias"]}"'
    return copy


def _about(metric: Mapping[str, Any]) -> dict[str, Any]:
    return dict((metric.get("config") or {}).get("meta") or {})


def _measures(models: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Part]]:
    for model in models:
        node = model["node_relation"]
        columns = {d["name"]: d["expr"] or d["name"] for d in model["dimensions"]}
        grouped = {name: sql for name, sql in columns.items()
                   if next(d for d in model["dimensions"] if d["name"] == name)["type"] == "categorical"}  # fmt: skip
        for measure in model["measures"]:
            anchor = measure["agg_time_dimension"] or model["defaults"]["agg_time_dimension"]
            yield (
                measure["name"],
                Part(
                    measure["name"], f"{node['schema_name']}.{node['alias']}", measure["expr"] or measure["name"],
                    columns[anchor], model["primary_entity"], grouped,
                ),
            )  # fmt: skip
