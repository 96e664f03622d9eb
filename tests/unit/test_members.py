"""A city without a table of codes has the codes of its records, each standing for itself; a table that it has is never added to."""

from collections.abc import Callable

from pipelines.city import City
from pipelines.landing.ingest import ingest_feed
from pipelines.landing.members import add_members
from pipelines.landing.reference import load_reference
from pipelines.landing.store import read_connection
from pipelines.settings import Settings
from tests.conftest import AS_OF

CASES = """
feed = "platform_cases"
[source]
kind = "file"
files = ["cases.csv"]
[columns]
case_id = { from = ["id"] }
category = { const = "event" }
code_scheme = { const = "311" }
class_code = { from = ["class"] }
channel = { const = "web" }
street_code = { from = ["street"] }
unit_code = { from = ["unit"] }
reported_at = { from = ["at"] }
updated_at = { from = ["at"] }
status = { const = "handling" }
"""
RECORDS = """id,class,street,unit,at
1,Noise,S1,Police,2017-03-01 08:00
2,Trash,S2,,2017-03-01 09:00
3,Noise,S1,unknown,2017-03-01 10:00
"""
STREETS = """street_code,name_zh,name_en,kind,area_km2,population,valid_from,valid_to,is_illustrative
S1,东街,East,street,,,2011-01-01,,false
"""


def _reference(settings: Settings, city: City, table: str, columns: str) -> list[tuple[object, ...]]:
    """What a night's models find in the table."""
    load_reference(settings, city)
    add_members(settings, city)
    with read_connection(settings) as connection:
        return connection.execute(f"select {columns} from reference.{table} order by all").fetchall()


def test_codes_without_a_table_stand_for_themselves(settings: Settings, write_city: Callable[..., City]) -> None:
    (settings.inbox_dir / "cases.csv").write_text(RECORDS, encoding="utf-8")
    city = write_city(CASES)
    assert _reference(settings, city, "event_classes", "*") == []
    assert not ingest_feed(settings, city, "platform_cases", AS_OF).problems
    classes = "code_scheme, class_code, main_code, name_zh"
    assert _reference(settings, city, "event_classes", classes) == [
        ("311", "Noise", "Noise", "Noise"),
        ("311", "Trash", "Trash", "Trash"),
    ]
    assert _reference(settings, city, "streets", "street_code, is_illustrative") == [("S1", False), ("S2", False)]
    assert _reference(settings, city, "departments", "unit_code") == [("Police",)], (
        "'unknown' is the models' own member"
    )


def test_a_table_that_the_city_has_is_left_as_it_is(settings: Settings, write_city: Callable[..., City]) -> None:
    (settings.inbox_dir / "cases.csv").write_text(RECORDS, encoding="utf-8")
    city = write_city(CASES)
    ingest_feed(settings, city, "platform_cases", AS_OF)
    city.reference_dir.mkdir()
    (city.reference_dir / "streets.csv").write_text(STREETS, encoding="utf-8")
    assert _reference(settings, city, "streets", "street_code, name_zh") == [("S1", "东街")]
