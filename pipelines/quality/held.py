"""Batches that were held back: the error that says so, and the decision of a person about one.

Belongs here: what a blocked batch leads to. Why it was blocked stands in its verdicts (`judge`), the tables in `history`.
"""

import datetime as dt
from typing import Any

from pipelines.errors import ChengguanError, InputError
from pipelines.landing.store import read_connection, write_connection
from pipelines.quality.history import Judged
from pipelines.settings import Settings


class HeldError(ChengguanError):
    """A batch as a whole is not what its source usually sends; it waits outside until somebody decides."""

    exit_code = 6


def held(batch: Judged) -> HeldError:
    """The error of a blocked batch, with every blocking finding and what can be done."""
    findings = [verdict for verdict in batch.verdicts if verdict.blocks]
    name = batch.batch_id[:12]
    is_window = batch.window_from is not None or batch.is_first_window
    return HeldError(
        "整批数据异常，暂不入库：" + "；".join(one.message_zh for one in findings),
        "the batch as a whole is not as usual and was not loaded: " + "; ".join(one.message_en for one in findings),
        file=batch.source, key="batch", value=name,
        remedy_zh=f"向来源单位核实。数据无误：chengguan batches accept {name} --by 姓名 --why 理由，再运行夜间作业；"
        + ("数据有误：改正来源后重跑" if is_window else "数据有误：换上改正的文件，或 chengguan batches reject"),
        remedy_en=f"ask the source. If it is right: chengguan batches accept {name} --by NAME --why REASON, then run the night again; "
        + ("if not, mend the source and run it again" if is_window else "if not, replace the file, or chengguan batches reject"),
    )  # fmt: skip


def list_held(settings: Settings) -> list[dict[str, Any]]:
    """The batches that wait, the newest first, each with its blocking findings and, where one was made, the decision to accept it."""
    with read_connection(settings) as connection:
        if not connection.execute("select 1 from duckdb_tables() where table_name = 'held_batches'").fetchall():
            return []
        asked = connection.execute(
            """
            select held.batch_id, held.feed, held.source, held.held_for_on, held.rows_read,
                (select list(struct_pack(zh := message_zh, en := message_en)) from ops.batch_verdicts as found
                 where found.batch_id = held.batch_id and found.severity = 'block' and not found.has_passed) as findings,
                (select decision from ops.batch_decisions as said where said.batch_id = held.batch_id
                 order by decided_at_utc desc limit 1) as decision
            from ops.held_batches as held order by held.held_at_utc desc
            """
        )
        names = [column[0] for column in asked.description or []]
        waiting = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    return [one for one in waiting if one["decision"] != "reject"]


def decide(settings: Settings, asked: str, decision: str, by: str, why: str) -> dict[str, Any]:
    """Writes down "accept" or "reject" for the held batch whose id begins with `asked`.

    Raises InputError where no batch or more than one is meant, where who or why is missing, or where a window of a database is to
    be rejected: its rows would be missing for good.
    """
    if not by.strip() or not why.strip():
        raise InputError(
            "需要写明谁、为什么", "who decided and why must be said", key="--by / --why",
            remedy_zh="补上 --by 和 --why", remedy_en="give both --by and --why",
        )  # fmt: skip
    waiting = [one for one in list_held(settings) if one["batch_id"].startswith(asked)]
    if len(waiting) != 1:
        raise InputError(
            "没有这个待定批次" if not waiting else "批次号不唯一",
            "no held batch has this id" if not waiting else "several held batches begin so", value=asked,
            remedy_zh="用 chengguan batches list 查看", remedy_en="chengguan batches list shows them",
        )  # fmt: skip
    (batch,) = waiting
    with write_connection(settings) as connection:
        kind = connection.execute(
            "select window_from is not null from ops.held_batches where batch_id = $batch", {"batch": batch["batch_id"]}
        ).fetchall()
        if decision == "reject" and kind[0][0]:
            raise InputError(
                "数据库的时间窗不能拒收，否则这些记录永远缺失", "a database's window cannot be rejected: its records would be missing for good",
                value=asked, remedy_zh="改正来源后重跑，或 accept", remedy_en="mend the source and run the night again, or accept it",
            )  # fmt: skip
        connection.execute(
            "insert into ops.batch_decisions values ($batch, $feed, $decision, $by, $why, $now)",
            {"batch": batch["batch_id"], "feed": batch["feed"], "decision": decision, "by": by.strip(), "why": why.strip(),
             "now": dt.datetime.now(dt.UTC).replace(tzinfo=None)},
        )  # fmt: skip
    return batch
