"""The report's questions as they stand in files: a folder of TOML, a file for each part, a table for each question."""

import tomllib
from pathlib import Path
from typing import Any


def questions(folder: str) -> dict[str, dict[str, Any]]:
    """{name: what is said of it} of all files of the folder beside this one."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(Path(__file__).with_name(folder).glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found
