"""Faults a user can mend, as Dagster shows them; and which of them are worth another try.

A source that is away or locked may be back in a minute: such an error goes to the step's retry policy. A bad file stays bad: it fails
the step at once, with the message that says what to do.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.alerts.messages import facts_of
from pipelines.errors import BusyError, ChengguanError
from pipelines.machine import fault_of
from pipelines.orchestration.resources import Warehouse
from pipelines.quality.held import HeldError
from pipelines.settings import get_settings

#: Waits of about 2, 4 and 8 seconds: long enough for a lock, short enough for somebody who is looking on.
AWAY = dg.RetryPolicy(max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)

#: Metadata of a failure: what an alert may tell of it.
TOLD = "told"
#: Whether a feed failed for nothing but batches that wait for a person's decision: they are told by themselves.
HELD_ONLY = "held_only"

#: What a step says that was told to stop.
INTERRUPTED = "已中断\ninterrupted"
#: A run has its process to itself, so the process remembers.
_told_to_stop = threading.Event()

_TRANSIENT = (BusyError, ConnectionError, TimeoutError)


def passes_by_itself(problems: Sequence[BaseException]) -> bool:
    """Whether another try may help: only if nothing but a busy or absent source stands in the way."""
    return bool(problems) and all(isinstance(problem, _TRANSIENT) for problem in problems)


def failure(problems: Sequence[ChengguanError]) -> dg.Failure:
    """One failure that says every problem in full, for the log, the page and the command line."""
    said = "\n\n".join(problem.render() for problem in problems)
    return dg.Failure(
        description=said,
        metadata={
            "problems": dg.MetadataValue.md(_as_markdown(problems)),
            TOLD: dg.MetadataValue.json([facts_of(problem) for problem in problems]),
            "exit_code": problems[0].exit_code,
            HELD_ONLY: all(isinstance(problem, HeldError) for problem in problems),
        },
        allow_retries=passes_by_itself(problems),
    )


def speaks_plainly(step: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """Turns what goes wrong in a step into a `Failure` that is retried only where that may help."""

    @wraps(step)
    def wrapped(*args: Any, **kwargs: Any) -> Iterator[Any]:
        if _told_to_stop.is_set():
            raise dg.Failure(description=INTERRUPTED, allow_retries=False)
        try:
            yield from step(*args, **kwargs)
        except dg.Failure:
            raise
        except ChengguanError as problem:
            raise failure([problem]) from problem
        except _TRANSIENT:
            raise
        except dg.DagsterExecutionInterruptedError as stop:
            # Dagster would count it as a failed attempt and try again, or go on with the next step; who says stop means the night.
            _told_to_stop.set()
            raise dg.Failure(description=INTERRUPTED, allow_retries=False) from stop
        except Exception as bug:
            if fault := fault_of(bug, _home(args, kwargs)):
                raise failure([fault]) from bug
            raise dg.Failure(description=f"{type(bug).__name__}: {bug}", allow_retries=False) from bug

    return wrapped


def _home(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Path:
    given = (one for one in (*args, *kwargs.values()) if isinstance(one, Warehouse))
    return next((one.settings for one in given), get_settings()).home


def _as_markdown(problems: Sequence[ChengguanError]) -> str:
    return "\n".join(
        f"- **{problem.zh}** {problem.en}"
        + "".join(f"\n  - {name}: `{said}`" for name, said in problem.where.items())
        + (f"\n  - {problem.remedy_zh} {problem.remedy_en}" if problem.remedy_zh else "")
        for problem in problems
    )
