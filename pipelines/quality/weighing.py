"""A batch on its way in: measured while it is loaded, judged before the load is final, and written down with what was found.

Belongs here: the order of this, between `pipelines.landing.door` and the other modules of this package. A batch that is blocked leaves
nothing in raw: the transaction that it came in is given up.
"""

import datetime as dt
from collections.abc import Callable, Iterable

import duckdb

from pipelines.city import FeedProfile
from pipelines.feeds import FEEDS
from pipelines.landing.canonical import Canonical
from pipelines.landing.contract import Judged as JudgedRows
from pipelines.landing.headers import meet
from pipelines.landing.load import Batch
from pipelines.landing.store import raw_columns
from pipelines.quality.held import held
from pipelines.quality.history import Judged, decision_of, hold, past_of, release, remember
from pipelines.quality.judge import Verdict, judge_batches
from pipelines.quality.measures import Measuring
from pipelines.quality.totals import StatedTotals
from pipelines.readers import Extract


class Weighing:
    """One batch: `add` measures its chunks, `settle` judges it (raising HeldError where it is blocked), `write_down` keeps what was found
    of a blocked one."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        profile: FeedProfile,
        line: Batch,
        extract: Extract,
        again: Callable[[], Iterable[Canonical]],
    ) -> None:
        """`again` gives the batch's rows once more, once all have landed."""
        self._connection, self._profile, self._line = connection, profile, line
        self._measuring = Measuring(FEEDS[line.feed], line.loaded_for_on)
        self._mapped = set(meet(profile, extract.header).fields)
        self._extract, self._again = extract, again
        self._judged: Judged | None = None

    def add(self, canonical: Canonical, rows: JudgedRows) -> None:
        self._measuring.add(canonical, rows, self._mapped)

    def settle(self) -> None:
        """Judges the batch, which stands in raw but is not final. Raises HeldError where it is blocked and nobody has let it in."""
        line = self._line
        measures = self._measuring.done(_days_covered(line))
        if measures and self._is_new_file():
            measures["known_share"] = self._known() / measures["rows"]
        measures |= self._gaps()
        past = past_of(self._connection, line.feed, line.source, line.loaded_for_on)
        (verdicts,) = judge_batches(self._profile, [measures], past, line.loaded_for_on)
        is_window = line.window_to is not None
        self._judged = Judged(
            line.batch_id, line.feed, line.source, line.loaded_for_on, line.rows_read, line.window_from,
            is_window and line.window_from is None, measures, verdicts,
        )  # fmt: skip
        decision = decision_of(self._connection, line.batch_id, line.feed, line.source, is_window)
        if self._judged.is_blocked and (decision is None or decision.decision != "accept"):
            raise held(self._judged)
        line.findings = _found(verdicts)
        remember(self._connection, self._judged)
        release(self._connection, line.feed, line.source)

    def _gaps(self) -> dict[str, float]:
        """Stated totals against what they total. Which rows those are is known once all are read; few files state any, and are looked
        through again."""
        totals = StatedTotals(self._profile, self._extract)
        if totals.none:
            return {}
        for canonical in self._again():
            totals.add(canonical)
        return totals.gaps()

    def write_down(self) -> None:
        """After the load was given up: the batch is held, with its findings."""
        assert self._judged is not None
        self._connection.begin()
        hold(self._connection, self._judged)
        self._connection.commit()

    def _is_new_file(self) -> bool:
        """Whether no file of this name was loaded before. A book that grows by the day rightly brings what is known."""
        said = {"feed": self._line.feed, "source": self._line.source, "batch": self._line.batch_id}
        loaded = "select 1 from ops.ledger where feed = $feed and source = $source and batch_id <> $batch limit 1"
        return self._line.window_to is None and not self._connection.execute(loaded, said).fetchall()

    def _known(self) -> int:
        """Records of the batch that say just what the version before them said."""
        feed = FEEDS[self._line.feed]
        same = " and ".join(f"old.{name} is not distinct from new.{name}" for name in raw_columns(feed))
        rows = self._connection.execute(
            f"""
            select count(*) from raw.{feed.name} as new inner join raw.{feed.name} as old
                on old.{feed.key} = new.{feed.key} and old._superseded_by_seq = new._batch_seq and {same}
            where new._batch_seq = $seq and old._batch_seq <> $seq
            """,
            {"seq": self._line.batch_seq},
        ).fetchall()
        return int(rows[0][0])


def _found(verdicts: list[Verdict]) -> list[dict[str, str]]:
    """The findings of a batch that was loaded all the same, as people read them."""
    return [
        {"measure": one.measure, "severity": one.severity, "zh": one.message_zh, "en": one.message_en}
        for one in verdicts if not one.has_passed
    ]  # fmt: skip


def _days_covered(line: Batch) -> float | None:
    """How long a window of time was, in days; None for files, first windows, and cursors that are no times."""
    if line.window_from is None or line.window_to is None:
        return None
    try:
        span = dt.datetime.fromisoformat(line.window_to) - dt.datetime.fromisoformat(line.window_from)
    except (ValueError, TypeError):
        return None
    return max(span.total_seconds() / 86_400, 1 / 24)
