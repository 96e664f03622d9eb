"""A person's records in a home, found by what is known of the person; nothing is changed here.

Belongs here: who is meant, and where he is: by the keyed hash in landing and raw, and in the texts that the vault holds as written. What is
done about it stands in `erasure`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipelines.city import City, FeedProfile
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.feeds.base import SUBJECT
from pipelines.landing.batches import landed_header, landing_path, vault_path
from pipelines.landing.canonical import record_keys
from pipelines.landing.free_text import mentions
from pipelines.landing.headers import meet
from pipelines.landing.privacy import HASH, hash_key, keyed_hash, personal_kind
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.settings import Settings
from pipelines.steward.fields import desk_profile


@dataclass(frozen=True)
class Wanted:
    """Whose records: `said` is {kind: value} of what is known of the person, all of which must be in a record; or one record by `feed` and `key`.

    `feeds` narrows it, where some records must be kept by law. A name alone is nobody: many bear it.
    """

    said: Mapping[str, str] = field(default_factory=dict, repr=False)
    feeds: tuple[str, ...] = ()
    key: str | None = None

    def __post_init__(self) -> None:
        if wrong := [name for name in self.feeds if name not in FEEDS]:
            raise InputError(
                f"没有数据源“{wrong[0]}”", f"there is no feed '{wrong[0]}'", key="--feed", value=wrong[0],
                remedy_zh=f"可用：{'、'.join(FEEDS)}", remedy_en=f"the feeds are: {', '.join(FEEDS)}",
            )  # fmt: skip
        if self.key is not None and (len(self.feeds) != 1 or self.said):
            raise InputError(
                "--key 须与一个 --feed 同用，且不与个人信息同用", "--key goes with exactly one --feed and with no person", key="--key",
                remedy_zh="补上 --feed，或去掉 --key", remedy_en="give one --feed, or leave --key out",
            )  # fmt: skip
        if self.key is None and not {"phone", "id_number"} & set(self.said):
            raise InputError(
                "只凭姓名不能确定是谁（重名）", "a name alone does not say who it is; many bear it", key="phone, id_number",
                remedy_zh="再给出电话或证件号；或用 --feed 与 --key 指明记录", remedy_en="add a telephone or ID number, or name the record with --feed and --key",
            )  # fmt: skip


@dataclass
class Found:
    """What is held of a person: record keys and whose columns by feed, rows without a key, rows by feed and place, and the sources by file."""

    keys: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    places: dict[str, list[list[Any]]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class HeldBatch:
    feed: str
    batch_id: str
    source: str
    profile: FeedProfile
    landed: Path
    vaulted: Path

    def parts(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """The batch in the parts in which it was written, landing beside vault; without originals where these are gone."""
        with pq.ParquetFile(self.landed) as landing:
            vault = pq.ParquetFile(self.vaulted) if self.vaulted.is_file() else None
            for at in range(landing.num_row_groups):
                landed = pl.DataFrame(pl.from_arrow(landing.read_row_group(at)))
                positions = landed.select(SHEET, ROW, UNREADABLE).with_columns(
                    pl.lit(None, pl.String).alias(UNREADABLE)
                )
                yield landed, positions if vault is None else pl.DataFrame(pl.from_arrow(vault.read_row_group(at)))
            if vault is not None:
                vault.close()


def find(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, wanted: Wanted) -> Found:
    """The person's records, in every version of them. Reads, and changes nothing."""
    found = Found()
    hashes = {
        kind: str(keyed_hash(pl.Series([said]), kind, hash_key(settings))[0]) for kind, said in wanted.said.items()
    }
    for batch in batches_of(settings, city, connection):
        if wanted.feeds and batch.feed not in wanted.feeds:
            continue
        for landed, vaulted in batch.parts():
            keys = record_keys(landed, landed_header(landed), batch.profile)
            for row, whose in _rows((landed, vaulted), keys, batch.profile, wanted, hashes).items():
                if (key := keys[row]) is not None:
                    of_feed = found.keys.setdefault(batch.feed, {})
                    of_feed[key] = of_feed.get(key, frozenset()) | whose
                else:
                    place = [batch.batch_id, landed[SHEET][row], landed[ROW][row], sorted(whose)]
                    found.places.setdefault(batch.feed, []).append(place)
    for feed in wanted.feeds or FEEDS:  # a landing copy may be gone by the rules of retention
        for key, whose in _in_raw(connection, feed, wanted, hashes).items():
            of_feed = found.keys.setdefault(feed, {})
            of_feed[key] = of_feed.get(key, frozenset()) | whose
    _count(settings, city, connection, found)
    return found


