"""Which business day a command is for. Without Dagster, since `chengguan ingest` asks it too."""

import datetime as dt

from pipelines.city import City
from pipelines.errors import SetupError


def last_closed_day(city: City, now: dt.datetime | None = None) -> dt.date:
    """Yesterday on the city's clock."""
    return (now or dt.datetime.now(city.zone)).astimezone(city.zone).date() - dt.timedelta(days=1)


def chosen_day(city: City, asked: dt.date | None) -> dt.date:
    """The day that `nightly` runs for: as asked, else the profile's `default_as_of`, else yesterday."""
    day = asked or city.facts.default_as_of or last_closed_day(city)
    if not city.facts.first_day <= day <= last_closed_day(city):
        raise SetupError(
            f"日期须在 {city.facts.first_day} 与昨天 {last_closed_day(city)} 之间",
            f"the date must lie between {city.facts.first_day} and yesterday, {last_closed_day(city)}",
            key="--date", value=day,
            remedy_zh="一天结束后才能为它运行；首日见 city.toml 的 first_day",
            remedy_en="a day can be run once it is over; the first one is `first_day` in city.toml",
        )  # fmt: skip
    return day
