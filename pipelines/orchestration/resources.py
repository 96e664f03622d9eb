"""What steps are given: the warehouse they work on, and dbt.

The warehouse is a plain object and not a configurable resource: settings come from the environment and the city from
its profile, validated before a run exists; there is nothing to fill in on a launchpad.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from packaging.version import Version, parse

from pipelines.city import City
from pipelines.settings import DBT_PROJECT_DIR, Settings


@dataclass(frozen=True)
class Warehouse:
    """One data home and its city."""

    settings: Settings
    city: City


class InstalledDbt(DbtCliResource):
    """dbt as installed beside us, without two of dagster-dbt's costs on every call.

    It asks `dbt --version` for the version (five seconds, and a look at the package index), and loads dbt's adapter
    into this process to count rows, which `models` does with one query instead.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return parse(installed("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:  # noqa: ARG002
        return None


def dbt_executable() -> str:
    """dbt of this environment, also where its `bin` is not on the PATH (cron, systemd)."""
    beside = Path(sys.executable).with_name("dbt")
    return str(beside) if beside.exists() else "dbt"


def dbt_resource() -> InstalledDbt:
    return InstalledDbt(
        project_dir=str(DBT_PROJECT_DIR), profiles_dir=str(DBT_PROJECT_DIR), dbt_executable=dbt_executable()
    )


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for the time of a call: dagster-dbt hands this process's environment on to dbt."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
