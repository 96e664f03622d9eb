"""A person is erased, or the hash key changed, and then comes a night: it gives what it gives in a home where nothing of that happened.

Belongs here: two whole nights with either of them in between, held against an undisturbed home, table by table. What erasing and changing the
key do by themselves is tested in `tests/pipeline/test_erasure.py` and `test_key_rotation.py`.
"""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from pydantic import SecretStr

from pipelines.landing.conservation import check_conservation
from pipelines.landing.privacy import hash_key, keyed_hash
from pipelines.settings import Settings
from tests.faults import results
from tests.faults.canaries import found_in
from tests.faults.killing import tables
from tests.faults.two_nights import copied, second_night
from tests.pipeline.nights import KEY, command, served

pytestmark = pytest.mark.slow
NEW_KEY = "another key for tests only, no secret either"

#: What a night may say otherwise of an erased caller's tickets: whether they repeat an earlier one is told by who called.
MAY_DIFFER = {
    "core.fct_hotline_ticket": {"is_repeat"},
    "core.fct_ticket_standing": {"repeated"},
    "marts.hotline_service": {"repeated"},
}


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "build/warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def hashes(home: Path) -> set[str]:
    """Every hash of a person in raw."""
    columns = ask(home, "select table_name, column_name from duckdb_columns() where schema_name = 'raw' and column_name like '%\\_hash' escape '\\'")  # fmt: skip
    found = (
        ask(home, f"select distinct {column} from raw.{feed} where {column} is not null") for feed, column in columns
    )
    return {value for rows in found for (value,) in rows}


def originals(home: Path, feed: str) -> set[str]:
    """What a feed's vault files hold, value by value."""
    frames = [pl.read_parquet(path) for path in (home / "vault" / feed).glob("*.parquet")]
    return {str(value) for frame in frames for name in frame.columns if not name.startswith("_") for value in frame[name].drop_nulls()}  # fmt: skip


def telephones(home: Path) -> dict[str, str]:
    """Mobile numbers and ID numbers that the vault holds, as canaries: nobody plants these, they are the city's own persons."""
    said = set().union(*(originals(home, feed) for feed in ("hotline_tickets", "platform_cases", "penalty_cases")))
    return {one: "a person of the vault" for one in said if len(one) in (11, 18) and one[:-1].isdigit()}


def caller(home: Path, later: Path) -> tuple[str, str]:
    """(telephone, its hash) of the caller with the most tickets that repeat an earlier one, of those who do not call again later."""
    asked = """
        select caller_phone_hash, count(*) from raw.hotline_tickets where _superseded_by_seq is null
        and ticket_id in (select ticket_id from core.fct_hotline_ticket) group by 1"""
    now, then = dict(ask(home, asked)), dict(ask(later, asked))
    repeats = Counter(dict(ask(home, """
        select caller_phone_hash, count(*) from raw.hotline_tickets inner join core.fct_hotline_ticket using (ticket_id)
        where is_repeat and _superseded_by_seq is null group by 1""")))  # fmt: skip
    chosen = max(
        (one for one in now if one and then.get(one) == now[one]), key=lambda one: (repeats[one], now[one], one)
    )
    values = pl.Series(sorted(originals(home, "hotline_tickets")))
    key = hash_key(Settings(home=home, hash_key=SecretStr(KEY)))
    [telephone] = values.filter(keyed_hash(values, "phone", key) == chosen)
    return telephone, chosen


def differing(left: Path, right: Path) -> dict[str, tuple[int, set[str]]]:
    """{table: (rows that differ, columns in which they do)} of two releases whose tables have equally many rows."""
    a, b = served(left), served(right)
    assert {name: len(rows) for name, rows in a.items()} == {name: len(rows) for name, rows in b.items()}
    found: dict[str, tuple[int, set[str]]] = {}
    with duckdb.connect(str(left / "serving.duckdb"), read_only=True) as connection:
        for name, rows in a.items():
            if rows != b[name]:
                columns = [one for one, *_ in connection.execute(f"describe {name}").fetchall()]
                pairs = [(x, y) for x, y in zip(rows, b[name], strict=True) if x != y]
                found[name] = (
                    len(pairs),
                    {column for x, y in pairs for column, p, q in zip(columns, x, y, strict=True) if p != q},
                )
    return found


