"""Persons who were erased on request: which records, and what stays of such a record wherever it is or comes again.

Belongs here: the list (`vault/erased.jsonl`, no personal data in it: feed, record key and whose columns) and the blanking of rows, the same at
the door and in what has landed. It stands beside the originals and not in the build file, since it must outlive that: who builds anew from
landing, or reads the source once more, must not bring anybody back. Finding a person's records stands in `pipelines.steward.erasure`.
Basis: 个人信息保护法 art. 47.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.city import FeedProfile
from pipelines.feeds import FEEDS
from pipelines.feeds.base import SUBJECT
from pipelines.landing.batches import to_disk
from pipelines.landing.canonical import record_keys
from pipelines.landing.headers import meet
from pipelines.landing.privacy import HASH, MASK, personal_kind
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.settings import Settings

LIST = "erased.jsonl"
#: What stands in the place of a text that is gone, and of a mask that must not be empty.
NOTE, GONE = "[已应本人要求删除]", "[已删除]"

#: {record key: whose columns}; of nobody's columns, its texts only.
Whose = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Places:
    """Rows without a key, by where they stand in one batch: {(sheet, row): whose columns}."""

    batch_id: str
    rows: Mapping[tuple[str | None, int], frozenset[str]]


@dataclass
class Request:
    """One request as the list keeps it: who erased what, on which basis, when. Counts are rows by feed and place. `is_done` once nothing is left."""

    request: str
    by: str
    basis: str
    at_utc: str
    keys: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    places: dict[str, list[list[Any]]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    is_done: bool = False


def list_path(settings: Settings) -> Path:
    return settings.vault / LIST


def read_requests(path: Path) -> list[Request]:
    """The requests of a list, the oldest first. A request is written when it begins and again when it is done; the later line holds."""
    found: dict[str, Request] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):  # the last one may have been cut off
                request = Request(**json.loads(line))
                found[request.request] = request
    return list(found.values())


def write_request(settings: Settings, request: Request) -> None:
    """Adds a request, or what has become of it; it is on the disk afterwards. The caller holds the write lane."""
    path = list_path(settings)
    settings.vault.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = [one for one in read_requests(path) if one.request != request.request]
    writing = path.with_name(f".writing-{LIST}")
    writing.touch(mode=0o600)
    lines = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in (*known, request)]
    writing.write_text("".join(lines), encoding="utf-8")
    to_disk(writing)
    writing.replace(path)
    to_disk(path.parent)


@dataclass(frozen=True)
class Erased:
    """What of one feed is on the list."""

    keys: Whose
    places: Mapping[str, Places]

    @classmethod
    def of(cls, requests: Iterable[Request], feed: str) -> "Erased":
        """What the requests say of the feed; of a record that several name, all."""
        keys: dict[str, frozenset[str]] = {}
        places: dict[str, dict[tuple[str | None, int], frozenset[str]]] = {}
        for request in requests:
            for key, whose in request.keys.get(feed, {}).items():
                keys[key] = keys.get(key, frozenset()) | frozenset(whose)
            for batch, sheet, row, whose in request.places.get(feed, []):
                of_batch = places.setdefault(batch, {})
                of_batch[sheet, row] = of_batch.get((sheet, row), frozenset()) | frozenset(whose)
        return cls(keys, {batch: Places(batch, rows) for batch, rows in places.items()})

    def blank(
        self,
        landed: pl.DataFrame,
        vaulted: pl.DataFrame,
        header: list[str],
        profile: FeedProfile,
        batch: str | None = None,
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The two forms of a chunk without the persons who were erased; the same frames where there is none.

        A column of such a person becomes empty in all its forms, or, where a record must have it, a token that leads to nothing but
        the record; texts become a note. `batch` names a batch that has landed, for rows without a key.
        """
        if not (self.keys or (batch in self.places)):
            return landed, vaulted
        keys = record_keys(landed, header, profile)
        whose = self._whose(landed, keys, batch)
        if not whose.is_not_null().any():
            return landed, vaulted
        named = _named(profile, header)
        changed: list[pl.Series] = []
        for name in (column.removesuffix(HASH) for column in landed.columns if column.endswith(HASH)):
            owner, is_required = named.get(name, (SUBJECT, False))
            at = whose.list.contains(owner).fill_null(False)
            said = landed[name + HASH].is_not_null()
            tokens = _tokens(keys, landed, at & said) if is_required else None
            changed += [
                landed[name + HASH].set(at, None) if tokens is None else landed[name + HASH].zip_with(~(at & said), tokens),
                landed[name + MASK].set(at, None) if tokens is None else landed[name + MASK].set(at & said, GONE),
            ]  # fmt: skip
        texts = [name for name in vaulted.columns if name in landed.columns and name not in (SHEET, ROW, UNREADABLE)]
        at = whose.is_not_null()
        changed += [landed[name].set(at & landed[name].is_not_null(), NOTE) for name in texts]
        return landed.with_columns(changed), _blank_originals(vaulted, landed, whose, named, texts)

    def _whose(self, landed: pl.DataFrame, keys: pl.Series, batch: str | None) -> pl.Series:
        """Row by row whose columns are to go; null where nobody was erased."""
        known = self.places[batch].rows if batch is not None and batch in self.places else {}
        distinct = {one: sorted(self.keys[one]) for one in keys.drop_nulls().unique() if one in self.keys}
        if not (distinct or known):
            return pl.Series([None], dtype=pl.List(pl.String)).new_from_index(0, landed.height)
        rows: list[list[str] | None] = [distinct.get(one) if one is not None else None for one in keys]
        if known:
            for at, place in enumerate(landed.select(SHEET, ROW).iter_rows()):
                if place in known:
                    rows[at] = sorted(known[place])
        return pl.Series(rows, dtype=pl.List(pl.String))


