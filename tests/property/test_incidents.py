"""Whatever nights show, and whatever channels do: one message when an incident begins, one when it is over, none without the other."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts.incidents import Book, Key, Kind, Seen, Trouble, What

KEYS: list[Key] = [(Kind.LATE, "a"), (Kind.LATE, "b"), (Kind.REFUSED, "a"), (Kind.RUN, "nightly")]
CHANNELS = ("one", "two")
REMIND_AFTER = dt.timedelta(days=3)

#: What a night shows of each key (wrong, well, nothing), and which channels take messages that night.
nights = st.lists(
    st.tuples(
        st.fixed_dictionaries({key: st.sampled_from(("wrong", "well", "nothing")) for key in KEYS}),
        st.frozensets(st.sampled_from(CHANNELS)),
    ),
    max_size=25,
)


@given(nights)
def test_a_channel_hears_of_a_beginning_and_of_its_end_in_turn_and_never_of_the_same_twice(
    story: list[tuple[dict[Key, str], frozenset[str]]],
) -> None:
    book = Book()
    heard: dict[tuple[str, str, Key, str], list[tuple[int, What]]] = defaultdict(list)
    for night, (shown, listening) in enumerate(story):
        at = dt.datetime(2020, 1, 1) + dt.timedelta(days=night)
        troubles = tuple(Trouble(*key) for key, state in shown.items() if state == "wrong")
        sound = frozenset(key for key, state in shown.items() if state == "well")
        book.record(Seen(str(night), "nightly", at.date(), at, troubles, sound))
        for channel in sorted(listening):
            for incident, what in list(book.due(channel, at, REMIND_AFTER)):
                incident.tell(channel, what, at)
                heard[channel, *incident.key, incident.opened_at].append((night, what))
        open_keys = [incident.key for incident in book.open]
        assert len(open_keys) == len(set(open_keys)), "one incident a key"
    for messages in heard.values():
        whats = [what for _, what in messages]
        assert whats[0] == "opened"
        assert whats.count("opened") == 1
        assert whats.count("recovered") <= 1
        assert "recovered" not in whats[:-1]
        shown_at = [night for night, what in messages if what != "recovered"]
        assert all(later - earlier >= REMIND_AFTER.days for earlier, later in pairwise(shown_at))


@given(nights)
def test_the_last_thing_shown_decides_whether_an_incident_is_open(
    story: list[tuple[dict[Key, str], frozenset[str]]],
) -> None:
    book = Book()
    last: dict[Key, str] = {}
    for night, (shown, _) in enumerate(story):
        at = dt.datetime(2020, 1, 1) + dt.timedelta(days=night)
        troubles = tuple(Trouble(*key) for key, state in shown.items() if state == "wrong")
        sound = frozenset(key for key, state in shown.items() if state == "well")
        book.record(Seen(str(night), "nightly", at.date(), at, troubles, sound))
        last |= {key: state for key, state in shown.items() if state != "nothing"}
    assert {incident.key for incident in book.open} == {key for key, state in last.items() if state == "wrong"}
