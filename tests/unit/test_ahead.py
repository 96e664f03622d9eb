"""Chunks that are made ahead of their use: the same ones, in order, and nothing goes on behind the back of whoever has stopped."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from pipelines.landing.ahead import ahead


def test_items_come_in_their_order_and_all_of_them() -> None:
    assert list(ahead(range(1_000))) == list(range(1_000))


def test_the_next_is_made_while_one_is_used_and_no_more_than_that() -> None:
    made: list[int] = []
    is_made = threading.Semaphore(0)

    def items() -> Iterator[int]:
        for at in range(5):
            made.append(at)
            yield at
            is_made.release()

    with closing(ahead(items())) as coming:
        assert next(coming) == 0
        assert is_made.acquire(timeout=10)  # the second was asked for, though nobody has taken it
    assert made == [0, 1]


def test_what_goes_wrong_is_raised_after_what_came_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="the second"):
        next(coming)


def test_whoever_stops_may_close_the_source_at_once() -> None:
    closed: list[bool] = []

    def items() -> Iterator[int]:
        try:
            yield from range(100)
        finally:
            closed.append(True)

    source = items()
    with closing(ahead(source)) as coming:
        next(coming)
    source.close()
    assert closed == [True]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
