"""A limit of time on what cannot be interrupted: a database or a server that stopped answering.

Belongs here: the one thread that does the waiting. Drivers have time-outs of their own, but none of them covers every phase (a server that
accepts a connection and then says nothing, one that sends a byte a second); so the work is done in a thread, and who waits for it can leave.
A thread that is stuck inside a driver is left behind; it ends with its connection, or with the process.
"""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

#: How many items may be ready before they are taken: reading goes on while the last one is worked on, and memory stays bounded.
AHEAD = 2
#: Seconds that a thread gets to end after it was told to.
FAREWELL = 5.0


class TimeIsUp(Exception):
    """The work took longer than it may."""


class _End(Generic[Item]):
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def in_time(
    produce: Callable[[threading.Event], Iterator[Item]],
    seconds: float,
    cancel: Callable[[], None] = lambda: None,
    first: float | None = None,
) -> Generator[Item]:
    """The items of `produce`, made in a thread of its own, until `seconds` have passed since the first was asked for.

    The first item must come within `first` seconds, where that is given. `produce` gets an event that is set once nobody waits any more.
    `cancel` is called from outside to break off what is under way. Raises what `produce` raises, and TimeIsUp.
    """
    box: queue.Queue[Item | _End[Item]] = queue.Queue(AHEAD)
    left = threading.Event()

    def offer(item: Item | _End[Item]) -> bool:
        while not left.is_set():
            try:
                box.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        error: BaseException | None = None
        items = produce(left)
        try:
            for item in items:
                if not offer(item):
                    break
        except BaseException as caught:
            error = caught
        finally:
            # Closed here and not by the garbage collector: a driver's connection belongs to the thread that made it.
            close = getattr(items, "close", None)
            if close is not None:
                close()
        offer(_End(error))

    deadline = time.monotonic() + seconds
    wait = min(seconds, first or seconds)
    thread = threading.Thread(target=work, name="reader", daemon=True)
    thread.start()
    done = False
    try:
        while True:
            try:
                item = box.get(timeout=max(0.0, wait))
            except queue.Empty:
                raise TimeIsUp from None
            if isinstance(item, _End):
                done = True
                if item.error is not None:
                    raise item.error
                return
            yield item
            wait = deadline - time.monotonic()
    finally:
        left.set()
        if not done:
            # Breaking off may itself wait for a server that is silent.
            threading.Thread(target=cancel, name="reader-cancel", daemon=True).start()
        thread.join(FAREWELL)
