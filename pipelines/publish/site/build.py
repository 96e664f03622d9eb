"""Writes the site of one release into a folder: a page for each module of `pages`, its data beside it, and what all pages share.

Belongs here: files and templates. Nothing is fetched: scripts and styles lie in `assets/`, data are scripts as well, since a page that was
opened from a folder may not read any other file.
"""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipelines.publish.site import brush, explained, pages, units
from pipelines.publish.site.page import SMALL_CELL, Chart, Fragment, Headline, Listing, Page, Table
from pipelines.publish.site.payload import payload, plain
from pipelines.publish.site.source import Release, opened
from pipelines.publish.site.words import t

FOLDER, ENTRY = "site", "index.html"
#: The scripts of every page, in the order in which they are loaded; the page's data come before the last.
_SCRIPTS = ("words.js", "count.js", "show.js")


@dataclass(frozen=True)
class SiteInfo:
    """What was written: the slugs of the pages, and the bytes of all files."""

    pages: list[str]
    bytes: int

    def as_dict(self) -> dict[str, Any]:
        return {"entry": f"{FOLDER}/{ENTRY}", "pages": self.pages, "bytes": self.bytes}


def build_site(release_folder: Path, about: Mapping[str, Any], target: Path) -> SiteInfo:
    """Write the site of the release in a folder to `target`; `about` is its manifest.

    The folder needs its `serving.duckdb` only, so that a release can be given its pages before it is whole.
    """
    # Making the charts' script takes seconds outside Python, while the pages are written.
    with ThreadPoolExecutor(1) as aside, opened(release_folder, about) as release:
        script = aside.submit(_charts_script)
        built = sorted((make(release) for make in pages.makers()), key=lambda page: page.order)
        (target / "data").mkdir(parents=True, exist_ok=True)
        for page in built:
            _write_page(target, page, built, release)
        _write_assets(target / "assets", built, script.result())
    return SiteInfo(
        [page.slug for page in built], sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    )


def _write_page(target: Path, page: Page, built: list[Page], release: Release) -> None:
    data = payload(page, release)
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=plain)
    (target / "data" / f"{page.slug}.js").write_text(f"window.SITE={written};\n", encoding="utf-8")
    html = (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page, pages=built, release=release, data=data, kinds=_kinds(page), measures=data["measures"],
            explained=explained.Explained(page, release), scripts=[*_SCRIPTS, *page.scripts],
        )
    )  # fmt: skip
    (target / f"{page.slug}.html").write_text(html, encoding="utf-8")


def _kinds(page: Page) -> dict[str, list[tuple[str, list[Any]]]]:
    """{section's Chinese title: runs of parts of one kind}, since headlines stand in one row and charts in another."""
    return {
        section.title.zh: [
            (kind, list(run)) for kind, run in groupby(section.parts, key=lambda part: type(part).__name__.lower())
        ]
        for section in page.sections
    }


def _write_assets(folder: Path, built: list[Page], charts: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    static = resources.files(__package__) / "static"
    for name in dict.fromkeys(["site.css", *_SCRIPTS, *(script for page in built for script in page.scripts)]):
        (folder / name).write_text((static / name).read_text(encoding="utf-8"), encoding="utf-8")
    theme = json.dumps(brush.theme(), separators=(",", ":"))
    (folder / "charts.js").write_text(f"{charts}\nwindow.THEME={theme};\n", encoding="utf-8")


@lru_cache(maxsize=1)
def _charts_script() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, out of the package that Altair's pictures are made with."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, "templates"), autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(t=t, small=SMALL_CELL)
    environment.filters["number"] = units.number
    environment.tests.update(
        {
            kind.__name__.lower(): (lambda part, kind=kind: isinstance(part, kind))
            for kind in (Headline, Chart, Table, Listing, Fragment)
        }
    )
    return environment
