"""The Data Docs of a release: what was found of the batches of its night, as pages that need nothing but themselves.

Belongs here: which findings a release documents, and taking out what would ask other hosts for styles and scripts. A bureau's network
has no way out, and a page that waits for one is slow to open. The pages stay readable without: they are tables.
"""

import datetime as dt
import re
from pathlib import Path

import duckdb

from pipelines.quality.rules import Bound

#: Tags that load something from elsewhere.
_FOREIGN = re.compile(
    r"""<script[^>]*\ssrc=["']https?:[^>]*>\s*</script>|<link[^>]*\shref=["']https?:[^>]*>|<img[^>]*\ssrc=["']https?:[^>]*>""",
    re.IGNORECASE,
)
#: What the pages would use of the library's static files; the others are pictures and fonts for its own tour.
_KEPT = {".css", ".svg", ".ico"}


def write_data_docs(connection: duckdb.DuckDBPyConnection, as_of: dt.date, folder: Path) -> int:
    """Writes the pages of the night's judged batches into `folder`; gives how many batches. None judged, no folder.

    `connection` has the build file attached as `build`.
    """
    rows = connection.execute(
        """
        select feed, source, measure, severity, low, high, usual, batches, observed from build.ops.batch_verdicts
        where judged_for_on = $day order by feed, source, measure, severity
        """,
        {"day": as_of},
    ).fetchall()
    if not rows:
        return 0
    from pipelines.quality.gx import Line, write_docs  # noqa: PLC0415  (seconds to import)

    feeds: dict[str, list[Line]] = {}
    for feed, source, measure, severity, low, high, usual, batches, observed in rows:
        feeds.setdefault(feed, []).append((source, Bound(measure, severity, low, high, usual, batches), observed))
    write_docs(folder, feeds)
    _keep_to_itself(folder)
    return len({(feed, source) for feed, source, *_ in rows})


def _keep_to_itself(folder: Path) -> None:
    for page in folder.rglob("*.html"):
        page.write_text(_FOREIGN.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    for path in (folder / "static").rglob("*"):
        if path.is_file() and path.suffix not in _KEPT:
            path.unlink()
    for path in sorted((folder / "static").rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
