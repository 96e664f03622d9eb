"""Which column serves which field: every pair is weighed by name and by the values' look, and the best whole is taken.

Belongs here: weights, and the assignment. What a field's `[columns.…]` then says stands in `proposal`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import networkx as nx
import polars as pl

from pipelines.feeds import FEEDS, Feed, Field
from pipelines.onboarding.looks import Look
from pipelines.onboarding.words import EXACT, Words, code_word

SURE, LIKELY = "sure", "likely"
#: Weights from which a pair is proposed at all, and from which it needs no second look.
LEAST, CERTAIN = 0.5, 0.9
#: How near the name of a further column of another file must be.
NEARLY = 0.8


@dataclass(frozen=True)
class Match:
    """A field and its column. `weight` is from 0 to 1, `by_name` and `by_look` are what it was made of."""

    field: str
    header: str
    weight: float
    by_name: float
    by_look: float

    @property
    def certainty(self) -> str:
        return SURE if self.weight >= CERTAIN else LIKELY


def assign(
    feed: str, looks: Sequence[Look], words: Words, references: Mapping[str, frozenset[str]]
) -> dict[str, Match]:
    """{field: its column}, each column once: of all assignments the one whose weights add up to most.

    `references` are the values by which a field's reference table knows its rows, names among them.
    """
    fields = FEEDS[feed].fields
    near = {
        (name, look.header): words.nearness(look.header, words.names(feed, name)) for name in fields for look in looks
    }
    named = {header for (_, header), by_name in near.items() if by_name >= EXACT}
    graph = nx.Graph()
    pairs: dict[tuple[str, str], Match] = {}
    for name, spec in fields.items():
        suits = partial(_suits, FEEDS[feed], spec, words=words, reference=references.get(name, frozenset()))
        for look in looks:
            by_name = near[name, look.header]
            if look.header in named and by_name < EXACT:
                continue  # it is the very name of another field
            if spec.is_time and by_name < EXACT and spec.planned is not words.lies_ahead(look.header):
                continue
            match = _weigh(name, look.header, by_name, suits(look))
            if match.weight >= LEAST:
                pairs[name, look.header] = match
                # A field that every record must have comes first where two are as near.
                first = 0.04 * (not spec.nullable)
                graph.add_edge(("field", name), ("column", look.header), weight=match.weight + first)
    found: dict[str, Match] = {}
    for pair in nx.max_weight_matching(graph):
        (_, header), (_, name) = sorted(pair)
        found[name] = pairs[name, header]
    return {name: found[name] for name in fields if name in found}


def further(
    feed: str, found: Mapping[str, Match], looks: Mapping[str, Look], words: Words, headers: Sequence[frozenset[str]]
) -> dict[str, list[str]]:
    """{field: other columns for it}, in files that lack its own column: two offices' names for the same thing."""
    taken = {match.header for match in found.values()}
    others: dict[str, list[str]] = {}
    for name, match in found.items():
        names = words.names(feed, name)
        without = [header for header in headers if match.header not in header]
        with_it = frozenset().union(*(header for header in headers if match.header in header))
        for header in without:
            free = [
                one for one in header - with_it - taken if words.nearness(one, names) >= NEARLY and looks[one].filled
            ]
            if free:
                best = max(sorted(free), key=lambda one: words.nearness(one, names))
                others.setdefault(name, []).append(best)
                taken.add(best)
    return others


def _weigh(name: str, header: str, by_name: float, by_look: float) -> Match:
    weight = 0.0
    if by_look > 0 and by_name > 0:
        weight = by_name * (0.55 + 0.45 * by_look)
    elif by_look >= 1.0:
        # Values that speak for themselves under a header that does not.
        weight = LEAST + 0.05
    return Match(name, header, weight, by_name, by_look)


def _suits(feed: Feed, spec: Field, look: Look, *, words: Words, reference: frozenset[str]) -> float:
    """How well the values go with the field: 0 not at all, 0.8 nothing speaks against it, 1 they say so themselves.

    An empty column says nothing.
    """
    if not look.filled:
        return 0.7
    if spec.is_time:
        return _suits_time(look)
    if spec.categories or isinstance(spec.dtype, pl.Boolean):
        return _suits_codes(feed, spec, look, words)
    if not isinstance(spec.dtype, pl.String):
        return _suits_number(spec, look)
    return _suits_reference(look, reference) if spec.reference_table else _suits_text(feed, spec, look)


def _suits_codes(feed: Feed, spec: Field, look: Look, words: Words) -> float:
    if not spec.categories:
        return 0.95 if look.flag_share >= 0.9 else 0.5 if look.is_few and len(look.counts) <= 4 else 0.0
    known = words.code_words(feed.name, spec)
    hits = sum(rows for value, rows in look.counts.items() if code_word(value) in known)
    # Never 1: many fields have an "other" or an "open".
    return 0.8 + 0.19 * hits / look.filled if hits else 0.6 if look.is_few else 0.0


def _suits_time(look: Look) -> float:
    share = look.dates.share
    if share >= 0.5:
        return 0.9 + 0.09 * share
    return 0.5 if share > 0 or look.clock_share > 0.5 else 0.0


def _suits_number(spec: Field, look: Look) -> float:
    if look.number_share < 0.5 or look.phone_share >= 0.3:
        return 0.0
    numbers = look.numbers
    if spec.dtype.is_integer() and float((numbers == numbers.round(0)).mean() or 0) < 0.9:  # type: ignore[arg-type]
        return 0.3
    if spec.name in {"x", "y"}:
        low, high = (-180, 180) if spec.name == "x" else (-90, 90)
        return 0.9 if float(numbers.is_between(low, high).mean() or 0) > 0.9 else 0.1  # type: ignore[arg-type]
    return 0.8 + 0.15 * look.number_share


def _suits_reference(look: Look, reference: frozenset[str]) -> float:
    met = sum(rows for value, rows in look.counts.items() if value in reference)
    if met >= look.filled / 2:
        return 1.0
    return 0.3 if look.dates.share >= 0.9 or look.mean_length > 40 else 0.8


def _suits_text(feed: Feed, spec: Field, look: Look) -> float:
    if spec.personal in {"phone", "id_number"} and look.personal == spec.personal:
        return 1.0
    if look.dates.share >= 0.9 and look.number_share < 0.5:
        return 0.1  # a date in a field of text is most often another field
    if spec.name == feed.key:
        # Versions of one record repeat its key, but not on and on.
        if look.distinct_share < 0.2 or look.mean_length > 64:
            return 0.2
        return 0.9 + 0.09 * look.distinct_share
    if spec.personal == "name":
        return 0.95 if look.personal == "name" else 0.85 if look.mean_length <= 40 else 0.3
    return 0.9 if spec.free_text else 0.85
