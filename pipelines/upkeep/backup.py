"""A home copied away, whole and checked, and put back somewhere else.

Belongs here: what belongs to a backup, its manifest of hashes, and the order in which a home is put back. The key of the keyed hash is never
part of it: with the vault beside its key, a stolen backup would give every person away. What the sources deliver (`inbox/`) is theirs, and the
history of runs (`dagster/`) is worth nothing elsewhere.
"""

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import __version__
from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.landing.batches import file_sha256, to_disk
from pipelines.landing.privacy import hash_key, keyed_hash
from pipelines.landing.store import write_connection, write_lane
from pipelines.landing.swap import settle
from pipelines.publish import numbers
from pipelines.settings import Settings

MANIFEST = "manifest.json"
#: In the home: when it was last backed up, and whereto.
LAST = "last-backup.json"
#: In the order in which they are put back: the build file last, since a home without one refuses to run.
PARTS = ("city", "landing", "vault", "alerts", "reports", "releases", "build")
_RESTORING = ".restoring"
_KEYS = ("hash.key", "hash.key.new", "rotation.parquet")


@dataclass(frozen=True)
class Copied:
    """A backup: its folder, its files, their bytes, and how many files are those of the backup before (hard links)."""

    folder: Path
    files: int
    size: int
    linked: int


def backup(settings: Settings, city: City, to: Path) -> Copied:
    """Copies the home into a new folder below `to`; the caller holds the night's lock. Files that are as in the last backup there are linked to it.

    Raises BusyError where somebody writes, SetupError where the build file is not well, or `to` lies in the home or cannot be written.
    """
    to = to.absolute()
    if to.is_relative_to(settings.home.absolute()):
        raise _told(
            "备份不能放在数据目录之内",
            "a backup cannot lie inside the home that it is of",
            to,
            "换一块磁盘上的目录",
            "name a folder on another disk",
        )
    with write_connection(settings, city.facts.time_zone) as connection:
        [(batches,)] = connection.execute("select count(*) from ops.ledger").fetchall()
    try:
        with write_lane(settings, timeout=600):
            settle(settings.build_db)
            return _copy(settings, city, to, batches)
    except OSError as cause:
        raise _told(
            "备份写不下去",
            f"the backup cannot be written: {cause}",
            to,
            "检查磁盘空间和权限",
            "see to disk space and permissions",
        ) from cause


