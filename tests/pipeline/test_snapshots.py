"""What others hold on to by name - assets, checks, jobs, schedules, sensors - against what was written down. A rename is a diff to be seen.

Dagster keeps history by these names: one that changes begins a new history, and a dashboard or a script that asks for the old one finds nothing.
"""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.definitions import build_defs
from pipelines.settings import PROJECT_ROOT, Settings

SNAPSHOTS = Path(__file__).parent / "snapshots"
RENEW = "if it is meant: python -m tests.pipeline.test_snapshots, and look at the diff"


def demo(home: Path) -> dg.Definitions:
    return build_defs(settings=Settings(home=home, city="changji", cities=PROJECT_ROOT / "cities"))


def snapshots(defs: dg.Definitions) -> dict[str, str]:
    """{file: what should be in it}. Tests of models are dbt's and change with every rule; ours are the checks of the door."""
    graph = defs.resolve_asset_graph()
    checks = sorted(f"{key.asset_key.to_user_string()}: {key.name}" for key in graph.asset_check_keys)
    ours = [
        name
        for name in checks
        if name.startswith(("raw/", "landing/", "quarantine/", "release/")) and "dbt" not in name
    ]
    return {
        "assets.txt": _lines(sorted(key.to_user_string() for key in graph.get_all_asset_keys())),
        "checks.txt": _lines(ours),
        "automation.json": json.dumps(_automation(defs), ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    }


def _automation(defs: dg.Definitions) -> dict[str, Any]:
    repository = defs.get_repository_def()
    jobs = {job.name: sorted(node.name for node in job.graph.nodes) for job in repository.get_all_jobs()}
    return {
        "jobs": {name: steps for name, steps in jobs.items() if not name.startswith("__")},
        "schedules": {
            schedule.name: {
                "job": schedule.job_name, "cron": schedule.cron_schedule, "time_zone": schedule.execution_timezone,
                "status": schedule.default_status.value,
            }
            for schedule in repository.schedule_defs
        },
        "sensors": {
            sensor.name: {
                "type": sensor.sensor_type.value, "seconds": sensor.minimum_interval_seconds,
                "jobs": sorted(target.job_name for target in sensor.targets), "status": sensor.default_status.value,
            }
            for sensor in repository.sensor_defs
        },
    }  # fmt: skip


def _lines(names: list[str]) -> str:
    return "".join(f"{name}\n" for name in names)


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return snapshots(demo(tmp_path_factory.mktemp("snapshots")))


@pytest.mark.parametrize("name", ["assets.txt", "checks.txt", "automation.json"])
def test_names_that_others_hold_on_to_are_as_they_were(now: dict[str, str], name: str) -> None:
    written = (SNAPSHOTS / name).read_text(encoding="utf-8")
    assert now[name].splitlines() == written.splitlines(), RENEW


def test_every_snapshot_is_compared(now: dict[str, str]) -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == set(now)
    assert all(text.strip() for text in now.values())


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for file, text in snapshots(demo(Path(folder))).items():
            (SNAPSHOTS / file).parent.mkdir(exist_ok=True)
            (SNAPSHOTS / file).write_text(text, encoding="utf-8")
