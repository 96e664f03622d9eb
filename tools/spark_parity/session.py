"""What runs inside the environment of Spark: a session, dbt on it, and the models written to Parquet. Imports nothing of the project.

Session and catalogue live in this process and its `work` folder; on a cluster dbt connects by address instead (docs/scaling.md).
"""

import argparse
import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

#: The tests that Spark runs as well: every key of a model, which takes not_null and unique together.
TESTS = ["test", "--select", "test_name:key"]
#: Models in Python, and what is made of them, are DuckDB's: they compute in its process (docs/foresight.md).
NOT_OF_BOTH = ["--exclude", "tag:python+"]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sources", type=Path, required=True, help="schema/table/*.parquet")
    asked.add_argument("--work", type=Path, required=True, help="where tables and logs go")
    asked.add_argument("--out", type=Path, required=True, help="where the models' Parquet goes")
    asked.add_argument("--schemas", nargs="+", default=["core", "marts"], help="whose tables are written")
    asked.add_argument("--memory", default="3g")
    chosen = asked.parse_args()
    spark = _session(chosen.work, chosen.memory)
    places = ["--target", "spark", "--target-path", str(chosen.work / "dbt"), "--log-path", str(chosen.work / "dbt")]
    registered = ["run-operation", "register_sources", "--args", f"{{root: {chosen.sources}}}"]
    for step in (registered, ["run", *NOT_OF_BOTH], [*TESTS, *NOT_OF_BOTH]):
        if not dbtRunner().invoke(["--no-use-colors", *step, *places]).success:
            return 1
    for schema in chosen.schemas:
        for table in spark.sql(f"show tables in {schema}").collect():
            frame = spark.table(f"{schema}.{table.tableName}")
            frame.coalesce(1).write.parquet(str(chosen.out / schema / table.tableName))
    spark.stop()
    return 0


def _session(work: Path, memory: str) -> SparkSession:
    """The session that dbt finds in this process. Without Hive: tables are known as long as it lives."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": memory,
        # A partition for each core; the default of 200 is for a cluster.
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 2),
        "spark.sql.warehouse.dir": str(work / "tables"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.local.dir": str(work / "local"),
        # A timestamp without a zone in Parquet is one in Spark, as in DuckDB.
        "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    }
    builder = SparkSession.builder.master("local[*]").appName("chengguan")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


if __name__ == "__main__":
    sys.exit(main())
