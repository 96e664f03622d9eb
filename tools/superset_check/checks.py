"""What must hold of a bundle in Superset. Each check is a function that raises where it does not, and says in a line what it saw."""

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.bi.dashboard import charts
from pipelines.bi.datasets import Dataset, connect, read_datasets
from pipelines.bi.superset import bundle
from pipelines.publish.release import rollback
from pipelines.settings import Settings
from tools.superset_check.client import Client

FLIPS = 20
READERS = 3
CLOSURE = ["platform_closed", "platform_close_due", "platform_closed_rate"]


@dataclass(frozen=True)
class Trial:
    """A Superset, a data home with two releases that differ, and the older one current."""

    client: Client
    settings: Settings
    older: str
    newer: str

    def folder(self, release: str) -> Path:
        return self.settings.releases / release

    def bundle(self, release: str) -> bytes:
        return bundle(self.folder(release), self.settings.served_file)

    def database(self) -> int:
        return int(
            next(one["id"] for one in self.client.listed("database") if one["database_name"].startswith("城管数仓"))
        )

    def dataset(self, label: str) -> int:
        return int(next(one["id"] for one in self.client.listed("dataset") if f"{one['schema']}.{one['table_name']}" == label))  # fmt: skip


def importing_doubles_nothing(trial: Trial) -> str:
    client = trial.client
    client.import_by_button(trial.bundle(trial.older))
    first = client.counts()
    assert first["chart"] == len(charts()) and first["dashboard"] == first["database"] == 1, first
    for again in (client.import_by_button, client.import_assets, client.import_by_button):
        for release in (trial.older, trial.newer):
            again(trial.bundle(release))
            assert client.counts() == first, (again.__name__, release, client.counts())
    return f"seven imports by button and by script: {first}"


def every_chart_answers(trial: Trial) -> str:
    found = trial.client.listed("chart")
    rows = {chart["slice_name"]: len(trial.client.chart(chart["id"])) for chart in found}
    assert rows and all(rows.values()), rows
    return f"{len(rows)} charts, {sum(rows.values())} rows"


def every_metric_is_what_the_release_says(trial: Trial) -> str:
    asked = 0
    numbers = {f"{one['schema']}.{one['table_name']}": one["id"] for one in trial.client.listed("dataset")}
    for dataset in read_datasets(trial.folder(trial.older)):
        names = [one.metric.name for one in dataset.calculations]
        if names:
            told, expected = trial.client.ask(numbers[dataset.label], names), _expected(trial, trial.older, dataset)
            wrong = {name: (told[name], expected[name]) for name in names if not _same(told[name], expected[name])}
            assert not wrong, (dataset.label, wrong)
            asked += len(names)
    return f"{asked} metrics over {len(numbers)} datasets"


def the_closing_rate_is_the_marts(trial: Trial) -> str:
    told = trial.client.ask(trial.dataset("marts.case_closure"), CLOSURE)
    with connect(trial.folder(trial.older)) as con:
        closed, due = con.execute("select sum(closed), sum(due) from marts.case_closure").fetchall()[0]
    assert (told["platform_closed"], told["platform_close_due"]) == (closed, due), told
    assert _same(told["platform_closed_rate"], closed / due), told
    return f"{closed:,} / {due:,} = {told['platform_closed_rate']:.4%}"


def a_filter_by_name_works(trial: Trial) -> str:
    with connect(trial.folder(trial.older)) as con:
        squad, name, filed = con.execute(
            """select squad_id, any_value(squad.name_zh), sum(filed) from marts.case_closure
               join core.dim_squad as squad using (squad_id) group by squad_id order by 3 desc limit 1"""
        ).fetchall()[0]
    only = [{"col": "squad_name_zh", "op": "IN", "val": [name]}]
    told = trial.client.ask(trial.dataset("marts.case_closure"), ["platform_filed"], only)
    assert told["platform_filed"] == filed, (told, filed)
    return f"{name} ({squad}): {filed:,}"


