"""The profile of the benchmark's city: the demo city's, with the feeds of a digital platform and a hotline that deliver files.

Belongs here: what is other than in the demo city. Columns and codes are those of its profile, unchanged.
"""

import re
import shutil
from pathlib import Path

from pipelines.settings import PROJECT_ROOT

DEMO = PROJECT_ROOT / "cities" / "changji"
#: {feed: the files in which it comes}.
FILES = {
    "platform_cases": ["t_case/*.parquet", "t_case/*.csv"],
    "platform_case_flow": ["t_case_flow/*.parquet", "t_case_flow/*.csv"],
    "hotline_tickets": ["tickets/*.csv"],
}
_SOURCE = re.compile(r"^\[source\]\n(?:[^\[\n].*\n|\n)*", re.MULTILINE)


def write_profile(cities: Path, feeds: list[str]) -> None:
    """Writes the city `megacity` into the folder of profiles, with these feeds."""
    folder = cities / "megacity"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "feeds").mkdir(parents=True)
    shutil.copytree(DEMO / "reference", folder / "reference")
    facts = (DEMO / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(facts.replace('id = "changji"', 'id = "megacity"'), encoding="utf-8")
    for feed in feeds:
        files = ", ".join(f'"{pattern}"' for pattern in FILES[feed])
        told = (DEMO / "feeds" / f"{feed}.toml").read_text(encoding="utf-8")
        source = f'[source]\nkind = "file"\nfiles = [{files}]\n\n'
        (folder / "feeds" / f"{feed}.toml").write_text(_SOURCE.sub(source, told, count=1), encoding="utf-8")
