"""What pydantic finds wrong in a file of the profile, in words that the writer of the file can act on.

Belongs here: one `Problem` per key, in Chinese and English, with the allowed values where there is a list of them. What is right and wrong
stands with the tables themselves (`facts`, `feed_profile`, `sources`, `columns`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipelines.errors import ProfileError, at_most

#: As many problems as one message names; a person mends a few and asks again.
MOST = 10
WHOLE_FILE = "(whole file)"
#: Characters of a key, and of the sentences of all problems but the first.
_LONGEST_KEY, _LONGEST_LINE = 120, 600

#: {pydantic's name of the fault: (Chinese, English)}; braces are filled from the fault's own context.
_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("缺少这个键", "this key is missing"),
    "literal_error": ("只能是 {expected}", "must be one of {expected}"),
    "union_tag_invalid": ("只能是 {expected_tags}", "'{tag}' does not match any of the expected tags: {expected_tags}"),
    "union_tag_not_found": ("缺少 kind", "kind is missing: file, database or open311"),
    "string_type": ("应为文字，写在引号里", "must be text, in quotation marks"),
    "list_type": ("应为列表，如 [\"…\"]", 'must be a list, such as ["…"]'),
    "dict_type": ("应为表，如 {{ a = \"b\" }}", 'must be a table, such as {{ a = "b" }}'),
    "model_type": ("应为表", "must be a table"),
    "bool_type": ("只能是 true 或 false", "must be true or false"),
    "bool_parsing": ("只能是 true 或 false", "must be true or false"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "date_type": ("应为日期，如 2024-01-31，不加引号", "must be a date such as 2024-01-31, without quotation marks"),
    "date_from_datetime_parsing": ("应为日期，如 2024-01-31", "must be a date such as 2024-01-31"),
    "string_pattern_mismatch": ("须符合 {pattern}", "must look like {pattern}"),
    "too_short": ("至少 {min_length} 项", "needs at least {min_length}"),
    "string_too_short": ("至少 {min_length} 个字符", "needs at least {min_length} character(s)"),
    "string_too_long": ("至多 {max_length} 个字符", "takes at most {max_length} character(s)"),
    "greater_than_equal": ("不能小于 {ge}", "must not be less than {ge}"),
    "less_than_equal": ("不能大于 {le}", "must not be more than {le}"),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file. `key` is written as in the file, with dots."""

    key: str
    zh: str
    en: str
    value: str | None = None


class Misfits(ValueError):
    """Several things that do not fit, found together by one validator: (key below the validated table, Chinese, English)."""

    def __init__(self, found: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(en for _, _, en in found))
        self.found = list(found)


def problems_of(error: ValidationError) -> list[Problem]:
    """Every problem once. What a union says of each of its kinds is put together to one sentence."""
    found: list[Problem] = []
    for fault in error.errors(include_url=False):
        for problem in _problems(fault, _key(fault["loc"])):
            same = next((at for at, before in enumerate(found) if before.key == problem.key), None)
            if same is None or isinstance((fault.get("ctx") or {}).get("error"), Misfits):
                found.append(problem)
            elif found[same].en != problem.en:
                zh, en = f"{found[same].zh}；或 {problem.zh}", f"{found[same].en}; or {problem.en}"
                found[same] = Problem(problem.key, zh, en, problem.value)
    return found


def as_error(path: Path, problems: Sequence[Problem]) -> ProfileError:
    """One message about a file: its first problem in full, and the next ones a line each."""
    first, more = problems[0], problems[1:MOST]
    also = [_line(problem) for problem in more]
    if len(problems) > MOST:
        also.append(f"… +{len(problems) - MOST}")
    return ProfileError(
        "配置文件有误" if first.zh == first.en else f"配置文件有误：{first.zh}",
        f"the profile is wrong: {first.en}",
        file=path,
        key=at_most(first.key, _LONGEST_KEY),
        value=first.value,
        also=also,
        remedy_zh="改正上述各键；cities/changji 是完整的样例",
        remedy_en="mend these keys; cities/changji is a complete example",
    )


def short(value: Any) -> str:
    """A value as it may stand in a message."""
    return at_most(repr(value), 120)


def _problems(fault: ErrorDetails, key: str) -> list[Problem]:
    context: Mapping[str, Any] = fault.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, Misfits):
        base = "" if key == WHOLE_FILE else f"{key}."
        return [Problem(f"{base}{below}", zh, en) for below, zh, en in cause.found]
    value = None if fault["type"] == "missing" or isinstance(fault.get("input"), dict) else short(fault.get("input"))
    if words := _WORDS.get(fault["type"]):
        said = {name: _plain(str(told)) for name, told in context.items()}
        return [Problem(key, words[0].format(**said), words[1].format(**said), value)]
    message = fault["msg"].removeprefix("Value error, ")
    return [Problem(key, message, message, value)]


def _key(location: Sequence[str | int]) -> str:
    """Where it is. pydantic also names the kind that a union tried (`list[str]`, `literal['find']`), which no file has."""
    return ".".join(str(part) for part in location if not any(mark in str(part) for mark in "[]'")) or WHOLE_FILE


def _plain(said: str) -> str:
    return said.replace("'", "").replace(" or ", ", ")


def _line(problem: Problem) -> str:
    value = f" = {problem.value}" if problem.value is not None else ""
    zh, en = at_most(problem.zh, _LONGEST_LINE), at_most(problem.en, _LONGEST_LINE)
    said = en if problem.zh == problem.en else f"{zh} / {en}"
    return f"{at_most(problem.key, _LONGEST_KEY)}{value}: {said}"
