"""A new city's folder, ready to run: `city.toml` with every key explained, empty `feeds/` and `reference/`.

Belongs here: what `chengguan city new` writes. The texts stand in `templates/`.
"""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from pydantic import ValidationError

from pipelines.city.facts import CityProfile
from pipelines.city.problems import as_error, problems_of
from pipelines.errors import ProfileError
from pipelines.onboarding.schema import write_schemas
from pipelines.onboarding.tables import reference_readme
from pipelines.onboarding.writing import quote, value_of

_TEMPLATES = Path(__file__).parent / "templates"
_HOURS = re.compile(r"^(\d{1,2}:\d{2})-(\d{1,2}:\d{2})$")


@dataclass(frozen=True)
class NewCity:
    """What a person says of a new city. `hours` is written `09:00-12:00,13:30-18:00`."""

    name: str
    name_zh: str
    name_en: str
    time_zone: str
    country: str
    first_day: dt.date
    hours: str


def create(cities: Path, new: NewCity) -> Path:
    """Writes the folder and gives its path. Raises ProfileError where it is there already or something is not right, and writes nothing then."""
    folder = cities.absolute() / new.name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", new.name):
        raise ProfileError(
            "城市名只能用小写字母、数字和下划线，以字母开头", "a city's name takes small letters, digits and underscores, a letter first",
            key="NAME", value=new.name, remedy_zh="例如 new_town；中文名写在 --name-zh", remedy_en="for example new_town; --name-zh is the Chinese name",
        )  # fmt: skip
    if folder.exists() and any(folder.iterdir()):
        raise ProfileError(
            f"城市“{new.name}”已经有了", f"the city '{new.name}' is there already", file=folder,
            remedy_zh="换一个名字，或先移走原文件夹", remedy_en="take another name, or move the old folder away",
        )  # fmt: skip
    text = _city_toml(new)
    (folder / "feeds").mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "city.toml").write_text(text, encoding="utf-8")
    readme = (_TEMPLATES / "feeds.md.template").read_text(encoding="utf-8")
    (folder / "feeds" / "README.md").write_text(readme, encoding="utf-8")
    (folder / "reference" / "README.md").write_text(reference_readme(), encoding="utf-8")
    write_schemas(cities.absolute() / "schema")
    return folder


def _city_toml(new: NewCity) -> str:
    intervals = _intervals(new.hours)
    try:
        CityProfile.model_validate(
            {
                "city": {
                    "id": new.name, "name_zh": new.name_zh, "name_en": new.name_en, "time_zone": new.time_zone,
                    "country": new.country, "first_day": new.first_day,
                },
                "working_hours": [{"valid_from": new.first_day, "intervals": intervals}],
            }
        )  # fmt: skip
    except ValidationError as error:
        raise as_error(Path("city.toml"), problems_of(error)) from error
    template = Template((_TEMPLATES / "city.toml.template").read_text(encoding="utf-8"))
    plain = {"id": new.name, "name_zh": _comment(new.name_zh), "name_en": _comment(new.name_en)}
    quoted = {
        f"q_{key}": quote(getattr(new, key)) for key in ("name_zh", "name_en", "time_zone", "country")
    }  # fmt: skip
    return template.substitute(
        plain, **quoted, q_id=quote(new.name), first_day=new.first_day.isoformat(), intervals=value_of(intervals)
    )


def _comment(text: str) -> str:
    return " ".join(text.split())


def _intervals(hours: str) -> list[list[str]]:
    """`09:00-12:00,13:30-18:00` as the profile has it."""
    found: list[list[str]] = []
    for part in re.split(r"[,，;；]\s*", hours.replace("：", ":").replace("–", "-")):
        match = _HOURS.match(part.strip())
        clocks = [clock.zfill(5) for clock in match.groups()] if match else []
        if not clocks or not all(_is_clock(clock) for clock in clocks) or clocks[0] >= clocks[1]:
            raise ProfileError(
                "办公时间不对", "the office hours are not understood", key="--working-hours", value=hours,
                remedy_zh="写作 09:00-12:00,13:30-18:00", remedy_en="write them like 09:00-12:00,13:30-18:00",
            )  # fmt: skip
        found.append(clocks)
    return found


def _is_clock(text: str) -> bool:
    try:
        dt.time.fromisoformat(text)
    except ValueError:
        return False
    return True
