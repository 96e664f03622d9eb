"""How the header of a source meets its profile: which column serves which field, what is missing, and what nobody expected.

Belongs here: everything that is decided from names alone, before a cell is read. What becomes of the cells stands in `canonical`, what of
persons may land in `privacy`.
"""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.city import ColumnMap, FeedProfile
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.readers.base import normalise_header


@dataclass(frozen=True)
class Headers:
    """A profile held against a header. `fields` maps each field that the source has to its columns (several where they are put together),
    `conditions` each field to the columns that its `only_if` looks at; `version` is the template's version, `unknown` what is not named."""

    version: str | None
    fields: Mapping[str, list[str]]
    conditions: Mapping[str, list[str]]
    unknown: list[str]

    @property
    def used(self) -> set[str]:
        """The source's columns that something reads."""
        return {name for names in (*self.fields.values(), *self.conditions.values()) for name in names}


def meet(profile: FeedProfile, header: Iterable[str]) -> Headers:
    """Holds the profile against a header as the readers write it (`normalise_header`)."""
    present = list(header)
    version = _version(profile, set(present))
    fields: dict[str, list[str]] = {}
    conditions: dict[str, list[str]] = {}
    for name, column in profile.columns.items():
        if found := _columns(column, version, set(present)):
            fields[name] = found
        if column.only_if:
            conditions[name] = [normalise_header(said) for said in column.only_if]
    used = {name for names in (*fields.values(), *conditions.values()) for name in names}
    named = {normalise_header(said) for column in profile.columns.values() for said in column.synonyms()}
    ignored = [normalise_header(said) for said in profile.drift.ignored]
    unknown = [
        name for name in present
        if name not in used and name not in named and not any(fnmatch.fnmatchcase(name, pattern) for pattern in ignored)
    ]  # fmt: skip
    return Headers(version, fields, conditions, unknown)


def names_of(profile: FeedProfile) -> frozenset[str]:
    """Every column that the profile names, as the readers write headers; by these a header is found below a title."""
    named = {
        said for column in profile.columns.values() for said in (*column.synonyms(), *column.join, *column.only_if)
    }
    return frozenset(normalise_header(said) for said in named)


def check(profile: FeedProfile, parts: Mapping[str, list[str]], source: str) -> list[str]:
    """Refuses a source of which a part (a sheet, a file in a zip; "" for the whole) lacks columns that it must have, or, where the
    profile says so, one with columns that nobody expected. Gives the unexpected ones otherwise.

    Raises InputError naming all of them, their synonyms and what the source has instead.
    """
    unexpected: dict[str, None] = {}
    for part, header in parts.items():
        met = meet(profile, header)
        _require(profile, met, header, source, part or None)
        unexpected |= dict.fromkeys(met.unknown)
    unknown = list(unexpected)
    if unknown and profile.drift.unknown_columns == "refuse":
        raise InputError(
            f"出现了配置中没有的列：{'、'.join(unknown)}", f"columns that the profile does not name: {', '.join(unknown)}",
            file=source, column=", ".join(unknown),
            remedy_zh="在配置的 columns 中对应这些列，或列入 drift.ignored",
            remedy_en="map them under `columns` in the profile, or name them in drift.ignored",
        )  # fmt: skip
    return [] if profile.drift.unknown_columns == "ignore" else unknown


def _version(profile: FeedProfile, present: set[str]) -> str | None:
    """The template's version that the header has most columns of; the one named first where two have as many."""
    versions = profile.versions
    if not versions:
        return None
    found = {
        version: sum(
            any(normalise_header(said) in present for said in column.synonyms(version))
            for column in profile.columns.values() if column.versions
        )
        for version in versions
    }  # fmt: skip
    return max(versions, key=lambda version: found[version])


def _columns(column: ColumnMap, version: str | None, present: set[str]) -> list[str]:
    if column.join:
        joined = [normalise_header(said) for said in column.join]
        return joined if present.issuperset(joined) else []
    if column.first_of:
        return [name for said in column.first_of if (name := normalise_header(said)) in present]
    for synonym in column.synonyms(version if column.versions else None):
        if (name := normalise_header(synonym)) in present:
            return [name]
    return []


def _require(profile: FeedProfile, met: Headers, header: list[str], source: str, part: str | None) -> None:
    fields = FEEDS[profile.feed].fields
    missing = {
        name: column.join or column.synonyms()
        for name, column in profile.columns.items()
        if name not in met.fields and column.const is None and (column.required or not fields[name].nullable)
    }
    for name, column in profile.columns.items():
        if name in met.fields and (away := [said for said in column.only_if if normalise_header(said) not in header]):
            missing[name] = away
    if missing:
        raise InputError(
            f"缺少必需的列：{'、'.join(fields[name].description_zh for name in missing)}",
            f"required columns are missing: {', '.join(missing)}",
            file=source, sheet=part, column="; ".join(" / ".join(synonyms) for synonyms in missing.values()),
            value="、".join(header[:40]),
            remedy_zh="补上这些列；如果只是改了名，在配置的 from 里加上新名称",
            remedy_en="add the columns; if one was only renamed, add its new name to `from` in the profile",
        )  # fmt: skip
