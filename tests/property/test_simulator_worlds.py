"""What holds for every simulated world, whatever its seed and size: it is the same each time, and each day of it is the past of the next."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import fastexcel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.simulator import SimulationTruth, simulate

SEEDS = st.integers(0, 10_000)
SIZES = st.integers(5, 120)
DAYS = st.dates(date(2014, 1, 1), date(2018, 6, 30))
few = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def _in_two_inboxes(check: Callable[[Path, Path], None]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        check(Path(one), Path(other))


def _table(inbox: Path, table: str) -> dict[str, tuple[object, ...]]:
    with closing(sqlite3.connect(inbox / "platform/platform.sqlite")) as connection:
        return {str(row[0]): row for row in connection.execute(f"select * from {table}")}


def _contents(inbox: Path) -> dict[str, bytes]:
    return {str(path.relative_to(inbox)): path.read_bytes() for path in inbox.rglob("*") if path.is_file()}


def _ledger_keys(inbox: Path, name: str, column: int) -> set[str]:
    path = inbox / "case_files" / name
    if not path.exists():
        return set()
    sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    return {cell for cell in sheet[4:].to_series(column).to_list() if cell}


@few
@given(seed=SEEDS, size=SIZES, day=DAYS)
def test_the_same_seed_size_and_day_give_the_same_bytes(seed: int, size: int, day: date) -> None:
    def check(one: Path, other: Path) -> None:
        simulate(one, seed=seed, cases=size, as_of=day)
        simulate(other, seed=seed, cases=size, as_of=day)
        assert _contents(one) == _contents(other)

    _in_two_inboxes(check)


@few
@given(seed=SEEDS, size=SIZES)
def test_another_seed_gives_another_city(seed: int, size: int) -> None:
    def check(one: Path, other: Path) -> None:
        simulate(one, seed=seed, cases=size)
        simulate(other, seed=seed + 1, cases=size)
        assert _table(one, "t_case") != _table(other, "t_case")

    _in_two_inboxes(check)


@few
@given(seed=SEEDS, size=SIZES, day=DAYS, later=st.integers(1, 400))
def test_an_earlier_day_is_the_past_of_a_later_one(seed: int, size: int, day: date, later: int) -> None:
    def check(one: Path, other: Path) -> None:
        simulate(one, seed=seed, cases=size, as_of=day)
        simulate(other, seed=seed, cases=size, as_of=day + timedelta(days=later))
        midnight = str(day + timedelta(days=1))
        for table in ("t_case", "t_case_flow"):
            before, after = _table(one, table), _table(other, table)
            # Nothing vanishes, nothing is of tomorrow, and what changed later says so in its cursor.
            assert before.keys() <= after.keys()
            assert all(str(row[-1]) < midnight for row in before.values())
            assert before == {key: row for key, row in after.items() if str(row[-1]) < midnight} | {
                key: row for key, row in before.items() if str(after[key][-1]) >= midnight
            }
        for name in ("违法建设台账.xlsx", "拆除台账.xlsx"):
            assert _ledger_keys(one, name, 1) <= _ledger_keys(other, name, 1)

    _in_two_inboxes(check)


@few
@given(seed=SEEDS, size=st.integers(100, 300), later=st.integers(1, 300))
def test_a_month_or_year_that_is_corrected_is_never_written_again(seed: int, size: int, later: int) -> None:
    def check(one: Path, other: Path) -> None:
        day = date(2016, 9, 1)
        simulate(one, seed=seed, cases=size, as_of=day)
        simulate(other, seed=seed, cases=size, as_of=day + timedelta(days=later))
        corrected = list(one.rglob("*_更正.*"))
        assert corrected
        for path in corrected:
            base = path.with_name(path.name.replace("_更正", ""))
            for file in (path, base):
                assert file.read_bytes() == (other / file.relative_to(one)).read_bytes()

    _in_two_inboxes(check)


@few
@given(seed=SEEDS, size=SIZES)
def test_on_the_day_of_the_report_all_is_closed_in_every_world(seed: int, size: int) -> None:
    with TemporaryDirectory() as folder:
        truth = simulate(Path(folder), seed=seed, cases=size)
    assert truth.report["platform_tasks"] == size
    assert truth.report["new_illegal_buildings_in_two_years"] == 0
    for figure in ("platform_tasks_open", "general_cases_open", "tickets_open"):
        assert truth.report[figure] == 0


@few
@given(seed=SEEDS, size=SIZES)
def test_no_time_of_a_valid_case_lies_before_the_one_it_follows(seed: int, size: int) -> None:
    with TemporaryDirectory() as folder:
        simulate(Path(folder), seed=seed, cases=size, as_of=date(2017, 12, 31))
        with closing(sqlite3.connect(Path(folder) / "platform/platform.sqlite")) as connection:
            rows = connection.execute(
                "select create_time, inst_time, dispatch_time, dispose_time, archive_time from t_case where length(rec_id) < 7"
            ).fetchall()
            waits = connection.execute(
                "select count(*) from t_case_flow where receive_time > operate_time and flow_id not like '%X%'"
            ).fetchone()
    for row in rows:
        times = [time for time in row if time is not None]
        assert times == sorted(times)
    assert waits == (0,)


def test_simulating_an_earlier_day_into_the_same_inbox_takes_the_later_files_away(tmp_path: Path) -> None:
    mine = tmp_path / "hotline" / "收件说明.txt"
    simulate(tmp_path, cases=60)
    mine.write_text("not the simulator's")
    truth: SimulationTruth = simulate(tmp_path, cases=60, as_of=date(2014, 5, 1))
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*truth.files, "simulated.json", "hotline/收件说明.txt"}


def test_a_night_without_news_touches_no_file(tmp_path: Path) -> None:
    simulate(tmp_path, cases=40)
    workbooks = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.xlsx")}
    simulate(tmp_path, cases=40)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.xlsx")} == workbooks
