"""What is said of files that cannot be read.

Belongs here: messages that more than one reader has. What only one kind of file can get wrong is said in its reader.
"""

from pipelines.errors import InputError


def damaged(source: str, error: BaseException | str, *, sheet: str | None = None, row: int | None = None) -> InputError:
    """The file is of a known kind, but its reader gave up on it."""
    # The libraries' further lines repeat the file with its whole path.
    first_line = str(error).strip().partition("\n")[0]
    return InputError(
        "文件无法读取，可能已损坏", f"the file cannot be read: {first_line}", file=source, sheet=sheet, row=row,
        remedy_zh="检查文件是否损坏、未传完或后缀不符，重新导出后放回",
        remedy_en="see whether it is damaged, cut off or of another kind than its name says; export it again",
    )  # fmt: skip


def away(source: str, error: OSError) -> InputError:
    """The operating system does not give the file."""
    said: dict[type[OSError], tuple[str, str, str, str]] = {
        FileNotFoundError: ("文件不见了", "the file is not there (any more)", "确认来源单位没有移走它，重新放回", "see that nobody moved it, and put it back"),
        IsADirectoryError: ("这是文件夹，不是文件", "this is a folder, no file", "把文件夹里的文件直接放进收件箱，或修改配置的 files", "put the folder's files into the inbox, or mend `files` in the profile"),
        PermissionError: ("没有读取该文件的权限", "there is no permission to read the file", "给运行夜间作业的用户读取权限", "let the user that runs the nightly job read it"),
    }  # fmt: skip
    for kind, (zh, en, remedy_zh, remedy_en) in said.items():
        if isinstance(error, kind):
            return InputError(zh, en, file=source, remedy_zh=remedy_zh, remedy_en=remedy_en)
    return InputError(
        "文件无法读取", f"the file cannot be read: {error.strerror or type(error).__name__}", file=source,
        remedy_zh="检查磁盘和共享目录是否正常，然后重试", remedy_en="see that the disk or the shared folder works, and try again",
    )  # fmt: skip


class Unsettled(InputError):
    """A file that is not whole yet: nothing is wrong with it, and a later run takes it."""


def still_written(source: str) -> Unsettled:
    """Some program has the file open for writing, or it grows."""
    return Unsettled(
        "文件还在写入，留给下次", "the file is still being written and is left for the next run", file=source,
        remedy_zh="不用处理；若一直如此，请关闭打开它的程序，或让来源先写到别的名字、写完再改名",
        remedy_en="nothing to do; if it stays so, close the program that has it open, or let the source write under another name and rename the file when whole",
    )  # fmt: skip


def changed(source: str) -> Unsettled:
    """The file is not what it was when its reading began."""
    return Unsettled(
        "文件在读取过程中被改动", "the file changed while it was read", file=source,
        remedy_zh="等来源单位写完后重试；请来源先写到别的名字，写完再改名",
        remedy_en="try again when the source has finished writing; let it write under another name and rename the file when whole",
    )  # fmt: skip


def no_header(source: str, part: str | None, looked_at: list[str], found: bool) -> InputError:
    """The header is not where the profile says (`found` false), or none of the first rows holds the profile's columns."""
    value = " | ".join(looked_at)[:300] or None
    if found:
        return InputError(
            "前几十行里没有找到表头", "none of the first rows holds the columns that the profile names", file=source, sheet=part, value=value,
            remedy_zh="核对配置 columns 里的列名，或用 header_rows 写明表头所在的行",
            remedy_en="check the column names under `columns` in the profile, or say with header_rows where the header is",
        )  # fmt: skip
    return InputError(
        "没有找到表头", "there is no header where the profile says it is", file=source, sheet=part, value=value,
        remedy_zh="核对配置中的 header_rows，或重新导出文件", remedy_en="check header_rows in the profile, or export the file again",
    )  # fmt: skip


def too_large(source: str, zh: str, en: str, *, sheet: str | None = None) -> InputError:
    """The file would need more memory or disk than a night may take."""
    return InputError(
        zh, en, file=source, sheet=sheet,
        remedy_zh="删除多余的空行空列或拆成几个文件，另存后放回；若来源可疑，不要打开",
        remedy_en="delete surplus rows and columns or split the file, save it and put it back; do not open it if its origin is doubtful",
    )  # fmt: skip
