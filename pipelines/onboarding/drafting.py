"""`chengguan feed draft` without the command line: from sample files, or a query, to a draft.

Belongs here: the order of the steps. How a sample is taken, columns are matched and the profile is written stands in the modules beside.
"""

import contextlib
import datetime as dt
import tomllib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import polars as pl

from pipelines.city import City, DatabaseSource
from pipelines.errors import InputError, ProfileError
from pipelines.feeds import FEEDS
from pipelines.onboarding.draft import Draft
from pipelines.onboarding.proposal import propose
from pipelines.onboarding.sample import Sample, take_sample
from pipelines.onboarding.words import Words
from pipelines.readers.address import database_address
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.readers.database import read_database
from pipelines.readers.sql.windows import Night

#: As many rows of a query as are looked at.
QUERY_ROWS = 1_000


def known_feed(feed: str) -> str:
    """The feed's name. Raises ProfileError with those there are."""
    if feed not in FEEDS:
        raise ProfileError(
            f"没有数据源“{feed}”", f"there is no feed '{feed}'", value=feed,
            remedy_zh="chengguan feed list 列出全部", remedy_en="`chengguan feed list` shows them all",
        )  # fmt: skip
    return feed


def draft_files(city: City, feed: str, files: Sequence[Path], inbox: Path, words: Words) -> Draft:
    """The draft of a feed out of sample files. Raises InputError where one cannot be read."""
    return propose(take_sample(files, known_feed(feed), inbox, words), feed, city, words)


def draft_query(city: City, feed: str, source: DatabaseSource, inbox: Path, words: Words) -> Draft:
    """The draft of a feed out of the first rows of a query. Raises ProfileError where the address tells a secret."""
    known_feed(feed)
    if (password := urlsplit(source.url).password) and not password.startswith("${"):
        raise ProfileError(
            "地址里有明文密码，不能写进配置", "the address has a password in plain text, which may not stand in a profile", key="--url",
            remedy_zh="把密码放进环境变量，地址里写 ${名称}（用单引号括起地址）", remedy_en="put it into the environment and write ${NAME} in the address, in single quotes",
        )  # fmt: skip
    night = Night(dt.datetime.now(city.zone).date(), city.zone)
    extract = read_database(source, database_address(source.url, inbox), night)
    if extract is None:
        raise InputError(
            "查询没有任何记录", "the query gives no record", key="--query", value=source.query,
            remedy_zh="核对查询和游标列", remedy_en="check the query and the cursor column",
        )  # fmt: skip
    frames: list[pl.DataFrame] = []
    with contextlib.closing(cast("Generator[pl.DataFrame]", extract.chunks)) as chunks:
        for chunk in chunks:
            frames.append(chunk)
            if sum(frame.height for frame in frames) >= QUERY_ROWS:
                break
    schema = {SHEET: pl.String, ROW: pl.Int64, UNREADABLE: pl.String, **dict.fromkeys(extract.header, pl.String)}
    frame = pl.concat([pl.DataFrame(schema=schema), *frames]).head(QUERY_ROWS)
    return propose(Sample([], source, frame), feed, city, words)


def profile_path(city: City, feed: str) -> Path:
    """Where the feed's profile is, under whatever name, or where it would be."""
    for path in sorted((city.folder / "feeds").glob("*.toml")):
        with contextlib.suppress(tomllib.TOMLDecodeError, UnicodeDecodeError):
            if tomllib.loads(path.read_text(encoding="utf-8")).get("feed") == feed:
                return path
    return city.folder / "feeds" / f"{feed}.toml"
