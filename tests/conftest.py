"""What many tests share: a home of their own, and small cities written on the spot.

No test touches the project's data home or reads the environment's CHENGGUAN_ settings.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines.city import City, load_city
from pipelines.settings import Settings

AS_OF = dt.date(2017, 9, 25)

CITY = """
[city]
id = "smalltown"
name_zh = "小城"
name_en = "Smalltown"
first_day = 2011-01-01
"""

DEMOLITIONS = """
feed = "demolitions"
[source]
kind = "file"
files = ["demolitions/*"]
header_rows = [1]
skip_rows_matching = ["合计"]
[columns.demolition_no]
from = ["编号"]
[columns.building_case_no]
from = ["违建编号"]
[columns.demolished_on]
from = ["拆除日期"]
[columns.demolished_area_m2]
from = ["面积"]
[columns.method]
from = ["方式"]
map = { "自拆" = "self", "强拆" = "forced" }
"""


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HOME", "CITY", "CITIES", "INBOX", "HASH_KEY", "ALERTS", "ALERTS_REMIND_DAYS", "SITE", "BI_PATH", "PUBLISH_POSTGRES",
        "NEW_HOME",
    ):  # fmt: skip
        monkeypatch.delenv(f"CHENGGUAN_{name}", raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home, an inbox and a folder of cities, all empty."""
    for folder in ("home", "inbox", "cities"):
        (tmp_path / folder).mkdir()
    return Settings(
        home=tmp_path / "home",
        city="smalltown",
        cities=tmp_path / "cities",
        inbox=tmp_path / "inbox",
        hash_key=SecretStr("a key for tests only, not a secret"),
        site=False,
    )


@pytest.fixture
def write_city(settings: Settings) -> Callable[..., City]:
    """Writes a city of the given feeds (by default a ledger of demolitions) and loads it."""

    def write(*feeds: str, city: str = CITY) -> City:
        folder = settings.city_dir / "feeds"
        folder.mkdir(parents=True, exist_ok=True)
        (settings.city_dir / "city.toml").write_text(city, encoding="utf-8")
        for at, feed in enumerate(feeds or (DEMOLITIONS,)):
            (folder / f"feed_{at}.toml").write_text(feed, encoding="utf-8")
        return load_city(settings)

    return write
