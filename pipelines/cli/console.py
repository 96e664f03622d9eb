"""How the command line speaks: Chinese and English, colours where there is a terminal, JSON where a script asked for it."""

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.errors import ChengguanError

MARKS = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "fail": "[red]✗[/]", "skip": "[dim]–[/]"}


def out() -> Console:
    """For results. Bound to the stream of now, so that it still speaks while Dagster's output is put aside."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True)


def err() -> Console:
    """For progress and errors: what a script that reads results must not meet."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_error(error: ChengguanError, *, as_json: bool = False) -> None:
    if as_json:
        print_json({"error": error.as_dict()})
    else:
        console = err()
        console.print("[bold red]✗[/] ", end="")
        console.print(error.render(), markup=False)


def table(*columns: str, rows: Sequence[Sequence[Any]], title: str | None = None) -> Table:
    """A plain table; numbers stand to the right."""
    headers = [column.replace(" ", "\n", 1) for column in columns]  # Chinese above English
    shown = Table(*headers, title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(shown.columns):
        column.overflow = "fold"
        if rows and all(isinstance(row[index], int | float) for row in rows):
            column.justify = "right"
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    return shown


@contextlib.contextmanager
def put_aside(log: Path | None) -> Iterator[None]:
    """Send what libraries print to a log file, or (None) to stderr: stdout is for the result alone.

    Dagster captures the streams by their descriptors, so both are replaced whole.
    """
    if log is None or not _can_write(log):
        with contextlib.redirect_stdout(sys.stderr):
            yield
        return
    with (
        log.open("w", encoding="utf-8", buffering=1) as stream,
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
    ):
        yield


def _can_write(log: Path) -> bool:
    """Without a log the command says on its own what is wrong with the home."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    except OSError:
        return False
    return True


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "✓" if value else ""
    return f"{value:,}" if isinstance(value, int) else str(value)
