"""The pages of the site: one module each, with a function `page(release)` that gives a `Page`. A new module here is a new page.

Belongs here: what a page asks and shows. How it looks and how its figures are counted is the same for all (docs/site.md).
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

from pipelines.publish.site.page import Page
from pipelines.publish.site.source import Release


def makers() -> Iterator[Callable[[Release], Page]]:
    """The `page` function of every module here."""
    for module in pkgutil.iter_modules(__path__):
        make: Callable[[Release], Page] = importlib.import_module(f"{__name__}.{module.name}").page
        yield make
