"""What a person reads on a materialisation: numbers by name, and small tables in Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg

from pipelines.landing.ingest import FeedResult
from pipelines.landing.load import Batch

_TOTALS = ("rows_read", "rows_skipped", "rows_loaded", "rows_quarantined", "rows_superseded")
_SHOWN = 20


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> dg.MarkdownMetadataValue:
    """A Markdown table; a `|` in a value does not break it."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return dg.MetadataValue.md("\n".join(lines))


def of_batches(result: FeedResult, seconds: float) -> dict[str, Any]:
    """Totals of one feed's night, and a line for each batch (the last twenty)."""
    shown = result.batches[-_SHOWN:]
    lines: dict[str, Any] = {name: result.total(name) for name in _TOTALS}
    lines |= {"batches": len(result.batches), "files_known": result.files_known, "seconds": round(seconds, 2)}
    if result.unknown_columns:
        lines["unknown_columns"] = result.unknown_columns
    if result.left:
        lines["files_left"] = result.left
    if shown:
        lines["batch_table"] = table(
            ("batch", "source", "read", "loaded", "quarantined", "superseded", "first", "last"),
            (_line(batch) for batch in shown),
        )
    return lines


def of_reasons(reasons: dict[str, int]) -> dict[str, Any]:
    """How many rows each rule sent to quarantine, the most frequent first."""
    if not reasons:
        return {}
    return {"reasons": table(("rule", "rows"), sorted(reasons.items(), key=lambda pair: -pair[1]))}


def _line(batch: Batch) -> tuple[Any, ...]:
    return (
        batch.batch_id[:8], batch.source, batch.rows_read, batch.rows_loaded, batch.rows_quarantined,
        batch.rows_superseded, batch.first_record_on, batch.last_record_on,
    )  # fmt: skip


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