def test_a_person_is_erased_and_the_night_after_gives_all_others_as_ever(
    after_one_night: Path, undisturbed: Path, tmp_path: Path
) -> None:
    began = time.monotonic()
    home = copied(after_one_night, tmp_path / "home")
    telephone, hashed = caller(home, undisturbed)
    tickets = [one for (one,) in ask(home, f"select distinct ticket_id from raw.hotline_tickets where caller_phone_hash = '{hashed}'")]  # fmt: skip
    person = tmp_path / "person.txt"
    person.write_text(f"电话={telephone}\n", encoding="utf-8")
    done = command(home, "privacy", "erase", "--person", str(person), "--yes", "--by", "Wang", "--request", "R1")
    assert done.returncode == 0, done.stdout + done.stderr
    recovery = second_night(home)

    differs = differing(home / "current", undisturbed / "current")
    assert differs.keys() <= MAY_DIFFER.keys(), differs
    for table, (rows, columns) in differs.items():
        assert columns <= MAY_DIFFER[table] and rows <= 2 * len(tickets), differs
    settings = Settings(home=home)
    assert check_conservation(settings) == []
    counted = "select feed, source, rows_read, rows_loaded, rows_quarantined from ops.ledger order by all"
    assert ask(home, counted) == ask(undisturbed, counted)
    assert hashes(home) <= hashes(undisturbed), "nobody else's hash has changed"
    gone = {telephone: "the telephone", hashed: "its hash"}
    lost = found_in(home, {**telephones(home), **gone}, {"inbox", "vault"}) + found_in(home / "vault", gone, set())
    results.record(
        "night_after_erasing", "应要求删除一人，次夜照常", "a person erased on request, and the night after it",
        times=1, lost=len(lost), seconds=time.monotonic() - began, recovery_seconds=recovery,
        measured={"records erased": len(tickets), "rows otherwise": sum(rows for rows, _ in differs.values())},
    )  # fmt: skip
    assert lost == []


def test_the_key_is_changed_and_the_night_after_gives_the_same_under_other_hashes(
    after_one_night: Path, undisturbed: Path, tmp_path: Path
) -> None:
    began = time.monotonic()
    home = copied(after_one_night, tmp_path / "home")
    before, releases = hashes(home), {path.name for path in (home / "releases").glob("2*")}
    done = command(home, "privacy", "rotate-key", CHENGGUAN_HASH_KEY_NEW=NEW_KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    recovery = second_night(home, NEW_KEY)

    assert differing(home / "current", undisturbed / "current") == {}
    assert check_conservation(Settings(home=home)) == []
    now, was = (tables(one / "build/warehouse.duckdb", "raw", "quarantine") for one in (home, undisturbed))
    assert {name: len(rows) for name, rows in now.items()} == {name: len(rows) for name, rows in was.items()}
    after = hashes(home)
    assert len(after) == len(hashes(undisturbed)) and not after & before
    assert len(releases) == 1 and len(list((home / "releases").glob("2*"))) == 2
    gone = dict.fromkeys(before, "a hash of before")
    lost = found_in(home, {**telephones(home), **gone}, {"inbox", "vault"}) + found_in(home / "vault", gone, set())
    lost += found_in(home / "current", dict.fromkeys(after, "a hash of after"), set())
    results.record(
        "night_after_rotation", "更换散列密钥，次夜照常", "the hash key changed, and the night after it",
        times=1, lost=len(lost), seconds=time.monotonic() - began, recovery_seconds=recovery,
        measured={"hashes changed": f"{len(before):,}", "joined across": len(after & before)},
    )  # fmt: skip
    assert lost == []
