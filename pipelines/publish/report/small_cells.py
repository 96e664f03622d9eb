"""The small-cell rule: a count of records of fewer than K in a group could tell of a person, and is not shown.

Belongs here: which cells of a column of counts are held back. Totals of the whole city are no groups and stay.
"""

from collections.abc import Sequence

from pipelines.publish.site.page import SMALL_CELL as K

__all__ = ["K", "held_back"]


def held_back(counts: Sequence[float | int | None]) -> list[bool]:
    """Whether each count is held back. One alone could be told from the total and the others, so the next smallest goes with it."""
    hidden = [count is not None and 0 < count < K for count in counts]
    if sum(hidden) == 1:
        rest = [(count, at) for at, count in enumerate(counts) if count and not hidden[at]]
        if rest:
            hidden[min(rest)[1]] = True
    return hidden
