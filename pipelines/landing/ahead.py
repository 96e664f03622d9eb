"""The next chunk is made while this one is used: reading, judging and writing keep two processors busy.

Belongs here: the one thread that works ahead. Order stays, and so does the bound on memory: one chunk is ready or being made beside the one
in use. Most of the work (pyarrow, polars, DuckDB) is done without Python's lock.
"""

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterable[Item]) -> Generator[Item]:
    """The same items. What making them raises is raised where they are used; whoever stops using them waits for the one under way."""
    source = iter(items)
    with ThreadPoolExecutor(1, "ahead") as maker:
        coming = maker.submit(next, source, _END)
        while (item := coming.result()) is not _END:
            coming = maker.submit(next, source, _END)
            yield item  # type: ignore[misc]
