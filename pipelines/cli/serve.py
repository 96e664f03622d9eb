"""`chengguan ui` and `chengguan serve`: Dagster's pages on this home, and with them the current release's site. On this machine only.

Anything more stands in Dagster's own commands; a bureau that wants the site on its network lets its web server show `current/site`.
"""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.console import MARKS, out
from pipelines.errors import SetupError
from pipelines.settings import PROJECT_ROOT, Settings

LOOPBACK = "127.0.0.1"


class SiteHandler(SimpleHTTPRequestHandler):
    """The files of `current/site`, looked up anew for each request: a reader follows to the next release without a restart."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass  # Dagster writes to the same terminal


def ui(
    port: Annotated[int, typer.Option("--port", help="端口 / port")] = 3000,
    host: Annotated[str, typer.Option("--host", help="地址 / address")] = LOOPBACK,
) -> None:
    """打开 Dagster 页面（同 `dagster dev`）/ Dagster's pages on this home, as `dagster dev` shows them."""
    from pipelines.orchestration.home import prepare_dagster_home

    home = prepare_dagster_home(Settings())
    out().print(f"DAGSTER_HOME={home}  http://{host}:{port}")
    command = _dagster(port, host)
    os.chdir(PROJECT_ROOT)
    os.execv(command[0], command)


def serve(
    port: Annotated[int, typer.Option("--port", help="Dagster 的端口 / Dagster's port")] = 3000,
    site_port: Annotated[int, typer.Option("--site-port", help="网页的端口 / the site's port")] = 8000,
) -> None:
    """打开 Dagster 页面和当前发布版的网页（仅本机）/ Dagster's pages and the current release's site, on this machine only."""
    from pipelines.orchestration.home import prepare_dagster_home

    settings = Settings()
    prepare_dagster_home(settings)
    with site_server(settings, site_port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        out().print(f"Dagster  http://{LOOPBACK}:{port}")
        out().print(f"网页 site  http://{LOOPBACK}:{server.server_port}/")
        if not (settings.current / "site").exists():
            out().print(
                f"{MARKS['warn']} 还没有带网页的发布版；运行 chengguan nightly / no release with a site yet; run chengguan nightly"
            )
        with subprocess.Popen(_dagster(port, LOOPBACK), cwd=PROJECT_ROOT) as dagster:
            try:
                ended = dagster.wait()
            except KeyboardInterrupt:
                # Asked, not killed: it ends its own children then.
                dagster.send_signal(signal.SIGINT)
                ended = dagster.wait()
        server.shutdown()
    raise typer.Exit(ended)


def site_server(settings: Settings, port: int) -> ThreadingHTTPServer:
    """A server of the current release's site on the loopback address; port 0 takes a free one.

    Raises SetupError where the port is taken.
    """
    handler = partial(SiteHandler, directory=str(settings.current / "site"))
    try:
        return ThreadingHTTPServer((LOOPBACK, port), handler)
    except OSError as cause:
        raise SetupError(
            "端口被占用", "the port is taken", key="--site-port", value=str(port),
            remedy_zh="用 --site-port 换一个", remedy_en="choose another with --site-port",
        ) from cause  # fmt: skip


def _dagster(port: int, host: str) -> list[str]:
    dagster = str(Path(sys.executable).with_name("dagster"))
    return [dagster, "dev", "-m", "pipelines.definitions", "-p", str(port), "-h", host]
