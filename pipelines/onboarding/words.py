"""The words that a draft knows: by what headers sources call our fields, and what they write for our codes.

Belongs here: putting together the data files beside this module (`synonyms.toml`, `codes.toml`), what the feeds say of themselves, and
what the profiles of known cities say; and how near a header is to a name. What a column's values look like stands in `looks`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from pipelines.city.columns import UNITS
from pipelines.feeds import FEEDS
from pipelines.feeds import Field as FeedField
from pipelines.readers.base import normalise_header
from pipelines.settings import PROJECT_ROOT

_HERE = Path(__file__).parent
#: What stands beside a header and says nothing of its meaning.
_NOISE = re.compile(r"\((?:必填|选填|必填项|required|optional)\)|^[*★]+|[*★]+$", re.IGNORECASE)
_UNIT = re.compile(r"[(\[（/](?:单位[::])?([^()\[\]（）/]{1,5})[)\]）]?$")
#: Below this two names have nothing to do with each other.
NEAR, NEAR_LATIN = 0.62, 0.84
#: How near a name is that is the same, less its place in the list.
SAME = 1.0
EXACT = 0.95


def plain(name: str) -> str:
    """A name as it is compared: without blanks, marks, case and what says only that it is obligatory."""
    said = _NOISE.sub("", normalise_header(name)).strip().casefold()
    return re.sub(r"[\s_\-.:#]+", "", said)


def split_unit(header: str) -> tuple[str, str | None]:
    """A header and the unit that it names: `罚款金额(万元)` is `罚款金额` in `万元`."""
    name = _NOISE.sub("", normalise_header(header))
    found = _UNIT.search(name)
    if found:
        said = found[1].replace("㎡", "m2").replace("²", "2")
        if said in UNITS:
            return name[: found.start()], said
    return name, None


def code_word(value: str) -> str:
    """A value as it is compared with the words for codes."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


