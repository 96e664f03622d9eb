"""Great Expectations, and the one place where it is imported: bounds become a suite, a batch's measures the one row that it is run on.

Belongs here: the adapter. It does not work on DuckDB and does not know polars, and it costs seconds and megabytes to import; so it
sees numbers only, and only when there is a batch to judge. It would send usage figures home: that is switched off before the import.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.quality.rules import Bound

_PLACE = "place"


def validate(feed: str, measures: Mapping[str, float], wanted: Sequence[Bound]) -> tuple[list[bool], dict[str, Any]]:
    """(whether each bound holds, the result as Great Expectations documents it). A measure that is not there fails its bound."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415
    from great_expectations.expectations.core.expect_column_values_to_be_between import (  # noqa: PLC0415
        ExpectColumnValuesToBeBetween,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batches").add_dataframe_asset(feed)
    batch = asset.add_batch_definition_whole_dataframe("measures").get_batch(
        batch_parameters={"dataframe": pd.DataFrame([dict(measures)])}
    )
    suite = gx.ExpectationSuite(name=feed)
    for at, bound in enumerate(wanted):
        suite.add_expectation(
            ExpectColumnValuesToBeBetween(
                column=bound.measure, min_value=bound.low, max_value=bound.high,
                severity=FailureSeverity.CRITICAL if bound.severity == "block" else FailureSeverity.WARNING,
                meta={_PLACE: at, "usual": bound.usual, "batches": bound.batches},
            )
        )  # fmt: skip
    result = batch.validate(suite, result_format="COMPLETE")
    # The results come in an order of their own.
    holds = {one.expectation_config.meta[_PLACE]: bool(one.success) for one in result.results if one.expectation_config}
    document: dict[str, Any] = result.to_json_dict()  # type: ignore[no-untyped-call]
    return [holds[at] for at in range(len(wanted))], document
