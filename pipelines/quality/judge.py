"""A batch is judged: its measures against the feed's suite and history, each finding in a sentence.

Belongs here: which suite holds, and the words. What a finding leads to (a batch that waits, a warning) is decided where batches are loaded.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.city import FeedProfile
from pipelines.expectations import MEASURES, ORDINARY, Expectation
from pipelines.feeds import FEEDS
from pipelines.quality.rules import Bound, Past, bounds

if TYPE_CHECKING:
    from pipelines.quality.gx import Line


@dataclass(frozen=True)
class Verdict:
    """One bound and whether the batch keeps it. `usual` is the middle of `batches` earlier ones."""

    measure: str
    severity: str
    has_passed: bool
    observed: float
    low: float | None
    high: float | None
    usual: float | None
    batches: int
    message_zh: str
    message_en: str

    @property
    def blocks(self) -> bool:
        return self.severity == "block" and not self.has_passed


def suite_of(profile: FeedProfile) -> list[Expectation]:
    """What is expected of the feed's batches in this city: its own expectations, the feed's, and of the ordinary those that neither replaces."""
    suite: dict[tuple[str, str], Expectation] = {}
    for expectation in (*ORDINARY, *FEEDS[profile.feed].expectations, *profile.expectations):
        suite[expectation.measure, expectation.severity] = expectation
    return list(suite.values())


def judge_batches(
    profile: FeedProfile, batches: Sequence[Mapping[str, float]], past: Sequence[Past], day: dt.date
) -> list[list[Verdict]]:
    """For each batch, given by its measures in the order of loading, every bound that it is held to with its verdict.

    A batch is part of the history of those after it. Nothing is said where nothing can be said yet.
    """
    history = list(past)
    suite = suite_of(profile)
    lines: list[Line] = []
    for at, measures in enumerate(batches):
        lines += [(str(at), bound, measures[bound.measure]) for bound in bounds(suite, measures, history, day)]
        history.insert(0, Past(day, measures))
    if not lines:
        return [[] for _ in batches]
    from pipelines.quality.gx import validate  # noqa: PLC0415  (seconds to import, and most nights of most feeds bring nothing)

    verdicts: list[list[Verdict]] = [[] for _ in batches]
    held = validate(lines)
    for (batch, bound, observed), has_passed in zip(lines, held, strict=True):
        verdicts[int(batch)].append(_verdict(profile.feed, bound, has_passed, observed))
    return verdicts


def _verdict(feed: str, bound: Bound, has_passed: bool, observed: float) -> Verdict:
    kind, _, name = bound.measure.partition(":")
    zh, en = MEASURES[kind]
    if name:
        field = FEEDS[feed].fields[name]
        zh, en = f"{field.description_zh}的{zh}", f"{en} of {field.description_en}"
    low, high, seen = _say(kind, bound.low), _say(kind, bound.high), _say(kind, observed)
    if bound.low is not None and bound.high is not None:
        should_zh, should_en = f"应在 {low} 至 {high} 之间", f"it should lie between {low} and {high}"
    elif bound.low is not None:
        should_zh, should_en = f"应不低于 {low}", f"it should be {low} at least"
    else:
        should_zh, should_en = f"应不高于 {high}", f"it should be {high} at most"
    usual_zh = usual_en = ""
    if bound.usual is not None:
        usual = _say(kind, bound.usual)
        usual_zh, usual_en = (
            f"；往常 {usual}（{bound.batches} 批的中位数）",
            f"; usually {usual} (middle of {bound.batches} batches)",
        )
    return Verdict(
        bound.measure, bound.severity, has_passed, observed, bound.low, bound.high, bound.usual, bound.batches,
        f"{zh}为 {seen}，{should_zh}{usual_zh}", f"{en} is {seen}; {should_en}{usual_en}",
    )  # fmt: skip


def _say(kind: str, value: float | None) -> str:
    if value is None:
        return ""
    if "share" in kind or kind == "stated_total_gap":
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"
