"""The server of the site: on this machine only, and always the release that is current."""

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from urllib.request import urlopen

import pytest

from pipelines.cli.serve import site_server
from pipelines.errors import SetupError
from pipelines.settings import Settings


@pytest.fixture
def server(settings: Settings) -> Iterator[ThreadingHTTPServer]:
    with site_server(settings, 0) as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        yield started
        started.shutdown()


def point_at(settings: Settings, release: str) -> None:
    folder = settings.releases / release / "site"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(release, encoding="utf-8")
    settings.current.unlink(missing_ok=True)
    settings.current.symlink_to(settings.releases / release, target_is_directory=True)


def test_a_reader_follows_to_the_next_release_without_a_restart(
    settings: Settings, server: ThreadingHTTPServer
) -> None:
    address = f"http://127.0.0.1:{server.server_port}/"
    for release in ("20170924.1", "20170925.1"):
        point_at(settings, release)
        with urlopen(address) as answer:
            assert (answer.read().decode(), answer.headers["Cache-Control"]) == (release, "no-cache")


def test_nobody_else_on_the_network_is_served(server: ThreadingHTTPServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_named(settings: Settings, server: ThreadingHTTPServer) -> None:
    with pytest.raises(SetupError, match=str(server.server_port)):
        site_server(settings, server.server_port)
