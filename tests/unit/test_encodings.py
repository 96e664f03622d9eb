"""The encoding of a text file is found out, stated, and proved on the whole file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.readers import encodings
from pipelines.readers.encodings import decoded, first_fault
from tests.reading import CHINESE, cells, opened, read, text

TAIWANESE = "編號,名稱,街道,處理結果\n1,佔道經營,綠洲路街道,已依法處理並責令改正\n"
JAPANESE = "番号,名称,住所,結果\n1,不法投棄,東京都千代田区霞が関,対応しました\n"
FRENCH = (
    "numéro,libellé,rue,état\n1,dépôt sauvage,avenue de la République,réglé\n2,éclairage,rue de l'Église,à traiter\n"
)


@pytest.mark.parametrize(
    ("content", "written", "told"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-32", "utf-32"),
        (CHINESE, "gb18030", "gb18030"),
        ("编号,姓\n1,丁\n", "gbk", "gb18030"),
        (TAIWANESE, "gb18030", "gb18030"),
        (TAIWANESE, "big5", "big5"),
        (JAPANESE, "cp932", "cp932"),
        (FRENCH, "cp1252", "cp1252"),
        ("a,b\n1,2\n", "ascii", "utf-8"),
    ],
)
def test_a_text_is_read_in_the_encoding_it_was_written_in(
    tmp_path: Path, content: str, written: str, told: str
) -> None:
    path = text(tmp_path / "a.csv", content, written)
    extract = opened(path)
    assert extract.encoding == told
    lines = content.splitlines()
    assert extract.header == lines[0].split(",")
    assert cells(read(path)) == [tuple(line.split(",")) for line in lines[1:]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
def test_a_mark_at_the_beginning_is_no_part_of_the_header(tmp_path: Path, encoding: str) -> None:
    path = text(tmp_path / "a.csv", "\ufeff" + CHINESE, encoding)
    assert opened(path, encoding=encoding).header[0] == "编号"
    assert opened(path).header[0] == "编号"


def test_a_stated_encoding_goes_before_what_seems_plausible(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "a,b\n1,é\n", "cp1252")
    assert cells(read(path, encoding="cp1250")) == [("1", "é")]


def test_a_stated_encoding_that_cannot_be_names_the_byte_the_row_and_the_likely_one(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "a,b\n1,2\n" + CHINESE, "gb18030")
    with pytest.raises(InputError) as error:
        opened(path, encoding="utf-8")
    assert "byte 9 cannot be read" in error.value.en
    assert "it looks like gb18030" in error.value.en
    assert error.value.where["row"] == "3"


def test_utf_8_is_not_read_as_the_gb18030_that_a_profile_states(tmp_path: Path) -> None:
    # Valid as both: the decoder alone would give nonsense without an error.
    path = text(tmp_path / "a.csv", "编号,处理\n" + "1,街道街道街道街道\n" * 20, "utf-8")
    with pytest.raises(InputError, match="not in gb18030; it looks like utf-8"):
        opened(path, encoding="gb18030")


def test_one_broken_byte_in_utf_8_does_not_make_it_another_encoding(tmp_path: Path) -> None:
    content = (CHINESE * 5).encode()
    path = text(tmp_path / "a.csv", content + b"\xff" + content)
    with pytest.raises(InputError) as error:
        opened(path)
    assert "broken bytes; it looks like utf-8" in error.value.en
    assert error.value.where["value"] == "ff e7 bc 96"
    assert error.value.where["row"] == "16"


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", b"\xff\xff\xff\xff\x00")
    with pytest.raises(InputError, match="no known encoding"):
        opened(path)


def test_a_character_across_two_blocks_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 3)
    path = text(tmp_path / "a.csv", "街道路号", "gb18030")
    assert b"".join(block for block, _ in decoded(path, "gb18030", "a")).decode() == "街道路号"


def test_the_place_of_a_broken_byte_counts_from_the_files_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 4)
    path = text(tmp_path / "a.csv", "街道街道".encode() + b"\xe8\x41")
    fault = encodings.first_fault(path, "utf-8")
    assert fault is not None and fault.start == 12


@given(st.lists(st.one_of(st.text(max_size=4).map(str.encode), st.binary(max_size=2)), max_size=8).map(b"".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_utf8_is_checked_in_blocks_as_python_reads_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 3)
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    fault = first_fault(path, "utf-8")
    try:
        said = content.decode()
    except UnicodeDecodeError as error:
        assert fault is not None
        assert fault.start == error.start
    else:
        assert fault is None
        blocks = list(decoded(path, "utf-8-sig", "a.csv"))
        assert "".join(block.decode() for block, _ in blocks) == said.removeprefix("\ufeff").removeprefix("\ufeff")
        assert [last for _, last in blocks] == [False] * (len(blocks) - 1) + [True]
