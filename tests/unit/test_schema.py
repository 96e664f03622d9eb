"""The editors' schemas: as committed, and of one mind with the profile's own tables."""

import datetime as dt
import json
import tomllib
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from pipelines.city import CityProfile, FeedProfile
from pipelines.onboarding.schema import as_text, city_schema, feed_schema
from pipelines.settings import PROJECT_ROOT
from tests.conftest import CITY, DEMOLITIONS

PROFILES = sorted([*PROJECT_ROOT.glob("cities/*/feeds/*.toml"), *PROJECT_ROOT.glob("tests/real/cities/*/feeds/*.toml")])
CITIES = sorted([*PROJECT_ROOT.glob("cities/*/city.toml"), *PROJECT_ROOT.glob("tests/real/cities/*/city.toml")])
FEED, TOWN = jsonschema.Draft202012Validator(feed_schema()), jsonschema.Draft202012Validator(city_schema())


def plain(said: Any) -> Any:
    """TOML as an editor hands it to a schema: dates are texts."""
    if isinstance(said, dict):
        return {key: plain(value) for key, value in said.items()}
    if isinstance(said, list):
        return [plain(value) for value in said]
    return said.isoformat() if isinstance(said, dt.date | dt.time) else said


@pytest.mark.parametrize(("name", "schema"), [("city", city_schema), ("feed", feed_schema)])
def test_the_committed_schema_is_the_generated_one(name: str, schema: Any) -> None:
    """After a change of the profile's keys: chengguan city schema --to cities/schema"""
    assert (PROJECT_ROOT / f"cities/schema/{name}.schema.json").read_text(encoding="utf-8") == as_text(schema())


@pytest.mark.parametrize("validator", [FEED, TOWN])
def test_the_schemas_are_schemas(validator: Any) -> None:
    validator.check_schema(json.loads(json.dumps(validator.schema)))


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_the_profiles_of_feeds_keep_to_the_schema(path: Any) -> None:
    assert [error.message for error in FEED.iter_errors(plain(tomllib.loads(path.read_text("utf-8"))))] == []


@pytest.mark.parametrize("path", CITIES, ids=lambda path: path.parent.name)
def test_the_cities_keep_to_the_schema(path: Any) -> None:
    assert [error.message for error in TOWN.iter_errors(plain(tomllib.loads(path.read_text("utf-8"))))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ('feed = "demolitions"', 'feed = "demolition"'),
        ("[columns.method]", "[columns.methode]"),
        ('= "forced"', '= "by_force"'),
        ('kind = "file"', 'kind = "ftp"'),
        ('files = ["demolitions/*"]', "files = []"),
        ("header_rows = [1]", 'header_rows = "find"'),
        ("header_rows = [1]", 'header_rows = "seek"'),
        ('from = ["面积"]', 'form = ["面积"]'),
        ('from = ["面积"]', 'from = { "2023" = ["面积"] }'),
        ('from = ["面积"]', 'from = "面积"'),
        ('from = ["面积"]', 'from = ["面积"]\nconst = "3"'),
        ('from = ["面积"]', 'from = ["面积"]\nunit = "亩"'),
        ('from = ["面积"]', 'from = ["面积"]\nunit = "斤"'),
        ('from = ["面积"]', 'from = ["面积"]\nunit = "万元"'),
        ('from = ["面积"]', 'from = ["面积"]\nunit = "亩"\nscale = 2'),
        ('from = ["方式"]', 'from = ["方式"]\nunit = "亩"'),
        ('[columns.demolished_on]\nfrom = ["拆除日期"]\n', ""),
        ('kind = "file"', 'kind = "file"\nformat = "text"'),
        ('kind = "file"', 'kind = "file"\nformat = "exel"'),
    ],
)
def test_schema_and_tables_agree_on_a_feed(old: str, new: str) -> None:
    assert old in DEMOLITIONS
    content = tomllib.loads(DEMOLITIONS.replace(old, new))
    try:
        FeedProfile.model_validate(content)
        is_right = True
    except ValidationError:
        is_right = False
    assert FEED.is_valid(plain(content)) is is_right


@pytest.mark.parametrize(
    ("more", "is_right"),
    [
        ("go_live = 2013-11-01", True),
        ("name = 3", False),
        ("default_as_of = true", False),
        ('[definitions]\ncase_cohort = "due"', True),
        ('[definitions]\ncase_cohort = "closed"', False),
        ("[definitions]\nminimum_weight = 101", False),
        ('[[reporting_periods]]\nkind = "month"\nlast_day = 25', True),
        ('[[reporting_periods]]\nkind = "week"', False),
    ],
)
def test_schema_and_tables_agree_on_a_city(more: str, is_right: bool) -> None:
    content = tomllib.loads(f"{CITY}{more}\n")
    assert TOWN.is_valid(plain(content)) is is_right
    if is_right:
        CityProfile.model_validate(content)
    else:
        with pytest.raises(ValidationError):
            CityProfile.model_validate(content)
