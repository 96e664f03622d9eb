"""What unit tests share: a town with two streets and drafts out of the text of a file; database servers, each started when first asked for.

The servers' folders are not pytest's: PostgreSQL does not run as root, and any other run of pytest shuts pytest's folders for everybody else.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.city import City
from pipelines.onboarding.draft import Draft
from pipelines.onboarding.drafting import draft_files
from pipelines.onboarding.words import Words
from pipelines.settings import Settings
from tests.databases import MariaDb, Postgres, has_mariadb

STREETS = (
    "street_code,name_zh,name_en,kind,area_km2,population,valid_from,valid_to,is_illustrative\n"
    "990101001,河东街道,Hedong,street,,,2020-01-01,,true\n990101002,河西街道,Hexi,street,,,2020-01-01,,true\n"
)
TICKETS = """工单号,受理渠道,诉求标题,来电人姓名,联系电话,所属街道,来电日期,办理状态
T1,12319热线,路灯不亮,张三丰,13900000001,河东街道,2024-03-01 08:12,已办结
T2,网站,占道经营,李四光,13900000002,河西街道,2024-03-02 09:30,办理中
T3,12345,积水,王五一,13900000003,河东街道,2024-03-03 10:00,已办结
"""

Make = Callable[..., Draft]


@pytest.fixture
def words(tmp_path: Path) -> Words:
    return Words(tmp_path / "no cities but the project's own")


@pytest.fixture
def make(settings: Settings, write_city: Callable[..., City], words: Words) -> Make:
    """Drafts a feed from the text of a CSV, in a town with two streets."""
    city = write_city()
    (city.folder / "reference").mkdir()
    (city.folder / "reference" / "streets.csv").write_text(STREETS, encoding="utf-8")

    def draft(feed: str, text: str | bytes, name: str = "export_202403.csv") -> Draft:
        path = settings.inbox_dir / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return draft_files(city, feed, [path], settings.inbox_dir, words)

    return draft


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    if not has_mariadb():
        pytest.skip("mariadbd is not installed (apt-get install mariadb-server)")
    with tempfile.TemporaryDirectory(prefix="maria-") as folder:
        server = MariaDb(Path(folder))
        yield server
        server.stop()
