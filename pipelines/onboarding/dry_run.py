"""A dry run: files through reader, privacy, mapping, contract and judgement as a night would take them, and nothing is written.

Belongs here: what `chengguan feed check` finds out. The steps are those of `pipelines.landing`; the build file, the landing folder and the
vault are not touched, and the key of the keyed hash is thrown away.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.city import City, ColumnMap, FeedProfile, FileSource
from pipelines.errors import ChengguanError, InputError, ProfileError
from pipelines.feeds import FEEDS
from pipelines.landing.batches import landed_header
from pipelines.landing.canonical import Canonical, References, to_canonical
from pipelines.landing.contract import Judged, judge
from pipelines.landing.door import reference_keys
from pipelines.landing.headers import check, meet, names_of
from pipelines.landing.privacy import split
from pipelines.quality.judge import judge_batches
from pipelines.quality.measures import Measuring
from pipelines.quality.totals import StatedTotals
from pipelines.readers.base import ROW, SHEET, Extract
from pipelines.readers.files import read_file

#: As many examples as are kept of one reason.
EXAMPLES = 3
_NO_COLUMN = ColumnMap(const="")


@dataclass
class Reason:
    """Why rows would be quarantined: the rule, the field it is about, and the first rows of it. Personal values are never among them."""

    rule: str
    column: str | None
    zh: str
    en: str
    rows: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Tried:
    """What a night would make of the files."""

    feed: str
    read: int = 0
    loaded: int = 0
    quarantined: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, Reason] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, str]] = field(default_factory=list)
    problems: list[ChengguanError] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For machines (`--json`)."""
        told = {name: value for name, value in vars(self).items() if name not in {"reasons", "problems"}}
        reasons = [asdict(reason) for reason in sorted(self.reasons.values(), key=lambda one: -one.rows)]
        return {**told, "reasons": reasons, "problems": [problem.as_dict() for problem in self.problems]}


def try_files(city: City, feed: str, files: Sequence[Path], as_of: dt.date, rows: int) -> Tried:
    """Takes every file through; one that cannot be read is a problem, and the next one is tried.

    Raises ProfileError where the city has no such feed, its profile is wrong, or its source is no file.
    """
    trial = _Trial(city, _profile(city, feed), as_of, rows, References(city))
    tried = Tried(feed)
    for path in files:
        try:
            _try_file(tried, trial, path)
        except ChengguanError as problem:
            tried.problems.append(problem)
    return tried


@dataclass(frozen=True)
class _Trial:
    """What every file is tried with."""

    city: City
    profile: FeedProfile
    as_of: dt.date
    rows: int
    references: References
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))


def _profile(city: City, feed: str) -> FeedProfile:
    if feed in city.broken:
        raise city.broken[feed]
    if feed not in city.feeds:
        raise ProfileError(
            "该城市还没有这个数据源", f"the city has no feed '{feed}' yet", file=city.folder / "feeds" / f"{feed}.toml", value=feed,
            remedy_zh=f"chengguan feed draft {feed} 样本文件", remedy_en=f"chengguan feed draft {feed} FILES",
        )  # fmt: skip
    profile = city.feeds[feed]
    if not isinstance(profile.source, FileSource):
        raise ProfileError(
            "该数据源不是文件", "the source of this feed is not files", key="source.kind", value=profile.source.kind,
            remedy_zh="数据库等来源直接运行 chengguan nightly 即可试读", remedy_en="run `chengguan nightly` to read it",
        )  # fmt: skip
    return profile


