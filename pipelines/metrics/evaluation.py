"""From a figure of the evaluation to the cases that it counts, each with its file, sheet and row; and the figure recomputed from them.

An open period counts the cases as they stand today. A frozen one counts them as they stood when it was frozen: those that have not
changed since (`core.fct_evaluation_case`), and those that have, as they were (`core.fct_evaluation_case_change`). A composite score counts
no cases but indicators, each with its weight. What an indicator counts is said by `core.dim_indicator`; nothing here knows a formula.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.errors import InputError
from pipelines.metrics.conditions import parse_of_columns
from pipelines.metrics.relations import Listing, columns_of, conditions_sql, of_this_version, rows, select

MARTS = ("marts.evaluation", "marts.evaluation_restatement")
KEY = ("period_id", "object_type", "object_id", "indicator")
#: Which column of a case says that it belongs to an object of the kind; to the city and its posts belong all.
_PLACE = {"street": "street_code", "grid": "grid_code", "department": "unit_code"}
_EXACT = "decimal(18, 4)"


@dataclass(frozen=True)
class Figure:
    """One row of the mart, what its indicator counts, and what it is made of.

    `recomputed` is {column of the mart: the same out of `listing`}; None where a column is empty in the mart, too.
    """

    row: Mapping[str, Any]
    indicator: Mapping[str, Any]
    recomputed: Mapping[str, Decimal | None]
    listing: Listing

    @property
    def agrees(self) -> bool:
        """Whether what is listed gives what the mart says."""
        return all(self.row[name] == value for name, value in self.recomputed.items())


def explain_figure(
    connection: duckdb.DuckDBPyConnection, mart: str, asked: Sequence[str], limit: int | None = None
) -> Figure:
    """The one figure that the conditions leave, down to its cases.

    Raises InputError where they leave none or several, SetupError where an older version wrote the release.
    """
    row = _one(connection, mart, asked)
    [indicator] = rows(connection, "select * from core.dim_indicator where indicator = ?", [row["indicator"]])
    # A frozen figure keeps the city's choice of its day: where that is of a denominator, it is its name.
    name, _, chosen = str(row.get("definition") or "").partition("=")
    if name.endswith("_denominator"):
        indicator["denominator"] = chosen
    indicator |= {side: _said(connection, indicator[side]) for side in ("numerator", "denominator")}
    made_of = _restated if mart != MARTS[0] else _composite if indicator["kind"] == "composite" else _counted
    with of_this_version():
        return made_of(connection, row, indicator, limit)


def _one(connection: duckdb.DuckDBPyConnection, mart: str, asked: Sequence[str]) -> dict[str, Any]:
    columns = columns_of(connection, mart)
    where, values = conditions_sql(parse_of_columns(mart, columns, asked), columns)
    found = rows(connection, f"select * from {mart} as fact where {where} order by {', '.join(KEY)} limit 2", values)
    if len(found) == 1:
        return found[0]
    differ = [name for name in KEY if not found or found[0][name] != found[1][name]]
    raise InputError(
        "这些条件下没有数字" if not found else "这些条件下有多个数字",
        f"{mart} has {'no figure' if not found else 'several figures'} under these conditions",
        key="--where", value="; ".join(asked) or "–",
        remedy_zh=f"用 --where 写明 {'、'.join(differ)}（如 period_id=2017-08, object_type=street）",
        remedy_en=f"say with --where which {', '.join(differ)} (like period_id=2017-08, object_type=street)",
    )  # fmt: skip


def _counted(
    connection: duckdb.DuckDBPyConnection, row: dict[str, Any], indicator: dict[str, Any], limit: int | None
) -> Figure:
    cases = _frozen_cases(indicator) if row["is_frozen"] else _current_cases(indicator)
    where, values = _of_object(row)
    source = f"with cases as ({cases}) select * from cases where {where}"
    sums = ", ".join(f"cast(sum({side}) as {_EXACT})" for side in ("numerator", "denominator"))
    # Seconds are added up before they become hours, or each case would be rounded.
    scale = 3600 if indicator["numerator"] and indicator["numerator"]["name"] == "handling_hours" else 1
    [(above, below)] = connection.execute(f"select {sums} from ({source})", values).fetchall()
    above = _quotient(connection, above, scale)
    recomputed = {
        "numerator": _or_zero(above, indicator["numerator"]), "denominator": _or_zero(below, indicator["denominator"]),
    }  # fmt: skip
    shown = f"""
        select
            fact.numerator{f" / {scale}" if scale > 1 else ""} as numerator, fact.denominator, fact.case_id, filed.reported_at, filed.filed_at,
            filed.due_at, filed.closed_at, fact.street_code, fact.grid_code, fact.unit_code,
            batch.source as source_file, fact.source_sheet, fact.source_row, batch.batch_id as source_batch
        from ({source}) as fact
        left join core.fct_platform_case as filed on filed.case_id = fact.case_id
        left join meta.batches as batch on batch.batch_seq = fact.batch_seq
        where coalesce(fact.numerator, 0) <> 0 or coalesce(fact.denominator, 0) <> 0
        order by filed.reported_at desc, fact.case_id"""
    return Figure(row, indicator, recomputed, select(connection, shown, values, limit))


def _current_cases(indicator: Mapping[str, Any]) -> str:
    """Cases of the period as they stand today."""
    return f"""
        select case_id, street_code, grid_code, unit_code, {_sides(indicator, "{}", "handling_seconds")},
            _batch_seq as batch_seq, _source_sheet as source_sheet, _source_row as source_row
        from core.fct_evaluation_case
        where period_id = $period_id and not is_excluded"""


def _frozen_cases(indicator: Mapping[str, Any]) -> str:
    """Cases of the period as they stood when it was frozen."""
    return f"""
        {_current_cases(indicator)}
            and case_id not in (select case_id from core.fct_evaluation_case_change where period_id = $period_id)
        union all
        select case_id, old_street_code, old_grid_code, old_unit_code, {_old_sides(indicator)},
            old_batch_seq, old_source_sheet, old_source_row
        from core.fct_evaluation_case_change
        where period_id = $period_id and old_counted_as is not null"""


def _old_sides(indicator: Mapping[str, Any]) -> str:
    return _sides(
        indicator, "cast(list_contains(string_split(old_counted_as, ' '), '{}') as integer)", "old_handling_seconds"
    )


def _sides(indicator: Mapping[str, Any], flag: str, seconds: str) -> str:
    """Numerator and denominator of a case; `flag` with a count's name filled in is whether the case is in it."""
    said = []
    for side in ("numerator", "denominator"):
        name = indicator[side]["name"] if indicator[side] else None
        if name == "handling_hours":
            expression = seconds
        elif name == "reported_not_refused":
            expression = f"{flag.format('reported')} - {flag.format('refused')}"
        else:
            expression = flag.format(name) if name and indicator[side]["is_known"] else "cast(null as integer)"
        said.append(f"{expression} as {side}")
    return ", ".join(said)


