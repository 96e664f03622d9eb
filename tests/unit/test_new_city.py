"""A new city's folder runs at once; `city check` finds everything that is wrong with one, not only the first thing."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from pipelines.city import load_city
from pipelines.errors import ProfileError
from pipelines.landing.reference import TABLES
from pipelines.onboarding.checking import examine
from pipelines.onboarding.new_city import NewCity, create
from pipelines.onboarding.tables import PURPOSES
from pipelines.orchestration.night import run_night
from pipelines.settings import PROJECT_ROOT, Settings


def new(name: str = "newtown", hours: str = "09:00-12:00,13:30-18:00", time_zone: str = "Asia/Shanghai") -> NewCity:
    return NewCity(name, '新"城', "New town", time_zone, "CN", dt.date(2024, 1, 1), hours)


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demo city, to be spoilt."""
    return Path(shutil.copytree(PROJECT_ROOT / "cities/changji", tmp_path / "changji"))


def spoil(path: Path, old: str, new_text: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new_text, 1), encoding="utf-8")


def test_a_new_city_is_right_from_the_start(settings: Settings) -> None:
    folder = create(settings.cities, new())
    assert examine(folder) == []
    city = load_city(settings.model_copy(update={"city": "newtown"}))
    assert (city.facts.name_zh, city.facts.first_day) == ('新"城', dt.date(2024, 1, 1))
    assert [start.isoformat("minutes") for start, _ in city.profile.working_hours[0].intervals] == ["09:00", "13:30"]


def test_every_definition_is_explained_in_a_new_city(settings: Settings) -> None:
    city = load_city(settings.model_copy(update={"city": create(settings.cities, new()).name}))
    text = (city.folder / "city.toml").read_text(encoding="utf-8")
    assert [key for key in type(city.profile.definitions).model_fields if f"\n{key} = " not in text] == []


def test_every_reference_table_is_described(settings: Settings) -> None:
    assert set(PURPOSES) == set(TABLES)
    readme = (create(settings.cities, new()) / "reference/README.md").read_text(encoding="utf-8")
    assert [column for columns in TABLES.values() for column in columns if f"`{column}`" not in readme] == []


@pytest.mark.parametrize(
    "city",
    [new("New"), new("1town"), new("a/b"), new(hours="9 to 5"), new(hours="18:00-09:00"), new(time_zone="Mars/Base")],
)
def test_what_is_not_right_is_refused_and_nothing_written(settings: Settings, city: NewCity) -> None:
    with pytest.raises(ProfileError):
        create(settings.cities, city)
    assert list(settings.cities.iterdir()) == []


def test_a_city_that_is_there_is_not_overwritten(settings: Settings) -> None:
    folder = create(settings.cities, new())
    before = (folder / "city.toml").read_text(encoding="utf-8")
    with pytest.raises(ProfileError, match="already"):
        create(settings.cities, new(hours="08:00-20:00"))
    assert (folder / "city.toml").read_text(encoding="utf-8") == before


def test_a_night_without_any_feed_says_what_to_do_next(settings: Settings) -> None:
    create(settings.cities, new())
    with pytest.raises(ProfileError, match="no feed yet") as error:
        run_night(settings.model_copy(update={"city": "newtown"}), None, lambda *_: None)
    assert "chengguan feed draft" in error.value.remedy_zh


def test_the_demo_city_is_right(demo: Path) -> None:
    assert examine(demo) == []


def test_every_problem_of_every_file_is_found_at_once(demo: Path) -> None:
    spoil(demo / "city.toml", 'time_zone = "Asia/Shanghai"', 'time_zone = "Asia/Changji"')
    spoil(demo / "city.toml", 'case_cohort = "filed"', 'case_cohort = "closed"')
    spoil(demo / "feeds/hotline_tickets.toml", '"已办结" = "closed"', '"已办结" = "done"')
    spoil(demo / "feeds/hotline_tickets.toml", "streets.name_zh", "streets.name")
    spoil(demo / "feeds/penalty_cases.toml", "scale = 10000", 'unit = "万平方米"')
    spoil(demo / "feeds/penalty_cases.toml", "[columns.filed_on]", "[columns.filed]")
    spoil(demo / "reference/streets.csv", "2011-01-01", "2011-13-01")
    found = {(Path(one.where["file"]).name, one.where.get("key") or one.where["column"]) for one in examine(demo)}
    assert found >= {
        ("city.toml", "city.time_zone"), ("city.toml", "definitions.case_cohort"), ("hotline_tickets.toml", "columns.status"),
        ("penalty_cases.toml", "columns.fine_yuan"), ("penalty_cases.toml", "columns"), ("streets.csv", "valid_from"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "text", "named"),
    [
        (
            "feeds/hotline_tickets.toml",
            "streets.name_zh",
            "streets.name",
            ("columns.street_code.map_reference", "streets.name"),
        ),
        (
            "feeds/hotline_tickets.toml",
            "streets.name_zh",
            "roads.name_zh",
            ("columns.street_code.map_reference", "roads.name_zh"),
        ),
        ("feeds/hotline_tickets.toml", '"GBT30428_2"', '"GBT9"', ("columns.code_scheme.const", "GBT9")),
        ("reference/squad_areas.csv", "ZD01,", "ZD99,", ("squad_id", "ZD99")),
        ("reference/grids.csv", "652301001001001,652301001,", "652301001001001,999,", ("street_code", "999")),
        ("reference/streets.csv", "street_code,name_zh", "street_code,name", (None, None)),
    ],
)
def test_what_does_not_meet_is_named(demo: Path, file: str, old: str, text: str, named: tuple[str | None, ...]) -> None:
    spoil(demo / file, old, text)
    found = [
        (one.where["file"], one.where.get("key", one.where.get("column")), one.where.get("value"))
        for one in examine(demo)
    ]
    assert (str(demo / file), *named) in found


def test_a_reference_file_that_no_table_has_and_one_in_another_encoding_are_named(demo: Path) -> None:
    (demo / "reference/roads.csv").write_text("a\n1\n", encoding="utf-8")
    (demo / "reference/squads.csv").write_bytes("squad_id,name_zh\n1,中队\n".encode("gb18030"))
    said = [problem.en for problem in examine(demo)]
    assert any("no such reference table" in one for one in said)
    assert any("cannot be read" in one for one in said)


def test_a_crosswalk_to_an_empty_table_is_a_problem(demo: Path) -> None:
    (demo / "reference/departments.csv").unlink()
    assert {one.where["file"].rsplit("/", 1)[-1] for one in examine(demo) if "every value" in one.en} >= {
        "hotline_tickets.toml"
    }
