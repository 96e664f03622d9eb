"""Where the records of a JSON file are, and which of a mixed list are meant.

Belongs here: what `[source]` must say of a JSON file: `format`, `records`, `only`. How it is then read stands in `pipelines.readers`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.errors import InputError
from pipelines.onboarding.words import plain

#: As many records as are looked at for a key that tells kinds of records apart, and as many kinds as such a key may have.
RECORDS, KINDS = 5_000, 20


def shape_of(path: Path, known: frozenset[str]) -> dict[str, Any]:
    """The keys of `[source]`: the list with most known names, and if its records are of several kinds, the kind with most of them.

    Raises InputError where the file is no JSON or has no list of records.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = _parse(text)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(
            "文件不是合法的 JSON", f"the file is not valid JSON: {error}", file=path,
            remedy_zh="重新导出", remedy_en="export it again",
        ) from error  # fmt: skip
    keys: dict[str, Any] = {}
    if content is None:
        keys["format"] = "ndjson"
        content = [json.loads(line) for line in text.splitlines()[:RECORDS] if line.strip()]
    elif path.suffix.lower() != ".json":
        keys["format"] = "json"
    lists = dict(_lists(content, ""))
    if not lists:
        raise InputError(
            "没有找到记录列表", "there is no list of records in the file", file=path,
            remedy_zh="在配置的 source.records 写明记录所在的路径", remedy_en="name the way to the records as source.records in the profile",
        )  # fmt: skip
    way = max(lists, key=lambda name: (_hits(lists[name], known), len(lists[name])))
    records = lists[way][:RECORDS]
    if way:
        keys["records"] = way
    if only := _only(records, known):
        keys["only"] = only
    return keys


def _parse(text: str) -> Any:
    """The content, or None where each line is a record of its own."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        first = text.lstrip().partition("\n")[0]
        if isinstance(json.loads(first), dict):
            return None
        raise


def _lists(content: Any, way: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(content, list):
        if records := [one for one in content if isinstance(one, dict)]:
            yield way, records
    elif isinstance(content, dict):
        for name, below in content.items():
            yield from _lists(below, f"{way}.{name}" if way else str(name))


def _names(record: dict[str, Any]) -> set[str]:
    """The plain names of a record's values, at any depth."""
    names: set[str] = set()
    for name, value in record.items():
        names |= _names(value) if isinstance(value, dict) else {plain(str(name))}
    return names


def _hits(records: list[dict[str, Any]], known: frozenset[str]) -> int:
    return max((len(_names(record) & known) for record in records[:200]), default=0)


def _only(records: list[dict[str, Any]], known: frozenset[str]) -> dict[str, str]:
    """The value of a key by which records of one kind are told from others, if there are several kinds."""
    for name in records[0]:
        values = [record.get(name) for record in records]
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(values) or not 2 <= len(kinds := list(dict.fromkeys(texts))) <= KINDS:
            continue
        of_kind = {kind: [r for r, value in zip(records, values, strict=True) if value == kind] for kind in kinds}
        shapes = {kind: set[str]().union(*map(_names, some[:RECORDS])) for kind, some in of_kind.items()}
        best = max(kinds, key=lambda kind: (_hits(of_kind[kind], known), len(of_kind[kind])))
        if any(len(shapes[best] & shape) < len(shapes[best] | shape) / 2 for shape in shapes.values()):
            return {name: best}
    return {}
