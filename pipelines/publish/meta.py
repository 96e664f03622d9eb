"""The schema `meta` of a release: the ledger, the feeds, the metrics' definitions, what explains a mart's figure, the report's figures beside ours.

Belongs here: making these tables on the connection that a release is written from (as `memory.meta.*`) and what is said of them. What they
hold comes from the ledger, the dictionary (`pipelines.metrics.dictionary`), the figures (`pipelines.metrics.figures`) and the lineage (`pipelines.publish.coverage`).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from pipelines.city import City
from pipelines.metrics.dictionary import Dictionary
from pipelines.metrics.figures import answer, load_figures
from pipelines.publish import geometry, quality
from pipelines.publish.contents import Served
from pipelines.publish.coverage import FEEDS_TOLD, RELATIONS, feeds_told, relations_told

BATCHES = Served(
    "meta",
    "batches",
    "账本：每批数据一行，读入 = 入库 + 隔离 + 搁置\nThe ledger: one row per batch, read = loaded + quarantined + dismissed",
    {
        "batch_id": "批次标识（内容与数据源的哈希）\nBatch: hash of its content and feed",
        "batch_seq": "入库序号\nNumber in the order of loading",
        "feed": "数据源\nFeed",
        "source": "来源文件或数据库地址（不含口令）\nFile, or address of the database without credentials",
        "source_kind": "来源类型：文件、数据库\nFile or database",
        "content_sha256": "内容 SHA-256\nSHA-256 of the content",
        "rows_read": "读入行数 = 入库 + 隔离 + 搁置\nRows read = loaded + quarantined + dismissed",
        "rows_skipped": "跳过的非记录行数（小计、填表说明等）\nRows that are no records: subtotals, rules",
        "rows_loaded": "入库行数\nRows loaded",
        "rows_quarantined": "隔离行数\nRows in quarantine",
        "rows_dismissed": "经核定搁置的行数\nRefused rows that a steward has set aside",
        "rows_superseded": "被替代的旧版本数\nEarlier versions that gave way",
        "loaded_for_on": "入库所属日期\nAs-of date of the night that loaded it",
        "loaded_at_utc": "入库时刻（UTC）\nWhen it was loaded, UTC",
        "first_record_on": "最早记录日期\nDay of the earliest record",
        "last_record_on": "最晚记录日期\nDay of the latest record",
        "window_from": "数据库读取窗口起（不含）\nBeginning of the window that was read of a database",
        "window_to": "数据库读取窗口止\nEnd of the window that was read of a database",
        "horizon_on": "该批记录可能的最晚日期\nLast day that a record of the batch could be of",
        "encoding": "文件编码\nEncoding of the file",
        "template": "所用模板版本\nVersion of the template that the columns were read by",
        "unknown_columns": "配置中没有的列\nColumns that the profile does not name",
        "code_version": "程序版本\nVersion of the code that loaded it",
        "seconds": "用时（秒）\nSeconds that it took",
        "city": "城市配置名\nCity profile",
    },
)
METRICS = Served(
    "meta",
    "metrics",
    "指标字典：每个指标一行，定义、口径、来源及其可靠程度\nThe dictionary: one row a metric, its definition, its source and how far that can be relied on",
    {
        "metric": "指标名\nName of the metric",
        "code": "编号\nCode",
        "name_zh": "中文名称\nChinese name",
        "name_en": "英文名称\nEnglish name",
        "kind": "合计或比率\nA sum or a ratio",
        "unit": "单位\nUnit",
        "formula_zh": "计算口径\nFormula in words, Chinese",
        "formula_en": "计算口径（英文）\nFormula in words",
        "numerator": "分子\nNumerator",
        "denominator": "分母（比率才有）\nDenominator, of a ratio",
        "time_anchor": "按哪个日期归属期间\nThe date by which a record belongs to a period",
        "exclusions_zh": "不计入的情形\nWhat does not count, Chinese",
        "exclusions_en": "不计入的情形（英文）\nWhat does not count",
        "minimum_volume": "分母低于此数不作比较\nBelow this denominator nobody is compared",
        "source": "口径出处\nWhere the definition comes from",
        "strength": "出处可靠程度代码\nStrength of the source, its mark",
        "strength_zh": "出处可靠程度\nStrength of the source, Chinese",
        "strength_en": "出处可靠程度（英文）\nStrength of the source",
        "disputed_definition": "有争议的口径（city.toml 的键）\nKey of a disputed definition in city.toml",
        "chosen_definition": "本市的选择\nWhat the city has chosen",
        "mart": "所在集市表\nMart that holds it",
        "fact": "所依据的事实表\nFact that it counts",
        "numerator_sql": "分子在事实表上的表达式\nNumerator over the rows of the fact",
        "denominator_sql": "分母在事实表上的表达式\nDenominator over the rows of the fact",
        "dimensions": "可分组的维度\nWhat it may be grouped by",
    },
)
MART_COLUMNS = Served(
    "meta",
    "mart_columns",
    "集市表的每个数字列：对应的指标，或其明细所在的表\nEvery figure of a mart: the metric that explains it, or the relation in which its records stand",
    {
        "mart": "集市表\nMart",
        "column_name": "列\nColumn",
        "explained_by": "指标名，或明细所在的表，或一句说明\nA metric, a relation, or a sentence",
        "explained_if": "明细表中哪些行计入\nWhich rows of that relation count",
        "explained_on": "明细按哪个日期归属期间\nThe date by which a row of that relation belongs to a period",
    },
)
FIGURES = Served(
    "meta",
    "report_figures",
    "报告数字复算：报告的每条数字、机制、要求与本库的答案\nThe report recomputed: each of its figures, mechanisms and wishes beside our answer",
    {
        "row_id": "编号\nNumber of the entry",
        "section": "报告的部分\nPart of the report",
        "phrase": "报告用语\nPhrase of the report",
        "question_zh": "所问（中文）\nWhat is asked, Chinese",
        "question_en": "所问\nWhat is asked",
        "expected": "报告的数字\nThe report's figure",
        "qualifier": "限定：exact 等于，at_least 余，almost 近，up_to 高达，rounded 约数，derived 推算\nHow the figure is meant",
        "unit_zh": "单位\nUnit, Chinese",
        "unit_en": "单位（英文）\nUnit",
        "period_from": "期间起\nFirst day of the period",
        "period_to": "期间止\nLast day of the period",
        "value": "本库的答案\nOur value",
        "holds": "是否成立；无法回答的为空\nWhether it holds; NULL where it cannot be answered",
        "relation": "回答所用的表\nRelation that answers it",
        "relation_rows": "该表行数\nRows of that relation",
        "query": "所用查询\nQuery",
        "metric": "对应指标\nMetric that it is",
        "note_zh": "说明\nNote, Chinese",
        "note_en": "说明（英文）\nNote",
        "why_not_zh": "无法回答的原因\nWhy it cannot be answered, Chinese",
        "why_not_en": "无法回答的原因（英文）\nWhy it cannot be answered",
        "problem": "查询出错\nWhat went wrong with the query",
    },
)
_TYPES: dict[str, Any] = {
    **{name: pl.Int64 if kind == "bigint" else pl.Date for name, kind in quality.TYPES.items()},
    "minimum_volume": pl.Int64, "relation_rows": pl.Int64, "holds": pl.Boolean, "period_from": pl.Date, "period_to": pl.Date,
    "is_configured": pl.Boolean, "has_records": pl.Boolean, "is_empty": pl.Boolean, "batch_count": pl.Int64,
    "rows_loaded": pl.Int64, "rows_quarantined": pl.Int64, "row_count": pl.Int64, "first_record_on": pl.Date,
    "last_record_on": pl.Date, "last_loaded_for_on": pl.Date, "is_illustrative": pl.Boolean, "lon": pl.Float64, "lat": pl.Float64,
}  # fmt: skip


def meta_tables(
    con: duckdb.DuckDBPyConnection,
    tables: Sequence[Served],
    city: City,
    as_of: dt.date,
    *,
    semantics: Mapping[str, Any],
    manifest: Mapping[str, Any],
) -> list[Served]:
    """Makes the tables on `con`, where the build file is attached as `build`; gives what to serve of them.

    The ledger goes up to the as-of day, so that a release of an old day does not change with what came after it. It holds counts, never a person.
    """
    con.execute("CREATE SCHEMA IF NOT EXISTS memory.meta")
    # What stewards decided for a later day does not count yet.
    con.execute(
        f"""CREATE OR REPLACE VIEW memory.meta.batches AS
            WITH decided AS (
                SELECT batch_id, row_id, arg_max(action, action_seq) AS action FROM build.ops.quarantine_actions
                WHERE action <> 'replaced' AND acted_for_on <= DATE '{as_of}' GROUP BY ALL
            ), dismissed AS (SELECT batch_id, count(*) AS n FROM decided WHERE action = 'dismissed' GROUP BY ALL)
            SELECT ledger.* REPLACE (
                ledger.rows_quarantined + ledger.rows_dismissed - coalesce(dismissed.n, 0) AS rows_quarantined,
                coalesce(dismissed.n, 0) AS rows_dismissed)
            FROM build.ops.ledger AS ledger LEFT JOIN dismissed USING (batch_id) WHERE loaded_for_on <= DATE '{as_of}'"""
    )
    definitions = city.profile.definitions.model_dump()
    dictionary = Dictionary(semantics)
    _create(con, METRICS, dictionary.rows(definitions))
    _create(con, MART_COLUMNS, _explained(tables, dictionary))
    feeds = feeds_told(con, city, as_of)
    _create(con, FEEDS_TOLD, feeds)
    _create(con, RELATIONS, relations_told(con, tables, manifest, feeds))
    # The figures ask by the names that readers use: schema and table.
    for schema in {table.schema for table in tables}:
        con.execute(f'CREATE SCHEMA IF NOT EXISTS memory."{schema}"')
    for table in tables:
        name = f'"{table.schema}"."{table.name}"'
        con.execute(f"CREATE OR REPLACE VIEW memory.{name} AS SELECT * FROM build.{name}")
    _create(con, FIGURES, answer(con, load_figures(city.report_dir)))
    _create(con, quality.QUALITY, quality.quality_rows(con, city, as_of))
    _create(con, geometry.GEOMETRY, geometry.geometry_rows(city))
    return [BATCHES, FEEDS_TOLD, RELATIONS, METRICS, MART_COLUMNS, FIGURES, quality.QUALITY, geometry.GEOMETRY]


def _explained(tables: Sequence[Served], dictionary: Dictionary) -> Iterable[dict[str, str]]:
    sums = {
        (metric.about.get("mart"), metric.about.get("mart_expr")): name for name, metric in dictionary.metrics.items()
    }
    for table in tables:
        for column in table.columns:
            metric = sums.get((table.label, f"sum({column})"))
            if said := {"explained_by": metric} if metric else table.explained.get(column):
                yield {"mart": table.label, "column_name": column, **said}


def _create(con: duckdb.DuckDBPyConnection, table: Served, rows: Iterable[Mapping[str, Any]]) -> None:
    shape = {column: _TYPES.get(column, pl.String) for column in table.columns}
    frame = pl.DataFrame([dict(row) for row in rows], schema=shape, orient="row")
    con.register("incoming", frame.to_arrow())
    con.execute(f"CREATE OR REPLACE TABLE memory.meta.{table.name} AS SELECT * FROM incoming")
    con.unregister("incoming")
