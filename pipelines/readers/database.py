"""Databases: a query read by windows of a cursor column, every cell cast to text by the database itself.

The connection only reads. Addresses may name the inbox (`{inbox}`) and environment variables (`${NAME}`); what is said in
messages and in the ledger is the address without its credentials.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import adbc_driver_sqlite.dbapi
import polars as pl
import pyarrow as pa

from pipelines.city import DatabaseSource
from pipelines.errors import BusyError, InputError, ProfileError
from pipelines.readers.base import ROW, SHEET, UNREADABLE, Extract, normalise_header

CHUNK_ROWS = 100_000


def resolve_address(profile: DatabaseSource, inbox: Path) -> str:
    """The address with the inbox and the environment's values filled in."""

    def from_environment(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise ProfileError(
                "缺少环境变量", f"the environment variable {name} is not set", key="source.url", value=name,
                remedy_zh=f"设置环境变量 {name} 后重试", remedy_en=f"set {name} in the environment and run again",
            )  # fmt: skip
        return os.environ[name]

    return re.sub(r"\$\{(\w+)\}", from_environment, profile.url).replace("{inbox}", str(inbox))


def public_address(url: str, inbox: Path) -> str:
    """The address as it may be shown: no user, no password, paths relative to the inbox."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port:
        host += f":{parts.port}"
    shown = urlunsplit((parts.scheme, host, parts.path, "", ""))
    return (
        shown.replace(str(inbox).lstrip("/"), "").replace(":////", ":///").replace(":///", ":", 1)
        if not host
        else shown
    )


def read_database(profile: DatabaseSource, inbox: Path, window_from: str | None, window_to: str) -> Extract:
    """The rows whose cursor lies in [window_from, window_to), in the cursor's order.

    Raises InputError where the database is not there or the query fails, BusyError where it is locked.
    """
    url = resolve_address(profile, inbox)
    source = public_address(url, inbox)
    scheme = urlsplit(url).scheme
    if scheme != "sqlite":
        raise ProfileError(
            "暂不支持这种数据库", f"databases of the kind '{scheme}' are not read", key="source.url", value=source,
            remedy_zh="目前支持 sqlite；其他数据库请先导出为文件", remedy_en="sqlite is read; export other databases to files",
        )  # fmt: skip
    path = Path(url.removeprefix("sqlite:///"))
    if not path.is_file():
        raise InputError(
            "数据库文件不存在", "the database file does not exist", file=source,
            remedy_zh="核对配置中的 source.url，确认来源系统已投递", remedy_en="check source.url in the profile and that the source delivered it",
        )  # fmt: skip
    connection = None
    try:
        connection = adbc_driver_sqlite.dbapi.connect(f"file:{path}?mode=ro")
        with connection.cursor() as cursor:
            cursor.execute(f"select * from ({profile.query}) limit 0")
            columns = [column[0] for column in cursor.description or []]
            if profile.cursor not in columns:
                raise ProfileError(
                    "查询结果没有游标列", "the query does not give the cursor column", key="source.cursor", value=profile.cursor,
                    remedy_zh=f"可用的列：{'、'.join(columns)}", remedy_en=f"the columns are: {', '.join(columns)}",
                )  # fmt: skip
    except Exception as error:
        if connection is not None:
            connection.close()
        raise _explain(error, source) from error
    text = ", ".join(f"cast({_quote(name)} as text) as {_quote(name)}" for name in columns)
    bounds = f"{_quote(profile.cursor)} < ?" + (f" and {_quote(profile.cursor)} >= ?" if window_from else "")
    # A row without a cursor value would never fall into any window; it is read with the first one, and judged there.
    missing = "" if window_from else f" or {_quote(profile.cursor)} is null"
    statement = f"select {text} from ({profile.query}) where ({bounds}){missing} order by {_quote(profile.cursor)}"
    header = [normalise_header(name) for name in columns]

    def chunks() -> Iterator[pl.DataFrame]:
        done = 0
        try:
            with connection.cursor() as cursor:
                # The driver's batches of 1,024 rows cost more in overhead than in reading.
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(CHUNK_ROWS)})
                cursor.execute(statement, [window_to, *([window_from] if window_from else [])])
                for batch in cursor.fetch_record_batch():
                    if batch.num_rows == 0:
                        continue
                    frame = pl.from_arrow(pa.Table.from_batches([batch]))
                    assert isinstance(frame, pl.DataFrame)
                    frame = frame.rename(dict(zip(frame.columns, header, strict=True))).with_columns(
                        pl.col(header).cast(pl.String),
                        pl.lit(None, dtype=pl.String).alias(SHEET),
                        pl.int_range(done + 1, done + 1 + pl.len(), dtype=pl.Int64).alias(ROW),
                        pl.lit(None, dtype=pl.String).alias(UNREADABLE),
                    )
                    done += frame.height
                    yield frame.select(SHEET, ROW, UNREADABLE, *header)
        except Exception as error:
            raise _explain(error, source) from error
        finally:
            connection.close()

    return Extract(source=source, header=header, chunks=chunks())


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _explain(error: Exception, source: str) -> Exception:
    if isinstance(error, InputError | ProfileError | BusyError):
        return error
    if "locked" in str(error) or "busy" in str(error):
        return BusyError(
            "来源数据库被锁定", "the source database is locked", file=source,
            remedy_zh="等来源系统写完后重试；夜间作业会自动重试", remedy_en="try again when the source has finished writing; the nightly job retries by itself",
        )  # fmt: skip
    return InputError(
        "来源数据库无法读取", f"the source database cannot be read: {error}", file=source,
        remedy_zh="核对 source.url 与 source.query，确认文件完整", remedy_en="check source.url and source.query, and that the file is whole",
    )  # fmt: skip
