"""A draft as the text of `feeds/<feed>.toml`, with what a person should check beside it.

Belongs here: the layout of that file. What it says is decided in `proposal`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.feeds import FEEDS, Field
from pipelines.onboarding.draft import Draft, Proposed, Remark
from pipelines.onboarding.fields import kind_of
from pipelines.onboarding.matching import SURE
from pipelines.onboarding.words import Words

#: Editors that know the convention complete and check the file by this schema.
SCHEMA_LINE = "#:schema ../../schema/feed.schema.json"
CHECK = "请核对 check"


def to_toml(draft: Draft, words: Words) -> str:
    """The profile of the feed. Valid when every required field has a place; otherwise what is missing stands in comments."""
    feed = FEEDS[draft.feed]
    lines = [
        SCHEMA_LINE,
        f"# {feed.title_zh} {feed.title_en}: 由样本文件起草，请逐项核对 / drafted from sample files; go through it once.",
        f"# 标“{CHECK}”的是没有把握的；`chengguan feed fields {draft.feed}` 列出全部字段 / what is marked so is not sure; that command lists all fields.",
        "",
        f"feed = {quote(draft.feed)}",
        f"title_zh = {quote(feed.title_zh)}",
        f"title_en = {quote(feed.title_en)}",
        "",
        *_source(draft),
    ]
    if not draft.placed:
        lines += ["", "[columns]"]
    for name, spec in feed.fields.items():
        if name in draft.placed:
            lines += ["", *_column(draft.feed, draft.placed[name], words)]
        elif not spec.nullable:
            lines += ["", *_missing(draft.feed, spec, words)]
    return "\n".join([*lines, "", *_drift(draft)]) + "\n"


def quote(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def value_of(said: Any) -> str:
    """A value on one line, as TOML writes it."""
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, str):
        return quote(said)
    if isinstance(said, Mapping):
        return "{ " + ", ".join(f"{quote(key)} = {value_of(one)}" for key, one in said.items()) + " }"
    if isinstance(said, list | tuple):
        return "[" + ", ".join(value_of(one) for one in said) + "]"
    return str(said)


def _source(draft: Draft) -> Iterator[str]:
    yield "[source]"
    said = draft.source.model_dump(exclude_defaults=True)
    for key, value in {"kind": said.pop("kind", None), **said}.items():
        if key in draft.doubts:
            yield _comment(draft.doubts[key])
        yield f"{key} = {value_of(value)}"
    if draft.encodings - {"utf-8"} and "encoding" not in said:
        found = ", ".join(sorted(draft.encodings))
        yield f"# 编码自动识别，样本为 {found} / the encoding is found out by itself; the samples are in {found}"


def _column(feed: str, one: Proposed, words: Words) -> Iterator[str]:
    spec = one.spec
    yield f"# {spec.description_zh} · {_one_line(spec.description_en)}"
    if one.certainty != SURE:
        for remark in one.remarks or [("列名不足以断定", "the header alone does not settle it")]:
            yield _comment(remark)
    else:
        for zh, en in one.remarks:
            yield f"# {zh} / {en}"
    yield f"[columns.{spec.name}]"
    for key, value in one.keys.items():
        if key != "map":
            yield f"{key} = {value_of(value)}"
    crosswalk = one.keys.get("map", {})
    if crosswalk or one.open_values:
        yield f"[columns.{spec.name}.map]"
        for value, code in crosswalk.items():
            yield f"{quote(value)} = {quote(code)}"
        if one.open_values:
            yield f"# 以下的值还没有代码 / values without a code; the codes are: {_codes(feed, spec, words)}"
            for value, rows in one.open_values.items():
                yield f'# {quote(value)} = ""  # {rows} 行 rows'


def _missing(feed: str, spec: Field, words: Words) -> Iterator[str]:
    """A required field without a place: what is needed, to be filled in and uncommented."""
    yield f"# 必填，未找到 required, not found: {spec.description_zh} · {_one_line(spec.description_en)} ({kind_of(spec)})"
    if spec.reference_table:
        columns = ",".join(spec.reference_columns)
        yield f"# 值须在 reference/{spec.reference_table}.csv ({columns}) 中，若有此表 / must stand in that table, if the city has it"
    if spec.categories:
        yield f"# 代码 codes: {_codes(feed, spec, words)}"
    yield f"# [columns.{spec.name}]"
    yield '# from = ["列名 / the header"]'
    if spec.categories:
        yield f"# const = {quote(spec.categories[0])}  # 全部记录都一样时 / where all records have the same"
        yield f'# map = {{ "来源的值 / the source\'s value" = {quote(spec.categories[0])} }}'
    elif not spec.personal and spec.is_text:
        yield '# const = ""  # 全部记录都一样时 / where all records have the same'


def _drift(draft: Draft) -> Iterator[str]:
    yield "# 配置没有提到的列：留在保险库，不入库 / columns that this file does not name: they stay in the vault"
    personal = [name for name, kind in draft.unused.items() if kind]
    if personal:
        yield f"# 可能含个人信息，只留在保险库 / may be personal, kept in the vault only: {', '.join(personal)}"
    yield "[drift]"
    yield 'unknown_columns = "warn"'
    if not draft.unused:
        return
    yield "ignored = ["
    for name in draft.unused:
        yield f"    {quote(_literal(name))},"
    yield "]"


def _codes(feed: str, spec: Field, words: Words) -> str:
    codes = spec.categories or ("true", "false")
    return ", ".join(f"{code} {words.meaning(feed, spec, code)}".rstrip() for code in codes)


def _literal(name: str) -> str:
    """A header as `ignored` takes it: a pattern in which nothing stands for anything else."""
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in name)


def _comment(remark: Remark) -> str:
    return f"# {CHECK}: {_one_line(remark[0])} / {_one_line(remark[1])}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
