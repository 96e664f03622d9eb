"""Superset in an environment of its own: installed by uv as of a day on which its dependencies fit, set up in a folder, served on a free port."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

#: With later packages Superset 6.1.0 lacks rich and cachetools, and flask-caching crashes it.
AS_OF = "2026-05-25"
PACKAGES = [
    "apache-superset==6.1.0", "duckdb-engine==0.17.0", "rich", "cachetools", "psycopg2-binary", "gevent", "pillow",
]  # fmt: skip
#: On top: what wrote the release.
DUCKDB = "duckdb==2.0.0"
ADMIN = "admin"


def install(folder: Path) -> Path:
    """The environment's folder of programs; installed only where it is not there yet."""
    ready, python = folder / f".ready-{DUCKDB}", folder / "bin" / "python"
    if not ready.exists():
        uv = str(Path(sys.executable).with_name("uv"))
        target = ["--python", str(python)]
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
        dated = ["--exclude-newer", AS_OF, "--compile-bytecode"]
        subprocess.run([uv, "pip", "install", "--quiet", *target, *dated, *PACKAGES], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", *target, DUCKDB], check=True)
        ready.touch()
    return python.parent


@contextmanager
def superset(programs: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """(address, password of `admin`) of a Superset whose own records are in the folder. Ends it afterwards."""
    password, here = secrets.token_urlsafe(24), Path(__file__).parent
    env = {
        **os.environ, "CHENGGUAN_CHECK_SECRET": os.urandom(42).hex(), "CHENGGUAN_CHECK_FOLDER": str(folder),
        "SUPERSET_CONFIG_PATH": str(here / "superset_config.py"), "FLASK_APP": "superset.app:create_app()",
        "HOME": str(folder), "SCARF_ANALYTICS": "false",
    }  # fmt: skip
    log = (folder / "superset.log").open("w")
    person = ["--username", ADMIN, "--firstname", "BI", "--lastname", "Check", "--email", "check@localhost"]
    for step in (["db", "upgrade"], ["fab", "create-admin", *person, "--password", password], ["init"]):
        subprocess.run([programs / "superset", *step], check=True, env=env, stdout=log, stderr=log)
    port = _free_port()
    command = [
        programs / "gunicorn", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "120",
        "--bind", f"127.0.0.1:{port}", "superset.app:create_app()",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/health", server)
        yield address, password
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _wait_for(address: str, server: "subprocess.Popen[bytes]", seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(address, timeout=20).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise TimeoutError(f"Superset did not answer at {address}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
