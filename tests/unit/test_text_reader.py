"""Delimited text comes out as strings with the row a person would count, and no quote takes more than its own row."""

from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.readers import ROW, UNREADABLE, encodings
from pipelines.readers.cutting import cut_lines, regular_end
from tests.reading import cells, opened, read, text


def test_a_csv_says_its_encoding_and_keeps_broken_rows(tmp_path: Path) -> None:
    path = text(tmp_path / "拆除.csv", '编号,名称\n1,甲\n\n2,乙,多余\n3\n4,"两\n行"\n5,丁\n', "gb18030")
    frame = read(path)
    assert frame[ROW].to_list() == [2, 4, 5, 6, 7]
    assert frame[UNREADABLE].drop_nulls().to_list() == ["2,乙,多余", "3"]
    assert frame["名称"].drop_nulls().to_list() == ["甲", "两\n行", "丁"]


def test_leading_zeros_survive(tmp_path: Path) -> None:
    assert cells(read(text(tmp_path / "a.csv", "编号,号\n007,00\n"))) == [("007", "00")]


@pytest.mark.parametrize(
    ("content", "unreadable", "good"),
    [
        ('a,b\n1,"x\n2,y\n3,z\n', {2: '1,"x'}, [("2", "y"), ("3", "z")]),
        ('a,b\n1,"x\n2,y\n3,"z"\n4,w\n', {2: '1,"x'}, [("2", "y"), ("3", "z"), ("4", "w")]),
        ('a,b\n1,x\n2,"y', {3: '2,"y'}, [("1", "x")]),
        ('a,b\n"1"x,"y\n2,z\n', {2: '"1"x,"y'}, [("2", "z")]),
    ],
)
def test_a_quote_that_is_never_closed_costs_its_own_row_only(
    tmp_path: Path, content: str, unreadable: dict[int, str], good: list[tuple[str, str]]
) -> None:
    frame = read(text(tmp_path / "a.csv", content))
    bad = frame.filter(frame[UNREADABLE].is_not_null())
    assert dict(zip(bad[ROW], bad[UNREADABLE], strict=True)) == unreadable
    assert cells(frame.filter(frame[UNREADABLE].is_null())) == good


def test_a_quoted_cell_may_not_run_over_a_thousand_lines(tmp_path: Path) -> None:
    content = 'a,b\n0,"open\n' + "".join(f"{at},x\n" for at in range(3_000)) + '9,"\n'
    frame = read(text(tmp_path / "a.csv", content))
    assert frame.height == 3_002
    assert frame[UNREADABLE].drop_nulls().to_list() == ['0,"open', '9,"']


def test_quotes_at_odd_places_are_no_fault_where_the_row_is_whole(tmp_path: Path) -> None:
    frame = read(text(tmp_path / "a.csv", 'a,b\n"012"\t,x\n5" pipe,y\n'))
    assert cells(frame) == [("012\t", "x"), ('5" pipe', "y")]


def test_surplus_cells_are_a_fault_only_where_they_hold_something(tmp_path: Path) -> None:
    frame = read(text(tmp_path / "a.csv", "a,b\n1,2,,\n3,4,5\n"))
    assert frame[UNREADABLE].to_list() == [None, "3,4,5"]
    assert cells(frame)[0] == ("1", "2")


def test_a_footnote_with_too_few_cells_is_no_record(tmp_path: Path) -> None:
    extract = opened(text(tmp_path / "a.csv", "a,b\n1,2\n备注：略\n"), skip_rows_matching=["备注"])
    assert [cells(chunk) for chunk in extract.chunks] == [[("1", "2")]]
    assert extract.skipped == {"blank": 0, "备注": 1}


def test_a_row_with_zeros_in_it_is_unreadable(tmp_path: Path) -> None:
    frame = read(text(tmp_path / "a.csv", b"a,b\n1,\0x\n2,y\n"))
    assert frame[UNREADABLE].to_list() == ["1,␀x", None]


def test_a_file_of_zeros_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing but blanks"):
        opened(text(tmp_path / "a.csv", bytes(4_096)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "a;b\n1,5;x\n2,5;y\n"),
        ("a.csv", "a\tb\n1,5\tx\n2,5\ty\n"),
        ("a.txt", "a|b\n1,5|x\n2,5|y\n"),
        ("a.csv", "sep=;\r\na;b\r\n1,5;x\r\n2,5;y\r\n"),
        ("a.csv", 'a;b\r1,5;"x"\r2,5;y\r'),
        ("a.csv", 'a,b\n"1,5",x\n"2,5",y'),
    ],
)
def test_the_delimiter_is_found_out(tmp_path: Path, name: str, content: str) -> None:
    frame = read(text(tmp_path / name, content))
    assert cells(frame) == [("1,5", "x"), ("2,5", "y")]
    assert frame[ROW].to_list() == [2, 3]


def test_the_known_columns_decide_between_delimiters(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "编号;地址,街道,路\n1;a,b,c\n")
    assert cells(read(path, known=["编号", "地址,街道,路"])) == [("1", "a,b,c")]


def test_a_header_below_titles_is_found_by_its_columns(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "违建台账,,\n制表：某,,\n编号,面积,\n,占地,建筑\n1,2,3\n")
    frame = read(path, header_rows="find", known=["编号", "面积/占地", "面积/建筑"])
    assert frame.columns[3:] == ["编号", "面积/占地", "面积/建筑"]
    assert frame[ROW].to_list() == [5]


def test_a_header_that_is_nowhere_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of the first rows holds the columns") as error:
        opened(text(tmp_path / "a.csv", "x,y\n1,2\n"), header_rows="find", known=["编号", "面积"])
    assert error.value.where["value"] == "x,y | 1,2"


def test_rows_are_numbered_through_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 64)
    lines = [f'{at},"行\n{at}"' if at % 3 else f"{at},x" for at in range(200)]
    lines[50] = '50,"offen'
    extract = opened(text(tmp_path / "a.csv", "\n".join(["a,b", *lines]), "gb18030"))
    frames = [chunk for chunk in extract.chunks if chunk.height]
    assert len(frames) > 10
    numbers = [row for frame in frames for row in frame[ROW]]
    assert numbers == list(range(2, 202))
    values = [value for frame in frames for value in frame["a"]]
    assert values == [None if at == 50 else str(at) for at in range(200)]


def test_a_row_without_an_end_is_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.text.LONGEST_ROW", 1_000)
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 500)
    with pytest.raises(InputError, match="row is longer"):
        read(text(tmp_path / "a.csv", "a,b\n" + "x" * 10_000))


def test_more_columns_than_a_table_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 5000 columns"):
        opened(text(tmp_path / "a.csv", ",".join("x" * 6_000)))


def test_a_block_ends_with_its_last_whole_row() -> None:
    assert regular_end(b'a,"x\ny"\nb,"c\n', ",", final=False) == len(b'a,"x\ny"\n')


def test_a_misplaced_quote_makes_a_block_irregular() -> None:
    assert regular_end(b'a,b"c\n', ",", final=True) is None


def test_what_may_go_on_in_the_next_block_is_left() -> None:
    rows, rest = cut_lines('1,x\n2,"y\n', ",", 2, final=False)
    assert [row.cells for row in rows] == [["1", "x"]]
    assert rest == '2,"y\n'
