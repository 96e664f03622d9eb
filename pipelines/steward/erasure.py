"""A person is erased on request: the records are found, blanked in landing, vault, raw and quarantine, and kept blank from then on.

Belongs here: the order of the steps, and the tables of the build file; how records are found stands in `traces`. Rows stay, so that `read = loaded + quarantined` holds and
counts do not change; what of a row goes stands in `pipelines.landing.erased`. A request is on the list before anything is changed and
marked as done after the last step, so that one which was broken off goes on where it ended. Basis: 个人信息保护法 art. 47.
"""

import json
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipelines.city import City, FeedProfile
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.landing.batches import landed_header, to_disk
from pipelines.landing.compact import compact
from pipelines.landing.erased import GONE, NOTE, Erased, Request, erased, list_path, read_requests, token, write_request
from pipelines.landing.free_text import scrub
from pipelines.landing.privacy import personal_kind
from pipelines.landing.store import forget_build, write_connection, write_lane
from pipelines.settings import Settings
from pipelines.steward.traces import Found, HeldBatch, Wanted, batches_of, find, held_rows


def erase(settings: Settings, city: City, wanted: Wanted, request: Request) -> Found:
    """Finds the person's records and blanks them everywhere. The request is logged, and its counts with it, also where nothing was found.

    Raises InputError where the request's number is taken, BusyError where the warehouse is being written.
    """
    with write_connection(settings, city.facts.time_zone) as connection:
        if request.request in {one.request for one in read_requests(list_path(settings))}:
            raise InputError(
                "该请求编号已用过", "this request number is taken", key="--request", value=request.request,
                remedy_zh="换一个编号；经过见 chengguan privacy log", remedy_en="take another; `chengguan privacy log` shows them",
            )  # fmt: skip
        found = find(settings, city, connection, wanted)
        request.keys = {feed: {key: sorted(whose) for key, whose in keys.items()} for feed, keys in found.keys.items()}
        request.places, request.counts = found.places, found.counts
        write_request(settings, request)
    finish(settings, city)
    return found


def take_over(settings: Settings, city: City, given: Path) -> int:
    """Applies another copy's list here, after a backup older than it was restored; gives the number of its requests."""
    requests = read_requests(given)
    with write_lane(settings, 600):
        for request in requests:
            request.is_done = False
            write_request(settings, request)
    finish(settings, city)
    return len(requests)


def scrubbed(said: str) -> str:
    """What an operator writes into the log, without numbers that lead to a person."""
    return str(pl.select(scrub(pl.lit(said))).item())


def unfinished(settings: Settings) -> list[Request]:
    return [one for one in read_requests(list_path(settings)) if not one.is_done]


def finish(settings: Settings, city: City) -> list[Request]:
    """Carries out what is on the list and not done yet; what was done of it already is left as it is."""
    pending = unfinished(settings)
    if not pending:
        return []
    with write_connection(settings, city.facts.time_zone) as connection:
        feeds = sorted({feed for one in pending for feed in (*one.keys, *one.places)})
        for batch in batches_of(settings, city, connection):
            if batch.feed in feeds:
                _blank_files(batch, erased(settings, batch.feed))
        connection.begin()
        try:
            for feed in feeds:
                _blank_tables(connection, city, feed, erased(settings, feed))
            forget_build(connection)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
    compact(settings)
    with write_lane(settings, 600):
        for one in pending:
            one.is_done = True
            write_request(settings, one)
    return pending


def _blank_files(batch: HeldBatch, gone: Erased) -> None:
    """Both files of a batch, each replaced in one step; neither is touched where nothing in it changes."""
    pairs = [
        (before, gone.blank(*before, landed_header(before[0]), batch.profile, batch.batch_id))
        for before in batch.parts()
    ]
    for at, path in enumerate((batch.vaulted, batch.landed)):  # the originals first
        side = 1 - at
        if not path.is_file() or all(after[side].equals(before[side]) for before, after in pairs):
            continue
        schema = pq.read_schema(path)
        writing = path.with_name(f".writing-{path.name}")
        writing.touch(mode=0o600 if path == batch.vaulted else 0o644)
        with pq.ParquetWriter(writing, schema, compression="zstd") as target:
            for _, after in pairs:
                target.write_table(after[side].to_arrow().cast(schema))
        to_disk(writing)
        writing.replace(path)
        to_disk(path.parent)


