"""A batch as a whole is judged at the door: an unusual one is told, an impossible one waits outside until a person decides."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines.city import City, load_city
from pipelines.errors import InputError
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.landing.store import read_connection
from pipelines.quality.held import HeldError, decide, list_held
from pipelines.settings import Settings
from tests.conftest import AS_OF, CITY, DEMOLITIONS

HEADER = "编号,违建编号,拆除日期,面积,方式\n"
FIRST = AS_OF - dt.timedelta(days=20)


@pytest.fixture(scope="module")
def twelve_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose ledger of demolitions comes as a file a day, with a history of twelve days."""
    folder = tmp_path_factory.mktemp("town")
    settings = town_in(folder)
    (settings.city_dir / "feeds").mkdir(parents=True)
    (settings.city_dir / "city.toml").write_text(CITY, encoding="utf-8")
    (settings.city_dir / "feeds/demolitions.toml").write_text(DEMOLITIONS, encoding="utf-8")
    for at in range(12):
        assert deliver(settings, load_city(settings), at, 40 + at % 5).problems == []
    return folder


def town_in(folder: Path) -> Settings:
    return Settings(
        home=folder / "home", city="smalltown", cities=folder / "cities", inbox=folder / "inbox",
        hash_key=SecretStr("a key for tests only, not a secret"),
    )  # fmt: skip


@pytest.fixture
def settings(twelve_days: Path, tmp_path: Path) -> Settings:
    """The town's home after its twelve days, for one test alone."""
    shutil.copytree(twelve_days, tmp_path / "town")
    return town_in(tmp_path / "town")


@pytest.fixture
def town(settings: Settings) -> City:
    return load_city(settings)


def deliver(settings: Settings, city: City, at: int, count: int, area: str = "10.5") -> FeedResult:
    """The file of a day, and the night of it."""
    on = FIRST + dt.timedelta(days=at)
    folder = settings.inbox_dir / "demolitions"
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{at}-{n},W{n},{on},{area},自拆\n" for n in range(count))
    (folder / f"{on:%Y%m%d}.csv").write_text(HEADER + lines, encoding="utf-8")
    return ingest_feed(settings, city, "demolitions", on)


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with read_connection(settings) as connection:
        return connection.execute(sql).fetchall()


def test_days_as_usual_raise_no_finding(settings: Settings, town: City) -> None:
    (batch,) = deliver(settings, town, 12, 43).batches
    assert batch.findings == []
    judged = ask(settings, "select count(*) > 100, bool_and(has_passed) from ops.batch_verdicts")
    assert judged == [(True, True)]


def test_an_unusual_batch_is_loaded_and_told(settings: Settings, town: City) -> None:
    (batch,) = deliver(settings, town, 12, 15).batches
    (found,) = batch.findings
    assert (found["measure"], found["severity"]) == ("rows_per_day", "warn")
    assert "往常 41.50（12 批" in found["zh"] and "usually 41.50 (middle of 12" in found["en"]


def test_an_impossible_batch_leaves_raw_untouched_and_says_what_to_do(settings: Settings, town: City) -> None:
    before = ask(settings, "select count(*) from raw.demolitions")
    result = deliver(settings, town, 12, 600)
    (problem,) = result.problems
    assert isinstance(problem, HeldError)
    assert "rows per day is 600" in problem.en and "chengguan batches accept" in problem.remedy_en
    assert ask(settings, "select count(*) from raw.demolitions") == before
    assert ask(settings, "select count(*) from ops.ledger") == [(12,)]
    assert check_conservation(settings) == []
    assert not list(settings.landing.glob("demolitions/.writing*"))
    (held,) = list_held(settings)
    assert (held["rows_read"], held["source"]) == (600, "demolitions/20170917.csv")


def test_a_held_batch_does_not_keep_the_others_out(settings: Settings, town: City) -> None:
    deliver(settings, town, 12, 600)
    result = deliver(settings, town, 13, 41)
    assert [batch.source for batch in result.batches] == ["demolitions/20170918.csv"]
    assert len(result.problems) == 1


def test_an_accepted_batch_is_loaded_with_its_findings_and_is_held_no_longer(settings: Settings, town: City) -> None:
    deliver(settings, town, 12, 600)
    (held,) = list_held(settings)
    decide(settings, held["batch_id"][:8], "accept", "张三", "集中补录")
    result = ingest_feed(settings, town, "demolitions", FIRST + dt.timedelta(days=12))
    assert result.problems == [] and result.total("rows_loaded") == 600
    assert {found["severity"] for found in result.batches[0].findings} == {"block", "warn"}
    assert list_held(settings) == []
    assert check_conservation(settings) == []


def test_a_rejected_file_is_left_out_for_good(settings: Settings, town: City) -> None:
    deliver(settings, town, 12, 600)
    (held,) = list_held(settings)
    decide(settings, held["batch_id"], "reject", "张三", "来源单位误报")
    result = ingest_feed(settings, town, "demolitions", FIRST + dt.timedelta(days=12))
    assert result.problems == [] and result.batches == []
    assert ask(settings, "select decision, decided_by, why from ops.batch_decisions") == [
        ("reject", "张三", "来源单位误报")
    ]
    assert list_held(settings) == []


def test_a_mended_file_takes_the_place_of_the_held_one(settings: Settings, town: City) -> None:
    deliver(settings, town, 12, 600)
    assert deliver(settings, town, 12, 42).problems == []
    assert list_held(settings) == []


@pytest.mark.parametrize(("asked", "by", "why"), [("ffff", "张三", "x"), (None, " ", "x"), (None, "张三", "")])
def test_a_decision_needs_a_batch_a_name_and_a_reason(
    settings: Settings, town: City, asked: str | None, by: str, why: str
) -> None:
    deliver(settings, town, 12, 600)
    (held,) = list_held(settings)
    with pytest.raises(InputError):
        decide(settings, asked or held["batch_id"], "accept", by, why)
    assert ask(settings, "select count(*) from ops.batch_decisions") == [(0,)]


def test_an_accepted_oddity_does_not_become_the_usual(settings: Settings, town: City) -> None:
    deliver(settings, town, 12, 600)
    (held,) = list_held(settings)
    decide(settings, held["batch_id"], "accept", "张三", "集中补录")
    for at in (13, 14):
        assert deliver(settings, town, at, 41).problems == []
    (problem,) = deliver(settings, town, 15, 600).problems
    assert isinstance(problem, HeldError)


def test_verdicts_hold_no_cell_of_a_record(settings: Settings, town: City) -> None:
    deliver(settings, town, 12, 60, "秘密的话")
    said = ask(settings, "select string_agg(message_zh || message_en || measure, ' ') from ops.batch_verdicts")
    assert "秘密" not in json.dumps(said, ensure_ascii=False)
