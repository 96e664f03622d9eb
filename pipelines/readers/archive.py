"""Zip files: each file inside is read as it would be by itself.

Belongs here: which files inside are read, and their way to and from the disk. Members are unpacked under names of our own into a private folder,
which is gone with the last reference to the chunks, however far they were read. An archive in an archive is refused.
"""

import fnmatch
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath

import polars as pl

from pipelines.city import FileSource
from pipelines.errors import InputError
from pipelines.readers.base import SHEET, Extract, columns_together, fill_up
from pipelines.readers.faults import damaged
from pipelines.readers.kinds import ARCHIVES, SUFFIXES
from pipelines.readers.limits import check_packed

_ENCRYPTED, _UTF8 = 0x1, 0x800

Reader = Callable[[Path, FileSource, str, Collection[str]], Extract]


class _Folder:
    """A folder that only its owner may enter, removed when nobody refers to this object."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="chengguan-zip-"))
        self._end = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def remove(self) -> None:
        self._end()


def read_zip(path: Path, profile: FileSource, source: str, known: Collection[str], read: Reader) -> Extract:
    """The rows of the files inside that the profile's `members` name, or of all whose names say that they can be read.

    `read` reads one file. Raises InputError where the zip file is damaged, encrypted or too large, or a member cannot be read.
    """
    folder = _Folder()
    try:
        with zipfile.ZipFile(path) as archive:
            members = _chosen(archive, profile, source)
            check_packed(members.values(), source)
            files = {
                name: _unpack(archive, member, folder.path / str(at), source)
                for at, (name, member) in enumerate(members.items())
            }
    # RuntimeError is zipfile's word for a part that is encrypted and, by one of its own kinds, for a way of packing that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        folder.remove()
        raise damaged(source, error) from error
    except BaseException:
        folder.remove()
        raise
    opened = {name: read(file, profile, f"{source}/{name}", known) for name, file in files.items()}
    header = columns_together(extract.header for extract in opened.values())
    parts = {
        f"{name}/{part}" if part else name: columns
        for name, extract in opened.items()
        for part, columns in extract.headers.items()
    }
    encodings = dict.fromkeys(extract.encoding for extract in opened.values() if extract.encoding)
    extract = Extract(source=source, header=header, chunks=iter(()), encoding=", ".join(encodings) or None, parts=parts)
    waiting = list(opened)
    if len(opened) > 1:
        # A workbook keeps its cells: many of them are not held at once, but opened again in turn.
        opened.clear()

    def chunks(folder: _Folder) -> Iterator[pl.DataFrame]:
        try:
            for name in waiting:
                member = opened.pop(name, None) or read(files[name], profile, f"{source}/{name}", known)
                for chunk in member.chunks:
                    yield _in_part(chunk, name, header)
                extract.aside += [_in_part(frame, name, header) for frame in member.aside]
                for reason, rows in member.skipped.items():
                    extract.skipped[reason] = extract.skipped.get(reason, 0) + rows
        finally:
            folder.remove()

    extract.chunks = chunks(folder)
    return extract


def _in_part(chunk: pl.DataFrame, name: str, header: list[str]) -> pl.DataFrame:
    """A chunk of a member as one of the archive: its part is the member, or "member/sheet"."""
    named = pl.format("{}/{}", pl.lit(name), pl.col(SHEET)).fill_null(pl.lit(name)).alias(SHEET)
    return fill_up(chunk.with_columns(named), header)


def true_name(member: zipfile.ZipInfo) -> str:
    """The member's name as it was given: unless marked as UTF-8, programs write UTF-8 or the system's encoding, in China GBK."""
    if member.flag_bits & _UTF8:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _chosen(archive: zipfile.ZipFile, profile: FileSource, source: str) -> dict[str, zipfile.ZipInfo]:
    """{name: member} of what is to be read, in the order of the names."""
    names: dict[str, zipfile.ZipInfo] = {}
    counted: Counter[str] = Counter()
    for member in archive.infolist():
        name = true_name(member).replace("\\", "/")
        hidden = any(step.startswith((".", "__MACOSX", "~$")) for step in PurePosixPath(name).parts)
        if not name.endswith("/") and not hidden:
            counted[name] += 1
            names[f"{name}#{counted[name]}" if counted[name] > 1 else name] = member
    if profile.members:
        chosen = {
            name: member for name, member in names.items()
            if any(fnmatch.fnmatchcase(said, pattern) for said in (name, PurePosixPath(name).name) for pattern in profile.members)
        }  # fmt: skip
    else:
        wanted = (*SUFFIXES, *ARCHIVES)
        chosen = {name: member for name, member in names.items() if name.lower().partition("#")[0].endswith(wanted)}
    for name in chosen:
        if name.lower().endswith(ARCHIVES):
            raise InputError(
                "压缩包里还有压缩包", "there is an archive inside the archive", file=source, value=name,
                remedy_zh="解开里层的压缩包，重新打包或直接放入文件；不需要它时用配置的 members 只选要读的文件",
                remedy_en="unpack the inner archive, and pack or deliver the files; if it is not needed, name the others under `members` in the profile",
            )  # fmt: skip
    if not chosen:
        raise InputError(
            "压缩包里没有要读的文件", "the zip file holds no file that is to be read", file=source, value="、".join(list(names)[:20]) or None,
            remedy_zh="核对配置中的 members，或请来源单位重新打包", remedy_en="check `members` in the profile, or ask the source to pack it again",
        )  # fmt: skip
    for name, member in chosen.items():
        if member.flag_bits & _ENCRYPTED:
            raise InputError(
                "压缩包有密码", "the zip file is protected by a password", file=source, value=name,
                remedy_zh="解压后重新打包，不设密码，再放回", remedy_en="unpack it, pack it again without a password and put it back",
            )  # fmt: skip
    return dict(sorted(chosen.items()))


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, stem: Path, source: str) -> Path:
    """The member as a file; only its suffix comes from its name."""
    suffix = PurePosixPath(true_name(member)).suffix.lower()
    file = stem.with_name(stem.name + (suffix if suffix in SUFFIXES else ".txt" if not suffix else ".unknown"))
    with archive.open(member) as packed, file.open("wb") as stream:
        shutil.copyfileobj(packed, stream, 1 << 20)
    if file.stat().st_size == 0:
        raise InputError(
            "压缩包里的文件是空的", "a file inside the zip file is empty", file=source, value=true_name(member),
            remedy_zh="请来源单位重新打包，或用配置的 members 排除它", remedy_en="ask the source to pack it again, or leave it out by `members` in the profile",
        )  # fmt: skip
    return file
