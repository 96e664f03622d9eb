"""Great Expectations, and the one place where it is imported: measures and bounds as a table, two expectations over it.

Belongs here: the adapter. It does not work on DuckDB and does not know polars, and it costs seconds and megabytes to import; so it sees
numbers only, and only when there is a batch to judge. An expectation costs the same for one row and for thousands (some 20 ms), so
there is not one a measure: at the door one expectation holds all bounds of a batch, in Data Docs one the lows and one the highs. It would send usage figures home:
that is switched off before the import.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.quality.rules import Bound

#: (batch, bound, observed value).
Line = tuple[str, Bound, float]

_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["line", "batch", "measure", "severity", "usual"],
}
_SIDES = (("high", "observed"), ("observed", "low"))
#: A first night brings hundreds of batches: what is the same for all is made once, and most keep every bound.
_PLACES = {"result_format": "COMPLETE", "unexpected_index_column_names": ["line"]}


def validate(lines: Sequence[Line]) -> list[bool]:
    """Whether each line keeps its bound."""
    door = _door()
    batch = door.get_batch(batch_parameters={"dataframe": _sides(lines)})
    (keeps,) = _expectations(("larger", "smaller"))
    if batch.validate(keeps, result_format="BOOLEAN_ONLY").success:
        return [True] * len(lines)
    found = batch.validate(keeps, result_format=_PLACES)
    broken = {int(place["line"]) for place in found.result["unexpected_index_list"]}
    return [at not in broken for at in range(len(lines))]


@cache
def _door() -> Any:
    """The batch definition that every batch of this process is judged by."""
    return (
        _context()
        .data_sources.add_pandas("batches")
        .add_dataframe_asset("door")
        .add_batch_definition_whole_dataframe("measures")
    )


def write_docs(folder: Path, feeds: Mapping[str, Sequence[Line]]) -> None:
    """The Data Docs of one night, a page a feed, as Great Expectations writes them (with links to other hosts: see `data_docs`)."""
    import great_expectations as gx  # noqa: PLC0415

    context = _context()
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    context.add_data_docs_site(
        "release",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": store,
            "site_index_builder": index,
        },
    )
    source = context.data_sources.add_pandas("batches")
    for feed, lines in feeds.items():
        data = source.add_dataframe_asset(feed).add_batch_definition_whole_dataframe("measures")
        suite = context.suites.add(gx.ExpectationSuite(name=feed, expectations=_expectations(*_SIDES)))
        definition = context.validation_definitions.add(gx.ValidationDefinition(name=feed, data=data, suite=suite))
        definition.run(batch_parameters={"dataframe": _table(lines)}, result_format=_RESULT_FORMAT)
    context.build_data_docs(site_names=["release"])


def _context() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _table(lines: Sequence[Line]) -> Any:
    import pandas as pd  # noqa: PLC0415

    rows = [
        {"line": at, "batch": batch, "measure": bound.measure, "severity": bound.severity, "observed": observed,
         "low": bound.low, "high": bound.high, "usual": bound.usual}
        for at, (batch, bound, observed) in enumerate(lines)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"observed": float, "low": float, "high": float, "usual": float})


def _sides(lines: Sequence[Line]) -> Any:
    """One row for each side of a bound, which is kept where the larger is not below the smaller."""
    import pandas as pd  # noqa: PLC0415

    rows = [
        (at, larger, smaller)
        for at, (_, bound, observed) in enumerate(lines)
        for larger, smaller in ((bound.high, observed), (observed, bound.low))
        if larger is not None and smaller is not None
    ]
    return pd.DataFrame({name: [row[at] for row in rows] for at, name in enumerate(("line", "larger", "smaller"))})


def _expectations(*sides: tuple[str, str]) -> list[Any]:
    from great_expectations.expectations.core import (  # noqa: PLC0415
        expect_column_pair_values_a_to_be_greater_than_b as pairs,
    )

    return [
        pairs.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="either_value_is_missing"
        )
        for larger, smaller in sides
    ]
