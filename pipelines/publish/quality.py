"""With what quality a release was published: one row a feed, as `meta.quality` and in the manifest.

Belongs here: reading it from the ledger and, where batches were judged as a whole, from their verdicts; how fresh each feed was by its own
profile. Everything is as it was known on the release's day, so that the same day gives the same rows again.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import duckdb

from pipelines.city import City
from pipelines.landing.standing import standing_of
from pipelines.publish.contents import Served

QUALITY = Served(
    "meta",
    "quality",
    "发布时的数据质量：每个数据源一行，截至本发布版的日期\nWith what quality this release was published: one row a feed, as of its day",
    {
        "feed": "数据源\nFeed",
        "batches": "当夜批次数\nBatches of the night",
        "rows_read": "当夜读入行数 = 入库 + 隔离\nRows read that night = loaded + quarantined",
        "rows_loaded": "当夜入库行数\nRows loaded that night",
        "rows_quarantined": "当夜隔离行数\nRows of that night in quarantine",
        "all_rows_read": "历来读入行数\nRows read up to that night",
        "all_rows_quarantined": "历来隔离行数；隔离率 = 此数 ÷ 历来读入行数\nRows quarantined up to that night; the share is this by all_rows_read",
        "last_batch_for": "最近一批所属日期\nNight that brought the last batch",
        "newest_record_on": "最新记录日期\nDay of the newest record",
        "expected_on": "其后的记录应在此日前到达；无节奏则为空\nDay by which newer records were expected; NULL without a rhythm",
        "days_late": "已迟天数\nDays late",
        "freshness": "时效：fresh 及时，late 迟到，missing 严重迟到，never 从未有记录；无节奏则为空\nState of freshness; NULL without a rhythm",
        "batches_warned": "当夜有提醒的批次数；未整批检验则为空\nBatches of the night with a warning; NULL where batches are not judged as a whole",
        "batches_blocked": "当夜整批被拦的批次数；未整批检验则为空\nBatches of the night that were held back; NULL where batches are not judged as a whole",
    },
)

#: The columns that are not text.
TYPES = {
    **dict.fromkeys(
        ("batches", "rows_read", "rows_loaded", "rows_quarantined", "all_rows_read", "all_rows_quarantined", "days_late",
         "batches_warned", "batches_blocked"), "bigint",
    ),
    **dict.fromkeys(("last_batch_for", "newest_record_on", "expected_on"), "date"),
}  # fmt: skip


def quality_rows(connection: duckdb.DuckDBPyConnection, city: City, day: dt.date) -> list[dict[str, Any]]:
    """One row for each feed of the city, by name. The build file is attached as `build`."""
    verdicts = _verdicts(connection, day)
    return [
        {**_of_ledger(connection, feed, day), **_freshness(connection, city, feed, day), **_judged(verdicts, feed)}
        for feed in sorted(city.feeds)
    ]


def summary(rows: list[dict[str, Any]], checks: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the manifest, by feed, with the checks of the run that published it."""
    of_feeds: Mapping[str, Any] = checks.get("feeds", {})
    return {
        row["feed"]: {
            **{name: value.isoformat() if isinstance(value, dt.date) else value for name, value in row.items()},
            "quarantine_share": round(row["all_rows_quarantined"] / row["all_rows_read"], 6) if row["all_rows_read"] else None,
            "checks": {outcome: of_feeds.get(row["feed"], {}).get(outcome, 0) for outcome in ("passed", "failed", "warned")},
        }
        for row in rows
    }  # fmt: skip


def _of_ledger(connection: duckdb.DuckDBPyConnection, feed: str, day: dt.date) -> dict[str, Any]:
    asked = connection.execute(
        """select $feed as feed, count(*) filter (loaded_for_on = $day) as batches,
               coalesce(sum(rows_read) filter (loaded_for_on = $day), 0)::bigint as rows_read,
               coalesce(sum(rows_loaded) filter (loaded_for_on = $day), 0)::bigint as rows_loaded,
               coalesce(sum(rows_quarantined) filter (loaded_for_on = $day), 0)::bigint as rows_quarantined,
               coalesce(sum(rows_read), 0)::bigint as all_rows_read,
               coalesce(sum(rows_quarantined), 0)::bigint as all_rows_quarantined
           from build.ops.ledger where feed = $feed and loaded_for_on <= $day""",
        {"feed": feed, "day": day},
    )
    names = [column[0] for column in asked.description or []]
    [row] = asked.fetchall()
    return dict(zip(names, row, strict=True))


def _freshness(connection: duckdb.DuckDBPyConnection, city: City, feed: str, day: dt.date) -> dict[str, Any]:
    standing = standing_of(connection, feed, day, "build.ops.ledger")
    rhythm = city.feeds[feed].rhythm
    judgement = rhythm.judge(standing.newest_on, day) if rhythm else None
    return {
        "last_batch_for": standing.batch_for_on,
        "newest_record_on": standing.newest_on,
        "expected_on": judgement.expected_on if judgement else None,
        "days_late": judgement.days_late if judgement else None,
        "freshness": judgement.state if judgement else None,
    }


def _verdicts(connection: duckdb.DuckDBPyConnection, day: dt.date) -> dict[str, tuple[int, int]] | None:
    """{feed: batches with a warning, batches held back} of the night; None in a home whose batches are not judged as a whole."""
    try:
        rows = connection.execute(
            """select feed, count(distinct batch_id) filter (severity = 'warn'), count(distinct batch_id) filter (severity = 'block')
               from build.ops.batch_verdicts where judged_for_on = $day and not has_passed group by feed""",
            {"day": day},
        ).fetchall()
    except duckdb.CatalogException:
        return None
    return {feed: (warned, blocked) for feed, warned, blocked in rows}


def _judged(verdicts: dict[str, tuple[int, int]] | None, feed: str) -> dict[str, int | None]:
    warned, blocked = (None, None) if verdicts is None else verdicts.get(feed, (0, 0))
    return {"batches_warned": warned, "batches_blocked": blocked}
