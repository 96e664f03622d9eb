"""When an incident begins, lasts and ends, and who is told of it when; and that the book survives what may happen to a file."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.alerts.incidents import Book, Key, Kind, Seen, Trouble, load, save

DAY = dt.date(2017, 9, 25)
AT = dt.datetime(2017, 9, 26, 2)
THREE_DAYS = dt.timedelta(days=3)
LATE: Key = (Kind.LATE, "hotline_tickets")


def seen(
    night: int,
    *keys: Key,
    sound: set[Key] | None = None,
    whole: set[Kind] | None = None,
    job: str = "nightly",
    run: str = "",
    day: dt.date | None = None,
) -> Seen:
    """The run of a night, counted from 0."""
    return Seen(
        run or f"run-{night}", job, day or DAY + dt.timedelta(days=night), AT + dt.timedelta(days=night),
        tuple(Trouble(*key) for key in keys), frozenset(sound or ()), frozenset(whole or ()),
    )  # fmt: skip


def due(book: Book, night: int, channel: str = "a") -> list[str]:
    """What the channel is told on a night, which it takes."""
    now = AT + dt.timedelta(days=night)
    told = list(book.due(channel, now, THREE_DAYS))
    for incident, what in told:
        incident.tell(channel, what, now)
    return [what for _, what in told]


def test_what_lasts_is_told_once_then_reminded_of_and_its_end_is_told_once() -> None:
    book = Book()
    told = []
    for night in range(5):
        book.record(seen(night, LATE))
        told.append(due(book, night))
    book.record(seen(5, sound={LATE}))
    told += [due(book, 5), due(book, 6)]
    assert told == [["opened"], [], [], ["reminder"], [], ["recovered"], []]


def test_what_comes_back_after_its_end_is_a_new_incident() -> None:
    book = Book()
    for night, trouble in enumerate((True, False, True)):
        book.record(seen(night, LATE) if trouble else seen(night, sound={LATE}))
    assert [(one.opened_for, one.closed_for) for one in book.incidents] == [
        ("2017-09-25", "2017-09-26"),
        ("2017-09-27", None),
    ]


def test_what_a_run_did_not_look_at_stays_open() -> None:
    book = Book()
    book.record(seen(0, LATE))
    book.record(seen(1, (Kind.RUN, "nightly")))
    assert [one.key for one in book.open] == [LATE, (Kind.RUN, "nightly")]


def test_a_run_that_saw_all_of_a_kind_ends_what_it_did_not_meet() -> None:
    book = Book()
    gone: Key = (Kind.LATE, "a feed that the city has no more")
    book.record(seen(0, LATE, gone))
    book.record(seen(1, LATE, whole={Kind.LATE}))
    assert [one.key for one in book.open] == [LATE]


def test_a_run_is_looked_at_once_and_an_older_one_no_more() -> None:
    book = Book()
    book.record(seen(1, LATE))
    book.record(seen(1, LATE))
    book.record(seen(0, sound={LATE}, run="found dead later"))
    [incident] = book.incidents
    assert (incident.times, incident.is_open) == (1, True)


def test_an_old_day_run_again_says_nothing_of_what_is_late_today() -> None:
    book = Book()
    book.record(seen(0, LATE))
    book.record(seen(1, (Kind.LATE, "demolitions"), sound={LATE}, whole={Kind.LATE}, day=DAY - dt.timedelta(days=9)))
    assert [one.key for one in book.open] == [LATE]


def test_a_night_that_could_not_begin_does_not_make_the_next_one_an_old_day() -> None:
    book = Book()
    book.record(seen(0, LATE))
    book.record(replace(seen(1, (Kind.RUN, "nightly"), day=DAY + dt.timedelta(days=3000)), has_begun=False))
    book.record(seen(2, sound={LATE}))
    assert [one.kind for one in book.open] == [Kind.RUN]


def test_each_channel_is_told_by_itself_and_hears_of_no_end_without_a_beginning() -> None:
    book = Book()
    book.record(seen(0, LATE))
    assert due(book, 0, "a") == ["opened"]
    book.record(seen(1, sound={LATE}))
    assert (due(book, 1, "a"), due(book, 1, "b")) == (["recovered"], [])


def test_the_book_is_written_and_read_back_whole(tmp_path: Path) -> None:
    book, path = Book(), tmp_path / "alerts" / "incidents.json"
    book.record(seen(0, LATE, (Kind.CHECK, "marts/case_closure: key")))
    due(book, 0)
    book.silent["mailto-1"] = AT.isoformat()
    save(book, path)
    assert load(path) == book
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"incidents": [{"kind": "unheard of"}]}', '{"incidents": 3}'])
def test_a_damaged_book_is_put_aside_and_a_new_one_begun(tmp_path: Path, text: str) -> None:
    path = tmp_path / "incidents.json"
    path.write_text(text, encoding="utf-8")
    assert load(path) == Book()
    assert path.with_suffix(".damaged").read_text(encoding="utf-8") == text


def test_what_is_over_is_forgotten_some_day_and_what_is_open_never() -> None:
    book = Book()
    book.record(seen(0, LATE))
    for night in range(1, 501):
        key: Key = (Kind.REFUSED, f"feed_{night}")
        book.record(seen(night, key) if night % 2 else seen(night, sound={(Kind.REFUSED, f"feed_{night - 1}")}))
        book.record(seen(night, sound={key}, job="arrivals"))
    assert len(book.incidents) == 201
    assert LATE in {one.key for one in book.open}
