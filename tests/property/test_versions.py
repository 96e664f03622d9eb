"""Whatever arrives in whatever order: one version of each record holds, and every night can be seen again."""

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from pipelines.city import load_city
from pipelines.landing.conservation import check_conservation
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.store import read_connection
from pipelines.settings import Settings
from tests.conftest import AS_OF, CITY, DEMOLITIONS

#: Nights in order; each brings a file of (record, area), and some rows that break the contract (area None).
nights = st.lists(
    st.lists(st.tuples(st.integers(1, 4), st.one_of(st.none(), st.integers(0, 99))), min_size=1, max_size=6),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@hypothesis_settings(max_examples=15, deadline=None)
@given(nights)
def test_the_last_good_version_before_a_night_is_the_one_that_night_shows(
    files: list[list[tuple[int, int | None]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        city_dir = root / "cities/smalltown/feeds"
        city_dir.mkdir(parents=True)
        (city_dir.parent / "city.toml").write_text(CITY)
        (city_dir / "demolitions.toml").write_text(DEMOLITIONS)
        (root / "inbox/demolitions").mkdir(parents=True)
        home = Settings(
            home=root / "home", city="smalltown", cities=root / "cities", inbox=root / "inbox",
            hash_key=SecretStr("a key for tests only, not a secret"),
        )  # fmt: skip
        city = load_city(home)
        expected: dict[dt.date, dict[str, int]] = {}
        known: dict[str, int] = {}
        for at, lines in enumerate(files):
            day = AS_OF + dt.timedelta(days=at - len(files))
            body = "".join(f"{n},W,2017-01-05,{'?' if area is None else area},自拆\n" for n, area in lines)
            # The night's number keeps two nights with the same rows from being one and the same file.
            (root / f"inbox/demolitions/{at}.csv").write_text(f"编号,违建编号,拆除日期,面积,方式\n{body}合计,{at},,,\n")
            assert not ingest_feed(home, city, "demolitions", day).problems
            known |= {str(n): area for n, area in lines if area is not None}
            expected[day] = dict(known)
        assert check_conservation(home) == []
        with read_connection(home) as connection:
            for day, records in expected.items():
                found = connection.execute(
                    "select demolition_no, cast(demolished_area_m2 as integer) from raw.demolitions "
                    "where _loaded_for_on <= $day and (_superseded_for_on is null or _superseded_for_on > $day)",
                    {"day": day},
                ).fetchall()
                assert sorted(found) == sorted(records.items())
