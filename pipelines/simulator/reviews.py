"""The yearly review of case files (案卷评查) of the whole city and within the bureau, and what each bureau handled in the year.

Belongs here: the workbooks of the reviews. The report says that the bureau was among the first (名列前茅) in cases handled and in closing rate;
how many bureaus there were, their numbers, scores and the exact places are illustrative.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pipelines.simulator.penalties import GENERAL, Penalty
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Cell
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import write_sheets

BUREAU = "CG"
#: The other bureaus of the review and the cases that each handles in a year.
OTHERS = {"GAJ": 2_150, "GSJ": 980, "JTJ": 760, "SYJ": 410, "WSJ": 180, "HBJ": 120, "GTJ": 95, "LYJ": 60}
FILES_OF_A_BUREAU, FILES_OF_A_SQUAD = 8, 6
FAILURES = {"one_officer": "J9", "auxiliary": "J2", "no_notice": "J8"}
REVIEW_COLUMNS = (
    "评查编号",
    "年度",
    "评查范围",
    "被评单位",
    "案卷编号",
    "基本项不合格（项号）",
    "形式分（20分）",
    "内容分（80分）",
    "评查日期",
)
RETURN_COLUMNS = ("报表编号", "年度", "单位", "办案总数", "办结数", "填报日期")
Range = tuple[float, float]
#: Points for form and for content: of the bureau's files, of other bureaus', and in the internal review.
OWN, OTHER, INTERNAL = ((17.5, 20.0), (71.0, 79.0)), ((14.0, 19.5), (58.0, 76.0)), ((16.0, 20.0), (66.0, 79.0))
NOTE = "说明：基本项九项（J1–J9），有一项不合格的案卷计零分。"


def write(scene: Scene) -> list[FeedTruth]:
    """Writes one workbook for each year whose review is over."""
    reviews, returns = FeedTruth("case_file_reviews"), FeedTruth("case_handling_returns")
    for year in range(scene.world.city.facts.first_day.year, scene.as_of.year + 1):
        if _reviewed_on(year) > scene.as_of:
            continue
        rng = scene.world.rng("reviews", str(year))
        sheets = list(_review_lines(scene, rng, year))
        told = list(_return_lines(scene, rng, year))
        source = f"mechanism/案卷评查_{year}.xlsx"
        review_sheet: list[list[Cell]] = [
            [f"昌吉市{year}年行政处罚案卷评查明细表"],
            list(REVIEW_COLUMNS),
            *sheets,
            [NOTE],
        ]
        return_sheet: list[list[Cell]] = [[f"昌吉市{year}年行政处罚办案情况报表"], list(RETURN_COLUMNS), *told]
        write_sheets(
            scene.inbox / source,
            [("评查明细", review_sheet, [(0, 0, 0, len(REVIEW_COLUMNS) - 1)]),
             ("办案情况", return_sheet, [(0, 0, 0, len(RETURN_COLUMNS) - 1)])],
        )  # fmt: skip
        for truth, lines in ((reviews, sheets), (returns, told)):
            truth.valid(line[0] for line in lines)
            truth.sources.append(source)
        reviews.skipped("note")
    return [reviews, returns]


def _reviewed_on(year: int) -> date:
    return date(year, 12, 20)


def _of_year(scene: Scene, year: int) -> list[Penalty]:
    """Cases of the year under review: it ends with October, so that those filed last are mostly closed by the review."""
    return [p for p in scene.penalties if date(year - 1, 11, 1) <= p.filed < date(year, 11, 1)]


def _review_lines(scene: Scene, rng: Random, year: int) -> Iterator[list[Cell]]:
    """The city's review first, then the bureau's own of its squads."""
    closed = [p for p in _of_year(scene, year) if p.procedure == GENERAL and p.closed < date(year, 12, 1)]
    names = scene.world.unit_names
    number = 0
    sound = [p for p in closed if p.breach not in FAILURES]
    for org in (BUREAU, *OTHERS):
        chosen = rng.sample(sound, min(FILES_OF_A_BUREAU, len(sound))) if org == BUREAU else []
        files: list[Penalty | None] = [*chosen] if org == BUREAU else [None] * FILES_OF_A_BUREAU
        for file in files:
            number += 1
            failures = "J4" if org != BUREAU and rng.random() < 0.03 else None
            case_no = file.case_no if file else None
            yield _line(rng, year, number, ("全市", names[org], case_no, failures), OWN if org == BUREAU else OTHER)
    for squad in scene.world.squad_names:
        # Whatever was done wrong must come up, so files with breaches are taken first.
        own = sorted((p for p in closed if p.squad == squad), key=lambda p: (p.breach not in FAILURES, rng.random()))
        for file in own[:FILES_OF_A_SQUAD]:
            number += 1
            failures = FAILURES.get(file.breach) or ("J5" if rng.random() < 0.02 else None)
            unit = names[scene.world.unit_of(squad)]
            yield _line(rng, year, number, ("局内", unit, file.case_no, failures), INTERNAL)


def _line(
    rng: Random, year: int, number: int, who: tuple[str, str, str | None, str | None], points: tuple[Range, Range]
) -> list[Cell]:
    reviewed = _reviewed_on(year) - timedelta(days=rng.randint(0, 10))
    scores = [round(rng.uniform(*between) * 2) / 2 for between in points]
    return [f"PC{year}-{number:03d}", year, *who, *scores, reviewed]


def _return_lines(scene: Scene, rng: Random, year: int) -> Iterator[list[Cell]]:
    own = _of_year(scene, year)
    reported = _reviewed_on(year)
    counts = {BUREAU: (len(own), sum(p.closed <= reported for p in own))}
    for org, usual in OTHERS.items():
        handled = max(1, round(usual * scene.share * rng.uniform(0.9, 1.1)))
        counts[org] = (handled, int(handled * rng.uniform(0.86, 0.965)))
    for org, (handled, closed) in counts.items():
        yield [f"BB{year}-{org}", year, scene.world.unit_names[org], handled, closed, reported]
