"""What a city chooses where the field does not agree: the table `[definitions]` of `city.toml`.

Belongs here: the keys, their values and defaults. The models read them from `core.dim_city`, and each choice is printed beside the
figures that it decides. Which sources disagree stands in the comment of each key.
"""

from typing import Literal

from pydantic import Field

from pipelines.strict import Strict


class Definitions(Strict):
    """The definitions that the field does not agree on, as this city chooses them."""

    satisfied_includes_fairly: bool = True
    repeat_window_days: int = Field(default=30, ge=1, le=366)
    #: 按期结案率 is divided by 应结案数 in most places and by 结案数 in one formula of a post.
    on_time_closing_denominator: Literal["close_due", "closed"] = "close_due"
    #: 返工率 is divided by 处置数 in rankings and by 应结案数 for departments.
    rework_denominator: Literal["handled", "close_due"] = "handled"
    #: 立案率 is divided by 上报数 or by 受理数.
    filing_denominator: Literal["reported", "accepted"] = "reported"
    #: 准确派遣数: not dispatched again to another unit, or 应派遣数 − 返工数.
    accurate_dispatch: Literal["no_redispatch", "due_minus_rework"] = "no_redispatch"
    #: A period's cases: those filed in it, or those whose deadline lies in it.
    case_cohort: Literal["filed", "due"] = "filed"
    #: No step says when a public report was verified on site; its filing or refusal within so many hours counts as in time.
    verify_limit_hours: int = Field(default=24, ge=1, le=720)
    #: 响应率: the caller is contacted in time if within so many hours of acceptance.
    response_limit_hours: int = Field(default=24, ge=1, le=720)
    #: 15秒接通率 is divided by the calls that were answered (接通量) or by all calls to human service (呼入量).
    fast_answer_denominator: Literal["answered", "offered"] = "answered"
    #: The longest handling that a case adds to a mean, in hours; 0: as long as it took.
    handling_cap_hours: int = Field(default=0, ge=0)
    #: Cases (for a rate its denominator) below which no grade is given; grids are small.
    minimum_volume: int = Field(default=30, ge=1)
    minimum_volume_grid: int = Field(default=10, ge=1)
    #: Per cent of the weights that must be known before a composite score is given; the known ones then count in proportion.
    minimum_weight: int = Field(default=50, ge=1, le=100)
