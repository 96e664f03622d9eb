"""What analysts are told, taken apart: the blocks of `docs/analysts.md`, its questions, and the notebook's cells."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.settings import PROJECT_ROOT

DOCUMENTS = (PROJECT_ROOT / "docs/analysts.md", PROJECT_ROOT / "docs/analysts.zh-CN.md")
NOTEBOOK = PROJECT_ROOT / "notebooks/first_look.ipynb"


@dataclass(frozen=True)
class Question:
    """One question: its query, what a row stands for, and the other columns, as the document says."""

    title: str
    sql: str
    rows: list[str]
    columns: list[str]
    trap: str


def blocks(document: Path, language: str | None = None) -> list[str]:
    """The document's blocks of code, in order."""
    found = re.findall(r"^```(\w+)\n(.*?)^```", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [code for kind, code in found if language in (None, kind)]


def questions(document: Path) -> list[Question]:
    """The questions, each with one query, one answer and one trap."""
    parts = re.split(r"^### (?=\d+\. )", document.read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = []
    for part in parts:
        title, _, rest = part.partition("\n")
        told = re.search(
            r"\A\s*```sql\n(?P<sql>.*?)```\s*"
            r"\*\*(?:Answer\.|结果。)\*\* (?:A row for each: |每行：)(?P<rows>.*?)(?:\. |。)(?:Columns: |列：)(?P<columns>.*?)(?:\. |。).*?"
            r"\*\*(?:Trap\.|误区。)\*\* (?P<trap>.+)",
            rest, flags=re.DOTALL,
        )  # fmt: skip
        assert told, f"{document.name}: {title} lacks its query, answer or trap"
        rows, columns = (re.findall(r"`(\w+)`", told[part]) for part in ("rows", "columns"))
        found.append(Question(title, told["sql"], rows, columns, told["trap"].strip()))
    return found


def further_queries(document: Path) -> list[str]:
    """The queries that are no question: those that find one's way, and the one in R."""
    asked = {question.sql for question in questions(document)}
    in_r = re.findall(r'dbGetQuery\(release, "(.*)"\)', "\n".join(blocks(document, "r")))
    return [code for code in blocks(document, "sql") if code not in asked] + in_r


def run(codes: list[str]) -> dict[str, Any]:
    """Runs blocks of Python one after another; gives the names that they leave."""
    names: dict[str, Any] = {}
    for code in codes:
        exec(code, names)
    return names


def cells(notebook: Path) -> list[str]:
    """The notebook's cells of code."""
    told = json.loads(notebook.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in told if cell["cell_type"] == "code"]
