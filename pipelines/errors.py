"""What can go wrong in a way that a user can mend, said in Chinese and English.

Every error names where it is (file, sheet, row, column, key), the value, and what to do. A programming error is not one of
these and keeps its traceback.
"""

from collections.abc import Sequence
from typing import Any

#: Characters that one part of a message may have: a file may hold a name, a cell or a key of any length.
LONGEST = 1_500


def at_most(said: str, characters: int) -> str:
    """The text, cut off where it is longer."""
    return said if len(said) <= characters else said[: characters - 1] + "…"


class ChengguanError(Exception):
    """A fault that the user can mend. `zh` and `en` say what happened, the remedies what to do about it, `also` further ones like it."""

    exit_code = 1

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        remedy_zh: str = "",
        remedy_en: str = "",
        file: Any = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        key: str | None = None,
        value: Any = None,
        also: Sequence[str] = (),
    ) -> None:
        zh, en = at_most(zh, LONGEST), at_most(en, LONGEST)
        super().__init__(en)
        self.zh, self.en = zh, en
        self.remedy_zh, self.remedy_en = remedy_zh, remedy_en
        self.also = [at_most(said, LONGEST) for said in also]
        self.where = {
            name: at_most(str(said), LONGEST)
            for name, said in {
                "file": file, "sheet": sheet, "row": row, "column": column, "key": key, "value": value,
            }.items()
            if said is not None
        }  # fmt: skip

    def render(self) -> str:
        """The whole message, one fact a line, Chinese before English."""
        labels = {
            "file": "文件 file", "sheet": "工作表 sheet", "row": "行 row",
            "column": "列 column", "key": "键 key", "value": "值 value",
        }  # fmt: skip
        lines = [f"{self.zh}", f"{self.en}"]
        lines += [f"  {labels[name]}: {said}" for name, said in self.where.items()]
        lines += [f"  还有 also: {said}" for said in self.also]
        if self.remedy_zh:
            lines += [f"  处理 remedy: {self.remedy_zh}", f"    {self.remedy_en}"]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The message for machines (`--json`)."""
        return {
            "zh": self.zh, "en": self.en, **self.where, **({"also": self.also} if self.also else {}),
            "remedy_zh": self.remedy_zh, "remedy_en": self.remedy_en,
        }  # fmt: skip

    def __str__(self) -> str:
        return self.render()


class InputError(ChengguanError):
    """A source, file or database, cannot be read or does not hold what its profile says."""

    exit_code = 3


class ProfileError(ChengguanError):
    """A city's profile is wrong."""

    exit_code = 4


class BusyError(ChengguanError):
    """Somebody else holds what is needed; the same command may work later."""

    exit_code = 75


class SetupError(ChengguanError):
    """The installation or the data home is not as it must be."""

    exit_code = 5
