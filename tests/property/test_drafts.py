"""Drafting holds up against any table: it never breaks, and what it writes shows nobody."""

import csv
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.city import City, FeedProfile, load_city
from pipelines.errors import InputError
from pipelines.feeds import FEEDS
from pipelines.onboarding.draft import Draft
from pipelines.onboarding.drafting import draft_files
from pipelines.onboarding.words import Words
from pipelines.onboarding.writing import to_toml
from pipelines.settings import PROJECT_ROOT, Settings

WORDS = Words(PROJECT_ROOT / "cities")
HEADERS = st.sampled_from(
    [
        "工单号",
        "来电时间",
        "状态",
        "姓名",
        "电话",
        "金额(万元)",
        "处罚决定日期",
        "Status",
        "Created Date",
        "Phone",
        "lat",
        "街道",
        "方式",
        "备注",
        "",
    ]
) | st.text(max_size=12)
CELLS = st.sampled_from(
    ["", "是", "已办结", "2024-03-01", "03/04/2024 01:02:03 PM", "12.5", "1,200万元", "合计", "NULL", "0.0", "999999999999999999999", "nan", "inf", '"', "\t"]
) | st.text(max_size=20)  # fmt: skip


TABLES = st.integers(1, 6).flatmap(
    lambda width: st.tuples(
        st.lists(HEADERS, min_size=width, max_size=width),
        st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8),
    )
)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
NAMES = st.builds(lambda a, b, c: a + b + c, *(st.sampled_from(pool) for pool in (SURNAMES, GIVEN, GIVEN)))
PHONES = st.integers(0, 10**8 - 1).map(lambda n: f"139{n:08d}")
IDS = st.integers(0, 9999).map(lambda n: f"65230119900101{n:04d}")

pytestmark = pytest.mark.filterwarnings("ignore::polars.exceptions.PolarsInefficientMapWarning")


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(Settings(city="message_board", cities=PROJECT_ROOT / "tests/real/cities"))


def drafted(city: City, feed: str, rows: list[list[str]]) -> tuple[Draft, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        draft = draft_files(city, feed, [path], Path(folder), WORDS)
        return draft, to_toml(draft, WORDS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(feed=st.sampled_from(list(FEEDS)), table=TABLES)
def test_any_table_gives_a_draft_or_a_plain_refusal(
    city: City, feed: str, table: tuple[list[str], list[list[str]]]
) -> None:
    try:
        draft, text = drafted(city, feed, [table[0], *table[1]])
    except InputError:
        return
    content = tomllib.loads(text)
    headers = [header for one in draft.placed.values() for header in one.headers]
    shared = {name.partition(".")[2] for kind in ("share", "only_if") for name in WORDS.file[kind]}
    own = [header for name, one in draft.placed.items() if name not in shared for header in one.headers]
    assert len(own) == len(set(own)), headers
    try:
        FeedProfile.model_validate(content)
    except ValidationError as error:
        assert not draft.is_whole
        assert all(f"{spec.name}" in str(error) for spec in draft.missing)
    else:
        assert draft.is_whole


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.sampled_from(["状态", "热线", "工单号", "来电人", "方式", "第几列", "Status", "code"]),
    people=st.lists(NAMES | PHONES | IDS, min_size=3, max_size=6, unique=True),
    feed=st.sampled_from(["hotline_tickets", "penalty_cases", "platform_cases", "demolitions"]),
)
def test_nobody_is_shown_under_whatever_header(city: City, header: str, people: list[str], feed: str) -> None:
    kinds = {person[0].isdigit() for person in people}
    if len(kinds) > 1:  # one column, one kind
        people = [person for person in people if person[0].isdigit()]
    rows = [[header, "时间"], *([person, "2024-03-01 08:00"] for person in people * 4)]
    draft, text = drafted(city, feed, rows)
    shown = text + str([one.examples for one in draft.placed.values()])
    assert [person for person in people if person in shown] == []
