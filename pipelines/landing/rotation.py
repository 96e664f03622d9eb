"""The key of the keyed hash is changed: every hash in the home is made anew out of the vault's originals, and the old key is gone.

Belongs here: `rotate_key` and what lets a broken-off rotation go on. Repeats are found as before, since all hashes change alike; what was copied out
of the home under the old key can be linked to nothing any more. A hash whose original is no longer in the vault becomes a keyed hash
of itself: its repeats among the old rows are still found, newer ones are not.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipelines.errors import SetupError
from pipelines.landing.batches import to_disk, vault_path
from pipelines.landing.compact import compact
from pipelines.landing.privacy import HASH, MASKS, MIN_KEY_LENGTH, hash_key, keyed_hash
from pipelines.landing.store import forget_build, write_connection
from pipelines.settings import Settings

#: The new key and {old hash: new hash}, in the vault, for as long as a rotation is under way.
NEW_KEY, PLAN = "hash.key.new", "rotation.parquet"
_HASH = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Rotated:
    """What a rotation changed: distinct hashes, those of them without an original, and landing copies."""

    hashes: int
    without_original: int
    batches: int


def rotate_key(settings: Settings, given: str | None = None) -> Rotated:
    """Changes the key. `given` is the new one where the key comes from the environment; else one is made.

    Goes on with a rotation that was broken off. Raises SetupError where the new key is missing, too short or the old one.
    """
    old = hash_key(settings, rotating=True)
    new = _new_key(settings, given, old)
    with write_connection(settings) as connection:
        batches = sorted(settings.landing.glob("*/*.parquet"))
        plan, orphans = _plan(settings, connection, batches, old, new)
        for path in batches:
            _rewrite(path, plan)
        _update(connection, plan)
    # As long as the new key lies beside the old one, nobody writes; so the old hashes leave the free blocks, too, before it is taken away.
    compact(settings)
    if settings.hash_key is None:
        (settings.vault / NEW_KEY).replace(settings.vault / "hash.key")
    else:
        (settings.vault / NEW_KEY).unlink()
    (settings.vault / PLAN).unlink()
    return Rotated(len(plan), orphans, len(batches))


def _new_key(settings: Settings, given: str | None, old: bytes) -> bytes:
    if settings.hash_key is not None and given is None:
        raise SetupError(
            "密钥来自 CHENGGUAN_HASH_KEY，须同时给出新密钥", "the key comes from CHENGGUAN_HASH_KEY, so a new one must be given", key="CHENGGUAN_HASH_KEY_NEW",
            remedy_zh="设置 CHENGGUAN_HASH_KEY_NEW 后重试；完成后把 CHENGGUAN_HASH_KEY 换成它", remedy_en="set CHENGGUAN_HASH_KEY_NEW and try again; afterwards make it the CHENGGUAN_HASH_KEY",
        )  # fmt: skip
    path = settings.vault / NEW_KEY
    if path.exists():
        begun = path.read_text().strip().encode()
        if given is not None and given.encode() != begun:
            raise SetupError(
                "有一次未完成的换钥用的是另一新密钥", "a rotation that was broken off had another new key", file=path, key="CHENGGUAN_HASH_KEY_NEW",
                remedy_zh="用同一新密钥重试", remedy_en="try again with that key",
            )  # fmt: skip
        return begun
    new = given or secrets.token_hex(32)
    if len(new) < MIN_KEY_LENGTH or new.encode() == old:
        raise SetupError(
            "新密钥太短或与旧密钥相同", "the new key is too short, or it is the old one", key="CHENGGUAN_HASH_KEY_NEW",
            remedy_zh="换成随机的长密钥", remedy_en="take a long random key, for instance of `openssl rand -hex 32`",
        )  # fmt: skip
    settings.vault.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_private(path, new.encode())
    return new.encode()


def _plan(
    settings: Settings, connection: duckdb.DuckDBPyConnection, batches: list[Path], old: bytes, new: bytes
) -> tuple[dict[str, str], int]:
    """{old hash: new hash}, and how many of them have no original. Written down before anything is changed."""
    path = settings.vault / PLAN
    if path.exists():
        kept = pl.read_parquet(path)
        return dict(kept.select("old", "new").iter_rows()), int(kept["is_orphan"].sum())
    known: dict[str, str] = {}
    for landed in batches:
        for kind, originals in _originals(settings, landed, old):
            distinct = originals.drop_nulls().unique()
            known |= dict(zip(keyed_hash(distinct, kind, old), keyed_hash(distinct, kind, new), strict=True))
    orphans = (_held(connection) | {one for landed in batches for one in _landed(landed)}) - set(known)
    plan = known | {one: hmac.new(new, f"orphan:{one}".encode(), hashlib.sha256).hexdigest()[:32] for one in orphans}
    frame = pl.DataFrame(
        {"old": list(plan), "new": list(plan.values()), "is_orphan": [one in orphans for one in plan]},
        schema={"old": pl.String, "new": pl.String, "is_orphan": pl.Boolean},
    )
    writing = path.with_name(f".writing-{PLAN}")
    _write_private(writing, b"")
    frame.write_parquet(writing)
    writing.replace(path)
    return plan, len(orphans)


def _originals(settings: Settings, landed: Path, key: bytes) -> Iterator[tuple[str, pl.Series]]:
    """(kind, originals) of each hashed column of a batch that the vault has. The kind is the one under which the hashes come out."""
    path = vault_path(settings, landed.parent.name, landed.stem)
    if not path.is_file():
        return
    names = set(pq.read_schema(path).names)
    for column in _hash_columns(landed):
        if (name := column.removesuffix(HASH)) not in names:
            continue
        pairs = pl.DataFrame(
            {
                "hash": pl.read_parquet(landed, columns=[column]).to_series(),
                "said": pl.read_parquet(path, columns=[name]).to_series(),
            }
        )
        pairs = pairs.with_columns(pl.col("said").str.strip_chars().replace("", None)).drop_nulls()
        for kind in MASKS:
            if pairs.height and keyed_hash(pairs["said"][:1], kind, key)[0] == pairs["hash"][0]:
                yield kind, pairs["said"]


def _hash_columns(path: Path) -> list[str]:
    return [name for name in pq.read_schema(path).names if name.endswith(HASH)]


def _landed(path: Path) -> set[str]:
    columns = _hash_columns(path)
    if not columns:
        return set()
    frame = pl.read_parquet(path, columns=columns)
    # A token that stands for somebody who was erased is no hash, and stays.
    return {one for column in columns for one in frame[column].drop_nulls().unique() if _HASH.fullmatch(one)}


def _rewrite(path: Path, plan: dict[str, str]) -> None:
    """The landing copy with new hashes, replaced in one step; a hash that is new already stays. Row groups and types stay as they are."""
    columns = _hash_columns(path)
    if not columns:
        return
    old, new = pl.Series(list(plan), dtype=pl.String), pl.Series(list(plan.values()), dtype=pl.String)
    writing = path.with_name(f".writing-{os.getpid()}.parquet")
    with pq.ParquetFile(path) as source, pq.ParquetWriter(writing, source.schema_arrow, compression="zstd") as target:
        for at in range(source.num_row_groups):
            group = source.read_row_group(at)
            for column in columns:
                hashes = pl.Series(group[column].to_pylist(), dtype=pl.String).replace(old, new)
                place = group.schema.get_field_index(column)
                held = group.schema.field(place)  # copies of today hold large strings, older ones do not
                group = group.set_column(place, held, hashes.to_arrow().cast(held.type))
            target.write_table(group)
    to_disk(writing)
    writing.replace(path)
    to_disk(path.parent)


def _hash_places(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(table, column) of every hash in the build file, those of the models' tables included."""
    return connection.execute(
        """select '"' || schema_name || '"."' || table_name || '"', column_name from duckdb_columns()
           inner join duckdb_tables() using (database_name, schema_name, table_name)
           where column_name like '%\\_hash' escape '\\' and data_type = 'VARCHAR'"""
    ).fetchall()


def _held(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Every hash in the build file that looks like one of ours."""
    found: set[str] = set()
    for table, column in _hash_places(connection):
        asked = f"select distinct {column} from {table} where regexp_full_match({column}, '{_HASH.pattern}')"
        found |= {one for (one,) in connection.execute(asked).fetchall()}
    return found


def _update(connection: duckdb.DuckDBPyConnection, plan: dict[str, str]) -> None:
    """All tables in one transaction. The models' tables are built from scratch in the next night: what they derived from hashes is the old one's."""
    connection.register(
        "plan",
        pl.DataFrame(
            {"old": list(plan), "new": list(plan.values())}, schema={"old": pl.String, "new": pl.String}
        ).to_arrow(),
    )
    connection.begin()
    try:
        for table, column in _hash_places(connection):
            connection.execute(
                f"update {table} as held set {column} = plan.new from plan where held.{column} = plan.old"
            )
        forget_build(connection)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    connection.unregister("plan")


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
