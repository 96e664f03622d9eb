"""How long what is kept beside the warehouse is kept: the tables `[retention]` of `city.toml` and of a feed's profile.

Belongs here: the rules and what of them is shorter than the law's shortest period. What is removed by them, and when, stands in
`pipelines.upkeep.retention`.
"""

from pydantic import Field

from pipelines.strict import Strict

#: Office files are kept for ever, thirty years or ten (国家档案局令第8号, 2006). The landing copy is not the file itself, but may be the only copy.
SHORTEST_DAYS = 3_650


class Retention(Strict):
    """Days after the night that loaded a batch; 0 or nothing: for ever. `landing_days` for the landing copy (rows without persons, as read),
    `vault_days` for the originals of persons (个保法 art. 19: no longer than is needed)."""

    landing_days: int | None = Field(default=None, ge=0, le=36_500)
    vault_days: int | None = Field(default=None, ge=0, le=36_500)


class CityRetention(Retention):
    """The city's rules, which hold for every feed that has none of its own; `releases_keep` is how many releases stay."""

    releases_keep: int = Field(default=30, ge=3, le=10_000)


def merged(city: CityRetention, feed: Retention | None) -> Retention:
    """The rules of a feed: its own, and the city's where it has none."""
    own = feed.model_dump(exclude_none=True) if feed else {}
    return Retention(**{**city.model_dump(exclude={"releases_keep"}), **own})


def below_the_law(rule: Retention) -> bool:
    """Whether landing copies go before the shortest period of the records law has passed."""
    return bool(rule.landing_days) and (rule.landing_days or 0) < SHORTEST_DAYS
