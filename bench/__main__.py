"""`python -m bench`: runs what is asked for and writes what was found to `docs/performance/` and `docs/performance.md`.

Sizes come from the environment, as `make bench` gives them: CASES (one or more numbers), ROWS (0 of either for none), ROUNDS; BENCH_CACHE says where sources are kept.
"""

import os
from pathlib import Path

from bench import document
from bench.ingest import compare
from bench.nights import live
from pipelines.settings import PROJECT_ROOT

if __name__ == "__main__":
    cache = Path(os.environ.get("BENCH_CACHE") or PROJECT_ROOT / "bench" / ".data").absolute()
    rows, rounds = int(os.environ.get("ROWS") or 5_000_000), int(os.environ.get("ROUNDS") or 3)
    if rows:
        document.write("ingest", compare(rows, rounds, cache))
    for cases in filter(int, (os.environ.get("CASES") or "250000 2500000").split()):
        document.write(f"city-{int(cases):09}", live(int(cases), cache))
    document.make_page()
