"""The life of releases: publish, list, roll back, prune, and the link `current` that readers follow.

Belongs here: folders, the link, and when which of them changes. A release is built beside the others under a temporary
name and renamed when it is whole; the link is replaced in one step. So a reader finds either the old release or the new
one, and a process that is killed at any point leaves nothing behind but a `.tmp-` folder, which the next publish or prune removes.
"""

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from pipelines import __version__
from pipelines.bi import superset
from pipelines.city import City
from pipelines.errors import BusyError, SetupError
from pipelines.landing.batches import to_disk
from pipelines.metrics import dictionary
from pipelines.publish import contents, digests, geometry, going_on, meta, numbers, package, quality, touched
from pipelines.publish.catalogue import write_catalogue
from pipelines.quality.data_docs import write_data_docs
from pipelines.settings import Settings

Outcome = Literal["published", "published_not_current", "switched", "unchanged"]

_LIBRARIES = ("dagster", "dagster-dbt", "dataframely", "dbt-core", "dbt-duckdb", "duckdb", "polars", "pyarrow")
_KEEP_AT_LEAST = 3
DATA_DOCS = "data_docs"


@dataclass(frozen=True)
class ReleaseInfo:
    """One release as its manifest tells it. `outcome` says what a `publish` did; a listed release has none."""

    id: str
    as_of: dt.date
    city: str
    created_at_utc: str
    content_digest: str
    path: Path
    is_current: bool
    manifest: Mapping[str, Any] = field(repr=False, compare=False)
    outcome: Outcome | None = None

    @property
    def order(self) -> tuple[str, int]:
        return numbers.order(self.id)

    @property
    def tables(self) -> dict[str, int]:
        """Rows by table."""
        return {table["name"]: table["rows"] for table in self.manifest["tables"]}

    def as_dict(self) -> dict[str, Any]:
        """The release for machines (`--json`)."""
        return {
            "id": self.id, "as_of": self.as_of.isoformat(), "city": self.city,
            "created_at_utc": self.created_at_utc, "is_current": self.is_current, "outcome": self.outcome,
            "path": str(self.path), "content_digest": self.content_digest,
            "tables": len(self.tables), "rows": sum(self.tables.values()),
        }  # fmt: skip


def publish(
    settings: Settings,
    city: City,
    as_of: dt.date,
    checks: Mapping[str, Any],
    *,
    manifest: Mapping[str, Any] | None = None,
) -> ReleaseInfo:
    """Publish what the build file holds, as of a day, and make it the current release.

    Where a release of that day already holds just this, nothing is written; it becomes the current one if it is not.
    A release of an earlier day than the current one is written but not made current: `rollback` does that.
    """
    manifest = manifest or contents.load_manifest(contents.manifest_path(settings))
    tables = contents.served_tables(manifest)
    with _lock(settings), package.reader(settings.build_db, settings.less_memory) as con:
        _clear(settings)
        semantics = _semantics(settings)
        everything = [*tables, *meta.meta_tables(con, tables, city, as_of, semantics=semantics, manifest=manifest)]
        mark = package.build_mark(con)
        same = [
            one for one in list_releases(settings) if mark and (one.as_of, one.manifest.get("build")) == (as_of, mark)
        ]
        current = current_release(settings)
        news = touched.since(con, current.manifest if current else None, as_of)
        held = package.contents(con, everything, digests.told_by(same[0].manifest) if same else None, news)
        digest = digests.digest_of(held, everything)
        for known in list_releases(settings):
            if known.as_of == as_of and known.content_digest == digest:
                return _point_at(settings, known, current, fresh=False)
        about = {
            **_about(settings, city, as_of),
            "content_digest": digest,
            "build": mark,
            "compared_on": news.compared_on.isoformat(),
            "tables": [one.as_dict() for one in held],
            "ledger": package.ledger_totals(con),
            "checks": dict(checks),
            "quality": quality.summary(quality.quality_rows(con, city, as_of), checks),
        }
        base = None
        if current:
            base = going_on.base(current.path / package.FILE_NAME, current.manifest, held, package.STORAGE_VERSION)
        if base is None:  # whole tables are sorted
            package.limit_memory(con, settings.memory)
        release = _write(
            settings, con, everything, held, about=about, base=base, semantics=semantics, manifest=manifest
        )
        return _point_at(settings, release, current, fresh=True)


def list_releases(settings: Settings) -> list[ReleaseInfo]:
    """All releases, the newest day (and number) first. A folder without a readable manifest is none."""
    current = _linked_id(settings)
    found = []
    for folder in settings.releases.glob("*.*"):
        if numbers.ID.match(folder.name) and (release := _read(folder, current)):
            found.append(release)
    return sorted(found, key=lambda release: release.order, reverse=True)


def current_release(settings: Settings) -> ReleaseInfo | None:
    """The release that readers get, if there is one."""
    linked = _linked_id(settings)
    return _read(settings.releases / linked, linked) if linked else None


def rollback(settings: Settings, release_id: str | None = None) -> ReleaseInfo:
    """Make a release the current one: the one named, or the newest that is older than the current one."""
    with _lock(settings):
        releases = list_releases(settings)
        current = current_release(settings)
        if release_id is not None:
            chosen = next((release for release in releases if release.id == release_id), None)
        else:
            chosen = next((release for release in releases if current and release.order < current.order), None)
        if chosen is None:
            known = ", ".join(release.id for release in releases) or "–"
            raise SetupError(
                "没有可回退的发布版", "there is no such release to go back to", key=release_id, value=known,
                remedy_zh="`chengguan releases list` 列出全部发布版",
                remedy_en="`chengguan releases list` shows all of them",
            )  # fmt: skip
        _flip(settings, chosen.id)
        return replace(chosen, is_current=True, outcome="switched")


