"""The notes of the report: what each figure means, where it comes from and how far that can be relied on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.publish.report.figures import STANDING, Facts
from pipelines.publish.report.sentences import Lang, pick

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_STANDARD = re.compile(r"GB/T [\d.]+|CJ/T [\d.]+")


@dataclass(frozen=True)
class Note:
    """`source` names the relation (and the metric with its code), `dated` the date by which a record belongs to the year."""

    name: str
    title: str
    definition: str
    source: str
    dated: str = ""
    origin: str = ""


def note(facts: Facts, name: str, lang: Lang) -> Note:
    """The note of a figure in one language."""
    if name in STANDING:
        told = STANDING[name]
        return Note(name, told[lang], told[f"formula_{lang}"], told["relation"])
    row = facts.told[name]
    stop, semicolon = pick(lang, "。", ". "), pick(lang, "；", "; ")
    said = [str(row[f"formula_{lang}"] or row["formula_en"] or "").rstrip("。.")]
    if row[f"exclusions_{lang}"]:
        said.append(pick(lang, "不计：", "Excluded: ") + row[f"exclusions_{lang}"].rstrip("。."))
    if row["disputed_definition"]:
        said.append(
            pick(lang, "本市口径：", "The city's choice: ")
            + f"{row['disputed_definition']} = {row['chosen_definition']}"
        )
    if row["minimum_volume"]:
        least = row["minimum_volume"]
        said.append(pick(lang, f"分母低于 {least} 不作比率", f"No rate below a denominator of {least}"))
    relation = row["mart"] or row["fact"]
    source = f"{relation}{semicolon}{pick(lang, '指标', 'metric')} {name} ({row['code']})"
    return Note(
        name, row[f"name_{lang}"] or name, stop.join(said), source, str(row["time_anchor"] or ""), _origin(row, lang)
    )


def _origin(row: Mapping[str, Any], lang: Lang) -> str:
    """Where the definition comes from. Sources are written in one language each: one in English tells a Chinese reader its kind alone."""
    strength, source = str(row[f"strength_{lang}"] or ""), str(row["source"] or "")
    standard = _STANDARD.search(source)
    if lang == "zh" and not _CHINESE.search(source):
        source = standard[0] if standard else ""
    if row["strength"] == "PROP":
        return strength
    return f"{source}{pick(lang, f'（{strength}）', f' ({strength})')}" if source else strength
