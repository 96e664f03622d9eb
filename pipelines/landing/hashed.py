"""The SHA-256 of files that still lie in the inbox: a file that is as it was when it was hashed is not read again.

Belongs here: what is remembered of a file, and when it is trusted. An inbox keeps years of exports, and reading them all only to find that
nothing is new would cost more every night.
"""

import time
from pathlib import Path

import duckdb

from pipelines.landing.batches import file_sha256
from pipelines.readers.settled import YOUNG_SECONDS, State, state_of

#: Derived from the files: where it is lost they are hashed once more.
TABLE = """
create table if not exists ops.hashed_files (
    file varchar primary key, size_bytes bigint not null, modified_ns bigint not null, changed_ns bigint not null, inode ubigint not null,
    content_sha256 varchar not null
)"""


def sha256_of(connection: duckdb.DuckDBPyConnection, path: Path, state: State) -> str:
    """SHA-256 of a file's bytes, which was found in this state (`state_of`). To be called outside a transaction. Raises OSError.

    Only a file that had been still for a while when it was hashed is remembered: one that is written twice within a tick of the file system's
    clock looks the same both times.
    """
    known = connection.execute(
        "select size_bytes, modified_ns, changed_ns, inode, content_sha256 from ops.hashed_files where file = $file",
        {"file": str(path.absolute())},
    ).fetchall()
    for *was, digest in known:
        if tuple(was) == state:
            return str(digest)
    digest = file_sha256(path)
    if state_of(path) == state and time.time() - max(state[1], state[2]) / 1e9 > YOUNG_SECONDS:
        connection.execute(
            "insert or replace into ops.hashed_files values (?, ?, ?, ?, ?, ?)", [str(path.absolute()), *state, digest]
        )
    return digest
