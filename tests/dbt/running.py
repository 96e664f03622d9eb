"""How these tests run dbt: as a process of its own, as an operator would, on a build file in a temporary home."""

import json
import os
import subprocess
import sys
from datetime import date

from pipelines.city import City
from pipelines.settings import DBT_PROJECT_DIR, Settings
from pipelines.transform import dbt_environment

#: Several commands in one process: dbt takes seconds to start. Each is [as-of date, dbt's arguments …]; arguments before dbt's own
#: that hold a "=" are variables of its environment.
_RUN = """
import json, os, sys
from dbt.cli.main import dbtRunner
runner = dbtRunner()
may_fail = len(sys.argv) > 2
for as_of, *arguments in json.loads(sys.argv[1]):
    stated = dict(one.split("=") for one in arguments if one.startswith("CHENGGUAN_"))
    for name in ("CHENGGUAN_SEEN_SEQ", "CHENGGUAN_SEEN_ON", "CHENGGUAN_JUDGE_WHOLE"):
        os.environ.pop(name, None)
    os.environ.update(stated, CHENGGUAN_AS_OF=as_of)
    arguments = [one for one in arguments if not one.startswith("CHENGGUAN_")]
    if not runner.invoke(arguments).success and not may_fail:
        sys.exit(1)
"""


def run_dbt(settings: Settings, city: City, *commands: tuple[date, list[str]], may_fail: bool = False) -> None:
    target = settings.build_dir / "dbt"
    env = {
        **os.environ,
        **dbt_environment(settings, city, commands[0][0]),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
        "NO_COLOR": "1",
    }
    steps = json.dumps([[as_of.isoformat(), *arguments] for as_of, arguments in commands])
    done = subprocess.run(
        [sys.executable, "-c", _RUN, steps, *(["may fail"] if may_fail else [])],
        cwd=DBT_PROJECT_DIR, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, "\n".join(done.stdout.splitlines()[-60:]) + done.stderr
