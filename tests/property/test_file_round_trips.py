"""Whatever table is written, in whatever usual way, comes back cell for cell with its rows' numbers; no broken file breaks a reader."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.errors import ChengguanError
from pipelines.readers import ROW, UNREADABLE
from pipelines.readers import encodings as blocks
from tests.reading import cells, opened, packed, read, workbook

in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)

HEADER = ["编号", "名称", "处理结果"]
#: Characters that every one of the encodings has, among them those that mean something to a reader.
CHARACTERS = "编号街道处理结果一二三台山北文字AZaz09 ,;\t|\"'\n=+-."
cell = st.text(CHARACTERS, max_size=8)
# The first cell holds a text: rows of blanks are no records.
row = st.tuples(st.text("编号街道AZ09", min_size=1, max_size=5), cell, cell)
table = st.lists(row, min_size=1, max_size=12)


def as_read(rows: list[tuple[str, ...]]) -> list[tuple[str | None, ...]]:
    """The rows as delimited text gives them: an empty cell and a missing one are the same there."""
    return [tuple(value or None for value in row) for row in rows]


dialects = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
    }
)


@in_one_folder
@given(
    rows=table,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5", "cp932"]),
    dialect=dialects,
    block=st.sampled_from([5, 64, 8 << 20]),
)
def test_delimited_text_comes_back(
    tmp_path: Path, rows: list[tuple[str, ...]], encoding: str, dialect: dict[str, Any], block: int
) -> None:
    written = io.StringIO()
    kept = [tuple(value.encode(encoding, errors="ignore").decode(encoding) for value in row) for row in rows]
    csv.writer(written, **dialect).writerows([["a", "b", "c"], *kept])
    path = tmp_path / "a.csv"
    path.write_bytes(written.getvalue().encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block)
        # So short a text does not tell its encoding.
        frame = read(path, encoding=encoding, delimiter=dialect["delimiter"])
    assert frame[UNREADABLE].null_count() == frame.height
    records = [
        (at, row) for at, row in enumerate(as_read(kept), start=2) if any(value and value.strip() for value in row)
    ]
    assert list(zip(frame[ROW], cells(frame), strict=True)) == records


@in_one_folder
@given(
    lines=st.lists(st.text("编号街道处理结果一二三依法责令", min_size=8, max_size=20), min_size=3, max_size=9),
    encoding=st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_chinese_text_of_some_length_tells_its_encoding(tmp_path: Path, lines: list[str], encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(f"{line},x" for line in lines).encode(encoding))
    assert opened(path).encoding == encoding


@in_one_folder
@given(rows=table)
def test_a_workbook_comes_back(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    frame = read(
        workbook(tmp_path / "a.xlsx", {"台账": [["题"], HEADER, *[["'" + value for value in row] for row in rows]]}),
        header_rows=[2],
    )
    assert cells(frame) == [tuple("'" + value for value in row) for row in rows]
    assert frame[ROW].to_list() == list(range(3, len(rows) + 3))


any_cell = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
any_table = st.lists(st.tuples(st.text("AZ", min_size=1), any_cell, any_cell), min_size=1, max_size=12)


@in_one_folder
@given(rows=any_table, lines=st.booleans(), block=st.sampled_from([7, 8 << 20]))
def test_json_comes_back(tmp_path: Path, rows: list[tuple[str | None, ...]], lines: bool, block: int) -> None:
    records = [dict(zip(HEADER, row, strict=True)) for row in rows]
    texts = [json.dumps(record, ensure_ascii=False) for record in records]
    path = tmp_path / ("a.ndjson" if lines else "a.json")
    path.write_text("\n".join(texts) if lines else f"[{', '.join(texts)}]", "utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block)
        frame = read(path)
    assert cells(frame) == rows
    assert frame[ROW].to_list() == list(range(1, len(rows) + 1))


@in_one_folder
@given(rows=any_table)
def test_parquet_comes_back(tmp_path: Path, rows: list[tuple[str | None, ...]]) -> None:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    pq.write_table(pa.table(columns, names=HEADER), tmp_path / "a.parquet", row_group_size=5)
    frame = read(tmp_path / "a.parquet")
    assert cells(frame) == rows
    assert frame[ROW].to_list() == list(range(1, len(rows) + 1))


LINES = "编号,名称\n" + "".join(f'{at},"街道, {at}"\n' for at in range(60))


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One sound file of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    pq.write_table(pa.table({"编号": range(60), "名称": ["街道"] * 60}), folder / "a.parquet")
    book = workbook(folder / "a.xlsx", {"台账": [["编号", "名称"], *[[at, "街道"] for at in range(60)]]})
    return {
        "a.csv": LINES.encode("gb18030"),
        "b.csv": LINES.encode(),
        "a.ndjson": "".join(f'{{"编号": {at}, "名称": "街道"}}\n' for at in range(60)).encode(),
        "a.json": json.dumps([{"编号": at, "名称": {"x": "街道"}} for at in range(60)], ensure_ascii=False).encode(),
        "a.xlsx": book.read_bytes(),
        "a.parquet": (folder / "a.parquet").read_bytes(),
        "a.zip": packed(folder / "a.zip", {"1.csv": LINES, "2.xlsx": book.read_bytes()}).read_bytes(),
    }


@settings(in_one_folder, max_examples=400)
@given(
    name=st.sampled_from(["a.csv", "b.csv", "a.ndjson", "a.json", "a.xlsx", "a.parquet", "a.zip"]),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=4),
)
@example(name="a.csv", cut=0.999, flips=[])
def test_a_broken_file_is_read_or_refused_and_never_breaks_the_reader(
    tmp_path: Path, whole_files: dict[str, bytes], name: str, cut: float, flips: list[tuple[float, int]]
) -> None:
    data = bytearray(whole_files[name])
    for place, change in flips:
        data[int(place * len(data))] ^= change
    path = tmp_path / name
    path.write_bytes(data[: max(1, int(cut * len(data)))] if cut < 0.95 else data)
    try:
        for chunk in opened(path).chunks:
            assert chunk.height >= 0
    except ChengguanError as error:
        assert error.remedy_zh and error.remedy_en and error.where["file"].startswith(name)


line = st.one_of(
    st.builds(lambda value: json.dumps({"a": value}, ensure_ascii=False), st.text(CHARACTERS, max_size=6)),
    st.text('{}[]":,a1\\ x', max_size=12),
)


@in_one_folder
@given(lines=st.lists(line, min_size=1, max_size=20))
def test_every_line_of_ndjson_is_a_row_an_unreadable_row_or_blank(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"a": "1"}\n' + "\n".join(lines), "utf-8", newline="")
    extract = opened(path)
    heights = sum(chunk.height for chunk in extract.chunks)
    # A last line of nothing is the end of the one before.
    assert heights + extract.skipped["blank"] == 1 + len(lines) - (lines[-1] == "")


@in_one_folder
@given(content=st.text('ab1,"\n', max_size=120), block=st.sampled_from([5, 64, 8 << 20]))
def test_no_character_of_delimited_text_is_lost(tmp_path: Path, content: str, block: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text("h1,h2\n" + content, "utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block)
        frame = read(path, delimiter=",")
    came = "".join(value or "" for row in cells(frame) for value in row) + "".join(frame[UNREADABLE].drop_nulls())
    for character in "ab1":
        assert came.count(character) == content.count(character)
