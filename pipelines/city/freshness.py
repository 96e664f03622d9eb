"""How fresh a feed should be: the table `[freshness]` of its profile, and the judgement of its newest record on a day.

Belongs here: the rhythm in which a source delivers and when that is late. Judged is the data's own time and not the night's: a night
that ran and brought nothing is on time and its figures are not. What is done about a late feed stands in `pipelines.alerts`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.strict import Strict

#: Months of the calendar rhythms.
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_STEPS = {"day": 1, "week": 7}

State = Literal["fresh", "late", "missing", "never"]


class Freshness(Strict):
    """The rhythm of a feed.

    `every` is a number of days between records, "day", "week", or a part of the calendar whose records come together: "month", "quarter",
    "half_year", "year". The next records are expected on the last day of the next such part (or so many days after the newest record).
    `warn_after_days` after that day the feed is late, `fail_after_days` after it is missing: with "month" and 10, the records of a month
    must be here by the 10th of the next.
    """

    every: Literal["day", "week", "month", "quarter", "half_year", "year"] | Annotated[int, Field(ge=1, le=3_660)]
    warn_after_days: int = Field(default=1, ge=0, le=3_660)
    fail_after_days: int | None = Field(default=None, ge=0, le=3_660)

    @model_validator(mode="after")
    def _fails_after_it_warns(self) -> "Freshness":
        if self.fail_after_days is not None and self.fail_after_days < self.warn_after_days:
            raise ValueError("fail_after_days is not less than warn_after_days")
        return self

    def expected_on(self, newest: dt.date) -> dt.date:
        """The day by which records after the newest one are expected."""
        if isinstance(self.every, int):
            return newest + dt.timedelta(days=self.every)
        if self.every in _STEPS:
            return newest + dt.timedelta(days=_STEPS[self.every])
        months = _MONTHS[self.every]
        # Months are counted from year 0, so that quarters and halves begin where the calendar's do.
        part = (newest.year * 12 + newest.month - 1) // months
        year, month = divmod((part + 2) * months, 12)
        return dt.date(year, month + 1, 1) - dt.timedelta(days=1)

    def judge(self, newest: dt.date | None, day: dt.date) -> "Judgement":
        """The feed on a day, by its newest record known then. A newest record of a later day counts as one of the day."""
        if newest is None:
            return Judgement("never", None, None, None)
        expected = self.expected_on(min(newest, day))
        late = (day - expected).days
        state: State = "fresh"
        if late > self.warn_after_days:
            state = "late" if self.fail_after_days is None or late <= self.fail_after_days else "missing"
        return Judgement(state, newest, expected, max(late, 0))


@dataclass(frozen=True)
class Judgement:
    """How fresh a feed is. `days_late` counts from the day on which newer records were expected; no record at all has none."""

    state: State
    newest_on: dt.date | None
    expected_on: dt.date | None
    days_late: int | None

    @property
    def is_fresh(self) -> bool:
        return self.state == "fresh"


#: A database is asked every night; one day without records may be a holiday.
DAILY = Freshness(every="day", warn_after_days=2, fail_after_days=7)