@dataclass(frozen=True)
class Words:
    """All words, put together for one folder of cities. What the city `leave_out` says is not learnt from: an earlier draft would teach itself."""

    cities: Path
    leave_out: Path | None = None
    file: dict[str, Any] = field(default_factory=lambda: _load("synonyms.toml"))
    codes_file: dict[str, Any] = field(default_factory=lambda: _load("codes.toml"))

    @cached_property
    def _known(self) -> dict[str, dict[str, Any]]:
        """{feed: {field: its tables in the profiles of known cities}}; a profile that cannot be read teaches nothing."""
        known: dict[str, dict[str, Any]] = {}
        for folder in dict.fromkeys((PROJECT_ROOT / "cities", self.cities)):
            for path in sorted(folder.glob("*/feeds/*.toml")):
                if path.parent.parent == self.leave_out:
                    continue
                try:
                    content = tomllib.loads(path.read_text(encoding="utf-8"))
                except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
                    continue
                columns = content.get("columns")
                for name, column in columns.items() if isinstance(columns, dict) else ():
                    if isinstance(column, dict):
                        known.setdefault(str(content.get("feed")), {}).setdefault(name, []).append(column)
        return known

    def names(self, feed: str, name: str) -> list[str]:
        """Every name of a field, in its plain form; what known cities say stands before what may be."""
        spec = FEEDS[feed].fields[name]
        said: list[str] = [name, spec.description_zh, split_unit(spec.description_zh)[0]]
        for column in self._known.get(feed, {}).get(name, []):
            given = column.get("from", [])
            lists = given.values() if isinstance(given, dict) else [given]
            said += [text for some in lists if isinstance(some, list) for text in some if isinstance(text, str)]
        said += self.file["any"].get(name, []) + self.file.get(feed, {}).get(name, [])
        said += [part for part in re.split(r"[()/]", spec.description_zh) if len(part) > 2]
        said += [spec.description_en] if len(spec.description_en) <= 30 else []
        return list(dict.fromkeys(filter(None, map(plain, said))))

    def header_words(self, feed: str) -> frozenset[str]:
        """Every name of the feed's fields, by which a header row is found."""
        return frozenset(name for field_name in FEEDS[feed].fields for name in self.names(feed, field_name))

    def code_words(self, feed: str, spec: FeedField) -> dict[str, str]:
        """{word: code} of a field of codes, or of yes and no."""
        codes = spec.categories or ("true", "false")
        words = {code_word(code): code for code in codes}
        words |= {code_word(code.replace("_", " ")): code for code in codes}
        for code, said in self._code_lists(feed, spec).items():
            words |= {code_word(word): code for word in said if code in codes}
        return words

    def meaning(self, feed: str, spec: FeedField, code: str) -> str:
        """A code's Chinese name, or nothing where none is known."""
        said = self._code_lists(feed, spec).get(code, [])
        return next((word for word in said if not word.isascii()), "")

    def _code_lists(self, feed: str, spec: FeedField) -> dict[str, list[str]]:
        lists: dict[str, list[str]] = {}
        for column in self._known.get(feed, {}).get(spec.name, []):
            given = column.get("map")
            for word, code in given.items() if isinstance(given, dict) else ():
                # A vendor's "1" or "J" means something else at the next vendor.
                if isinstance(code, str) and not (word.isascii() and len(word) <= 2):
                    lists.setdefault(code, []).append(word)
        places = ["*"] if not spec.categories else [f"*.{spec.name}", f"{feed}.{spec.name}"]
        for place in places:
            for code, words in self.codes_file.get(place, {}).items():
                lists.setdefault(code, []).extend(words)
        return lists

    @cached_property
    def weak(self) -> frozenset[str]:
        """Names that say little: a column of such a name may be many things."""
        return frozenset(map(plain, self.file["header"]["weak"]))

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        return tuple(map(plain, self.file["header"]["prefixes"]))

    def stem(self, name: str) -> str:
        """A plain name without what says only of what kind of record it is."""
        for prefix in self._prefixes:
            if name.startswith(prefix) and len(name) >= len(prefix) + (2 if not name.isascii() else 4):
                return name.removeprefix(prefix)
        return name

    def lies_ahead(self, name: str) -> bool:
        """Whether a name is that of a deadline, not of something that has happened."""
        return any(plain(word) in plain(name) for word in self.file["header"]["ahead"])

    def nearness(self, header: str, names: Sequence[str]) -> float:
        """How near a header is to the nearest of a field's names, from 0 to 1 (the same name; a little less far down the list)."""
        forms = dict.fromkeys((plain(header), plain(split_unit(header)[0]), plain(re.split("[./]", header)[-1])))
        best = 0.0
        for form in filter(None, forms):
            if form in names:
                return (0.84 if form in self.weak else SAME) - 0.001 * min(names.index(form), 40)
            if self.stem(form) in map(self.stem, names):
                best = max(best, 0.88)
            best = max([best, *(_likeness(form, known) for known in names)])
        return best

    def personal_kind(self, header: str) -> str | None:
        """What kind of personal value a column of this name may hold, "free_text" among them."""
        name = plain(header)
        for kind, words in self.file["personal"].items():
            if any(plain(word) in name for word in words):
                return str(kind)
        return None


def _likeness(name: str, known: str) -> float:
    """How near two names are that are not the same. One or two Chinese characters say too little to be met halfway."""
    shorter, longer = sorted((name, known), key=len)
    if len(shorter) < 2 or (shorter.isascii() and len(shorter) < 5):
        return 0.0
    if shorter in longer and len(shorter) >= 3:
        # The end of a Chinese compound says what it is: 工单受理时间 is a 受理时间, 受理时间说明 is none.
        whole = 0.92 if longer.endswith(shorter) or shorter.isascii() else 0.72
        return whole * (0.8 + 0.2 * len(shorter) / len(longer))
    ratio = fuzz.ratio(name, known) / 100
    if not name.isascii() and name[-1] != known[-1]:
        ratio -= 0.15
    return 0.9 * ratio if ratio >= (NEAR_LATIN if name.isascii() else NEAR) else 0.0


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