def batches_of(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection) -> list[HeldBatch]:
    lines = connection.execute(
        "select feed, batch_id, source, source_kind from ops.ledger order by batch_seq"
    ).fetchall()
    found = []
    for feed, batch, source, kind in lines:
        path = landing_path(settings, feed, batch)
        if path.is_file():
            profile = city.profile_of(feed)
            used = desk_profile(profile) if kind == "replay" else profile
            found.append(HeldBatch(feed, batch, source, used, path, vault_path(settings, feed, batch)))
    return found


def _rows(
    part: tuple[pl.DataFrame, pl.DataFrame],
    keys: pl.Series,
    profile: FeedProfile,
    wanted: Wanted,
    hashes: Mapping[str, str],
) -> dict[int, frozenset[str]]:
    """{place in the part: whose columns} of the rows in which the person is; of a row that only speaks of him, nobody's."""
    landed, vaulted = part
    if wanted.key is not None:
        return dict.fromkeys((keys == wanted.key).fill_null(False).arg_true().to_list(), frozenset({SUBJECT}))
    found: dict[int, frozenset[str]] = {}
    fields, owners = FEEDS[profile.feed].fields, dict[str, list[str]]()
    for name, sources in meet(profile, landed_header(landed)).fields.items():
        if personal_kind(profile, name):
            owners.setdefault(fields[name].whose, []).extend(source + HASH for source in sources)
    for owner, columns in owners.items():
        is_all = pl.all_horizontal(pl.any_horizontal(pl.col(columns) == one) for one in hashes.values())
        for row in landed.select(at=is_all.fill_null(False))["at"].arg_true():
            found[row] = found.get(row, frozenset()) | {owner}
    texts = [name for name in vaulted.columns if name not in (SHEET, ROW) and name + HASH not in landed.columns]
    for kind in {"phone", "id_number"} & set(wanted.said):
        spoken_of = pl.any_horizontal(mentions(pl.col(texts), wanted.said[kind]).fill_null(False))
        for row in vaulted.select(at=spoken_of)["at"].arg_true():
            found.setdefault(row, frozenset())
    return found


def _in_raw(
    connection: duckdb.DuckDBPyConnection, feed: str, wanted: Wanted, hashes: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    spec = FEEDS[feed]
    if wanted.key is not None:
        held = connection.execute(
            f"select 1 from raw.{feed} where {spec.key} = $key limit 1", {"key": wanted.key}
        ).fetchall()
        return {wanted.key: frozenset({SUBJECT})} if held else {}
    found: dict[str, frozenset[str]] = {}
    for owner in dict.fromkeys(one.whose for one in spec.fields.values() if one.personal):
        columns = [f"{one.name}_hash" for one in spec.fields.values() if one.personal and one.whose == owner]
        has = " and ".join(f"${kind} in ({', '.join(columns)})" for kind in hashes)
        for (key,) in connection.execute(
            f"select distinct {spec.key} from raw.{feed} where {has}", dict(hashes)
        ).fetchall():
            found[key] = found.get(key, frozenset()) | {owner}
    return found


def _count(settings: Settings, city: City, connection: duckdb.DuckDBPyConnection, found: Found) -> None:
    for feed in sorted({*found.keys, *found.places}):
        keys = list(found.keys.get(feed, {}))
        places = {tuple(one[:3]) for one in found.places.get(feed, [])}
        named = {"keys": keys}
        [(loaded,)] = connection.execute(
            f"select count(*) from raw.{feed} where list_contains($keys, {FEEDS[feed].key})", named
        ).fetchall()
        found.counts[feed] = {
            "landed": 0,
            "loaded": loaded,
            "quarantined": len(held_rows(connection, feed, keys, places)),
        }
        for batch in batches_of(settings, city, connection):
            if batch.feed == feed:
                rows = sum(
                    int(record_keys(part, landed_header(part), batch.profile).is_in(keys).fill_null(False).sum())
                    for part, _ in batch.parts()
                ) + sum(place[0] == batch.batch_id for place in places)
                found.counts[feed]["landed"] += rows
                if rows:
                    found.sources[batch.source] = found.sources.get(batch.source, 0) + rows


def held_rows(
    connection: duckdb.DuckDBPyConnection, feed: str, keys: list[str], places: set[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """(rowid, key, place, reasons, record) of the refused rows with these keys or at these places."""
    asked = connection.execute(
        f"select rowid, trim(business_key), _batch_id, _source_sheet, _source_row, reasons, record from quarantine.{feed} "
        "where list_contains($keys, trim(business_key)) or list_contains($batches, _batch_id)",
        {"keys": keys, "batches": list({place[0] for place in places})},
    )
    wanted = set(keys)
    return [row for row in asked.fetchall() if row[1] in wanted or row[2:5] in places]
