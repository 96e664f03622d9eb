"""The two ledgers of illegal construction: buildings and demolitions, each one running workbook.

Belongs here: what ledgers look like (title rows, two-line headers, subtotals by year, notes at the end) and their trouble. A ledger is
corrected in place: on the day of the correction the wrong figure is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.simulator.buildings import STRUCTURES, Building, Demolition
from pipelines.simulator.trouble import Amounts, Cell, Row, Slip, Troubles, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, write_workbook
from pipelines.simulator.world import World

BUILDINGS, DEMOLITIONS = "case_files/违法建设台账.xlsx", "case_files/拆除台账.xlsx"


@dataclass(frozen=True)
class Layout:
    """A ledger's look: title, unit line, and per column (field, upper header, lower header); "" continues the merged cell to the left."""

    sheet: str
    title: str
    unit_line: str
    columns: tuple[tuple[str, str, str], ...]
    key: str
    summed: str


BUILDING_LEDGER = Layout(
    "违建台账",
    "昌吉市违法建设查处台账",
    "填报单位：昌吉市城市管理行政执法局　　单位：平方米",
    (
        ("n", "序号", ""), ("building_case_no", "违建编号", ""), ("street_code", "位置", "街道（乡镇）"), ("community", "", "社区（村）"),
        ("address", "", "详细地址"), ("owner_name", "当事人", ""), ("building_type", "违建情况", "建筑类型"), ("structure", "", "结构"),
        ("floors", "", "层数"), ("found_area_m2", "", "违建面积\n（平方米）"), ("area_type", "区域类型", ""),
        ("stock_type", "存量/新增", ""), ("source", "案件来源", ""), ("started_on", "日期", "开工日期"),
        ("discovered_on", "", "发现日期"), ("closed_on", "", "结案日期"), ("status", "状态", ""), ("note", "备注", ""),
    ),
    "building_case_no",
    "found_area_m2",
)  # fmt: skip
DEMOLITION_LEDGER = Layout(
    "拆除台账",
    "昌吉市违法建设拆除台账",
    "填报单位：昌吉市城市管理行政执法局　　单位：平方米",
    (
        ("n", "序号", ""), ("demolition_no", "拆除编号", ""), ("building_case_no", "违建编号", ""), ("street_code", "街道（乡镇）", ""),
        ("demolished_on", "拆除情况", "拆除日期"), ("demolished_area_m2", "", "拆除面积\n（平方米）"), ("area_basis", "", "面积口径"),
        ("method", "", "拆除方式"), ("is_partial", "", "是否部分拆除"), ("note", "备注", ""),
    ),
    "demolition_no",
    "demolished_area_m2",
)  # fmt: skip
BUILDING_SLIPS = (
    Slip("discovered_on", "2016-02-30", "bad_date"),
    Slip("started_on", "2014.6.31", "bad_date"),
    Slip("discovered_on", None, "missing_value"),
    Slip("found_area_m2", "约120", "bad_number"),
    Slip("found_area_m2", -35.5, "out_of_range"),
    Slip("area_type", "郊区", "unknown_code"),
    Slip("street_code", "建国街", "unknown_code"),
    Slip("closed_on", "2010-11-05", "out_of_order"),
    Slip("closed_on", "2107/5/3", "in_the_future"),
)
DEMOLITION_SLIPS = (
    Slip("demolished_on", "2016-02-30", "bad_date"),
    Slip("demolished_area_m2", None, "missing_value"),
    Slip("demolished_area_m2", "约200", "bad_number"),
    Slip("demolished_area_m2", -88.0, "out_of_range"),
    Slip("building_case_no", None, "missing_value"),
    Slip("method", "爆破", "unknown_code"),
    Slip("demolished_on", "2107年5月3日", "in_the_future"),
)


def _slipped(row: Row, name: str) -> Cell:
    area = row[name]
    return round(area * 10, 2) if isinstance(area, float) else area


BUILDING_MISTAKES = (Slip("found_area_m2", lambda row: _slipped(row, "found_area_m2")),)
DEMOLITION_MISTAKES = (Slip("demolished_area_m2", lambda row: _slipped(row, "demolished_area_m2")),)
BUILDING_AMOUNTS = Amounts(broken=0, wrong=14, doubled=6, stray_rounds=1)
DEMOLITION_AMOUNTS = Amounts(broken=0, wrong=11, doubled=8, stray_rounds=1)
#: A wrong figure in a ledger is put right so many days after its entry.
MENDED_AFTER = timedelta(days=25)


def building_cells(world: World, building: Building, as_of: date) -> Row:
    """The building as the ledger shows it on a day."""
    closed = building.closed is not None and building.closed <= as_of
    return {
        "building_case_no": building.case_no,
        "street_code": world.street_names[building.street],
        "community": building.community,
        "address": building.address,
        "owner_name": building.owner,
        "building_type": building.kind,
        "structure": STRUCTURES[building.kind],
        "floors": building.floors,
        "found_area_m2": building.found_cents / 100,
        "area_type": building.area_type,
        "stock_type": "新增" if building.is_new else "存量",
        "source": building.source,
        "started_on": in_style(building.started, building.style),
        "discovered_on": in_style(building.discovered, building.style + 1),
        "closed_on": in_style(building.closed, building.style + 2) if closed else None,
        "status": "结案" if closed else "在办",
    }