def erased(settings: Settings, feed: str) -> Erased:
    """The home's list, for one feed."""
    return Erased.of(read_requests(list_path(settings)), feed)


def token(key: str) -> str:
    """What a required column holds instead of a hash: made of the record's key alone, and so the same whenever the record comes again."""
    return f"erased-{hashlib.sha256(key.encode()).hexdigest()[:25]}"


def _tokens(keys: pl.Series, landed: pl.DataFrame, at: pl.Series) -> pl.Series:
    places = landed.select(place=pl.format("{}:{}", pl.col(SHEET).fill_null(""), ROW))["place"]
    named = [token(key or place) if here else None for key, place, here in zip(keys, places, at, strict=True)]
    return pl.Series(named, dtype=pl.String)


def _named(profile: FeedProfile, header: list[str]) -> dict[str, tuple[str, bool]]:
    """{column: (whose it is, whether a record must have it)} of the personal columns that the profile names."""
    fields = FEEDS[profile.feed].fields
    return {
        source: (fields[name].whose, not fields[name].nullable)
        for name, sources in meet(profile, header).fields.items() if personal_kind(profile, name)
        for source in sources
    }  # fmt: skip


def _blank_originals(
    vaulted: pl.DataFrame,
    landed: pl.DataFrame,
    whose: pl.Series,
    named: Mapping[str, tuple[str, bool]],
    texts: list[str],
) -> pl.DataFrame:
    at = whose.is_not_null()
    owners = reduce(or_, (frozenset(one) for one in whose.drop_nulls().to_list()), frozenset[str]())
    changed = [vaulted[UNREADABLE].set(at & vaulted[UNREADABLE].is_not_null(), NOTE)]
    for name in vaulted.columns:
        if name in (SHEET, ROW, UNREADABLE):
            continue
        if name in texts:
            changed.append(vaulted[name].set(at & vaulted[name].is_not_null(), NOTE))
        elif name + HASH not in landed.columns:
            changed.append(vaulted[name].set(at, None))  # what the profile does not name may hold anything
        elif (owner := named.get(name, (SUBJECT, False))[0]) in owners:
            changed.append(vaulted[name].set(whose.list.contains(owner).fill_null(False), None))
    return vaulted.with_columns(changed)