def _try_file(tried: Tried, trial: _Trial, path: Path) -> None:
    profile, references = trial.profile, trial.references
    assert isinstance(profile.source, FileSource)
    if not path.is_file():
        raise InputError(
            "文件不存在", "the file does not exist", file=path, remedy_zh="检查路径", remedy_en="check the path",
        )  # fmt: skip
    feed = FEEDS[profile.feed]
    extract = read_file(path, profile.source, path.name, names_of(profile))
    unknown = check(profile, extract.headers, path.name)
    met = meet(profile, extract.header)
    written = dt.datetime.fromtimestamp(path.stat().st_mtime, trial.city.zone).date()
    keys = reference_keys(references, profile.feed)
    before = tried.read
    whole = _Whole(trial, extract, path.name)
    for chunk in extract.chunks:
        landed, _ = split(chunk, extract.header, profile, trial.key)
        canonical = to_canonical(landed, landed_header(landed), profile, references)
        judged = judge(canonical, feed, keys, max(trial.as_of, written))
        whole.add(canonical, judged)
        tried.read += chunk.height
        tried.loaded += judged.loaded.height
        tried.quarantined += judged.quarantined.height
        _keep_reasons(tried, judged.quarantined, path.name)
        wanted = trial.rows - len(tried.rows)
        if wanted > 0:
            tried.rows += _shown(judged.loaded.head(wanted), profile, path.name)
    if tried.read == before:
        raise InputError(
            "文件只有表头、没有记录", "the file has a header but no record", file=path.name,
            remedy_zh="确认来源单位导出的日期范围", remedy_en="check the range of dates that the source exported",
        )  # fmt: skip
    tried.findings += whole.findings()
    for rule, skipped in extract.skipped.items():
        tried.skipped[rule] = tried.skipped.get(rule, 0) + skipped
    tried.columns |= {name: list(columns) for name, columns in met.fields.items()}
    tried.unknown += [name for name in unknown if name not in tried.unknown]
    left = [name for name in extract.header if name not in met.used and name not in met.unknown]
    tried.ignored += [name for name in left if name not in tried.ignored]
    tried.files.append(
        {"file": path.name, "encoding": extract.encoding, "template": met.version, "rows": tried.read - before}
    )


class _Whole:
    """A file as a batch, held to what is expected of one of which there is no history."""

    def __init__(self, trial: _Trial, extract: Extract, name: str) -> None:
        self._trial, self._name = trial, name
        self._measuring = Measuring(FEEDS[trial.profile.feed], trial.as_of)
        self._mapped = set(meet(trial.profile, extract.header).fields)
        self._totals = StatedTotals(trial.profile, extract)

    def add(self, canonical: Canonical, judged: Judged) -> None:
        self._measuring.add(canonical, judged, self._mapped)
        self._totals.add(canonical)

    def findings(self) -> list[dict[str, str]]:
        measures = self._measuring.done(None) | self._totals.gaps()
        (verdicts,) = judge_batches(self._trial.profile, [measures], [], self._trial.as_of)
        return [
            {"file": self._name, "measure": one.measure, "severity": one.severity, "zh": one.message_zh, "en": one.message_en}
            for one in verdicts if not one.has_passed
        ]  # fmt: skip


def _keep_reasons(tried: Tried, quarantined: pl.DataFrame, name: str) -> None:
    for sheet, row, reasons in quarantined.select(SHEET, ROW, "reasons").iter_rows():
        for told in reasons:
            reason = tried.reasons.setdefault(
                f"{told['rule']}:{told['column']}",
                Reason(told["rule"], told["column"], told["message_zh"], told["message_en"]),
            )
            reason.rows += 1
            if len(reason.examples) < EXAMPLES:
                reason.examples.append({"file": name, "sheet": sheet, "row": row, "value": told["value"]})


def _shown(loaded: pl.DataFrame, profile: FeedProfile, name: str) -> list[dict[str, Any]]:
    """Rows as they would be loaded. Of a person only the mask; of free text, in which anybody may be named, only how long it is."""
    fields = FEEDS[profile.feed].fields
    free = {
        column
        for column, spec in fields.items()
        if spec.free_text or (profile.columns.get(column) or _NO_COLUMN).free_text
    }
    kept = [column for column in loaded.columns if not column.endswith("_hash") and column not in (SHEET, ROW)]
    shown: list[dict[str, Any]] = []
    for row in loaded.iter_rows(named=True):
        cells = {column: row[column] for column in kept if row[column] is not None}
        hidden = {column: f"({len(cells[column])} 字 characters)" for column in cells if column in free}
        shown.append({"file": name, "row": row[ROW], **cells, **hidden})
    return shown
