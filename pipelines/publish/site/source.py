"""One release as pages read it: its rows, its words, and why something of it is empty.

Belongs here: every question to `serving.duckdb`. A relation that the release lacks, since an older version wrote it or another city has no
such feed, gives no rows and a reason, never a fault.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publish.package import FILE_NAME
from pipelines.publish.site.words import Text, of_comment, t

Row = dict[str, Any]

#: Words of the dimensions that many pages share: code, Chinese, English, and the code of what it is part of.
_DIMENSIONS = {
    "squad_id": "select squad_id, name_zh, name_en, null from core.dim_squad order by squad_id = 'unassigned', squad_id",
    "street_code": "select street_code, name_zh, name_en, null from core.dim_street order by street_code = 'unknown', street_code",
    "event_class": """select event_class, coalesce(name_zh, name_en), name_en, coalesce(main_zh, main_en) || chr(10) || coalesce(main_en, main_zh)
                      from core.dim_event_class order by event_class""",
    "main_class": """select distinct code_scheme || '.' || category || '.' || main_code, coalesce(main_zh, main_en), main_en, null
                     from core.dim_event_class where main_code is not null order by 1""",
    "channel": "select channel, name_zh, name_en, null from core.dim_channel order by channel",
    "feed": "select feed, title_zh, title_en, null from meta.feeds order by feed",
}  # fmt: skip
#: Answers of no more rows are remembered.
_SHORT = 1000
_NO_SUCH = t("本发布版没有这张表", "this release has no such table")


@dataclass
class Release:
    """`about` is the release's manifest. Rows are dicts with plain Python values."""

    connection: duckdb.DuckDBPyConnection
    about: Mapping[str, Any]
    _answers: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return str(self.about["id"])

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.about["as_of"])

    @property
    def city(self) -> Text:
        return Text(self.about["city"]["name_zh"], self.about["city"]["name_en"])

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """The rows of a question; none where the release lacks what is asked for. Several pages ask the same: what is short is remembered."""
        question = f"{sql}\0{values!r}"
        if question not in self._answers:
            found = self._ask(sql, values)
            if len(found) > _SHORT:
                return found
            self._answers[question] = found
        return [dict(row) for row in self._answers[question]]

    def _ask(self, sql: str, values: tuple[Any, ...]) -> list[Row]:
        try:
            asked = self.connection.execute(sql, values)
        except (duckdb.CatalogException, duckdb.BinderException):
            return []
        names = [column[0] for column in asked.description or []]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    def one(self, sql: str, *values: Any) -> Row:
        """The first row; an empty one where there is none."""
        return next(iter(self.rows(sql, *values)), {})

    @cached_property
    def metrics(self) -> dict[str, Row]:
        return {row["metric"]: row for row in self.rows("select * from meta.metrics")}

    @cached_property
    def explained_by(self) -> dict[tuple[str, str], str]:
        """{(mart, column): metric, relation or sentence}."""
        rows = self.rows("select mart, column_name, explained_by from meta.mart_columns")
        return {(row["mart"], row["column_name"]): row["explained_by"] for row in rows}

    @cached_property
    def comments(self) -> dict[str, Text]:
        """What each relation, and each column as `relation.column`, says of itself."""
        rows = self.rows(
            """select schema_name || '.' || table_name as name, comment from duckdb_tables()
               union all select schema_name || '.' || table_name || '.' || column_name, comment from duckdb_columns() where not internal"""
        )
        return {row["name"]: of_comment(row["comment"]) for row in rows if row["comment"]}

    def labels(self, dimension: str) -> dict[str, tuple[Text, Text | None]]:
        """{code: (words, words of what it is part of)} of a shared dimension, in their order."""
        if dimension not in _DIMENSIONS:
            return {}
        rows = [
            dict(zip(("code", "zh", "en", "part_of"), row.values(), strict=True))
            for row in self.rows(_DIMENSIONS[dimension])
        ]
        return {
            row["code"]: (
                Text(row["zh"] or row["code"], row["en"] or ""),
                of_comment(row["part_of"]) if row["part_of"] else None,
            )
            for row in rows
        }

    def why_empty(self, relation: str) -> Text | None:
        """Why a relation has no rows; None where it has some."""
        told = self.one("select is_empty, why_zh, why_en from meta.relations where relation = ?", relation)
        if not told:
            there = self.one("select 1 from duckdb_tables() where schema_name || '.' || table_name = ?", relation)
            return None if there else _NO_SUCH
        return Text(told["why_zh"] or "", told["why_en"] or "") if told["is_empty"] else None


@contextmanager
def opened(folder: Path, about: Mapping[str, Any]) -> Iterator[Release]:
    """The release in a folder, read-only and on a connection of its own, which nothing can lead out of that file."""
    connection = duckdb.connect(str(folder / FILE_NAME), read_only=True)
    try:
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield Release(connection, about)
    finally:
        connection.close()
