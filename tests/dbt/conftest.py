"""What these tests share: the project as dbt parses it, and random nights that are built once for all."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.city import City, load_city
from pipelines.settings import DBT_PROJECT_DIR, PROJECT_ROOT, Settings
from tests.dbt.random_nights import built, weeks, world
from tests.dbt.running import run_dbt

__all__ = ["built", "weeks", "world"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, City]:
    """The demo city's profile with a home of its own; no records."""
    settings = Settings(home=tmp_path_factory.mktemp("dbt"), city="changji", cities=PROJECT_ROOT / "cities")
    return settings, load_city(settings)


@pytest.fixture(scope="session")
def manifest(demo: tuple[Settings, City]) -> dict[str, Any]:
    """dbt's manifest of the project, parsed without a warehouse."""
    settings, city = demo
    run_dbt(settings, city, (date(2017, 9, 25), ["parse", "--quiet"]))
    assert not settings.build_db.exists(), "parsing must not need a warehouse"
    parsed: dict[str, Any] = json.loads((settings.build_dir / "dbt" / "manifest.json").read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def described_in(node: dict[str, Any]) -> tuple[str, str]:
    """(English, Chinese) of a model or a column."""
    meta = {**node.get("meta", {}), **node.get("config", {}).get("meta", {})}
    return node.get("description", "").strip(), str(meta.get("zh", "")).strip()


def sql_files() -> list[Path]:
    return sorted(path for part in ("models", "macros", "tests") for path in (DBT_PROJECT_DIR / part).rglob("*.sql"))
