"""Parquet's typed cells come out as strings that the landing reads back."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import InputError
from pipelines.readers import ROW
from tests.reading import cells, opened, read, text

AT = dt.datetime(2017, 9, 25, 8, 30, 1, 250_000)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (pa.array(["007", None]), "007"),
        (pa.array([2**53 + 1, None]), "9007199254740993"),
        (pa.array([0.1, None]), "0.1"),
        (pa.array([True, None]), "true"),
        (pa.array([AT.date(), None]), "2017-09-25"),
        (pa.array([AT.date(), None], pa.date64()), "2017-09-25"),
        (pa.array([AT, None], pa.timestamp("us")), "2017-09-25 08:30:01.250000"),
        (pa.array([AT, None], pa.timestamp("ms")), "2017-09-25 08:30:01.250000"),
        (pa.array([AT, None], pa.timestamp("ns")), "2017-09-25 08:30:01.250000000"),
        (
            pa.array([AT.replace(tzinfo=ZoneInfo("UTC")), None], pa.timestamp("us", "Asia/Shanghai")),
            "2017-09-25 16:30:01.250000+08:00",
        ),
        (pa.array([Decimal("1200000.50"), None], pa.decimal128(20, 2)), "1200000.50"),
        (pa.array([Decimal("0.0000001"), None], pa.decimal256(50, 7)), "0.0000001"),
        (pa.array(["甲", None]).dictionary_encode(), "甲"),
        (pa.array([AT.time(), None], pa.time64("us")), "08:30:01.250000"),
        (pa.array([{"a": 1, "on": AT.date()}, None]), '{"a": 1, "on": "2017-09-25"}'),
        (pa.array([["甲", None], None]), '["甲", null]'),
        (pa.array([b"\xe7\x94\xb2", None]), "甲"),
        (pa.array([b"\xff\x00", None]), "ff00"),
    ],
)
def test_a_cell_has_the_usual_string_form_whether_words_are_numbered_or_not(
    tmp_path: Path, column: pa.Array, said: str
) -> None:
    for is_numbered in (True, False):
        pq.write_table(pa.table({"x": column, "n": [1, 2]}), tmp_path / "a.parquet", use_dictionary=is_numbered)
        assert cells(read(tmp_path / "a.parquet")) == [(said, "1"), (None, "2")]


def test_rows_are_numbered_through_over_row_groups(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": range(1_000)}), tmp_path / "a.parquet", row_group_size=300)
    assert read(tmp_path / "a.parquet")[ROW].to_list() == list(range(1, 1_001))


@pytest.mark.parametrize(("length", "rows_of_a_group"), [(2_000, 1), (2_000, 1_000), (900, 1_000)])
def test_long_words_that_are_written_out_again_and_again_are_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, rows_of_a_group: int
) -> None:
    monkeypatch.setattr("pipelines.readers.parquet.MOST_CHUNK_BYTES", length * 500)
    words = pa.table({"x": ["a" * length] * 1_000})
    pq.write_table(words, tmp_path / "a.parquet", use_dictionary=False, row_group_size=rows_of_a_group)
    with pytest.raises(InputError, match="too much"):
        read(tmp_path / "a.parquet")


def test_where_many_texts_are_too_long_fewer_are_held_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.readers.parquet.FEWER_ROWS", 300)
    monkeypatch.setattr("pipelines.readers.parquet.MOST_CHUNK_BYTES", 500_000)
    texts = [f"{at:01000}" for at in range(1_000)]
    pq.write_table(pa.table({"x": texts}), tmp_path / "a.parquet")
    assert cells(read(tmp_path / "a.parquet")) == [(text,) for text in texts]


def test_only_rows_of_the_stated_kind_are_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": ["a", "b", None], "x": [1, 2, 3]}), tmp_path / "a.parquet")
    assert cells(read(tmp_path / "a.parquet", only={"k": "b"})) == [("b", "2")]


def test_damage_is_said_to_be_damage(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1]}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises(InputError, match="cannot be read"):
        opened(text(tmp_path / "b.parquet", whole[:-20]))


def test_a_text_that_is_no_utf8_is_damage_and_not_a_cell(tmp_path: Path) -> None:
    texts = pa.array([b"\xd9\xff", b"x"]).view(pa.string())
    pq.write_table(pa.table({"编号": texts}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "a.parquet")