def demolition_cells(world: World, building: Building, event: Demolition) -> Row:
    """The demolition as the ledger shows it."""
    return {
        "demolition_no": event.demolition_no,
        "building_case_no": building.case_no,
        "street_code": world.street_names[building.street],
        "demolished_on": in_style(event.day, event.style),
        "demolished_area_m2": event.cents / 100,
        "area_basis": event.basis,
        "method": event.method,
        "is_partial": "是" if event.is_partial else "否",
    }


def write_ledgers(
    inbox: Path, world: World, buildings: Sequence[Building], as_of: date, share: float
) -> tuple[FeedTruth, FeedTruth]:
    """Writes both ledgers as they stand on the as-of date."""
    found = [(b.case_no, b.discovered, building_cells(world, b, as_of)) for b in buildings]
    events = sorted(((e.day, e.demolition_no, e, b) for b in buildings for e in b.demolitions), key=lambda one: one[:2])
    fallen = [(number, day, demolition_cells(world, b, e)) for day, number, e, b in events]
    building_trouble = draw_troubles(
        world.rng("building-trouble"), [f[0] for f in found], [f[0] for f in found], slips=BUILDING_SLIPS,
        mistakes=BUILDING_MISTAKES, amounts=_scaled(BUILDING_AMOUNTS, share),
        stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip
    early = [number for number, day, _ in fallen if day < date(2017, 8, 1)]
    demolition_trouble = draw_troubles(
        world.rng("demolition-trouble"), [f[0] for f in fallen], early, slips=DEMOLITION_SLIPS,
        mistakes=DEMOLITION_MISTAKES, amounts=_scaled(DEMOLITION_AMOUNTS, share),
        stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip
    first = FeedTruth("illegal_buildings")
    second = FeedTruth("demolitions")
    _write(inbox / BUILDINGS, BUILDING_LEDGER, entries=found, troubles=building_trouble, as_of=as_of, truth=first)
    _write(
        inbox / DEMOLITIONS, DEMOLITION_LEDGER, entries=fallen, troubles=demolition_trouble, as_of=as_of, truth=second
    )
    first.notes["open"] = sum(b.discovered <= as_of and (b.closed is None or b.closed > as_of) for b in buildings)
    return first, second


def _scaled(amounts: Amounts, share: float) -> Amounts:
    scaled = amounts.scaled(share)
    return Amounts(0, scaled.wrong, scaled.doubled, scaled.stray_rounds)


def _write(
    path: Path,
    layout: Layout,
    *,
    entries: Sequence[tuple[str, date, Row]],
    troubles: Troubles,
    as_of: date,
    truth: FeedTruth,
) -> None:
    source = f"case_files/{path.name}"
    seen = [(key, day, row) for key, day, row in entries if day <= as_of]
    if not seen:
        # A ledger is opened with its first entry.
        return
    # From the day of the correction on, the ledger shows the right figure only.
    mended = {key for key, day, _ in seen if key in troubles.wrong and day + MENDED_AFTER <= as_of}
    truth.corrected_in_place = len(mended)
    wrong = {key: slip for key, slip in troubles.wrong.items() if key not in mended}
    current = Troubles({}, wrong, troubles.doubled, troubles.strays)
    lines: list[list[Cell]] = []
    total = 0.0
    width = len(layout.columns)
    for year in sorted({day.year for _, day, _ in seen}):
        of_year = [(key, row) for key, day, row in seen if day.year == year]
        rows = write_down(truth, source, of_year, current, key=layout.key, settled={key for key, _ in of_year})
        start = sum(isinstance(line[0], int) for line in lines if line)
        for n, row in enumerate(rows):
            lines.append([start + n + 1 if field == "n" else row.get(field) for field, _, _ in layout.columns])
        # The clerk adds up the records; what was written twice or by mistake is not in the sum.
        subtotal = sum(value for _, row in of_year if isinstance(value := row[layout.summed], float))
        total += subtotal
        lines += [_sum_line(layout, f"小计（{year}年）", subtotal), []]
        truth.skipped("subtotal")
        truth.skipped("blank")
    lines += [_sum_line(layout, "合计", total), ["备注：面积以现场丈量为准。"]]
    truth.skipped("total")
    truth.skipped("note")
    upper: list[Cell] = [top or None for _, top, _ in layout.columns]
    lower: list[Cell] = [below or None for _, _, below in layout.columns]
    head: list[list[Cell]] = [[layout.title], [layout.unit_line], upper, lower]
    merges = [(0, 0, 0, width - 1), (1, 0, 1, width - 1), *_header_merges(layout)]
    write_workbook(path, layout.sheet, [*head, *lines], merges)
    truth.sources.append(source)


def _sum_line(layout: Layout, label: str, value: float) -> list[Cell]:
    return [
        label if field == "n" else round(value, 2) if field == layout.summed else None for field, _, _ in layout.columns
    ]


def _header_merges(layout: Layout) -> list[tuple[int, int, int, int]]:
    merges = []
    at = 0
    while at < len(layout.columns):
        end = at
        while end + 1 < len(layout.columns) and not layout.columns[end + 1][1]:
            end += 1
        if end > at:
            merges.append((2, at, 2, end))
        elif not layout.columns[at][2]:
            merges.append((2, at, 3, at))
        at = end + 1
    return merges