def _of_object(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    values = {"period_id": row["period_id"]}
    if row["object_type"] not in _PLACE:
        return "true", values
    return f"{_PLACE[row['object_type']]} = $object_id", {**values, "object_id": row["object_id"]}


def _composite(
    connection: duckdb.DuckDBPyConnection, row: dict[str, Any], indicator: dict[str, Any], limit: int | None
) -> Figure:
    """The indicators that the score is made of, with weights and bands as they hold on the period's last day."""
    holds = "valid_from and $ends_on < coalesce({0}.valid_to, date '9999-12-31')"
    parts = f"""
        select
            case when known.score is not null or band.score is not null
                then weight.weight * coalesce(band.score, known.score) end as numerator,
            case when known.score is not null or band.score is not null then weight.weight end as denominator,
            known.indicator, listed.name_zh, known.numerator as indicator_numerator,
            known.denominator as indicator_denominator, coalesce(band.score, known.score) as score, weight.weight
        from marts.evaluation as known
        inner join core.dim_indicator as listed on listed.indicator = known.indicator
        inner join core.dim_evaluation_weight as weight
            on weight.object_type = known.object_type and weight.object_id in ('', known.object_id)
            and weight.indicator = known.indicator
            and $ends_on >= weight.{holds.format("weight")}
        left join core.dim_period as period on period.period_id = known.period_id
        left join core.dim_evaluation_band as band
            on band.scale = weight.scale
            and known.numerator / period.months >= band.low
            and known.numerator / period.months < coalesce(band.high, 1e12)
            and $ends_on >= band.{holds.format("band")}
        where known.period_id = $period_id and known.object_type = $object_type and known.object_id = $object_id
            and (listed.kind = 'rate' or weight.scale is not null)
        order by weight.weight desc, known.indicator"""
    values = {name: row[name] for name in ("period_id", "object_type", "object_id", "ends_on")}
    sums = ", ".join(f"cast(coalesce(sum({side}), 0) as {_EXACT})" for side in ("numerator", "denominator"))
    [(above, below)] = connection.execute(f"select {sums} from ({parts})", values).fetchall()
    listing = select(connection, parts, values, limit)
    return Figure(row, indicator, {"numerator": above, "denominator": below}, listing)


def _restated(
    connection: duckdb.DuckDBPyConnection, row: dict[str, Any], indicator: dict[str, Any], limit: int | None
) -> Figure:
    """The cases of the object that count otherwise than when the period was frozen, with what they counted then and count now."""
    place = _PLACE.get(row["object_type"])
    concerned = f"$object_id in (change.old_{place}, change.{place})" if place else "true"
    was_here = f"old_{place} = $object_id" if place else "true"
    is_here = f"{place} = $object_id" if place else "true"
    values = {"period_id": row["period_id"], **({"object_id": row["object_id"]} if place else {})}
    known = indicator if indicator["kind"] != "composite" else {**indicator, "numerator": None, "denominator": None}
    shown = f"""
        select
            change.case_id, change.cause, change.changed_on,
            was.numerator as old_numerator, was.denominator as old_denominator,
            now.numerator as new_numerator, now.denominator as new_denominator,
            change.old_street_code, change.street_code, change.old_grid_code, change.grid_code,
            change.old_unit_code, change.unit_code,
            batch.source as source_file, change._source_sheet as source_sheet, change._source_row as source_row,
            batch.batch_id as source_batch
        from core.fct_evaluation_case_change as change
        left join (
            select case_id, {_old_sides(known)} from core.fct_evaluation_case_change
            where period_id = $period_id and old_counted_as is not null and {was_here}
        ) as was on was.case_id = change.case_id
        left join (select * from ({_current_cases(known)}) where {is_here}) as now on now.case_id = change.case_id
        left join meta.batches as batch on batch.batch_seq = change._batch_seq
        where change.period_id = $period_id and {concerned}
        order by change.changed_on desc, change.case_id"""
    return Figure(row, indicator, {}, select(connection, shown, values, limit))


def _said(connection: duckdb.DuckDBPyConnection, name: str | None) -> dict[str, Any] | None:
    """A count in words: {name, zh, en, is_known}; unknown is what no source tells."""
    if name is None:
        return None
    column = {"handling_hours": "handling_seconds", "reported_not_refused": "reported"}.get(name, name)
    found = rows(
        connection,
        """select comment from duckdb_columns()
           where schema_name = 'core' and table_name = 'fct_evaluation_case' and column_name = ?""",
        [column],
    )
    zh, _, en = str(found[0]["comment"] or "").partition("\n") if found else ("", "", "")
    return {"name": name, "zh": zh, "en": en, "is_known": bool(found)}


def _or_zero(value: Decimal | None, side: Mapping[str, Any] | None) -> Decimal | None:
    """A side that no case is in is zero; one that the indicator does not have, or that no source tells, is empty."""
    return None if side is None or not side["is_known"] else value if value is not None else Decimal(0)


def _quotient(connection: duckdb.DuckDBPyConnection, value: Decimal | None, divisor: int) -> Decimal | None:
    """As the models divide: in floating point, then rounded."""
    if value is None or divisor == 1:
        return value
    [(quotient,)] = connection.execute(
        f"select cast(cast($v as bigint) / {divisor} as {_EXACT})", {"v": value}
    ).fetchall()
    return Decimal(quotient)
