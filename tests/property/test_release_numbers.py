"""The id of a release never comes again: whatever was pruned, killed, copied away and put back in between."""

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from pipelines.errors import SetupError
from pipelines.publish import numbers, release
from pipelines.settings import Settings

NOW = dt.datetime(2017, 9, 28, 18, tzinfo=dt.UTC)
DAYS = [dt.date(2017, 9, day) for day in range(24, 28)]


class Releases(RuleBasedStateMachine):
    """A home whose releases are empty folders; a minute passes with each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.home = Settings(home=self.folder / "home")
        self.home.releases.mkdir(parents=True)
        self.given: list[str] = []
        self.now = NOW
        self.backup: dt.datetime | None = None

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(day=st.sampled_from(DAYS), is_killed=st.booleans())
    def publish(self, day: dt.date, is_killed: bool) -> None:
        release._clear(self.home)
        number = numbers.next_id(self.home, day)
        assert number not in self.given, self.given
        self.given.append(number)
        self.now += dt.timedelta(minutes=1)
        (self.home.releases / number).mkdir()
        (self.home.releases / number / "serving.duckdb").touch()
        if not is_killed:
            numbers.note(self.home)

    @rule(keep=st.integers(0, 3), died=st.sampled_from(["not", "hidden", "emptied"]))
    def prune(self, keep: int, died: str) -> None:
        folders = sorted((path for path in self.home.releases.glob("2*")), key=lambda path: numbers.order(path.name))
        for path in folders[: len(folders) - keep]:
            hidden = path.rename(path.with_name(f"{numbers.PRUNING}{path.name}"))
            if died == "emptied":
                (hidden / "serving.duckdb").unlink(missing_ok=True)
        if died == "not":
            release._clear(self.home)

    @rule(minutes=st.integers(0, 3000))
    def rest(self, minutes: int) -> None:
        self.now += dt.timedelta(minutes=minutes)

    @rule()
    def back_up(self) -> None:
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        shutil.copytree(self.home.releases, self.folder / "backup", ignore=shutil.ignore_patterns(".tmp-*"))
        self.backup = self.now

    @rule()
    def put_back(self) -> None:
        if self.backup is not None:
            shutil.rmtree(self.home.releases)
            shutil.copytree(self.folder / "backup", self.home.releases)
            numbers.restored(self.home, self.backup, self.now)


TestReleases = Releases.TestCase
TestReleases.settings = hypothesis(max_examples=25, stateful_step_count=30, deadline=None)


def test_a_day_that_ends_after_a_restore_begins_with_one(settings: Settings) -> None:
    (settings.releases / "20170925.4").mkdir(parents=True)
    numbers.restored(settings, NOW, NOW + dt.timedelta(hours=2))
    assert numbers.next_id(settings, DAYS[1]) == "20170925.126"
    assert numbers.next_id(settings, NOW.date()) == "20170928.126", "which has ended in a city of the east"
    assert numbers.next_id(settings, NOW.date() + dt.timedelta(days=1)) == "20170929.1"


def test_what_is_known_already_is_not_written_again(settings: Settings) -> None:
    (settings.releases / "20170925.4").mkdir(parents=True)
    numbers.note(settings)
    file = settings.releases / numbers.FILE_NAME
    was = file.stat().st_ino
    numbers.note(settings)
    assert file.stat().st_ino == was, "so that a full disk can be made room on"


@pytest.mark.parametrize("text", ["", "[]", '{"given": {"20170925": "many"}, "ended_before": "", "beyond": 0}'])
def test_a_damaged_record_is_refused_by_name(settings: Settings, text: str) -> None:
    settings.releases.mkdir()
    (settings.releases / numbers.FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match="cannot be read") as refused:
        numbers.next_id(settings, DAYS[0])
    assert "编号" in refused.value.zh and "numbers.json" in str(refused.value.where["file"])
