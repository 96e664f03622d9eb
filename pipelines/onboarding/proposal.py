"""What a draft proposes for each field: its table `[columns.…]`, how sure that is, and what a person should check.

Belongs here: from a match of field and column to the keys of the profile (formats, unit, map, joins), and what is proposed where no column
was found. How it is written as TOML stands in `writing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.city import City
from pipelines.feeds import FEEDS, Field
from pipelines.landing.canonical import FALSE, TRUE
from pipelines.onboarding.draft import Draft, Proposed
from pipelines.onboarding.known import Known
from pipelines.onboarding.looks import Look, look_at
from pipelines.onboarding.matching import LIKELY, Match, assign, further
from pipelines.onboarding.sample import Sample
from pipelines.onboarding.words import Words, code_word, plain, split_unit

#: From what share of a column's rows on a field of codes or a reference is taken to be recognised.
MOSTLY = 0.5


def propose(sample: Sample, feed: str, city: City, words: Words) -> Draft:
    """The draft of a feed out of a sample of its files."""
    looks = {name: look_at(name, sample.frame[name], city.facts.country) for name in sample.header}
    known = Known(city)
    matches = assign(
        feed, list(looks.values()), words, {name: known.values(spec) for name, spec in FEEDS[feed].fields.items()}
    )
    maker = _Maker(feed, looks, words, known)
    others = further(feed, matches, looks, words, sample.headers)
    placed = {name: maker.propose(match, others.get(name, [])) for name, match in matches.items()}
    maker.join_clocks(placed)
    maker.share_columns(placed)
    maker.name_the_scheme(placed)
    used = {header for one in placed.values() for header in one.headers}
    unused = {
        name: words.personal_kind(name) or looks[name].personal
        for name in sample.header if name not in used
    }  # fmt: skip
    fields = FEEDS[feed].fields
    return Draft(
        feed=feed, source=sample.source, rows=sample.frame.height,
        placed={name: placed[name] for name in fields if name in placed},
        missing=[spec for name, spec in fields.items() if not spec.nullable and name not in placed],
        unused=unused, encodings=sample.encodings, doubts=sample.doubts,
    )  # fmt: skip


@dataclass
class _Maker:
    feed: str
    looks: Mapping[str, Look]
    words: Words
    known: Known

    def propose(self, match: Match, others: Sequence[str] = ()) -> Proposed:
        """One field by its column, and by the columns that other files have for it."""
        spec, look = FEEDS[self.feed].fields[match.field], self.looks[match.header]
        headers = [match.header, *others]
        if others:
            look = replace(look, cells=pl.concat([self.looks[header].cells.rename("") for header in headers]))
        made = Proposed(spec, match.certainty, {"from": headers}, list(headers))
        if others:
            made.certainty = LIKELY
            made.remarks.append(("各文件的列名不同", "the files have different names for it"))
        self._tell_empty(made, look)
        if match.by_name < 0.5:
            made.remarks.append(("列名没有说明，仅据内容推测", "the header does not say so; guessed by its values"))
        if not look.filled:
            made.certainty = LIKELY
            made.remarks.append(("样本中该列为空", "the column is empty in the sample"))
        elif spec.is_time:
            self._time(made, look)
        elif spec.categories or isinstance(spec.dtype, pl.Boolean):
            self._codes(made, look)
        elif not isinstance(spec.dtype, pl.String):
            self._number(made, look)
        elif spec.reference_table:
            self._reference(made, look)
        elif spec.name == FEEDS[self.feed].key and look.distinct_share < 1:
            again = look.filled - len(look.counts)
            made.remarks.append(
                (
                    f"样本中有 {again} 行编号重复：后到的一行会替换先到的",
                    f"{again} rows repeat a key: of such rows the later supersedes",
                )
            )
            made.certainty = LIKELY if look.distinct_share < 0.98 else made.certainty
        made.examples = self._examples(spec, look, made)
        return made

    def _tell_empty(self, made: Proposed, look: Look) -> None:
        if not made.spec.nullable and 0 < look.filled < look.rows:
            made.certainty = LIKELY
            empty = look.rows - look.filled
            made.remarks.append(
                (
                    f"必填，但样本中 {empty} 行为空，会被隔离",
                    f"required, but empty in {empty} rows; they go to quarantine",
                )
            )

    def _time(self, made: Proposed, look: Look) -> None:
        dates = look.dates
        if dates.formats:
            made.keys["formats"] = dates.formats
        if dates.doubtful:
            made.certainty = LIKELY
            made.remarks.append(
                ("样本中分不清月和日的先后", "the sample does not tell whether month or day comes first")
            )
        if dates.share < 0.95:
            bad = round((1 - dates.share) * look.filled)
            made.remarks.append((f"{bad} 行不是能识别的日期", f"{bad} rows are no date that is understood"))
            made.certainty = LIKELY
        if isinstance(made.spec.dtype, pl.Datetime) and dates.with_time < MOSTLY:
            made.keys["date_only"] = "midnight"
            made.certainty = LIKELY
            made.remarks.append(
                (
                    "多数没有时刻，按零点计，时长会偏差",
                    "most have no time of day; taken as midnight, durations will be off",
                )
            )

    def _codes(self, made: Proposed, look: Look) -> None:
        known = self.words.code_words(self.feed, made.spec)
        flags = not made.spec.categories
        found = {value: known[code_word(value)] for value in look.counts if code_word(value) in known}
        left = {value: rows for value, rows in look.counts.items() if value not in found}
        as_is = {
            value
            for value in look.counts
            if (value.lower() in {*TRUE, *FALSE} if flags else value in made.spec.categories)
        }
        if set(look.counts) <= as_is:
            return
        made.keys["map"] = found
        # What is no code may be anything, a person's name too, unless the column has proved to hold codes.
        recognised = sum(look.counts[value] for value in found) / look.filled
        if not left:
            return
        made.certainty = LIKELY
        rows = sum(left.values())
        made.remarks.append(
            (
                f"{rows} 行的值没有对应的代码，会被隔离",
                f"{rows} rows have a value without a code; they go to quarantine",
            )
        )
        if look.is_few and look.personal is None and (recognised > 0 or self._is_named(made)):
            made.open_values = left

    def _is_named(self, made: Proposed) -> bool:
        return self.words.nearness(
            made.headers[0], self.words.names(self.feed, made.spec.name)
        ) > 0.95 and not self._hides(made.headers[0])

    def _number(self, made: Proposed, look: Look) -> None:
        _, unit = split_unit(look.header)
        if unit and unit not in {"元", "平方米", "m2"}:
            made.keys["unit"] = unit
        elif unit is None and made.spec.name.endswith(("_yuan", "_m2")):
            made.remarks.append(
                (
                    "列名没有单位；如为万元等，写 unit",
                    "the header names no unit; say `unit` where it is not the field's own",
                )
            )
        if look.number_share < 0.98:
            bad = look.filled - look.numbers.len()
            made.remarks.append((f"{bad} 行不是数字", f"{bad} rows are no number"))
            made.certainty = LIKELY

    def _reference(self, made: Proposed, look: Look) -> None:
        spec, table = made.spec, made.spec.reference_table
        keys = self.known.keys(spec)
        if not keys:
            made.remarks.append(
                (f"没有 reference/{table}.csv，值按原样入库；有表之后可写 map_reference", f"there is no reference/{table}.csv, so values stay as they are; with one, say map_reference")
            )  # fmt: skip
            return
        if self._met(look, keys) >= MOSTLY:
            return
        for spec_name, values in self.known.names(spec):
            if self._met(look, values) >= MOSTLY:
                made.keys["map_reference"] = spec_name
                return
        made.certainty = LIKELY
        made.remarks.append(
            (
                f"多数值不在 reference/{table}.csv 中，会被隔离",
                f"most values are not in reference/{table}.csv; they go to quarantine",
            )
        )

    @staticmethod
    def _met(look: Look, values: frozenset[str]) -> float:
        return sum(rows for value, rows in look.counts.items() if value in values) / look.filled

    def _hides(self, header: str) -> bool:
        """Whether a column's values may not be shown: its name or its values look personal."""
        return self.words.personal_kind(header) is not None or self.looks[header].personal is not None

    def _examples(self, spec: Field, look: Look, made: Proposed) -> list[str]:
        """Values that show nothing of a person: dates, numbers and recognised codes; none of anything else."""
        if spec.personal or spec.free_text or look.personal or not look.filled:
            return []
        if spec.is_time or not (spec.is_text or spec.categories or isinstance(spec.dtype, pl.Boolean)):
            cells = look.cells.filter(look.cells.str.contains(r"^[\d\s.,:/年月日时分秒TZAPMapm+-]{1,24}$"))
            return list(dict.fromkeys(cells.head(200)))[:3]
        return list(made.keys.get("map", {}))[:3]

    def join_clocks(self, placed: dict[str, Proposed]) -> None:
        """A date whose time of day stands in a column of its own."""
        used = {header for one in placed.values() for header in one.headers}
        clocks = [look.header for look in self.looks.values() if look.header not in used and look.clock_share >= 0.9]
        dated = [one for one in placed.values() if isinstance(one.spec.dtype, pl.Datetime) and "date_only" in one.keys]
        for one in dated:
            names = self.words.names(self.feed, one.spec.name)
            near = sorted(
                clocks,
                key=lambda clock: (self.words.nearness(clock, names), clock.startswith(one.headers[0][:2])),
                reverse=True,
            )
            if near and (
                len(clocks) == len(dated) == 1
                or self.words.nearness(near[0], names) > 0
                or near[0].startswith(one.headers[0][:2])
            ):
                clocks.remove(near[0])
                formats = one.keys.get("formats", [])
                one.keys = {
                    "join": [one.headers[0], near[0]],
                    **(
                        {"formats": [f"{f} %H:%M:%S" for f in formats] + [f"{f} %H:%M" for f in formats]}
                        if formats
                        else {}
                    ),
                }
                one.headers.append(near[0])
                one.remarks = [("日期与时刻两列拼接", "the day and the time of day put together")]

    def share_columns(self, placed: dict[str, Proposed]) -> None:
        """Fields that may read a column which another has: marked to be checked."""
        fields = FEEDS[self.feed].fields
        for place, donors in self.words.file["share"].items():
            feed, _, name = place.partition(".")
            donor = next((placed[one] for one in donors if one in placed), None)
            if feed != self.feed or name in placed or donor is None or "join" in donor.keys:
                continue
            keys = {key: said for key, said in donor.keys.items() if key in {"from", "formats", "date_only"}}
            remark = (
                f"没有单独的列，暂用“{donor.headers[0]}”",
                f"no column of its own; '{donor.headers[0]}' for the time being",
            )
            placed[name] = Proposed(fields[name], LIKELY, keys, list(donor.headers), [remark])
            self._tell_empty(placed[name], self.looks[donor.headers[0]])
        for place, (column, status, code) in self.words.file["only_if"].items():
            feed, _, name = place.partition(".")
            header = next((one for one in self.looks if plain(one.rpartition(".")[2]) == plain(column)), None)
            if feed != self.feed or name in placed or status not in placed or header is None:
                continue
            told = placed[status]
            texts = [text for text, to in told.keys.get("map", {}).items() if to == code] or [code]
            made = self.propose(Match(name, header, 0.7, 1.0, 1.0))
            made.keys["only_if"] = {told.headers[0]: texts}
            made.remarks.append((f"只取状态为 {code} 的记录", f"only of records whose status is {code}"))
            placed[name] = made

    def name_the_scheme(self, placed: dict[str, Proposed]) -> None:
        """A class code needs the scheme that it belongs to; no source says it."""
        spec = FEEDS[self.feed].fields.get("code_scheme")
        if spec is None or "code_scheme" in placed or not {"class_code", "class_codes"} & set(placed):
            return
        schemes = self.known.schemes()
        remark = (
            "分类代码所属的方案，与 reference/event_classes.csv 一致",
            "the scheme that the class codes belong to, as in reference/event_classes.csv",
        )
        placed["code_scheme"] = Proposed(spec, LIKELY, {"const": schemes[0] if schemes else "OWN"}, [], [remark])
