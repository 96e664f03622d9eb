"""Readers: bytes or a database into frames of strings with positions.

A reader knows nothing of a feed's meaning. What it reads becomes an `Extract`; what the cells mean is decided in
`pipelines.landing`.
"""

from pipelines.readers.base import ROW, SHEET, UNREADABLE, Extract

__all__ = ["ROW", "SHEET", "UNREADABLE", "Extract"]