def _blank_tables(connection: duckdb.DuckDBPyConnection, city: City, feed: str, gone: Erased) -> None:
    """raw and quarantine, and the person's hash in the tables that models made of them."""
    spec, profile = FEEDS[feed], city.profile_of(feed)
    rows = [(key, token(key), sorted(whose)) for key, whose in gone.keys.items()]
    columns_of = pl.Schema([("key", pl.String()), ("token", pl.String()), ("whose", pl.List(pl.String))])
    connection.register("gone", pl.DataFrame(rows, schema=columns_of, orient="row").to_arrow())
    for name, one in spec.fields.items():
        kind = personal_kind(profile, name) if name in profile.columns else one.personal
        is_text = one.free_text or (name in profile.columns and profile.columns[name].free_text)
        if not (kind or is_text):
            continue
        # What only this city protects has a mask and no hash, under the field's own name.
        columns = [f"{name}_hash", f"{name}_mask"] if one.personal else [name]
        owned = f" and list_contains(gone.whose, '{one.whose}')" if kind else ""
        if one.personal:
            _forget_hash(
                connection, f"select {name}_hash from raw.{feed} as held, gone where held.{spec.key} = gone.key{owned}"
            )
        for column in columns:
            needed = "gone.token" if column.endswith("_hash") else f"'{GONE}'"
            stays = f"'{NOTE}'" if not kind else ("null" if one.nullable else needed)
            connection.execute(
                f"update raw.{feed} as held set {column} = {stays} from gone where held.{spec.key} = gone.key{owned} and held.{column} is not null"
            )
    connection.unregister("gone")
    _blank_quarantine(connection, feed, profile, gone)


def _forget_hash(connection: duckdb.DuckDBPyConnection, held: str) -> None:
    """Until the next night has built them anew, no table of the models keeps the hash."""
    tables = connection.execute(
        """select '"' || schema_name || '"."' || table_name || '"', column_name from duckdb_columns()
           inner join duckdb_tables() using (database_name, schema_name, table_name)
           where column_name like '%\\_hash' escape '\\' and data_type = 'VARCHAR' and schema_name not in ('raw', 'ops', 'reference')"""
    ).fetchall()
    for table, column in tables:
        connection.execute(f"update {table} set {column} = 'erased' where {column} in ({held})")


def _blank_quarantine(connection: duckdb.DuckDBPyConnection, feed: str, profile: FeedProfile, gone: Erased) -> None:
    spec = FEEDS[feed]
    at = {(batch, *place): whose for batch, places in gone.places.items() for place, whose in places.rows.items()}
    for rowid, key, *place, reasons, record in held_rows(connection, feed, list(gone.keys), set(at)):
        whose = at.get(tuple(place), frozenset()) | gone.keys.get(key, frozenset())
        said = json.loads(record)
        personal = {name for name in profile.columns if personal_kind(profile, name)}
        names = {name for name in personal if spec.fields[name].whose in whose}
        texts = {
            name for name, column in profile.columns.items() if column.free_text or spec.fields[name].free_text
        } - personal
        left = {name: NOTE if name in texts else value for name, value in said.items() if name not in names}
        told = [
            {**one, "value": None, "message_zh": NOTE, "message_en": NOTE} if one["column"] in names | texts else one
            for one in reasons
        ]
        connection.execute(
            f"update quarantine.{feed} set record = $record, reasons = $reasons where rowid = $at",
            {"record": json.dumps(left, ensure_ascii=False), "reasons": told, "at": rowid},
        )
