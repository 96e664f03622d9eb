"""What the experiments found, one JSON file each in `docs/reliability/`, and the table of `docs/reliability.md` that is made from them.

An experiment asks `times` how often it is to be run and tells `record` what came out. Only `make faults` (CHENGGUAN_FAULTS=whole) runs
the whole number and writes; any other run leaves the documents alone. `python -m tests.faults.results` makes the table anew.
"""

import datetime as dt
import json
import os
from typing import Any

from pipelines.settings import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "docs" / "reliability.md"
FOLDER = PROJECT_ROOT / "docs" / "reliability"
BEGIN, END = "<!-- made by `make faults`: do not edit -->", "<!-- end -->"
HEAD = "| experiment | times | lost | recovery | also measured | took | on |\n|---|---:|---:|---|---|---:|---|\n"


def is_whole() -> bool:
    """Whether this is `make faults`."""
    return os.environ.get("CHENGGUAN_FAULTS") == "whole"


def times(small: int, whole: int) -> int:
    """How often an experiment is to be run."""
    return whole if is_whole() else small


def record(
    name: str,
    zh: str,
    en: str,
    *,
    times: int,
    lost: int,
    seconds: float,
    recovery_seconds: float | None = None,
    measured: dict[str, Any] | None = None,
) -> None:
    """Writes down one experiment. `lost` is what the promise forbids (rows lost, readers' errors, persons found), `recovery_seconds` the
    longest time until all was well again, `measured` whatever else is worth a place in the table."""
    if not is_whole():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = {
        "zh": zh, "en": en, "times": times, "lost": lost, "recovery_seconds": recovery_seconds, "measured": measured or {},
        "seconds": round(seconds, 1), "run_on": dt.datetime.now(dt.UTC).date().isoformat(),
    }  # fmt: skip
    (FOLDER / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table() -> str:
    """The table of everything written down, in the order of the names."""
    lines = []
    for path in sorted(FOLDER.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        recovery = "–" if found["recovery_seconds"] is None else f"{found['recovery_seconds']:.1f} s"
        also = "; ".join(f"{what} {value}" for what, value in found["measured"].items()) or "–"
        lines.append(
            f"| {found['zh']} {found['en']} | {found['times']:,} | {found['lost']} | {recovery} | {also} "
            f"| {found['seconds']:.0f} s | {found['run_on']} |\n"
        )
    return HEAD + "".join(lines)


def with_table(document: str) -> str:
    """The document with the table of now between its marks."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}{END}{rest.partition(END)[2]}"


def main() -> None:
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
