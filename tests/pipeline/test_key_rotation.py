"""A new hash key: the same persons still meet, nobody meets his old hash, and a rotation that was killed goes on."""

import stat
from collections.abc import Callable

import polars as pl
import pytest
from pydantic import SecretStr

from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.landing import rotation
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.privacy import hash_key
from pipelines.landing.rotation import rotate_key
from pipelines.settings import Settings
from tests.conftest import AS_OF
from tests.pipeline.desk import ask, drop
from tests.pipeline.test_steward_persons import TICKETS

HEADER = "编号,热线,来电人,电话,内容,受理时间\n"
LINE = "{0},12319热线,阿甲,{1},占道,2017-03-{0} 10:00:00\n"


@pytest.fixture
def home(settings: Settings, write_city: Callable[..., City]) -> tuple[Settings, City]:
    """Two batches, one caller in both; the key is the home's own."""
    own = settings.model_copy(update={"hash_key": None})
    city = write_city(TICKETS)
    for name, lines in (("a", (("10", "13900000001"), ("11", "13900000002"))), ("b", (("12", "139 0000 0001"),))):
        drop(own, f"hotline/{name}.csv", "".join(LINE.format(*line) for line in lines), header=HEADER)
    assert not ingest_feed(own, city, "hotline_tickets", AS_OF).problems
    return own, city


def hashes(settings: Settings) -> dict[object, object]:
    return dict(ask(settings, "select ticket_id, caller_phone_hash from raw.hotline_tickets"))  # type: ignore[arg-type]


def landed(settings: Settings) -> dict[str, str]:
    frames = [pl.read_parquet(path) for path in sorted(settings.landing.glob("*/*.parquet"))]
    return {key: value for frame in frames for key, value in frame.select("编号", "电话__hash").iter_rows()}


def test_repeats_are_found_as_before_and_no_old_hash_is_left(home: tuple[Settings, City]) -> None:
    settings, _city = home
    key, before = hash_key(settings), hashes(settings)
    done = rotate_key(settings)
    after = hashes(settings)
    assert (done.without_original, done.batches) == (0, 2)
    assert after["10"] == after["12"] != after["11"]
    assert not set(before.values()) & set(after.values())
    assert landed(settings) == after
    content = settings.build_db.read_bytes()  # its free blocks, too
    assert not [old for old in before.values() if str(old).encode() in content]
    assert hash_key(settings) != key and key not in (settings.vault / "hash.key").read_bytes()
    assert stat.S_IMODE((settings.vault / "hash.key").stat().st_mode) == 0o600
    assert check_conservation(settings) == []


def test_who_calls_again_after_the_rotation_meets_his_earlier_calls(home: tuple[Settings, City]) -> None:
    settings, city = home
    rotate_key(settings)
    drop(settings, "hotline/c.csv", LINE.format("13", "13900000001"), header=HEADER)
    result = ingest_feed(settings, city, "hotline_tickets", AS_OF)
    assert (result.files_known, len(result.batches)) == (2, 1)
    assert hashes(settings)["13"] == hashes(settings)["10"]


@pytest.mark.parametrize("step", ["_rewrite", "_update", "compact"])
def test_a_rotation_that_was_killed_keeps_nights_out_and_goes_on(
    home: tuple[Settings, City], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    settings, city = home
    calls: list[object] = []
    whole = getattr(rotation, step)

    def breaks_off(*given: object) -> None:
        calls.append(given)
        if step != "_rewrite" or len(calls) == 2:
            raise KeyboardInterrupt
        whole(*given)

    monkeypatch.setattr(rotation, step, breaks_off)
    with pytest.raises(KeyboardInterrupt):
        rotate_key(settings)
    monkeypatch.undo()
    with pytest.raises(SetupError, match="broken off"):
        ingest_feed(settings, city, "hotline_tickets", AS_OF)
    rotate_key(settings)
    after = hashes(settings)
    assert after["10"] == after["12"] and landed(settings) == after
    assert not list(settings.vault.glob("*rotation*")) and not (settings.vault / "hash.key.new").exists()


def test_a_hash_without_an_original_is_changed_too_and_its_repeats_still_meet(home: tuple[Settings, City]) -> None:
    settings, _ = home
    before = hashes(settings)
    for path in settings.vault.glob("*/*.parquet"):
        path.unlink()
    assert rotate_key(settings).without_original > 0
    after = hashes(settings)
    assert after["10"] == after["12"] != after["11"] and not set(before.values()) & set(after.values())
    assert landed(settings) == after


def test_a_key_from_the_environment_needs_the_new_one(home: tuple[Settings, City]) -> None:
    settings, _ = home
    given = settings.model_copy(update={"hash_key": SecretStr("a key for tests only, not a secret")})
    with pytest.raises(SetupError, match="new one must be given"):
        rotate_key(given)
    with pytest.raises(SetupError, match="too short"):
        rotate_key(given, "short")
