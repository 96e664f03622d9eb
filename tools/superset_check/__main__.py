"""`make superset-check`: prepares two releases and a Superset, runs the checks, and ends with a line that counts them."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from pipelines.city import load_city
from pipelines.publish import release
from pipelines.settings import PROJECT_ROOT, Settings
from tools.superset_check import checks, environment, picture
from tools.superset_check.client import Client


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--environment", type=Path, default=PROJECT_ROOT / ".superset", help="where Superset is installed"
    )
    asked.add_argument("--picture", type=Path, help="a picture of the dashboard to write (needs Chromium)")
    chosen = asked.parse_args()
    started, settings = time.perf_counter(), Settings()
    if release.current_release(settings) is None:
        print(f"还没有发布版；先运行 make nightly / no release yet in {settings.home}; run make nightly first")
        return 5
    with tempfile.TemporaryDirectory(prefix="superset-check-") as place:
        folder = Path(place)
        _say("准备两个发布版 two releases")
        trial_settings, older, newer = _two_releases(settings, folder / "home")
        _say("安装 Superset 6.1.0 installing")
        programs = environment.install(chosen.environment)
        _say("启动 starting")
        results = []
        try:
            with environment.superset(programs, folder) as (address, password):
                client = Client(address, environment.ADMIN, password)
                trial = checks.Trial(client, trial_settings, older, newer)
                for name, held, saw in checks.run(trial):
                    results.append(held)
                    print(f"{'✓' if held else '✗'} {name}: {saw}", flush=True)
                if chosen.picture:
                    saw = picture.take(address, environment.ADMIN, password, chosen.picture)
                    results.append(saw is None)
                    print(
                        f"{'✓' if saw is None else '✗'} 仪表板截图 a picture of the dashboard: {saw or chosen.picture}"
                    )
        finally:
            if not all(results) or len(results) < len(checks.CHECKS):
                shutil.copy(folder / "superset.log", "superset-check.log")
                print("Superset 的日志 its log: superset-check.log")
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed ({time.perf_counter() - started:.0f} s)")
    return 0 if all(results) else 1


def _two_releases(settings: Settings, home: Path) -> tuple[Settings, str, str]:
    """A home with the build file and the current release of the real one, and a second release in which some cases are no longer closed."""
    current = release.current_release(settings)
    assert current is not None
    copied = settings.model_copy(update={"home": home, "bi_path": None, "publish_postgres": None})
    for part in ("build", f"releases/{current.id}"):
        shutil.copytree(settings.home.absolute() / part, home / part, symlinks=True)
    release.rollback(copied, current.id)
    with duckdb.connect(str(copied.build_db)) as con:
        con.execute(
            "update marts.case_closure set closed = 0 where month = (select max(month) from marts.case_closure)"
        )
    city = load_city(settings.model_copy(update={"city": current.city}))
    second = release.publish(copied, city, current.as_of, json.loads(json.dumps(current.manifest["checks"])))
    release.rollback(copied, current.id)
    return copied, current.id, second.id


def _say(what: str) -> None:
    print(f"… {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
