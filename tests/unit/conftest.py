"""Database servers that the readers' tests share; each is started once, when the first test asks for it.

Their folders are not pytest's: PostgreSQL does not run as root, and any other run of pytest shuts pytest's folders for everybody else.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import MariaDb, Postgres, has_mariadb


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    if not has_mariadb():
        pytest.skip("mariadbd is not installed (apt-get install mariadb-server)")
    with tempfile.TemporaryDirectory(prefix="maria-") as folder:
        server = MariaDb(Path(folder))
        yield server
        server.stop()
