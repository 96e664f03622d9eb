"""When a night copies the last release's file for the next one. What the copy is good for: tests/property/test_releases_that_go_on.py."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines import transform
from pipelines.publish import going_on
from tests.conftest import AS_OF
from tests.pipeline.fakes import FakeDbt

#: What was copied, and how often dbt had been asked for anything when the copy began and when it was waited for.
Copied = list[tuple[str, int, int]]


@pytest.fixture
def copied(dbt: FakeDbt, monkeypatch: pytest.MonkeyPatch) -> Copied:
    noted: Copied = []

    @contextmanager
    def note(file: Path, *_: Any) -> Iterator[None]:
        before = len(dbt.calls)
        yield
        noted.append((file.parent.name, before, len(dbt.calls)))

    monkeypatch.setattr(going_on, "copied_ahead", note)
    return noted


def nights(defs: dg.Definitions, instance: dg.DagsterInstance, *days: dt.date) -> None:
    for day in days:
        done = defs.resolve_job_def("nightly").execute_in_process(instance=instance, partition_key=day.isoformat())
        assert done.success


def test_the_last_release_is_copied_while_dbt_builds_and_the_first_night_has_none(
    defs: dg.Definitions, instance: dg.DagsterInstance, copied: Copied
) -> None:
    nights(defs, instance, AS_OF - dt.timedelta(days=1), AS_OF)
    assert copied == [(f"{AS_OF - dt.timedelta(days=1):%Y%m%d}.1", 1, 2)]


def test_a_part_of_the_models_which_no_release_follows_copies_nothing(
    defs: dg.Definitions, instance: dg.DagsterInstance, dbt: FakeDbt, copied: Copied
) -> None:
    nights(defs, instance, AS_OF - dt.timedelta(days=1))
    # The stand-in for dbt builds all models, which Dagster then refuses.
    defs.resolve_job_def("nightly").execute_in_process(
        instance=instance, partition_key=AS_OF.isoformat(), asset_selection=[dg.AssetKey(["marts", "demolition"])], raise_on_error=False
    )  # fmt: skip
    assert len(dbt.calls) == 2
    assert copied == []


def test_a_build_from_scratch_copies_nothing(
    defs: dg.Definitions, instance: dg.DagsterInstance, copied: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "needs_full_refresh", lambda *_: True)
    nights(defs, instance, AS_OF - dt.timedelta(days=1), AS_OF)
    assert copied == []
