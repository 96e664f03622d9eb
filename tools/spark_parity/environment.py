"""Spark and dbt-spark in an environment of their own, from the lock with hashes; or the reason why not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from pipelines.settings import PROJECT_ROOT

LOCK = PROJECT_ROOT / "requirements-spark.lock"
#: What Spark 4 runs on.
OLDEST_JAVA = 17


class NotHereError(Exception):
    """Spark cannot be run on this machine; the message says why."""


def install(folder: Path) -> Path:
    """The environment's Python; installed only where it is not there yet or the lock has changed."""
    _need_java()
    ready, python = folder / ".ready", folder / "bin" / "python"
    lock = LOCK.read_text(encoding="utf-8")
    if not ready.exists() or ready.read_text(encoding="utf-8") != lock:
        uv = str(Path(sys.executable).with_name("uv"))
        target = ["--python", str(python), "--require-hashes", "-r", str(LOCK)]
        for step in (
            ["venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
            ["pip", "install", "--quiet", "--compile-bytecode", *target],
        ):
            done = subprocess.run([uv, *step], capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["?"])[-1]
                raise NotHereError(f"{LOCK.name} 装不上 cannot be installed here: {last}")
        ready.write_text(lock, encoding="utf-8")
    return python


def version(package: str, lock: Path = LOCK) -> str:
    """The version that a lock names."""
    found = re.search(rf"^{re.escape(package)}==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, f"{package} is not in {lock.name}"
    return found[1]


def _need_java() -> None:
    java = shutil.which("java")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr if java else ""
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise NotHereError(f"没有 Java {OLDEST_JAVA} 或更新的版本 no Java {OLDEST_JAVA} or later on the PATH")
