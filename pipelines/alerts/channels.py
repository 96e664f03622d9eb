"""How a message leaves the house: through apprise, to the addresses that the environment names.

Belongs here: addresses and sending. An address holds secrets; nothing here gives one away, in a name, an error or a log. apprise is
imported only when something is sent or looked at.
"""

# ruff: noqa: PLC0415  (apprise takes a while to import, and most nights have nothing to say)

import logging
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.alerts.messages import Message
from pipelines.errors import ChengguanError, SetupError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from apprise import NotifyBase

#: A channel that has not taken a message by then is counted as silent. A night never waits longer for one message.
SEND_SECONDS = 20.0


@dataclass(frozen=True)
class Channel:
    """One address. `name` tells it from the others without its secrets: its kind and a number (`wecombot-1`)."""

    name: str
    address: str = field(repr=False)


class Undelivered(ChengguanError):
    """A channel did not take a message."""


def channels_of(settings: Settings) -> list[Channel]:
    """The channels of CHENGGUAN_ALERTS, in their order. Addresses are separated by blanks or commas; a comma may also stand inside one."""
    said = settings.alerts.get_secret_value().strip() if settings.alerts else ""
    numbers: Counter[str] = Counter()
    found = []
    for address in re.split(r"[\s,]+(?=[A-Za-z][A-Za-z0-9]*://)", said) if said else []:
        scheme = address.partition("://")[0].lower() if "://" in address else "?"
        numbers[scheme] += 1
        found.append(Channel(f"{scheme}-{numbers[scheme]}", address.rstrip(", ")))
    return found


def refused(channels: list[Channel]) -> list[str]:
    """The names of those that apprise does not understand."""
    return [channel.name for channel in channels if _plugin(channel) is None]


def send(channel: Channel, message: Message, seconds: float = SEND_SECONDS) -> None:
    """Sends one message. Raises Undelivered where the channel refuses, fails, or does not answer in time."""
    plugin = _plugin(channel)
    if plugin is None:
        raise _undelivered(channel, "地址不合规则", "the address is not understood")
    taken: list[bool] = []
    # A server that drips a byte now and then outlasts every time-out of a socket; a thread of its own can be left behind.
    thread = threading.Thread(target=_notify, args=(plugin, message, taken), daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise _undelivered(channel, f"{seconds:.0f} 秒内没有应答", f"no answer within {seconds:.0f} seconds")
    if taken != [True]:
        raise _undelivered(channel, "对方未接收", "it was not accepted")


def _notify(plugin: "NotifyBase", message: Message, taken: list[bool]) -> None:
    from apprise import NotifyFormat, NotifyType

    try:
        taken.append(
            bool(
                plugin.notify(
                    body=message.body,
                    title=message.title,
                    notify_type=NotifyType(message.level),
                    body_format=NotifyFormat.TEXT,
                )
            )
        )
    except Exception:
        # Not told: what a plugin raises may hold its address.
        taken.append(False)


def _plugin(channel: Channel) -> "NotifyBase | None":
    from apprise import Apprise

    # Both write addresses into their logs, whole or in part.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    made: Any = Apprise.instantiate(channel.address, suppress_exceptions=True)
    return made or None


def _undelivered(channel: Channel, zh: str, en: str) -> Undelivered:
    return Undelivered(
        f"告警未送达：{zh}", f"an alert was not delivered: {en}", key=channel.name,
        remedy_zh="检查 CHENGGUAN_ALERTS 和网络；chengguan alerts test 可试发",
        remedy_en="check CHENGGUAN_ALERTS and the network; `chengguan alerts test` sends a message",
    )  # fmt: skip


def no_channel() -> SetupError:
    return SetupError(
        "没有配置告警通道", "no channel is configured for alerts", key="CHENGGUAN_ALERTS",
        remedy_zh="例如 CHENGGUAN_ALERTS=\"wecombot://…  mailto://…\"；见 docs/operations.md",
        remedy_en="for instance CHENGGUAN_ALERTS=\"wecombot://…  mailto://…\"; see docs/operations.md",
    )  # fmt: skip
