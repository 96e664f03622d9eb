"""What DuckDB may hold does not do: said as what it is, with the setting to raise, nothing half done, and the next run goes on from there."""

import random
from collections.abc import Callable

import duckdb
import pytest

from pipelines.city import City
from pipelines.errors import SetupError
from pipelines.landing.ingest import FeedResult, ingest_feed
from pipelines.machine import fault_in, fault_of
from pipelines.settings import Settings
from tests.conftest import AS_OF
from tests.faults.killing import landed

ROWS = 20_000


def ingest(settings: Settings, city: City) -> FeedResult | SetupError:
    """A feed's night; a fault of the machine is met as a step of the night meets it."""
    try:
        return ingest_feed(settings, city, "demolitions", AS_OF)
    except Exception as error:
        fault = fault_of(error, settings.home)
        assert fault is not None, f"not said plainly: {type(error).__name__}: {error}"
        return fault


def test_a_batch_for_which_memory_does_not_do_is_loaded_once_there_is_more(
    write_city: Callable[..., City], settings: Settings
) -> None:
    (settings.inbox_dir / "demolitions").mkdir()
    chance = random.Random(7)
    lines = [f"{at},W{chance.random()},2017-0{at % 9 + 1}-05,{at % 100}.5,自拆" for at in range(ROWS)]
    text = "编号,违建编号,拆除日期,面积,方式\n" + "\n".join(lines) + "\n"
    (settings.inbox_dir / "demolitions/a.csv").write_text(text, encoding="utf-8")
    city = write_city()

    fault = ingest(settings.model_copy(update={"memory": "4MB"}), city)

    assert isinstance(fault, SetupError)
    assert fault.where["key"] == "CHENGGUAN_MEMORY" and "CHENGGUAN_MEMORY" in fault.remedy_zh
    assert not landed(settings.home)
    done = ingest(settings, city)
    assert isinstance(done, FeedResult) and done.total("rows_loaded") == ROWS


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ("set memory_limit = '20MB'; set threads = 2", "not enough memory"),
        # Nine tenths of the free room is all that DuckDB takes of a disk by itself: a full disk speaks of memory.
        ("set memory_limit = '50MB'; set threads = 1; set max_temp_directory_size = '1MB'", "the disk is full"),
    ],
)
def test_what_duckdb_says_of_memory_is_told_from_a_disk_without_room(
    settings: Settings, limits: str, words: str
) -> None:
    with duckdb.connect(settings.home / "x.duckdb") as con:
        con.execute(limits)
        with pytest.raises(duckdb.OutOfMemoryException) as caught:
            con.execute("create table x as select i, md5(i::varchar) as a from range(3_000_000) as t (i) order by a")
    fault = fault_of(caught.value, settings.home)
    assert fault is not None and words in fault.en
    passed_on = fault_in(f"Runtime Error in model x (models/x.sql) {caught.value}", settings.home)
    assert passed_on is not None and words in passed_on.en and "model x" in passed_on.en
