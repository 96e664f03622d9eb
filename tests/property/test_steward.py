"""Whatever stewards and sources do in whatever order: every row is counted once, and of a mended row only its last form waits."""

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from pipelines.city import City, load_city
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import read_connection, write_connection
from pipelines.settings import Settings
from pipelines.steward.decisions import dismiss, undismiss
from pipelines.steward.replay import replay
from pipelines.steward.rows import Wanted, find_rows
from pipelines.steward.workbook import write_workbook
from tests.conftest import AS_OF, CITY, DEMOLITIONS
from tests.pipeline.sheets import mend

HEADER = "编号,违建编号,拆除日期,面积,方式\n"
#: (what is done, to which of the rows that it can be done to, whether the record is right afterwards, days after the first night)
acts = st.lists(
    st.tuples(
        st.sampled_from(["replay", "replay", "dismiss", "undismiss", "export", "same"]),
        st.integers(0, 5),
        st.booleans(),
        st.integers(0, 2),
    ),
    max_size=6,
)


class Desk:
    """A home with four refused rows, one of them without a key, and what can be done there."""

    def __init__(self, root: Path) -> None:
        (root / "cities/smalltown/feeds").mkdir(parents=True)
        (root / "cities/smalltown/city.toml").write_text(CITY)
        (root / "cities/smalltown/feeds/demolitions.toml").write_text(DEMOLITIONS)
        (root / "inbox/demolitions").mkdir(parents=True)
        self.root = root
        self.home = Settings(
            home=root / "home", city="smalltown", cities=root / "cities", inbox=root / "inbox",
            hash_key=SecretStr("a key for tests only, not a secret"),
        )  # fmt: skip
        self.city: City = load_city(self.home)
        self.books: list[Path] = []
        self.deliver("1,W,?,1,自拆\n2,W,?,2,自拆\n3,W,?,3,自拆\n,W,?,4,自拆\n9,W,2017-01-05,1,自拆\n", AS_OF)

    def deliver(self, body: str, day: dt.date) -> None:
        at = len(list((self.root / "inbox/demolitions").iterdir()))
        path = self.root / f"inbox/demolitions/{at}.csv"
        path.write_text(f"{HEADER}{body}合计,{at},,,\n")
        assert not ingest_feed(self.home, self.city, "demolitions", day, [path]).problems

    def act(self, what: str, which: int, is_right: bool, day: dt.date) -> None:
        if what == "export":
            self.deliver(f"{which % 4},W,{'2017-01-06' if is_right else '?'},5,自拆\n", day)
        elif what == "same" and self.books:
            replay(self.home, self.city, self.books[which % len(self.books)], day, "Wang", force=is_right)
        elif what == "replay":
            self._replay(which, is_right, day)
        elif what in ("dismiss", "undismiss"):
            with write_connection(self.home) as connection:
                rows = find_rows(connection, Wanted(statuses=("open" if what == "dismiss" else "dismissed",)))
                for row in rows[which : which + 1]:
                    (dismiss if what == "dismiss" else undismiss)(connection, [row], by="Li", why="x", day=day)

    def _replay(self, which: int, is_right: bool, day: dt.date) -> None:
        with read_connection(self.home) as connection:
            rows = find_rows(connection, Wanted())[which : which + 1]
        if rows:
            book = self.root / f"{len(self.books)}.xlsx"
            write_workbook(self.home, self.city, book, rows)
            changes = {"demolition_no": rows[0].key or "8", "demolished_on": "2017-01-07" if is_right else "!"}
            self.books.append(mend(book, "demolitions", {rows[0].row_id: changes}, to=f"mended {book.name}"))
            replay(self.home, self.city, self.books[-1], day, "Wang")


@hypothesis_settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts)
def test_every_mixture_keeps_the_balance_and_one_open_row_for_each_origin(
    done: list[tuple[str, int, bool, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for what, which, is_right, days in done:
            desk.act(what, which, is_right, AS_OF + dt.timedelta(days=days))
            with read_connection(desk.home) as connection:
                waiting = _open_by_origin(connection)
                assert not [origin for origin, count in waiting.items() if count > 1]
                assert _balances(connection)
        assert check_conservation(desk.home) == []


def _open_by_origin(connection: duckdb.DuckDBPyConnection) -> Counter[str]:
    """{the row that a source delivered: rows that wait of those that came from it}."""
    acts = "select by_row_id, row_id from ops.quarantine_actions where action = 'replaced'"
    came_from = dict(connection.execute(acts).fetchall())
    waiting: Counter[str] = Counter()
    for row in find_rows(connection, Wanted()):
        origin = row.row_id
        while origin in came_from:
            origin = came_from[origin]
        waiting[origin] += 1
    return waiting


def _balances(connection: duckdb.DuckDBPyConnection) -> bool:
    """The ledger against the states of the rows, on today's terms."""
    counted = connection.execute(
        """select bool_and(rows_read = rows_loaded + rows_quarantined + rows_dismissed
               and rows_quarantined = (select count(*) from ops.quarantine_now as now
                                       where now.batch_id = ledger.batch_id and now.status <> 'dismissed'))
           from ops.ledger as ledger"""
    ).fetchall()
    return bool(counted[0][0])
