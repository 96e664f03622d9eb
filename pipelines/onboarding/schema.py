"""JSON Schemas of `city.toml` and `feeds/*.toml`, for editors that complete and check while one types.

Belongs here: turning the profile's tables (`pipelines.city`) and the canonical fields (`pipelines.feeds`) into schemas. They are generated;
what is right and wrong is decided by the tables themselves, and a test holds the two against each other.
"""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pipelines.city.columns import UNITS
from pipelines.city.facts import CityProfile
from pipelines.city.feed_profile import FeedProfile
from pipelines.feeds import FEEDS, Feed, Field
from pipelines.strict import Strict

_REFERENCE = "#/$defs/ColumnMap"


class _Schema(GenerateJsonSchema):
    """A key that a table does not know is an error there (`pipelines.strict`), and here. Keys are described by the table's docstring."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        if issubclass(model, Strict):
            made["additionalProperties"] = False
            made["description"] = _one_line(model.__doc__ or "")
            for key, said in made.get("properties", {}).items():
                if told := _sentence(made["description"], key):
                    said.setdefault("description", told)
        return made


def city_schema() -> dict[str, Any]:
    """The schema of `city.toml`."""
    return _whole(CityProfile, "city.toml")


def feed_schema() -> dict[str, Any]:
    """The schema of a feed's file: which columns it may and must have follows from its `feed`."""
    made = _whole(FeedProfile, "feeds/*.toml")
    made["properties"]["feed"] = {"enum": list(FEEDS), "description": made["properties"]["feed"].get("description", "")}
    column = made["$defs"]["ColumnMap"]
    column["oneOf"] = [{"required": [key]} for key in ("from", "first_of", "join", "const")]
    column["not"] = {"anyOf": [{"required": pair} for pair in (["map", "map_reference"], ["unit", "scale"])]}
    made["allOf"] = [
        {"if": {"properties": {"feed": {"const": feed.name}}, "required": ["feed"]}, "then": {"properties": {"columns": _columns(feed)}}}
        for feed in FEEDS.values()
    ]  # fmt: skip
    return made


def write_schemas(folder: Path) -> list[Path]:
    """Writes both schemas into a folder; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, schema in (("city", city_schema()), ("feed", feed_schema())):
        path = folder / f"{name}.schema.json"
        path.write_text(as_text(schema), encoding="utf-8")
        paths.append(path)
    return paths


def as_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _whole(model: type[BaseModel], title: str) -> dict[str, Any]:
    made = model.model_json_schema(by_alias=True, schema_generator=_Schema)
    return {"$schema": GenerateJsonSchema.schema_dialect, **made, "title": title}


def _columns(feed: Feed) -> dict[str, Any]:
    return {
        "description": f"{feed.title_zh} · {feed.title_en}",
        "properties": {name: _column(spec) for name, spec in feed.fields.items()},
        "required": feed.required,
        "additionalProperties": False,
    }


def _column(spec: Field) -> dict[str, Any]:
    needed = "必填 required. " if not spec.nullable else ""
    personal = f" (个人信息 personal: {spec.personal})" if spec.personal else ""
    made: dict[str, Any] = {
        "$ref": _REFERENCE,
        "description": f"{needed}{spec.description_zh} · {spec.description_en}{personal}",
    }
    units = [unit for unit, (base, _) in UNITS.items() if spec.name.endswith(f"_{base}")]
    made["properties"] = {"unit": {"enum": units} if units else False}
    if spec.categories:
        codes = {"enum": list(spec.categories)}
        made["properties"] |= {"const": codes, "otherwise": codes, "map": {"additionalProperties": codes}}
    return made


def _sentence(text: str, key: str) -> str:
    """What a docstring says of a key: the sentences that name it."""
    parts = re.split(r"(?<=[.:])\s+", text)
    return " ".join(part for part in parts if re.search(rf"`{re.escape(key)}[`\s]", part))


def _one_line(text: str) -> str:
    return " ".join(text.split())
