"""Invented persons, and places where personal data hide in free text.

Everything here can be told from a real person at a glance, yet has the shape that a scrubber must catch:

* names begin with 测试 (test) or 虚构 (invented), with cyclical characters that no one bears as a given name;
* telephones are 1790000nnnn: eleven digits from 1[3-9], but 179 opens the dial-in codes of IP telephony and is no mobile prefix;
* ID and credit codes have valid check digits, but the region 999999, which GB/T 2260 does not have;
* plates are 新Z00nnn: no office of Xinjiang is known to issue the letter Z.
"""

from random import Random

STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
REGION = "999999"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
SHOPS = ("便利店", "餐饮店", "烧烤店", "五金店", "水果店", "服装店", "汽修部", "打印部")
FIRMS = ("建筑工程有限公司", "房地产开发有限公司", "广告有限公司", "商贸有限公司", "物业服务有限公司", "运输有限公司")


def person(rng: Random) -> str:
    """A citizen's name."""
    return "测试" + rng.choice(STEMS) + rng.choice(BRANCHES) + rng.choice(BRANCHES)


def officer(squad: str, number: int) -> str:
    """The name of a squad's n-th officer."""
    return "虚构" + STEMS[int(squad[-2:]) - 1] + BRANCHES[number % len(BRANCHES)]


def auxiliary(squad: str, number: int) -> str:
    """The name of a squad's n-th auxiliary (协管员), who may assist but never enforce."""
    round_no, place = divmod(number, len(BRANCHES))
    return "虚构协" + STEMS[int(squad[-2:]) - 1] + BRANCHES[place] + (BRANCHES[round_no - 1] if round_no else "")


def clerk(office: str, number: int) -> str:
    """The name of the n-th person of an office that is no squad; `office` is one character or two."""
    round_no, place = divmod(number, 60)
    return "虚构" + office + STEMS[place % 10] + BRANCHES[place % 12] + (BRANCHES[round_no - 1] if round_no else "")


def collector(number: int) -> str:
    """The name of the n-th collector (监督员)."""
    return "虚构监督" + STEMS[number % 10] + BRANCHES[number % 12]


def phone(rng: Random) -> str:
    """A telephone number."""
    return f"1790000{rng.randrange(10_000):04d}"


def id_number(rng: Random) -> str:
    """An ID card number with a valid check digit."""
    body = (
        f"{REGION}{rng.randint(1950, 1998)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randrange(1, 1000):03d}"
    )
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code(rng: Random, *, sole_trader: bool) -> str:
    """A unified social credit code with a valid check character."""
    body = ("92" if sole_trader else "91") + REGION + f"FAKE{rng.randrange(100_000):05d}"
    total = sum(_CREDIT_ALPHABET.index(c) * weight for c, weight in zip(body, _CREDIT_WEIGHTS, strict=True))
    return body + _CREDIT_ALPHABET[-total % 31]


def plate(rng: Random) -> str:
    """A number plate."""
    return f"新Z00{rng.randrange(1000):03d}"


def shop(rng: Random) -> str:
    """A sole trader's shop."""
    return f"虚构{rng.choice(STEMS)}{rng.choice(BRANCHES)}{rng.choice(SHOPS)}"


def firm(rng: Random) -> str:
    """A company."""
    return f"虚构{rng.choice(STEMS)}{rng.choice(BRANCHES)}{rng.choice(FIRMS)}"


def indiscretion(rng: Random) -> str:
    """A remark of the kind that carries personal data into free text."""
    return rng.choice(
        (
            f"，联系电话{phone(rng)}",
            f"，身份证号{id_number(rng)}",
            f"，车牌号{plate(rng)}",
            f"，来电人{phone(rng)}要求回复",
        )
    )
