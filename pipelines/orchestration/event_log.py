"""Dagster's SQLite storage with its files kept open: named by `dagster.yaml`, used by nights, the UI and the daemon alike.

Dagster opens and closes the event log's files for every event, several times, and a closing SQLite file is synced to disk. A night stores
some 1,500 events: that took longer than all of its models (docs/decisions/0012-speed-of-a-night.md). Nothing else is changed here: same
files, same tables, so that `storage: sqlite` reads what was written.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster import StringSource
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

#: Each run has a file of its own and all share one; the UI looks at many runs, and files are not to be kept open for ever.
_KEPT_OPEN = 8


class KeptOpenEventLog(SqliteEventLogStorage):
    """The event log, one kept connection a file."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:  # one user at a time, so one connection a file is enough
            with self._engine(shard).begin() as connection:
                yield connection
            while len(self._engines) > _KEPT_OPEN:
                self._engines.popitem(last=False)[1].dispose()

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None:
            engine = self._engines[shard] = _opened(self.conn_string_for_shard(shard))
        self._engines.move_to_end(shard)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine

    def wipe(self) -> None:
        self._close()
        super().wipe()

    def dispose(self) -> None:
        self._close()
        super().dispose()

    def _close(self) -> None:
        while self._engines:
            self._engines.popitem()[1].dispose()


class KeptOpenStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage of runs, events and schedules, with `KeptOpenEventLog`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = KeptOpenEventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "KeptOpenStorage":
        return cls(config_value["base_dir"], inst_data)

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {"base_dir": StringSource}


def _opened(address: str) -> Engine:
    engine = create_engine(
        address, poolclass=QueuePool, pool_size=1, max_overflow=1,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        # With a write-ahead log this loses no more than the last events when the power fails, and never breaks the file.
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine
