"""A small city with two file feeds and a stand-in for dbt, so that a night inside the test's process takes a second."""

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines import transform
from pipelines.city import City
from pipelines.definitions import build_defs
from pipelines.orchestration import feeds
from pipelines.settings import Settings
from tests.conftest import DEMOLITIONS
from tests.pipeline.fakes import FakeDbt, write_manifest

FLOW = """
feed = "platform_case_flow"
[source]
kind = "file"
files = ["flow/*.csv"]
[columns]
step_id = { from = ["step"] }
case_id = { from = ["case"] }
stage = { from = ["stage"] }
action = { const = "report" }
operated_at = { from = ["at"] }
updated_at = { from = ["at"] }
"""

IMPATIENT = dg.RetryPolicy(max_retries=2, delay=0.01)


@pytest.fixture
def city(settings: Settings, write_city: Callable[..., City], monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr(feeds, "load_reference", lambda *_: {"city": 1})
    monkeypatch.setattr(transform, "dbt_environment", lambda *_, **__: {})
    monkeypatch.setattr(transform, "needs_full_refresh", lambda *_: False)
    monkeypatch.setattr(transform, "record_build", lambda *_, **__: None)
    for folder in ("demolitions", "flow"):
        (settings.inbox_dir / folder).mkdir()
    ledger = "编号,违建编号,拆除日期,面积,方式\n1,W1,2017-01-05,10.5,自拆\n2,W2,2017-02-30,3,自拆\n"
    (settings.inbox_dir / "demolitions/a.csv").write_text(ledger, encoding="utf-8")
    steps = "step,case,stage,at\n1,C1,report,2017-01-05 10:00:00\n"
    (settings.inbox_dir / "flow/a.csv").write_text(steps, encoding="utf-8")
    return write_city(DEMOLITIONS, FLOW)


@pytest.fixture
def dbt(settings: Settings) -> FakeDbt:
    return FakeDbt(settings)


@pytest.fixture
def defs(settings: Settings, city: City, dbt: FakeDbt, tmp_path: Path) -> dg.Definitions:
    return build_defs(
        settings=settings, city=city, manifest=write_manifest(tmp_path), retries=IMPATIENT, resources={"dbt": dbt}
    )


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
