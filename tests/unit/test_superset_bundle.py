"""The parts of Superset's bundle that need no release: the safe address, and how a metric is said. The whole is tested in `tests/pipeline`."""

import pytest

from pipelines.bi.charts import definition, number_format
from pipelines.bi.datasets import name_of, ratio
from pipelines.bi.superset import address
from pipelines.errors import SetupError
from pipelines.metrics.dictionary import Metric, Part

FILED = Part("filed", "core.fct_case", "is_filed", "filed_on", "case", {})
DUE = Part("due", "core.fct_case", "is_due", "filed_on", "case", {})


def metric(denominator: Part | None = None, **about: object) -> Metric:
    return Metric(
        "m", "The metric", "指标", "Formula.", FILED, denominator, {"code": "PL-1", "source": "test", **about}
    )


def test_the_address_is_read_only_and_reaches_no_other_file() -> None:
    assert address("/data/current/serving.duckdb") == (
        "duckdb:////data/current/serving.duckdb?access_mode=read_only&enable_external_access=false&lock_configuration=true"
    )


@pytest.mark.parametrize(
    "path", ["data/serving.duckdb", "/data/a?b/serving.duckdb", "/data/#1/s.duckdb", "/data/50%/s.duckdb", ""]
)
def test_a_path_that_would_break_the_address_is_refused(path: str) -> None:
    with pytest.raises(SetupError, match="CHENGGUAN_BI_PATH"):
        address(path)


@pytest.mark.parametrize(
    ("unit", "denominator", "expected"),
    [("%", DUE, ",.1%"), ("天", DUE, ",.2f"), ("件", None, ",d"), ("元", None, ",.2f"), ("m²", None, ",.2f")],
)
def test_a_figure_is_shown_with_the_decimals_of_its_unit(unit: str, denominator: Part | None, expected: str) -> None:
    assert number_format(metric(denominator, unit=unit)) == expected


def test_a_definition_says_formula_exclusions_and_the_least_volume_in_both_languages() -> None:
    said = definition(
        metric(DUE, formula_zh="甲 ÷ 乙", exclusions_zh="作废", exclusions_en="cancelled", minimum_volume=30)
    )
    for words in ("指标：甲 ÷ 乙", "The metric: Formula.", "不计入：作废", "Not counted: cancelled", "30", "PL-1"):
        assert words in said


def test_a_rate_is_a_quotient_of_sums_without_a_zero_below() -> None:
    assert ratio("sum(closed)", "sum(due)") == "sum(closed) / nullif(sum(due), 0)"


def test_a_name_stands_beside_its_code() -> None:
    assert [name_of(code) for code in ("squad_id", "street_code", "channel")] == ["squad_name_zh", "street_name_zh", "channel_name_zh"]  # fmt: skip
