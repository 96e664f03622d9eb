"""A reader beside the flips, in a process of its own: it opens the current release again and again and looks whether what it sees is one release.

`python -m tests.faults.reading HOME SECONDS THREADS` prints {"views", "errors", "mixed", "stale", "last"} as JSON. Each release of
the experiment says its number in two tables; a view that shows two numbers is mixed, one older than the link was before it was opened is stale.
"""

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import duckdb

ASK = "select (select n from marts.totals), (select max(n) - 100 from core.fct_cases), (select release_id from meta.release)"


def look(home: Path, found: Counter[str], *, resolved: bool) -> None:
    """One view: connect, ask, let go. Threads that overlap name the release's own folder, for DuckDB shares what is open under one path."""
    link = home / "current"
    known = int(link.readlink().name.partition(".")[2])
    file = (link.resolve() if resolved else link) / "serving.duckdb"
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            [(totals, cases, name)] = connection.execute(ASK).fetchall()
    except (duckdb.Error, OSError):
        found["errors"] += 1
        return
    number = int(name.partition(".")[2])
    found["views"] += 1
    found["mixed"] += not totals == cases == number
    found["stale"] += number < known
    found["last"] = max(found["last"], number)


def main() -> None:
    home, seconds, threads = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    until = time.monotonic() + seconds
    found: list[Counter[str]] = [Counter() for _ in range(threads)]

    def read(mine: Counter[str]) -> None:
        while time.monotonic() < until and not (home / "stop").exists():
            look(home, mine, resolved=threads > 1)

    readers = [threading.Thread(target=read, args=(mine,)) for mine in found]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    names = ("views", "errors", "mixed", "stale")
    print(
        json.dumps({name: sum(one[name] for one in found) for name in names} | {"last": max(o["last"] for o in found)})
    )


if __name__ == "__main__":
    main()
