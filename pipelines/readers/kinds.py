"""What kind of file a file is: by its first bytes where these tell it, by its name where it is text.

Belongs here: the decision, and the refusal of kinds that are none of ours. Names lie more often than bytes do: systems that hand out
"Excel" write CSV or a web page under the name .xls, and a download that failed is a page under any name.
"""

import zipfile
from pathlib import Path
from typing import Literal

from pipelines.errors import InputError
from pipelines.readers.faults import damaged

Kind = Literal["text", "workbook", "json", "ndjson", "parquet", "zip"]

SUFFIXES: dict[str, Kind] = {
    ".csv": "text", ".tsv": "text", ".txt": "text",
    ".xlsx": "workbook", ".xlsm": "workbook", ".xls": "workbook", ".xlsb": "workbook", ".ods": "workbook",
    ".json": "json", ".geojson": "json", ".ndjson": "ndjson", ".jsonl": "ndjson",
    ".parquet": "parquet", ".zip": "zip",
}  # fmt: skip
#: Files inside a zip file that are archives themselves.
ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz")
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_REFUSED = {
    b"\x1f\x8b": "gzip", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "RAR", b"BZh": "bzip2", b"\xfd7zXZ": "xz",
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"SQLite format 3": "SQLite",
}  # fmt: skip
_MARKUP = (b"<html", b"<!doctype html", b"<head", b"<meta", b"<style", b"<table", b"<body", b"<div", b"<script")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MACROS_ALLOWED = (".xlsm", ".xlsb")


def kind_of(path: Path, stated: str | None, source: str) -> Kind:
    """The kind of the file, whose name and bytes must not contradict each other or the profile's `format`.

    Raises InputError naming what the file is instead, or that files of this name are not read.
    """
    suffix = path.suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(4096)
    told = _by_bytes(path, head, suffix, source)
    if told == "zip":
        # The format is that of the files inside.
        return told
    if told is None and stated is None:
        told = _by_name(suffix, head, source)
    if told is not None and stated is not None and told != stated:
        raise InputError(
            f"配置写的格式是 {stated}，文件却是 {told}", f"the profile says the format is {stated}, but the file is {told}",
            file=source, key="source.format", value=stated,
            remedy_zh="改正或删去配置中的 source.format，或放入正确的文件", remedy_en="mend or drop source.format in the profile, or deliver the right file",
        )  # fmt: skip
    if told is None and stated in ("workbook", "parquet"):
        raise damaged(source, f"it is no {stated} file")
    return told or stated  # type: ignore[return-value]


def _by_bytes(path: Path, head: bytes, suffix: str, source: str) -> Kind | None:
    if head.startswith(_ZIP):
        return _zipped(path, suffix, source)
    if head.startswith(b"PK\x05\x06"):
        raise _empty_archive(source)
    if head.startswith(_OLE):
        return _compound(suffix, source)
    if head.startswith(_PARQUET):
        return "parquet"
    for magic, name in _REFUSED.items():
        if head.startswith(magic):
            raise _not_read(source, suffix, name)
    # Pages are mostly ASCII: without zeros and marks, UTF-16 reads as that.
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if plain.startswith(_MARKUP):
        raise InputError(
            "这是网页（HTML），不是表格文件", "this is a web page (HTML), no table", file=source,
            remedy_zh="用 Excel 打开后另存为 .xlsx；若打开是登录或出错页面，请重新导出", remedy_en="open it in Excel and save it as .xlsx; if it shows a login or an error, export again",
        )  # fmt: skip
    if plain.startswith(b"<"):
        raise InputError(
            "这是 XML 文件，不是表格文件", "this is an XML file, no table that is read", file=source,
            remedy_zh="用 Excel 打开后另存为 .xlsx，或导出为 CSV", remedy_en="open it in Excel and save it as .xlsx, or export it as CSV",
        )  # fmt: skip
    return None


def _zipped(path: Path, suffix: str, source: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    # NotImplementedError is zipfile's word for a way of packing that it does not know.
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError) as error:
        raise damaged(source, error) from error
    if any(name.startswith("xl/workbook.") for name in names) or "content.xml" in names:
        if "xl/vbaProject.bin" in names and suffix not in _MACROS_ALLOWED:
            raise InputError(
                "工作簿里有宏，后缀却不是 .xlsm", "the workbook has macros under a name that hides them", file=source,
                remedy_zh="用 Excel 另存为“Excel 工作簿 (.xlsx)”去掉宏，再放回", remedy_en="save it as an Excel workbook (.xlsx) without macros and put it back",
            )  # fmt: skip
        return "workbook"
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise _not_read(source, suffix, "Word/PowerPoint")
    if suffix not in ("", ".zip"):
        raise damaged(source, "it is a zip file under another name")
    return "zip"


def _compound(suffix: str, source: str) -> Kind:
    if suffix in (".doc", ".ppt", ".docx", ".wps"):
        raise _not_read(source, suffix, "Word/PowerPoint")
    return "workbook"


def _by_name(suffix: str, head: bytes, source: str) -> Kind:
    named = SUFFIXES.get(suffix)
    if named is None:
        raise _not_read(source, suffix, None)
    if named == "workbook" and suffix in (".xls", ".xlsx"):
        if not head.startswith(_WIDE_MARKS) and any(byte < 9 for byte in head[:512]):
            raise damaged(source, "it is no workbook")
        return "text"
    if named in ("workbook", "parquet", "zip"):
        raise damaged(source, f"it is no {named} file")
    return named


def _not_read(source: str, suffix: str, name: str | None) -> InputError:
    also_zh, also_en = (f"（{name}）", f" ({name})") if name else ("", "")
    kinds = ", ".join(sorted(SUFFIXES))
    return InputError(
        f"不认识这种文件{also_zh}", f"files of the kind '{suffix}' are not read{also_en}", file=source,
        remedy_zh=f"另存为 {kinds} 之一；文本文件可在配置中用 source.format 写明格式", remedy_en=f"save it as one of {kinds}; of a text file, the profile can say the source.format",
    )  # fmt: skip


def _empty_archive(source: str) -> InputError:
    return InputError(
        "压缩包是空的", "the zip file holds nothing", file=source,
        remedy_zh="请来源单位重新打包", remedy_en="ask the source to pack it again",
    )  # fmt: skip
