"""Where the records of a feed are: the table `[source]` of a feed's profile, by kind.

Belongs here: what a profile may say of a source. How a source is read stands in `pipelines.readers`.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.strict import Strict

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)
FORMATS = ("text", "workbook", "json", "ndjson", "parquet")


class FileSource(Strict):
    """Files in the inbox. Rows are numbered from 1, as a person sees them.

    `format` is told by a file's name unless it is stated. Text: `encoding` (found out unless stated) and `delimiter`. Workbooks:
    `sheets`, names or patterns (`"2017*"`; unless stated, the first sheet). Zip files: `members`, patterns of the names inside. Tables:
    `header_rows`, the row or rows that the header takes, or "find" where titles of changing length stand above it, and
    `skip_rows_matching`, the beginnings of rows that are no records (subtotals, rules below the header). JSON: `records`, the way to
    the list of records ("result.items"; a `*` goes through a list), and `only`, values that a record must have to be one.

    A pattern of `sheets` finds the visible sheets that hold something; a hidden one is to be named in full. A workbook of several sheets and
    a zip file of several members may have other columns in each: those of the profile are asked of every part.
    """

    kind: Literal["file"]
    files: list[str] = Field(min_length=1)
    format: Literal["text", "workbook", "json", "ndjson", "parquet"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    sheets: list[str] = Field(default_factory=list)
    members: list[str] = Field(default_factory=list)
    header_rows: list[int] | Literal["find"] = Field(default=[1], min_length=1)
    skip_rows_matching: list[str] = Field(default_factory=list)
    records: str = ""
    only: dict[str, str] = Field(default_factory=dict)

    @field_validator("files")
    @classmethod
    def _stay_in_the_inbox(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            steps = Path(pattern).parts
            if Path(pattern).is_absolute() or ".." in steps:
                raise ValueError(f"'{pattern}' leaves the inbox")
            # Each further ** walks the whole inbox once more for every folder in it.
            longest = max((len(step.encode(errors="replace")) for step in steps), default=0)
            is_odd = any("**" in step and step != "**" for step in steps) or steps.count("**") > 1
            if not 0 < longest <= 255 or len(steps) > 20 or is_odd or "\0" in pattern:
                raise ValueError(f"'{pattern[:80]}' is no pattern of files; ** is a whole step, and stands once")
        return patterns

    @field_validator("header_rows")
    @classmethod
    def _follow_each_other(cls, rows: list[int] | str) -> list[int] | str:
        if isinstance(rows, list) and (rows[0] < 1 or rows != list(range(rows[0], rows[0] + len(rows)))):
            raise ValueError('header_rows are numbers from 1 that follow each other, such as [3, 4], or "find"')
        return rows

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding_of_text(cls, encoding: str | None) -> str | None:
        try:
            "".encode(encoding or "utf-8")
        except LookupError as error:
            raise ValueError(
                f"'{encoding}' is no encoding; such are utf-8, gb18030, big5, shift_jis, utf-16"
            ) from error
        return encoding

    @field_validator("delimiter")
    @classmethod
    def _delimits(cls, delimiter: str | None) -> str | None:
        if delimiter in ('"', "\r", "\n", "\0"):
            raise ValueError("a quote or the end of a line delimits no cells")
        return delimiter

    @model_validator(mode="after")
    def _fits_the_format(self) -> "FileSource":
        tables = {
            "delimiter": ("text",),
            "sheets": ("workbook",),
            "header_rows": ("text", "workbook"),
            "records": ("json",),
        }
        for key, formats in tables.items():
            if self.format and key in self.model_fields_set and self.format not in formats:
                raise ValueError(f"{key} says nothing of a file of the format {self.format}")
        return self


class DatabaseSource(Strict):
    """A query of a database, read by windows of its `cursor` column. `{inbox}` and `${NAME}` are filled into the address.

    The kinds are told by the address: `sqlite:///…`, `postgresql://…`, `mysql://…`, and any other that SQLAlchemy has a driver for.
    A row whose cursor is younger than `settle_seconds` waits for the next night: a transaction that began before may not be finished.
    Each window begins `overlap_seconds` before the last one's end, for sources that write their cursor late. A query that takes longer
    than `timeout_seconds` is given up.
    """

    kind: Literal["database"]
    url: str
    query: str
    cursor: str
    settle_seconds: int = Field(default=60, ge=0, le=86_400)
    overlap_seconds: int = Field(default=0, ge=0, le=31 * 86_400)
    timeout_seconds: int = Field(default=3_600, ge=1, le=86_400)

    @field_validator("query")
    @classmethod
    def _is_one_select(cls, query: str) -> str:
        # What stands in quotes and comments is blanked, so that places stay the same.
        bare = _QUOTED.sub(lambda match: " " * len(match[0]), query).rstrip()
        if bare.endswith(";"):
            bare = bare[:-1]
            query = query[: len(bare)]
        if not re.match(r"\s*(select|with)\b", bare, re.IGNORECASE):
            raise ValueError("a query begins with select or with; nothing else is run")
        depth = 0
        for mark in re.findall(r"[();]", bare):
            depth += {"(": 1, ")": -1}.get(mark, 0)
            if mark == ";" or depth < 0:
                raise ValueError("a query is one select statement: no second one after a ; and no ) too many")
        return query


class Open311Source(Strict):
    """Service requests over HTTP as Open311 GeoReport v2 gives them, read by windows of time.

    `url` is the endpoint above `requests.json`; `${NAME}` is filled in from the environment in `url`, `api_key` and `headers`. A window is
    `window_days` long at most (the standard promises 90 days), and read page by page where the server has pages of `page_size`. Requests
    change after they were made: `reread_days` of the past are asked for again each night, or, with `updated = true`, what was updated since.
    """

    kind: Literal["open311"]
    url: str
    format: Literal["json", "xml"] = "json"
    jurisdiction_id: str | None = None
    api_key: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, str] = Field(default_factory=dict)
    window_days: int = Field(default=7, ge=1, le=90)
    page_size: int | None = Field(default=None, ge=1, le=10_000)
    updated: bool = False
    reread_days: int = Field(default=30, ge=0, le=3_660)
    timeout_seconds: int = Field(default=30, ge=1, le=3_600)
    attempts: int = Field(default=5, ge=1, le=20)

    @model_validator(mode="after")
    def _speaks_http(self) -> "Open311Source":
        if not self.url.startswith(("http://", "https://", "${")):
            raise ValueError("url is an address that begins with http:// or https://")
        return self


Source = Annotated[FileSource | DatabaseSource | Open311Source, Field(discriminator="kind")]
