"""A home copied away and put back elsewhere holds the same, and what was damaged on the way is not put back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.privacy import hash_key
from pipelines.publish import numbers
from pipelines.settings import Settings
from pipelines.upkeep import backup as copies
from pipelines.upkeep.backup import backup, restore, verify
from tests.conftest import AS_OF
from tests.faults.killing import landed, tables
from tests.pipeline.desk import drop
from tests.pipeline.test_rebuild import CALL, CALLS
from tests.pipeline.test_steward_persons import TICKETS


@pytest.fixture
def home(settings: Settings, write_city: Callable[..., City]) -> tuple[Settings, City]:
    """Two batches, persons, a release; the key is the home's own."""
    own = settings.model_copy(update={"hash_key": None})
    city = write_city(TICKETS)
    for name, number in (("a", 7), ("b", 8)):
        drop(own, f"hotline/{name}.csv", CALL.format(number, "07"), header=CALLS)
    assert not ingest_feed(own, city, "hotline_tickets", AS_OF).problems
    release = own.releases / "20170925.1"
    release.mkdir(parents=True)
    (release / "manifest.json").write_text("{}")
    own.current.symlink_to(Path("releases/20170925.1"), target_is_directory=True)
    return own, city


def elsewhere(settings: Settings, tmp_path: Path, key: bytes | None) -> Settings:
    """A new home on another path, with the key put there by hand."""
    there = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    if key:
        there.vault.mkdir(parents=True)
        (there.vault / "hash.key").write_bytes(key)
    return there


def test_a_backup_put_back_elsewhere_holds_the_same_and_its_next_night_reads_only_what_is_new(
    home: tuple[Settings, City], tmp_path: Path
) -> None:
    settings, city = home
    key = hash_key(settings)
    made = backup(settings, city, tmp_path / "backups")
    assert not any(key in path.read_bytes() for path in made.folder.rglob("*") if path.is_file()), (
        "the key is kept apart"
    )
    assert made.folder.parent.stat().st_mode & 0o077 == 0
    there = elsewhere(settings, tmp_path, key)
    about = restore(there, made.folder)
    assert (about["batches"], about["city"]) == (2, "smalltown")
    schemas = ("raw", "quarantine", "ops")
    assert tables(there.build_db, *schemas) == tables(settings.build_db, *schemas)
    assert landed(there.home) == landed(settings.home)
    assert numbers.next_id(settings, AS_OF) == "20170925.2" != numbers.next_id(there, AS_OF)
    assert (there.current / "manifest.json").read_text() == "{}" and there.vault.stat().st_mode & 0o077 == 0
    drop(settings, "hotline/c.csv", CALL.format(9, "07"), header=CALLS)
    result = ingest_feed(there, city, "hotline_tickets", AS_OF)
    assert (result.files_known, len(result.batches), result.problems) == (2, 1, [])
    assert check_conservation(there) == []


def test_the_next_backup_links_what_is_as_it_was(home: tuple[Settings, City], tmp_path: Path) -> None:
    settings, city = home
    first = backup(settings, city, tmp_path / "backups")
    first.folder.rename(first.folder.with_name("20170101T000000Z"))
    second = backup(settings, city, tmp_path / "backups")
    assert second.linked >= 4 and second.files == first.files
    assert len(verify(second.folder)["files"]) == second.files


def test_a_changed_or_missing_file_is_named_and_nothing_is_put_back(
    home: tuple[Settings, City], tmp_path: Path
) -> None:
    settings, city = home
    made = backup(settings, city, tmp_path / "backups")
    file = next((made.folder / "landing").rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    there = elsewhere(settings, tmp_path, hash_key(settings))
    with pytest.raises(SetupError, match="missing or changed") as told:
        restore(there, made.folder)
    assert told.value.also == [str(file.relative_to(made.folder))]
    assert not there.landing.exists()


def test_a_home_that_holds_something_or_lacks_the_key_is_refused(home: tuple[Settings, City], tmp_path: Path) -> None:
    settings, city = home
    made = backup(settings, city, tmp_path / "backups")
    with pytest.raises(SetupError, match="holds something already"):
        restore(settings, made.folder)
    there = elsewhere(settings, tmp_path, None)
    for keyed in (there, there.model_copy(update={"hash_key": SecretStr("another key, which is not the one")})):
        with pytest.raises(SetupError, match="hash key"):
            restore(keyed, made.folder)
    assert not (there.vault / "hash.key").exists(), "no new key is made"
    with pytest.raises(SetupError, match="inside the home"):
        backup(settings, city, settings.home / "backups")


def test_a_restore_that_was_killed_begins_again(
    home: tuple[Settings, City], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, city = home
    made = backup(settings, city, tmp_path / "backups")
    there = elsewhere(settings, tmp_path, hash_key(settings))
    whole, done = copies.to_disk, []

    def killed(path: Path) -> None:
        done.append(path)
        if len(done) == 4:
            raise KeyboardInterrupt
        whole(path)

    monkeypatch.setattr(copies, "to_disk", killed)
    with pytest.raises(KeyboardInterrupt):
        restore(there, made.folder)
    assert not there.build_db.exists(), "a home without its build file refuses to run"
    monkeypatch.undo()
    restore(there, made.folder)
    assert landed(there.home) == landed(settings.home) and there.build_db.exists()
