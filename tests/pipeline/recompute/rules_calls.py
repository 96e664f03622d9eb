"""What a day's report of calls must satisfy to be counted; as in `rules`, from the description of the feed."""

from typing import Any

from tests.pipeline.recompute.rules import DAY_MUST, TEXT_MUST, Rule, one_of

CALLS, CALLS_MUST = Rule("count", high=10**6), Rule("count", must=True, high=10**6)
SECONDS = Rule("amount", high=10**7)

FIELDS = {
    "hotline_calls": {
        "report_no": TEXT_MUST,
        "counted_on": DAY_MUST,
        "hotline": one_of("12319", "12345", "phone", must=True),
        "calls_offered": CALLS_MUST,
        "calls_answered": CALLS_MUST,
        "answered_within_15s": CALLS,
        "abandoned": CALLS,
        "mean_wait_seconds": SECONDS,
        "mean_talk_seconds": SECONDS,
    }
}
KEYS = {"hotline_calls": "report_no"}
SEQUENCES: dict[str, list[tuple[str, ...]]] = {"hotline_calls": []}


def _are_no_more_than_the_whole(record: dict[str, Any]) -> bool:
    lost, fast = record["abandoned"] or 0, record["answered_within_15s"] or 0
    return bool(fast <= record["calls_answered"] and record["calls_answered"] + lost <= record["calls_offered"])


CHECKS = {"hotline_calls": _are_no_more_than_the_whole}
