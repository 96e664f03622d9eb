"""What doctor says of the vault: who else can read it, and what was broken off."""

from pathlib import Path

import pytest

from pipelines.cli.findings import persons
from pipelines.landing.erased import Request, write_request
from pipelines.landing.privacy import hash_key
from pipelines.settings import Settings


@pytest.fixture
def vault(settings: Settings) -> Path:
    hash_key(settings.model_copy(update={"hash_key": None}))
    return settings.vault


def told(settings: Settings) -> list[tuple[str, str]]:
    return [(finding.level, finding.remedy_en) for finding in persons(settings)]


def test_a_vault_for_its_owner_only_is_in_order(settings: Settings, vault: Path) -> None:
    assert told(settings) == [("ok", "")]


@pytest.mark.parametrize(
    ("name", "mode"), [("", 0o750), ("hash.key", 0o640), ("staff", 0o755), ("staff/a.parquet", 0o604)]
)
def test_whatever_others_can_reach_is_named_with_the_remedy(
    settings: Settings, vault: Path, name: str, mode: int
) -> None:
    (vault / "staff").mkdir(mode=0o700)
    (vault / "staff/a.parquet").touch(mode=0o600)
    (vault / name).chmod(mode)
    [finding] = persons(settings)
    assert (finding.level, finding.remedy_zh) == ("fail", f"chmod -R go-rwx {vault}")
    assert str(vault / name) in finding.zh


def test_an_erasure_and_a_rotation_that_were_broken_off_are_told(settings: Settings, vault: Path) -> None:
    (vault / "hash.key.new").touch(mode=0o600)
    write_request(settings, Request("R1", "Wang", "", "2017-09-25T00:00:00"))
    assert told(settings) == [
        ("ok", ""), ("fail", "chengguan privacy rotate-key"), ("fail", "chengguan privacy erase --resume"),
    ]  # fmt: skip


def test_a_home_without_a_vault_is_no_fault(settings: Settings) -> None:
    assert told(settings) == [("ok", "")]
