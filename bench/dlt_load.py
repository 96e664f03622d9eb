"""dlt's fastest way for a large CSV file, in an environment of its own: Arrow tables from pyarrow's reader, Parquet, DuckDB.

Run as a file by that environment's Python: it must not need anything of this project. Arguments: the file, the database, dlt's folder.
"""

import sys

import dlt
import pyarrow.csv as pc

file, database, folder = sys.argv[1:]


@dlt.resource(name="t")
def rows():
    with pc.open_csv(file, read_options=pc.ReadOptions(block_size=64 << 20)) as reader:
        yield from reader


pipeline = dlt.pipeline(
    "bench", pipelines_dir=folder, destination=dlt.destinations.duckdb(database), dataset_name="loaded"
)
pipeline.run(rows(), loader_file_format="parquet", write_disposition="replace").raise_on_failed_jobs()
