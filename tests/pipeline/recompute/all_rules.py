"""The rules of all rooms together, as `records` asks for them. A further room is a line in each of the four."""

from collections.abc import Callable
from typing import Any

from tests.pipeline.recompute import rules, rules_calls, rules_duties, rules_mechanism, rules_powers, rules_team

FIELDS = {
    **rules.FIELDS,
    **rules_duties.FIELDS,
    **rules_team.FIELDS,
    **rules_powers.FIELDS,
    **rules_mechanism.FIELDS,
    **rules_calls.FIELDS,
}
KEYS = {
    **rules.KEYS,
    **rules_duties.KEYS,
    **rules_team.KEYS,
    **rules_powers.KEYS,
    **rules_mechanism.KEYS,
    **rules_calls.KEYS,
}
SEQUENCES = {
    **rules.SEQUENCES,
    **rules_duties.SEQUENCES,
    **rules_team.SEQUENCES,
    **rules_powers.SEQUENCES,
    **rules_mechanism.SEQUENCES,
    **rules_calls.SEQUENCES,
}
CHECKS: dict[str, Callable[[dict[str, Any]], bool]] = {**rules_duties.CHECKS, **rules_calls.CHECKS}
