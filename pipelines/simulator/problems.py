"""What goes wrong in the city: the classes of problems, who handles them, and how they come and go with the seasons.

All weights are illustrative. Class codes are those of reference/event_classes.csv.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from pipelines.simulator.world import Weighted

EVENT, COMPONENT = "GBT30428_2", "GBT30428_2_C"
WINTER, SUMMER = (12, 1, 2), (5, 6, 7, 8, 9)

#: The bureau's own classes of events and their weights.
BUREAU = {
    "0405": 21.0, "0401": 17.0, "0406": 9.0, "0206": 4.5, "0201": 7.0, "0203": 3.0, "0204": 1.2, "0207": 1.6, "0202": 2.0,
    "0101": 2.4, "0107": 3.5, "0114": 2.6, "0120": 1.6, "0128": 2.4, "0129": 4.2, "0136": 6.5, "0138": 0.6, "0130": 1.2,
    "0131": 1.0, "0302": 2.2, "0304": 2.0, "0303": 0.8, "0305": 1.2, "0311": 1.4, "0312": 1.0, "0402": 1.4, "0410": 2.6,
    "0604": 1.6,
}  # fmt: skip
#: How many times as likely a class is in certain months.
SEASONAL = {
    "0129": (SUMMER, 2.6), "0401": (SUMMER, 1.4), "0405": (SUMMER, 1.2), "0120": ((10, 11), 4.0), "0304": ((4, 5, 6), 1.8),
    "0128": (SUMMER, 1.5), "0107": (SUMMER, 1.3), "0507": (WINTER, 9.0), "0504": ((10, 11, 12, 1, 2, 3), 3.0), "0117": (SUMMER, 1.6),
}  # fmt: skip
#: Classes that other departments handle: (scheme, class) → unit and weight.
OTHERS = {
    (EVENT, "0110"): ("HWC", 16.0), (EVENT, "0112"): ("HWC", 15.0), (EVENT, "0111"): ("HWC", 5.0), (EVENT, "0137"): ("HWC", 1.0),
    (EVENT, "0507"): ("HWC", 5.0), (EVENT, "0117"): ("YLJ", 6.0), (EVENT, "0118"): ("YLJ", 3.0), (EVENT, "0113"): ("SZC", 7.0),
    (EVENT, "0505"): ("SZC", 1.0), (EVENT, "0506"): ("SZC", 2.0), (EVENT, "0501"): ("GPS", 1.5), (EVENT, "0503"): ("GPS", 3.0),
    (EVENT, "0504"): ("RLG", 1.2), (EVENT, "0508"): ("TXG", 1.4), (EVENT, "0409"): ("JJD", 6.0), (EVENT, "0308"): ("ZJJ", 1.2),
    (COMPONENT, "0101"): ("GPS", 2.5), (COMPONENT, "0102"): ("GPS", 3.0), (COMPONENT, "0104"): ("SZC", 3.0),
    (COMPONENT, "0106"): ("SZC", 1.0), (COMPONENT, "0110"): ("RLG", 1.0), (COMPONENT, "0127"): ("TXG", 1.5),
    (COMPONENT, "0137"): ("SZC", 5.0), (COMPONENT, "0130"): ("GDG", 1.2), (COMPONENT, "0212"): ("SZC", 1.0),
    (COMPONENT, "0217"): ("JJD", 2.5), (COMPONENT, "0305"): ("HWC", 3.0), (COMPONENT, "0402"): ("YLJ", 2.0),
    (COMPONENT, "0408"): ("YLJ", 1.0),
}  # fmt: skip
#: Classes that flare up in one grid for some weeks.
FLARING = ("0405", "0401", "0129", "0201", "0136")
PLACES = (
    "路口东侧",
    "菜市场门口",
    "学校西门",
    "小区北门",
    "公交站旁",
    "医院对面",
    "沿街商铺前",
    "工地出入口",
    "广场南侧",
    "巷口",
)


@cache
def _bureau_classes(month: int) -> Weighted[str]:
    return Weighted({code: weight * _season(code, month) for code, weight in BUREAU.items()})


@cache
def _other_classes(month: int) -> Weighted[tuple[str, str]]:
    return Weighted({key: weight * _season(key[1], month) for key, (_, weight) in OTHERS.items()})


def _season(code: str, month: int) -> float:
    months, factor = SEASONAL.get(code, ((), 1.0))
    if code == "0507" and month in (4, 5, 6, 7, 8, 9, 10):
        return 0.0
    return factor if month in months else 1.0


def bureau_class(rng: Random, day: date) -> str:
    """A class of event that the bureau handles, as that day's season has it."""
    return _bureau_classes(day.month).draw(rng)


def other_class(rng: Random, day: date) -> tuple[str, str, str]:
    """(scheme, class, unit) of a problem that another department handles."""
    scheme, code = _other_classes(day.month).draw(rng)
    return scheme, code, OTHERS[scheme, code][0]


def place(rng: Random, street: str) -> str:
    """An address: a street that exists, a community and house number that are counted, not named."""
    return f"{street}第{rng.randint(1, 5)}社区测试路{rng.randint(1, 180)}号{rng.choice(PLACES)}"


@dataclass(frozen=True)
class Flare:
    """For some weeks one grid has much more of one class: what a search for hotspots should find."""

    first: date
    last: date
    street: str
    grid: str
    class_code: str


def flares(rng: Random, first: date, last: date, grids: list[tuple[str, str]], count: int) -> list[Flare]:
    """So many flares within the days given; `grids` are (street, grid)."""
    found = []
    for _ in range(count):
        start = first + timedelta(days=rng.randrange(max(1, (last - first).days - 20)))
        street, grid = rng.choice(grids)
        end = start + timedelta(days=rng.randint(18, 45))
        found.append(Flare(start, end, street, grid, rng.choice(FLARING)))
    return found