def a_flip_is_seen_at_once_and_whole(trial: Trial) -> str:
    """Readers ask without a pause while the link is flipped; whoever asks after a flip gets the new figure."""
    dataset = trial.dataset("marts.case_closure")
    expected = {release: _closure(trial, release) for release in (trial.older, trial.newer)}
    assert expected[trial.older] != expected[trial.newer]
    seen: list[tuple[Any, ...]] = []
    faults: list[str] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                told = trial.client.ask(dataset, CLOSURE)
                seen.append((told["platform_closed"], told["platform_close_due"]))
            except Exception as fault:
                faults.append(str(fault))

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    stale = 0
    try:
        for flip in range(FLIPS):
            release = trial.newer if flip % 2 == 0 else trial.older
            rollback(trial.settings, release)
            told = trial.client.ask(dataset, CLOSURE)
            stale += (told["platform_closed"], told["platform_close_due"]) != expected[release]
    finally:
        over.set()
        for reader in readers:
            reader.join()
    mixed = [view for view in seen if view not in expected.values()]
    assert (stale, mixed, faults) == (0, [], []), (stale, mixed[:3], faults[:3])
    return f"{FLIPS} flips without a restart, {len(seen)} questions meanwhile: 0 errors, 0 mixed, 0 stale"


def no_file_of_the_host_is_read(trial: Trial) -> str:
    """And the same question on an address without the safe parameters is answered: so it is they that refuse."""
    question = "select * from read_csv('/etc/passwd', header = false, columns = {'line': 'varchar'}, sep = '\n')"
    refused = trial.client.sql(trial.database(), question)
    assert not refused.ok and "root:" not in refused.text, refused.text[:300]
    assert "disabled" in refused.text, refused.text[:500]
    for lifted in (
        "set enable_external_access = true",
        "create table marts.mine as select 1",
        "delete from marts.case_closure",
    ):
        assert not trial.client.sql(trial.database(), lifted).ok, lifted
    bare = trial.client.add_database(
        "unsafe", f"duckdb:///{trial.folder(trial.older) / 'serving.duckdb'}?access_mode=read_only"
    )
    answered = trial.client.sql(bare, question)
    assert answered.ok and "root:" in answered.text, f"the control did not answer: {answered.text[:300]}"
    return "refused by DuckDB, as are switching it off and writing; answered on an address without the parameters"


CHECKS: tuple[tuple[str, Callable[[Trial], str]], ...] = (
    ("导入多次不重复 importing again doubles nothing", importing_doubles_nothing),
    ("每个图都有数据 every chart answers", every_chart_answers),
    ("每个指标与发布版一致 every metric is what the release says", every_metric_is_what_the_release_says),
    ("结案率与集市一致 the closing rate is the mart's", the_closing_rate_is_the_marts),
    ("按中文名称筛选 a filter by a Chinese name works", a_filter_by_name_works),
    ("发布切换立即可见 a flip is seen at once and whole", a_flip_is_seen_at_once_and_whole),
    ("读不到主机文件 no file of the host is read", no_file_of_the_host_is_read),
)


def run(trial: Trial) -> Iterator[tuple[str, bool, str]]:
    """(check, whether it held, what it saw), one by one."""
    for name, check in CHECKS:
        try:
            yield name, True, check(trial)
        except Exception as fault:
            yield name, False, f"{type(fault).__name__}: {fault}"


def _expected(trial: Trial, release: str, dataset: Dataset) -> dict[str, Any]:
    """The metrics over the table itself, without Superset and without the names that its query adds."""
    told = ", ".join(f'{one.expression} as "{one.metric.name}"' for one in dataset.calculations)
    with connect(trial.folder(release)) as con:
        asked = con.execute(f"select {told} from {dataset.label}")
        return dict(zip([column[0] for column in asked.description or []], asked.fetchall()[0], strict=True))


def _closure(trial: Trial, release: str) -> tuple[Any, ...]:
    with connect(trial.folder(release)) as con:
        return tuple(con.execute("select sum(closed), sum(due) from marts.case_closure").fetchall()[0])


def _same(told: Any, expected: Any) -> bool:
    if told is None or expected is None:
        return told is expected
    return math.isclose(float(told), float(expected), rel_tol=1e-9)
