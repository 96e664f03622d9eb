"""Which tables a release serves, and what is said of them: read from dbt's manifest.

Belongs here: the choice (marts, and the facts and dimensions of core that are not marked `meta: {served: false}`) and
the words for people (`description` is English, `meta.zh` Chinese). How tables are written stands in `package`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import SetupError
from pipelines.feeds import FEEDS
from pipelines.settings import Settings

SERVED_SCHEMAS = ("marts", "core")

#: A served table must not hold what the door let through for linking and reading only.
PERSONAL_SUFFIXES = ("_hash", "_mask")
#: `meta: {parts: …}` of a model: the column, a date or a moment, by whose weeks a large table is written and compared (`parts`).
PARTS = "parts"
#: What a mart's column says of its records: a metric, a relation or a sentence; of a relation, which rows count, and by which date.
EXPLAINED = ("explained_by", "explained_if", "explained_on")


@dataclass(frozen=True)
class Served:
    """One table of a release. `columns` are the columns' comments, `explained` what leads from a figure to its records (EXPLAINED), both by name;
    `parts` is the column of PARTS, None where there is none."""

    schema: str
    name: str
    comment: str
    columns: Mapping[str, str] = field(default_factory=dict)
    explained: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: str | None = None

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"


def dbt_target(settings: Settings) -> Path:
    """dbt's target folder of this home: one for all runs, so that dbt finds its partial parse again."""
    return settings.build_dir / "dbt"


def manifest_path(settings: Settings) -> Path:
    """The manifest that definitions and releases are made from (dbt rewrites its own while it runs)."""
    return dbt_target(settings) / "parsed" / "manifest.json"


def load_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as cause:
        raise SetupError(
            "读不到 dbt 的 manifest", "dbt's manifest cannot be read", file=path,
            remedy_zh="重新运行 `chengguan nightly`，它会重新生成",
            remedy_en="run `chengguan nightly` again; it is made anew",
        ) from cause  # fmt: skip
    return manifest


def served_tables(manifest: Mapping[str, Any]) -> list[Served]:
    """The tables that a release of this project serves, marts first."""
    tables = [_served(node) for node in manifest["nodes"].values() if _is_served(node)]
    return sorted(tables, key=lambda table: (SERVED_SCHEMAS.index(table.schema), table.name))


def refuse_personal(table: Served, columns: list[str]) -> None:
    """The last guard of promise 4: no personal field under its own name, as a hash or as a mask."""
    exposed = [name for name in columns if name in _personal_names() or name.endswith(PERSONAL_SUFFIXES)]
    if exposed:
        raise SetupError(
            f"{table.label} 含有个人信息列，不能发布", f"{table.label} holds personal columns and is not published",
            column=", ".join(exposed),
            remedy_zh="从模型中去掉这些列，或标记 meta: {served: false}",
            remedy_en="drop these columns from the model, or mark it meta: {served: false}",
        )  # fmt: skip


def _personal_names() -> set[str]:
    return {name for feed in FEEDS.values() for name, known in feed.fields.items() if known.personal}


def _is_served(node: Mapping[str, Any]) -> bool:
    if node["resource_type"] != "model" or node["schema"] not in SERVED_SCHEMAS:
        return False
    if node["config"].get("materialized") == "ephemeral":
        return False
    return bool(_meta(node).get("served", True))


def _served(node: Mapping[str, Any]) -> Served:
    return Served(
        schema=node["schema"],
        name=node.get("alias") or node["name"],
        comment=_comment(node),
        columns={name: said for name, said in _column_comments(node) if said},
        explained={
            name: said
            for name, column in node.get("columns", {}).items()
            if (said := {key: str(_meta(column)[key]) for key in EXPLAINED if key in _meta(column)})
        },
        parts=_meta(node).get(PARTS),
    )


def _column_comments(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, column in node.get("columns", {}).items():
        yield name, _comment(column)


def _comment(described: Mapping[str, Any]) -> str:
    zh, en = str(_meta(described).get("zh", "")).strip(), str(described.get("description", "")).strip()
    return "\n".join(said for said in (zh, en) if said)


def _meta(described: Mapping[str, Any]) -> dict[str, Any]:
    """`meta` as dbt writes it: below `config` since 1.10, beside it before; both are in the wild."""
    return {**described.get("meta", {}), **described.get("config", {}).get("meta", {})}
