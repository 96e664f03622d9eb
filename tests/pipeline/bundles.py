"""A bundle for Superset, opened: its files by name, and the rows that its own SQL gives on a release."""

import io
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import yaml


def opened(bundle: bytes) -> dict[str, Any]:
    """{name below the folder of the bundle: content}"""
    with zipfile.ZipFile(io.BytesIO(bundle)) as file:
        return {name.partition("/")[2]: yaml.safe_load(file.read(name)) for name in file.namelist()}


def part(files: dict[str, Any], folder: str) -> dict[str, Any]:
    """The files of a folder, by uuid."""
    found = [content for name, content in files.items() if name.startswith(f"{folder}/")]
    return {content["uuid"]: content for content in found}


def metrics_of(dataset: dict[str, Any], release: Path) -> dict[str, Any]:
    """All metrics of a dataset over all its rows, as Superset would ask for them."""
    told = ", ".join(f'{metric["expression"]} as "{metric["metric_name"]}"' for metric in dataset["metrics"])
    source = f"({dataset['sql']})" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"
    with duckdb.connect(str(release / "serving.duckdb"), read_only=True) as con:
        asked = con.execute(f"select {told} from {source} as asked")
        return dict(zip([column[0] for column in asked.description or []], asked.fetchall()[0], strict=True))
