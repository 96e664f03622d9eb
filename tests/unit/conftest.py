"""Database servers that the readers' tests share; each is started once, when the first test asks for it."""

from collections.abc import Iterator

import pytest

from tests.databases import MariaDb, Postgres, has_mariadb


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("pg"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    if not has_mariadb():
        pytest.skip("mariadbd is not installed (apt-get install mariadb-server)")
    server = MariaDb(tmp_path_factory.mktemp("maria"))
    yield server
    server.stop()
