"""JSON records become rows: keys with dots, numbers as written, and a broken line is one unreadable row."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import InputError
from pipelines.readers import ROW, UNREADABLE, encodings
from tests.reading import cells, opened, read, text


def test_a_record_is_laid_out_in_columns(tmp_path: Path) -> None:
    record = '[{"id": 1.50, "big": 1e20, "in": {"yes": true, "no": null}, "tags": ["a", 2, null], "list": [{"x": 1}]}]'
    frame = read(text(tmp_path / "a.json", record))
    assert frame.columns[3:] == ["id", "big", "in.yes", "in.no", "tags", "list"]
    assert cells(frame) == [("1.50", "1e20", "true", None, "a;2;", '[{"x": 1}]')]


def test_the_header_has_the_keys_of_all_records(tmp_path: Path) -> None:
    frame = read(text(tmp_path / "a.json", '[{"a": "1"}, {"b": "2"}, {}]'))
    assert cells(frame) == [("1", None), (None, "2")]
    assert frame[ROW].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("document", "records", "values"),
    [
        ({"code": 0, "result": {"items": [{"a": 1}, {"a": 2}], "n": [3]}}, "result.items", ["1", "2"]),
        ({"d": [{"rows": [{"a": 1}]}, {"rows": None}, {"rows": [{"a": 2}]}]}, "d.*.rows", ["1", "2"]),
        ([{"rows": [{"a": 1}]}, {"rows": [{"a": 2}]}], "*.rows", ["1", "2"]),
        ({"result": {"item": {"a": 1}}}, "result.item", ["1"]),
    ],
)
def test_records_are_found_where_the_profile_says(
    tmp_path: Path, document: object, records: str, values: list[str]
) -> None:
    frame = read(text(tmp_path / "a.json", json.dumps(document)), records=records)
    assert frame["a"].to_list() == values


def test_an_envelope_without_a_stated_way_names_the_ways_there_are(tmp_path: Path) -> None:
    path = text(tmp_path / "a.json", '{"code": 0, "result": {"items": [{"a": 1}]}}')
    with pytest.raises(InputError, match=r"it may be result\.items"):
        opened(path, known=["a"])


def test_a_way_that_leads_nowhere_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no record is found") as error:
        opened(text(tmp_path / "a.json", '{"result": [{"a": 1}]}'), records="rows")
    assert "result" in error.value.remedy_en


def test_only_records_of_the_stated_kind_are_read(tmp_path: Path) -> None:
    document = '[{"model": "city", "name": "x"}, {"model": "request", "fields": {"status": "Open"}}]'
    extract = opened(text(tmp_path / "a.json", document), only={"model": "request"})
    frame = pl.concat(list(extract.chunks))
    assert cells(frame) == [("request", "Open")]
    assert frame[ROW].to_list() == [2]
    assert extract.skipped["only"] == 1


def test_a_column_that_tells_records_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="named in `only` does not exist"):
        opened(text(tmp_path / "a.json", '[{"a": 1}]'), only={"model": "x"})


def test_a_broken_line_is_one_unreadable_row(tmp_path: Path) -> None:
    lines = ['{"a": 1}', '{"a": 2', "[3]", "", '{"a": "\\ud800"}', '{"a": 4, "a": 5}', '{"a": 6}', '{"a"']
    extract = opened(text(tmp_path / "a.ndjson", "\n".join(lines)))
    frame = pl.concat(list(extract.chunks))
    assert dict(frame.select(ROW, "a").rows()) == {1: "1", 2: None, 3: None, 5: None, 6: None, 7: "6", 8: None}
    assert frame[UNREADABLE].drop_nulls().to_list() == [lines[at] for at in (1, 2, 4, 5, 7)]
    assert extract.skipped == {"blank": 1}


def test_one_object_a_line_is_told_from_one_document(tmp_path: Path) -> None:
    assert cells(read(text(tmp_path / "a.json", '{"a": "1"}\n{"a": "2"}\n'))) == [("1",), ("2",)]


def test_a_record_with_a_key_twice_is_unreadable_and_the_others_are_not(tmp_path: Path) -> None:
    frame = read(text(tmp_path / "a.json", '[{"a": 1, "a": 2}, {"a": 3}, 7]'))
    assert frame["a"].to_list() == [None, "3", None]
    assert frame[UNREADABLE].to_list() == ['{"a": 1, "a": 2}', None, "7"]


def test_keys_that_flatten_to_one_make_a_record_unreadable(tmp_path: Path) -> None:
    frame = read(text(tmp_path / "a.json", '[{"a": {"b": 1}, "a.b": 2}, {"c": 1}]'))
    assert frame[UNREADABLE].to_list() == ['{"a": {"b": 1}, "a.b": 2}', None]


def test_no_number_is_none(tmp_path: Path) -> None:
    assert cells(read(text(tmp_path / "a.json", '[{"a": NaN, "b": -Infinity, "c": 1}]'))) == [(None, None, "1")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_json_may_have_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = text(tmp_path / "a.json", '[{"街道": "绿洲路街道", "处理": "已依法处理"}]', encoding)
    assert cells(read(path)) == [("绿洲路街道", "已依法处理")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("[" + '{"a":' * 20_000 + "1" + "}" * 20_000 + "]", "nested too deeply"),
        ('[{"a": 1}, {"a":', "cannot be read on at character 17"),
        ('[{"a": 1}] x', "more text after the end"),
        ('[{"a": 1},]', "a value is expected"),
        ('[{"a": 1} {"a": 2}]', "',' is expected"),
        ("[]", "no record is found"),
    ],
)
def test_json_that_cannot_be_read_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        opened(text(tmp_path / "a.json", content))


def test_a_line_nested_too_deeply_is_one_unreadable_row(tmp_path: Path) -> None:
    deep = '{"a":' * 20_000 + "1" + "}" * 20_000
    frame = read(text(tmp_path / "a.ndjson", f'{{"a": 1}}\n{deep}\n{{"a": {{"b": {{"c": 2}}}}}}\n'))
    assert frame[UNREADABLE].is_not_null().to_list() == [False, True, False]


def test_records_across_blocks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 7)
    document = {"n": 12345678901, "rows": [{"值": at, "t": "x" * at} for at in range(40)]}
    frame = read(text(tmp_path / "a.json", json.dumps(document, ensure_ascii=False)), records="rows")
    assert cells(frame) == [(str(at), "x" * at) for at in range(40)]


def test_keys_that_are_ids_make_no_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="these are no columns"):
        opened(text(tmp_path / "a.json", json.dumps([{f"k{at}": 1} for at in range(6_000)])))