def prune(settings: Settings, keep: int = _KEEP_AT_LEAST) -> list[str]:
    """Delete all but the newest releases, never the current one, never below three; and what a killed run left."""
    keep = max(keep, _KEEP_AT_LEAST)
    with _lock(settings):
        gone = [release for release in list_releases(settings)[keep:] if not release.is_current]
        left = leftovers(settings)
        for release in gone:
            # Out of sight first: a reader that lists folders never meets a half-deleted release.
            release.path.rename(settings.releases / f"{numbers.PRUNING}{release.id}")
        _clear(settings)
        return [release.id for release in gone] + [folder.name for folder in left]


def leftovers(settings: Settings) -> list[Path]:
    """Folders that a killed run left behind."""
    return sorted(settings.releases.glob(".tmp-*"))


def _clear(settings: Settings) -> None:
    """Removes what is hidden, by whomever; the caller holds the lock, so that nobody is still writing it."""
    hidden = leftovers(settings)
    for folder in hidden:
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    # While their folders still tell the numbers, and after there is room to write.
    numbers.note(settings)
    for folder in hidden:
        folder.rmdir()
    for link in settings.current.parent.glob(".current-*"):
        link.unlink()


def _semantics(settings: Settings) -> dict[str, Any]:
    """The metrics' definitions as a release carries them. A project without any has no file of them."""
    path = contents.manifest_path(settings).with_name(dictionary.FILE_NAME)
    return dictionary.portable(dictionary.load_semantics(path)) if path.exists() else dictionary.NOTHING


def _about(settings: Settings, city: City, as_of: dt.date) -> dict[str, Any]:
    facts = city.facts
    return {
        "id": numbers.next_id(settings, as_of),
        "as_of": as_of.isoformat(),
        "city": {"id": facts.id, "name_zh": facts.name_zh, "name_en": facts.name_en},
        "created_at_utc": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "code_version": __version__,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "storage_version": package.STORAGE_VERSION,
    }


def _write(
    settings: Settings,
    con: Any,
    tables: list[contents.Served],
    held: list[digests.TableContent],
    *,
    about: Mapping[str, Any],
    base: going_on.Base | None,
    semantics: Mapping[str, Any],
    manifest: Mapping[str, Any],
) -> ReleaseInfo:
    building = settings.releases / f".tmp-{about['id']}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    written = package.write(con, building, tables, held, about=about, base=base)
    if written != held:
        raise RuntimeError(f"the release does not hold what the build file holds: {written} != {held}")
    about = {**about, "file": going_on.told(building / package.FILE_NAME, base)}
    about["site"] = _write_site(building, about) if settings.site else None
    (building / "manifest.json").write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    write_data_docs(con, dt.date.fromisoformat(about["as_of"]), building / DATA_DOCS)
    geometry.write_files(con, building)
    (building / dictionary.FILE_NAME).write_text(json.dumps(semantics, ensure_ascii=False) + "\n", encoding="utf-8")
    write_catalogue(con, building, manifest, tables, held, about=about)
    superset.write_bundle(building, settings.served_file, building / superset.FILE)
    for path in [*building.rglob("*"), building]:
        to_disk(path)
    final = settings.releases / str(about["id"])
    building.rename(final)
    to_disk(settings.releases)
    numbers.note(settings)
    release = _read(final, None)
    assert release is not None
    return release


def _write_site(building: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    # Here and not above: what draws takes a second to import, and most who import this module publish nothing.
    from pipelines.publish.site import FOLDER, build_site  # noqa: PLC0415

    return build_site(building, about, building / FOLDER).as_dict()


def _point_at(settings: Settings, release: ReleaseInfo, current: ReleaseInfo | None, *, fresh: bool) -> ReleaseInfo:
    if current is not None and release.id == current.id:
        return replace(release, is_current=True, outcome="unchanged")
    if current is not None and release.as_of < current.as_of:
        outcome: Outcome = "published_not_current" if fresh else "unchanged"
        return replace(release, is_current=False, outcome=outcome)
    _flip(settings, release.id)
    return replace(release, is_current=True, outcome="published" if fresh else "switched")


def _flip(settings: Settings, release_id: str) -> None:
    """Replace the link in one step. It is relative, so that the home can be moved or mounted elsewhere."""
    home = settings.current.parent
    fresh = home / f".current-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(settings.releases.relative_to(home) / release_id, target_is_directory=True)
    fresh.replace(settings.current)
    to_disk(home)


def _linked_id(settings: Settings) -> str | None:
    return settings.current.readlink().name if settings.current.is_symlink() else None


def _read(folder: Path, current: str | None) -> ReleaseInfo | None:
    try:
        about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return ReleaseInfo(
            id=about["id"], as_of=dt.date.fromisoformat(about["as_of"]), city=about["city"]["id"],
            created_at_utc=about["created_at_utc"], content_digest=about["content_digest"], path=folder,
            is_current=folder.name == current, manifest=about,
        )  # fmt: skip
    except (OSError, ValueError, KeyError):
        return None


@contextmanager
def _lock(settings: Settings) -> Iterator[None]:
    settings.releases.mkdir(parents=True, exist_ok=True)
    path = settings.releases / ".lock"
    try:
        with FileLock(path, timeout=10):
            yield
    except Timeout as cause:
        raise BusyError(
            "另一个程序正在发布", "another process is publishing", file=path,
            remedy_zh="等它结束再试", remedy_en="try again when it has ended",
        ) from cause  # fmt: skip
