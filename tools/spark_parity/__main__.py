"""`make spark-parity`: the records out of a built home, both builds, the comparison; 0 where every table of marts and core is equal."""

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.settings import DBT_PROJECT_DIR, PROJECT_ROOT, Settings
from tools.spark_parity import document, environment, records
from tools.spark_parity.compare import Outcome, compare

SCHEMAS = ("core", "marts")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--environment", type=Path, default=PROJECT_ROOT / ".venv-spark", help="where Spark is installed"
    )
    asked.add_argument("--memory", default="3g", help="of Spark's driver, which is all of Spark here")
    asked.add_argument("--document", action="store_true", help="renew the table in docs/scaling.md")
    chosen = asked.parse_args()
    settings = Settings()
    as_of = records.built_for(settings)
    if as_of is None:
        print(f"没有建好的模型；先运行 make nightly / nothing is built in {settings.home}; run make nightly first")
        return 5
    try:
        _say("安装 Spark installing")
        python = environment.install(chosen.environment)
    except environment.NotHereError as why:
        print(f"SKIPPED 跳过: {why}")
        return 0
    with tempfile.TemporaryDirectory(prefix="spark-parity-") as place:
        folder = Path(place)
        _say("导出源表 exporting the sources")
        records.export(settings, folder / "sources")
        _say("DuckDB")
        duckdb_seconds = _timed(lambda: records.build(folder / "sources", folder / "duckdb" / "build.duckdb", as_of))
        _say("Spark")
        spark_seconds = _timed(lambda: _spark(python, folder, as_of, chosen.memory))
        outcomes = list(compare(folder / "duckdb" / "build.duckdb", folder / "out", SCHEMAS))
    for outcome in outcomes:
        print(_line(outcome))
    equal = sum(outcome.is_equal for outcome in outcomes)
    print(
        f"{equal} / {len(outcomes)} 张表相同 tables equal ({duckdb_seconds:.0f} s DuckDB, {spark_seconds:.0f} s Spark)"
    )
    if chosen.document:
        document.renew(outcomes, as_of)
    return 0 if equal == len(outcomes) else 1


def _spark(python: Path, folder: Path, as_of: dt.date, memory: str) -> None:
    env = {
        **records.environment(as_of), "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR), "CHENGGUAN_SPARK_METHOD": "session",
        "PYSPARK_PYTHON": str(python), "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    script = Path(__file__).with_name("session.py")
    log = folder / "spark.log"
    with log.open("w", encoding="utf-8") as said:
        done = subprocess.run(
            [python, script, "--sources", folder / "sources", "--work", folder / "spark", "--out", folder / "out", "--memory", memory],
            check=False, cwd=DBT_PROJECT_DIR, env=env, stdout=said, stderr=said,
        )  # fmt: skip
    if done.returncode:
        kept = PROJECT_ROOT / "spark-parity.log"
        kept.write_text(log.read_text(encoding="utf-8", errors="replace"), encoding="utf-8")
        raise SystemExit(f"Spark 没有建成；日志 Spark did not build; its log: {kept}")


def _line(outcome: Outcome) -> str:
    name = f"{outcome.schema}.{outcome.table}"
    if outcome.is_equal:
        return f"✓ {name}: {outcome.rows}"
    return (
        f"✗ {name}: {outcome.rows}; 只在 DuckDB only there {outcome.only_duckdb}, 只在 Spark only there {outcome.only_spark}; "
        f"不同的列 columns that differ: {', '.join(outcome.differing)}"
    )


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _say(what: str) -> None:
    print(f"… {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
