"""The files of a zip file are read as by themselves, each row under its file's name; nothing is left on the disk."""

import gc
import tempfile
import zipfile
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import InputError
from pipelines.readers import ROW, SHEET
from tests.reading import CHINESE, cells, opened, packed, read, text, workbook


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


class Named(zipfile.ZipInfo):
    """A member whose name is written in GBK without a mark, as Windows does it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), 0


def test_every_readable_member_is_a_part(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", {"台账": [["a", "c"], ["5", "6"]]}).read_bytes()
    members = {
        "1.csv": "a,b\n1,2\n",
        "d/2.ndjson": '{"a": "3"}\n',
        "3.xlsx": book,
        "说明.pdf": "x",
        "__MACOSX/1.csv": "x",
        ".a.csv": "x",
    }
    extract = opened(packed(tmp_path / "a.zip", {**members, "d/": ""}))
    frame = pl.concat(list(extract.chunks))
    assert extract.parts == {"1.csv": ["a", "b"], "3.xlsx/台账": ["a", "c"], "d/2.ndjson": ["a"]}
    assert cells(frame) == [("1", "2", None), ("5", None, "6"), ("3", None, None)]
    assert frame.select(SHEET, ROW).rows() == [("1.csv", 2), ("3.xlsx/台账", 2), ("d/2.ndjson", 1)]


def test_the_rows_that_are_no_records_are_counted_over_all_members(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"1.csv": "a,b\n1,2\n小计,2\n", "2.csv": "a,b\n\n小计,0\n3,4\n"})
    extract = opened(path, skip_rows_matching=["小计"])
    assert sum(chunk.height for chunk in extract.chunks) == 2
    assert extract.skipped == {"blank": 1, "小计": 2}


def test_only_the_named_members_are_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"d/案件.csv": CHINESE, "说明.txt": "请先看我", "旧.zip": b"x"})
    assert read(path, members=["案件*.csv"])[SHEET].unique().to_list() == ["d/案件.csv"]


def test_names_that_windows_wrote_in_gbk_are_right(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(Named("街道台账.csv"), CHINESE)
    assert read(tmp_path / "a.zip", members=["街道*"])[SHEET].to_list() == ["街道台账.csv"] * 2


def test_two_members_of_one_name_are_two_parts(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("1.csv", "a,b\n1,2\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("1.csv", "a,b\n3,4\n")
    assert read(tmp_path / "a.zip").select(SHEET, "a").rows() == [("1.csv", "1"), ("1.csv#2", "3")]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.csv": CHINESE, "in.zip": b"PK"}, "an archive inside"),
        ({"a.csv": CHINESE, "in.RAR": b"Rar!"}, "an archive inside"),
        ({"a.pdf": b"%PDF"}, "no file that is to be read"),
        ({"a.csv": ""}, "inside the zip file is empty"),
        ({"a.csv": bytes(100 << 20)}, "zip bomb"),
        ({"a.csv": b"\xff\xff\xff\xff\x00"}, "no known encoding"),
    ],
)
def test_a_zip_file_that_cannot_be_read_leaves_nothing_behind(
    tmp_path: Path, own_temporary_folder: Path, members: dict[str, str | bytes], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        opened(packed(tmp_path / "a.zip", members))
    gc.collect()
    assert list(own_temporary_folder.iterdir()) == []


def test_a_zip_under_another_name_inside_is_refused(tmp_path: Path) -> None:
    inner = packed(tmp_path / "in.zip", {"a.csv": CHINESE}).read_bytes()
    with pytest.raises(InputError, match="cannot be read"):
        opened(packed(tmp_path / "a.zip", {"a.csv": inner}))


def test_a_fault_in_a_member_names_the_member(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"好.csv": CHINESE, "坏.xls": "<html>"})
    with pytest.raises(InputError) as error:
        opened(path)
    assert error.value.where["file"] == "a.zip/坏.xls"


def test_a_zip_file_with_a_password_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed(tmp_path / "a.zip", {"a.csv": CHINESE}).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    with pytest.raises(InputError, match="protected by a password"):
        opened(text(tmp_path / "b.zip", bytes(data)))


@pytest.mark.parametrize("read_chunks", [0, 1, 2])
def test_the_unpacked_files_are_gone_however_far_they_were_read(
    tmp_path: Path, own_temporary_folder: Path, read_chunks: int
) -> None:
    chunks = opened(packed(tmp_path / "a.zip", {"1.csv": CHINESE, "2.csv": CHINESE})).chunks
    for _ in range(read_chunks):
        next(chunks)
    assert len(list(own_temporary_folder.iterdir())) == 1
    del chunks
    gc.collect()
    assert list(own_temporary_folder.iterdir()) == []
