"""dbt's manifest, parsed once for each state of the project and kept in the data home.

The definitions are made from it, so it is needed before any run; parsing takes seconds, a fingerprint milliseconds.
"""

import hashlib
import os
import subprocess
from importlib.metadata import version as installed
from pathlib import Path

from filelock import FileLock

from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.metrics.dictionary import FILE_NAME as SEMANTICS
from pipelines.orchestration.resources import dbt_executable
from pipelines.publish.contents import dbt_target, manifest_path
from pipelines.settings import DBT_PROJECT_DIR, Settings
from pipelines.transform import dbt_environment

_GENERATED = {"target", "logs", "dbt_packages"}
_LAST_LINES = 15


def prepare_manifest(settings: Settings, city: City) -> Path:
    """The path of an up-to-date manifest; dbt parses the project where it has changed since."""
    path = manifest_path(settings)
    mark = path.with_name("fingerprint")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Dagster loads its definitions in several processes at once.
    with FileLock(path.with_name(".lock"), timeout=120):
        state = fingerprint(DBT_PROJECT_DIR)
        if path.with_name(SEMANTICS).exists() and path.exists() and mark.exists() and mark.read_text() == state:
            return path
        _parse(settings, city)
        for name in (SEMANTICS, path.name):
            fresh = path.with_name(f"{name}.fresh")
            fresh.write_bytes((dbt_target(settings) / name).read_bytes())
            fresh.replace(path.with_name(name))
        mark.write_text(state)
    return path


def fingerprint(project: Path) -> str:
    """SHA-256 over the project's files and the versions that parse them."""
    digest = hashlib.sha256(f"{installed('dbt-core')} {installed('dbt-duckdb')}".encode())
    for path in sorted(project.rglob("*")):
        inner = path.relative_to(project)
        if path.is_file() and inner.parts[0] not in _GENERATED and not inner.name.startswith("."):
            digest.update(f"{inner}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _parse(settings: Settings, city: City) -> None:
    target = str(dbt_target(settings))
    env = {
        **os.environ,
        **dbt_environment(settings, city, city.facts.first_day),
        "DBT_TARGET_PATH": target,
        "DBT_LOG_PATH": target,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR),
    }
    done = subprocess.run(
        [dbt_executable(), "--no-use-colors", "parse"],
        cwd=DBT_PROJECT_DIR, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
        raise SetupError(
            "dbt 项目解析失败", f"dbt cannot parse its project:\n{said}", file=DBT_PROJECT_DIR,
            remedy_zh="改正后用 `dbt parse` 验证", remedy_en="mend it and see with `dbt parse`",
        )  # fmt: skip
