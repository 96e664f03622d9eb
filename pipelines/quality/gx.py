"""Great Expectations, and the one place where it is imported: measures and bounds as a table, two expectations over it.

Belongs here: the adapter. It does not work on DuckDB and does not know polars, and it costs seconds and megabytes to import; so it sees
numbers only, and only when there is a batch to judge. An expectation costs the same for one row and for thousands (some 20 ms), so
there is not one a measure: low and high are columns of the table, with one expectation of either. It would send usage figures home:
that is switched off before the import.
"""

import os
from collections.abc import Sequence
from typing import Any

from pipelines.quality.rules import Bound

#: (batch, bound, observed value).
Line = tuple[str, Bound, float]


def validate(feed: str, lines: Sequence[Line]) -> tuple[list[bool], dict[str, Any]]:
    """(whether each line keeps its bound, the result as Great Expectations documents it)."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    table = pd.DataFrame(
        [
            {"line": at, "batch": batch, "measure": bound.measure, "severity": bound.severity, "observed": observed,
             "low": bound.low, "high": bound.high, "usual": bound.usual}
            for at, (batch, bound, observed) in enumerate(lines)
        ]
    ).astype({"observed": float, "low": float, "high": float, "usual": float})  # fmt: skip
    asset = context.data_sources.add_pandas("batches").add_dataframe_asset(feed)
    batch = asset.add_batch_definition_whole_dataframe("measures").get_batch(batch_parameters={"dataframe": table})
    suite = gx.ExpectationSuite(name=feed, expectations=_expectations())
    shown = ["line", "batch", "measure", "severity", "usual"]
    result = batch.validate(suite, result_format={"result_format": "COMPLETE", "unexpected_index_column_names": shown})
    broken = {int(place["line"]) for one in result.results for place in one.result.get("unexpected_index_list") or []}
    document: dict[str, Any] = result.to_json_dict()  # type: ignore[no-untyped-call]
    return [at not in broken for at in range(len(lines))], document


def _expectations() -> list[Any]:
    from great_expectations.expectations.core import (  # noqa: PLC0415
        expect_column_pair_values_a_to_be_greater_than_b as pairs,
    )

    return [
        pairs.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="either_value_is_missing"
        )
        for larger, smaller in (("high", "observed"), ("observed", "low"))
    ]