def _copy(settings: Settings, city: City, to: Path, batches: int) -> Copied:
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in to.glob(".writing-*"):
        shutil.rmtree(left)
    before = max((path.parent for path in to.glob(f"*/{MANIFEST}")), default=None)
    known: Mapping[str, Any] = _manifest(before)["files"] if before else {}
    now = dt.datetime.now(dt.UTC)
    name = now.strftime("%Y%m%dT%H%M%SZ")
    writing = to / f".writing-{name}"
    writing.mkdir(mode=0o700)
    files: dict[str, dict[str, Any]] = {}
    linked = 0
    for inner, source in _sources(settings, city):
        target = writing / inner
        target.parent.mkdir(parents=True, exist_ok=True)
        stat, was = source.stat(), known.get(inner)
        if (
            before
            and was
            and (was["bytes"], was["mtime_ns"]) == (stat.st_size, stat.st_mtime_ns)
            and _link(before / inner, target)
        ):
            files[inner] = dict(was)
            linked += 1
            continue
        shutil.copy2(source, target)
        to_disk(target)
        files[inner] = {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": file_sha256(target)}
    about = {
        "made_at_utc": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "city": city.facts.id, "code_version": __version__, "batches": batches,
        "current": str(settings.current.readlink()) if settings.current.is_symlink() else None,
        "key_check": _key_check(settings), "files": files,
    }  # fmt: skip
    (writing / MANIFEST).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    to_disk(writing / MANIFEST)
    final = to / name
    writing.rename(final)
    to_disk(to)
    # A backup that is whole is not made to fail by the home it is of.
    with suppress(OSError):
        (settings.home / LAST).write_text(
            json.dumps({"made_at_utc": about["made_at_utc"], "folder": str(final)}) + "\n"
        )
    return Copied(final, len(files), sum(one["bytes"] for one in files.values()), linked)


def _sources(settings: Settings, city: City) -> Iterator[tuple[str, Path]]:
    """(name in the backup, file) of everything that belongs to it."""
    home = settings.home.absolute()
    yield f"build/{settings.build_db.name}", settings.build_db
    for part in ("landing", "vault", "alerts", "reports", "releases"):
        for path in sorted((home / part).rglob("*")):
            is_passing = any(one.startswith((".tmp-", ".writing-", ".lock")) for one in path.relative_to(home).parts)
            if path.is_file() and not is_passing and not (part == "vault" and path.name in _KEYS):
                yield path.relative_to(home).as_posix(), path
    for path in sorted(city.folder.rglob("*")):
        if path.is_file():
            yield f"city/{city.folder.name}/{path.relative_to(city.folder).as_posix()}", path


def _link(source: Path, target: Path) -> bool:
    """Whether the file could be linked; a file system that cannot gets a copy."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def last_backup(settings: Settings) -> tuple[dt.datetime, Path] | None:
    """(when, where) of the home's last backup; None where there is no note of one."""
    try:
        said = json.loads((settings.home / LAST).read_text(encoding="utf-8"))
        return dt.datetime.fromisoformat(said["made_at_utc"]), Path(said["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of a backup of which every file is as it was written. Raises SetupError naming those that are not."""
    about = _manifest(folder)
    wrong = [
        inner for inner, was in about["files"].items()
        if not (folder / inner).is_file() or file_sha256(folder / inner) != was["sha256"]
    ]  # fmt: skip
    if wrong:
        raise SetupError(
            f"备份有 {len(wrong)} 个文件缺失或被改动", f"{len(wrong)} files of the backup are missing or changed", file=folder, also=wrong[:20],
            remedy_zh="换用另一份备份", remedy_en="take another backup",
        )  # fmt: skip
    return about


def restore(settings: Settings, folder: Path) -> dict[str, Any]:
    """Puts a backup into the home of the settings, which must be a new one; gives its manifest. Killed at any point, the same call begins again.

    Raises SetupError where the backup is not whole, the home holds something, or the key is not the one that the backup was made under.
    """
    about = verify(folder)
    home = settings.home.absolute()
    mark = home / _RESTORING
    held = [
        part for part in PARTS if any(path.is_file() and path.name not in _KEYS for path in (home / part).rglob("*"))
    ]
    if held and not mark.exists():
        raise _told(
            "数据目录里已有数据", f"the home holds something already: {', '.join(held)}", home,
            "用 CHENGGUAN_HOME 指定一个空目录，或先移走旧目录", "name an empty folder with CHENGGUAN_HOME, or move the old one away",
        )  # fmt: skip
    vault = home / "vault"
    if (settings.hash_key is None and not (vault / "hash.key").exists()) or _key_check(settings) != about["key_check"]:
        raise _told(
            "散列密钥不在，或不是备份时的密钥", "the hash key is not there, or not the one of the backup", vault / "hash.key",
            "把另行保管的密钥放到该文件（权限 0600），或设置 CHENGGUAN_HASH_KEY", "put the key that was kept apart into this file (mode 0600), or set CHENGGUAN_HASH_KEY",
        )  # fmt: skip
    home.mkdir(parents=True, exist_ok=True)
    mark.touch()
    for inner in sorted(about["files"], key=lambda name: (PARTS.index(name.partition("/")[0]), name)):
        target = home / inner
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if inner.startswith("vault/") else 0o755)
        writing = target.with_name(f".writing-{target.name}")
        shutil.copy2(folder / inner, writing)
        to_disk(writing)
        writing.replace(target)
    if vault.exists():
        vault.chmod(0o700)
    if about["current"]:
        settings.current.unlink(missing_ok=True)
        settings.current.symlink_to(about["current"], target_is_directory=True)
    numbers.restored(settings, dt.datetime.fromisoformat(about["made_at_utc"]))
    mark.unlink()
    to_disk(home)
    return about


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {**about, "files": dict(about["files"])}
    except (OSError, ValueError, KeyError) as cause:
        raise _told(
            "这不是一份备份",
            "this is no backup",
            folder,
            "指向含 manifest.json 的备份目录",
            "name the folder of a backup, with its manifest.json",
        ) from cause


def _key_check(settings: Settings) -> str:
    """What tells one key from another and nothing of either."""
    return str(keyed_hash(pl.Series(["backup"]), "name", hash_key(settings))[0])


def _told(zh: str, en: str, file: Path, remedy_zh: str, remedy_en: str) -> SetupError:
    return SetupError(zh, en, file=file, remedy_zh=remedy_zh, remedy_en=remedy_en)
