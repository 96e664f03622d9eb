"""What a database's refusal means to the person on call, in both languages, without the address's secrets.

Belongs here: which fault passes by itself (BusyError: the night tries again) and which needs a hand. Drivers say what happened in codes and
words of their own; each module of a kind of database sorts them into the faults named here.
"""

from enum import Enum

from pipelines.errors import BusyError, ChengguanError, InputError, ProfileError
from pipelines.readers.address import Address


class Fault(Enum):
    """What went wrong."""

    AWAY = "away"
    BUSY = "busy"
    LOGIN = "login"
    QUERY = "query"
    SLOW = "slow"
    OTHER = "other"


def problem(fault: Fault, address: Address, said: object, seconds: int = 0) -> ChengguanError:
    """The error to raise. `said` are the driver's words; `seconds` the limit that was passed."""
    words = address.scrub(said)[:400]
    where = address.shown
    if fault is Fault.AWAY:
        return BusyError(
            "来源数据库连接不上或中途断开", f"the source database is not there, or broke off: {words}", file=where,
            remedy_zh="确认数据库在运行、主机与端口正确、网络放行；夜间作业会自动重试，并从同一位置继续",
            remedy_en="see that the database runs, that host and port are right and the network lets through; the night tries again from the same place",
        )  # fmt: skip
    if fault is Fault.BUSY:
        return BusyError(
            "来源数据库被锁定或正忙", f"the source database is locked or busy: {words}", file=where,
            remedy_zh="等来源系统写完后重试；夜间作业会自动重试", remedy_en="try again when the source has finished writing; the nightly job retries by itself",
        )  # fmt: skip
    if fault is Fault.LOGIN:
        return InputError(
            "来源数据库拒绝登录，或账号没有读取权限", f"the source database refuses the login, or the account may not read: {words}", file=where,
            remedy_zh="核对环境变量中的账号与密码，以及该账号的只读权限",
            remedy_en="check the account and password in the environment, and the account's right to read",
        )  # fmt: skip
    if fault is Fault.QUERY:
        return ProfileError(
            "来源数据库不接受配置中的查询", f"the source database does not accept the query of the profile: {words}", file=where,
            key="source.query", remedy_zh="核对 source.query 与 source.cursor 中的库名、表名和列名",
            remedy_en="check the names of tables and columns in source.query and source.cursor",
        )  # fmt: skip
    if fault is Fault.SLOW:
        return InputError(
            f"查询超过 {seconds} 秒，已放弃", f"the query took longer than {seconds} seconds and was given up", file=where,
            key="source.timeout_seconds", value=seconds,
            remedy_zh="给游标列建索引，或在配置中调大 source.timeout_seconds；本次没有读入任何数据",
            remedy_en="put an index on the cursor column, or raise source.timeout_seconds in the profile; nothing was read in",
        )  # fmt: skip
    return InputError(
        "来源数据库无法读取", f"the source database cannot be read: {words}", file=where,
        remedy_zh="核对 source.url 与 source.query，确认数据库完好", remedy_en="check source.url and source.query, and that the database is whole",
    )  # fmt: skip
