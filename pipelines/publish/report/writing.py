"""Writes the report of a year into a folder: HTML and workbook always, the PDF where this machine can."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.metrics.dictionary import FILE_NAME as SEMANTICS
from pipelines.metrics.dictionary import Dictionary
from pipelines.metrics.relations import rows
from pipelines.publish import package
from pipelines.publish.release import ReleaseInfo
from pipelines.publish.report import pdf
from pipelines.publish.report.document import Document, write_document
from pipelines.publish.report.figures import Facts
from pipelines.publish.report.sentences import Lang
from pipelines.publish.report.workbook import write_workbook
from pipelines.publish.report.year import report_year


@dataclass(frozen=True)
class Written:
    """What was written; `why_no_pdf` says in Chinese and English why there is no PDF."""

    year: int
    last: dt.date
    files: list[Path] = field(default_factory=list)
    why_no_pdf: tuple[str, str] | None = None


def write_report(release: ReleaseInfo, year: int | None, folder: Path, lang: Lang, *, with_pdf: bool = True) -> Written:
    """The report of the year (None: that of the release's as-of day) in one language.

    Raises InputError where the release has no records of the year.
    """
    with duckdb.connect(str(release.path / package.FILE_NAME), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        [first] = rows(connection, "select min(month) as first from marts.overview")
        reported = report_year(year or release.as_of.year, release.as_of, first["first"])
        facts = Facts(connection, Dictionary.of_file(release.path / SEMANTICS), reported)
        document = write_document(facts, release.manifest, lang)
    return _save(document, release, Written(reported.year, reported.span.last), folder, lang, with_pdf=with_pdf)


def _save(
    document: Document, release: ReleaseInfo, written: Written, folder: Path, lang: Lang, *, with_pdf: bool
) -> Written:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"report-{written.year}.{lang}"
    page, book, paper = (folder / f"{name}.{kind}" for kind in ("html", "xlsx", "pdf"))
    page.write_text(document.html, encoding="utf-8")
    write_workbook(book, document, release.manifest, lang)
    why = pdf.why_not() if with_pdf else None
    files = [page, book]
    # A PDF of before would be taken for this one.
    paper.unlink(missing_ok=True)
    if with_pdf and why is None:
        pdf.write_pdf(document.html, paper)
        files.append(paper)
    return Written(written.year, written.last, files, why)
