"""What is expected of a batch as a whole: the shape of one expectation, and the ordinary suite that every feed has.

Belongs here: data only. A feed adds its own (`pipelines.feeds`), a city changes them in the feed's profile (`[[expectations]]`); what is
measured stands in `pipelines.quality.measures`, how bounds come out of history in `pipelines.quality.rules`.
"""

from typing import Literal

from pydantic import Field, model_validator

from pipelines.strict import Strict

#: What can be measured; the words after it are the unit in which bounds are given. `:` takes a field's name, or `*` for all.
MEASURES: dict[str, tuple[str, str]] = {
    "rows": ("行数", "rows"),
    "rows_per_day": ("每日行数", "rows per day"),
    "quarantined_share": ("隔离占比", "share of rows in quarantine"),
    "unreadable_share": ("列数不符的行占比", "share of rows that could not be cut into columns"),
    "repeated_key_share": ("批内重复记录占比", "share of records that come again within the batch"),
    "known_share": (
        "新文件中与库中完全相同的记录占比",
        "share of a new file's records that are in the warehouse just so",
    ),
    "empty_share": ("空值占比", "share of empty cells"),
    "unknown_share": ("代码不识别占比", "share of codes that nobody knows"),
    "codes": ("出现的代码个数", "number of different codes"),
    "commonest_share": ("最多的代码占比", "share of the commonest code"),
    "midnight_share": ("时刻为零点的占比", "share of times at midnight sharp"),
    "night_share": ("时刻在0至6点的占比", "share of times between midnight and six"),
    "middle": ("中位数", "median"),
    "days_behind": ("最新记录距数据截止日的天数", "days from the newest record to the as-of day"),
    "days_covered": ("覆盖天数", "days covered"),
    "empty_day_share": ("无记录日占比", "share of days without a record"),
    "fullest_day_share": ("记录最多一天的占比", "share of the fullest day"),
    "stated_total_gap": ("与文件自带合计的相对差", "relative difference to the total that the file states"),
}
#: Measures of one field each.
OF_FIELDS = frozenset(
    {"empty_share", "unknown_share", "codes", "commonest_share", "midnight_share", "night_share", "middle", "stated_total_gap"}
)  # fmt: skip


class Expectation(Strict):
    """One expectation of a measure, such as `rows_per_day` or `empty_share:street_code` (`:*` is every field).

    `block` keeps the whole batch out of raw until somebody decides; `warn` tells and loads. Fixed bounds are `at_least` and `at_most`.
    Bounds out of the feed's own history need `history` earlier batches of the same source: `times_low` and `times_high` multiply
    the middle one, `above_usual` is added to what nine of ten batches stay below. With `by_weekday` a Monday is held against Mondays.
    `only_if_rows` leaves small batches alone, in which a share says little; `only_if_usual` measures that are usually small, of which a
    multiple says little.
    """

    measure: str
    severity: Literal["block", "warn"] = "warn"
    at_least: float | None = None
    at_most: float | None = None
    times_low: float | None = Field(default=None, ge=0)
    times_high: float | None = Field(default=None, gt=0)
    above_usual: float | None = Field(default=None, ge=0)
    by_weekday: bool = False
    history: int = Field(default=8, ge=1, le=365)
    only_if_rows: int = Field(default=1, ge=1)
    only_if_usual: float = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _is_about_something(self) -> "Expectation":
        kind, _, field = self.measure.partition(":")
        if kind not in MEASURES:
            raise ValueError(f"no measure '{kind}'; the measures are: {', '.join(MEASURES)}")
        if bool(field) != (kind in OF_FIELDS):
            raise ValueError(
                f"{kind} is {'a measure of a field: write ' + kind + ':<field> or ' + kind + ':*' if kind in OF_FIELDS else 'no measure of a field'}"
            )
        if all(
            said is None for said in (self.at_least, self.at_most, self.times_low, self.times_high, self.above_usual)
        ):
            raise ValueError("an expectation needs one of at_least, at_most, times_low, times_high and above_usual")
        return self


#: The suite of every feed. Wide where it blocks: a night that stops for nothing is worse than a warning too few.
ORDINARY: tuple[Expectation, ...] = tuple(
    Expectation.model_validate(said)
    for said in (
        {
            "measure": "rows_per_day",
            "severity": "block",
            "times_low": 0.1,
            "times_high": 8,
            "by_weekday": True,
            "only_if_usual": 5,
        },
        {"measure": "rows_per_day", "times_low": 0.5, "times_high": 3, "by_weekday": True, "only_if_usual": 5},
        {"measure": "quarantined_share", "severity": "block", "at_most": 0.5, "only_if_rows": 20},
        {"measure": "quarantined_share", "above_usual": 0.05, "only_if_rows": 20},
        {"measure": "unreadable_share", "severity": "block", "at_most": 0.2, "only_if_rows": 20},
        {"measure": "unreadable_share", "above_usual": 0.0},
        {"measure": "repeated_key_share", "above_usual": 0.05, "only_if_rows": 20},
        {"measure": "known_share", "above_usual": 0.1, "only_if_rows": 20},
        {"measure": "unknown_share:*", "severity": "block", "at_most": 0.5, "only_if_rows": 20},
        {"measure": "unknown_share:*", "above_usual": 0.05, "only_if_rows": 20},
        {"measure": "empty_share:*", "severity": "block", "above_usual": 0.7, "only_if_rows": 20},
        {"measure": "empty_share:*", "above_usual": 0.15, "only_if_rows": 20},
        {"measure": "commonest_share:*", "above_usual": 0.2, "only_if_rows": 50},
        {"measure": "codes:*", "times_low": 0.55, "only_if_rows": 40},
        {"measure": "midnight_share:*", "above_usual": 0.3, "only_if_rows": 20},
        {"measure": "night_share:*", "above_usual": 0.25, "only_if_rows": 20},
        {"measure": "middle:*", "severity": "block", "times_low": 0.002, "times_high": 500, "only_if_rows": 20},
        {"measure": "middle:*", "times_low": 0.1, "times_high": 10, "only_if_rows": 20},
        {"measure": "days_behind", "above_usual": 7, "only_if_rows": 20},
        {"measure": "empty_day_share", "above_usual": 0.3},
        {"measure": "fullest_day_share", "above_usual": 0.4, "only_if_rows": 50},
        {"measure": "stated_total_gap:*", "at_most": 0.1},
    )
)
