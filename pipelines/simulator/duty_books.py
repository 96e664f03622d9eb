"""The ledger of daily enforcement, a workbook a year with its corrections, and the register of campaigns.

Belongs here: what these workbooks look like, and their trouble. What happened stands in `duties`.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipelines.simulator.duties import Action, campaigns, draw_actions
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Amounts, Cell, Row, Slip, Troubles, count_correction, draw_troubles, write_down
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, table, write_workbook
from pipelines.simulator.world import CALIBRATED_ON, World

COLUMNS = {
    "action_no": "台账编号", "acted_on": "执法日期", "action_type": "执法类型", "object_kind": "对象类别", "quantity": "数量",
    "unit": "单位", "street_code": "街道（乡镇）", "squad_id": "执法中队", "outcome": "处理结果", "patrol_mode": "巡查方式",
    "campaign_no": "专项整治编号", "note": "备注",
}  # fmt: skip
CAMPAIGN_COLUMNS = {
    "campaign_no": "编号", "name": "名称", "topic": "整治主题", "lead_org": "牵头单位", "starts_on": "开始日期",
    "ends_on": "结束日期", "season": "季节", "class_codes": "涉及事件分类",
}  # fmt: skip
SLIPS = (
    Slip("acted_on", "2016-02-30", "bad_date"),
    Slip("acted_on", None, "missing_value"),
    Slip("acted_on", "2107-03-09", "in_the_future"),
    Slip("quantity", "若干", "bad_number"),
    Slip("quantity", 0, "out_of_range"),
    Slip("quantity", None, "missing_value"),
    Slip("action_type", "日常巡查", "unknown_code"),
    Slip("unit", lambda row: "起" if row["unit"] == "块" else "块", "unit_mismatch"),
    Slip("street_code", "建国街", "unknown_code"),
    Slip("squad_id", "九中队", "unknown_code"),
    Slip("outcome", "放行", "unknown_code"),
)
MISTAKES = (
    Slip("quantity", lambda row: row["quantity"] * 10 if isinstance(row["quantity"], int) else 10),
    Slip("outcome", lambda row: "责令改正" if row["outcome"] != "责令改正" else None),
)
AMOUNTS = Amounts(broken=26, wrong=30, doubled=40, stray_rounds=2)
#: A year's corrections come in the spring after it.
CORRECTION_DUE = (3, 1)


def cells(world: World, action: Action) -> Row:
    """The entry as the ledger holds it."""
    return {
        "action_no": action.action_no,
        "acted_on": in_style(action.day, action.style),
        "action_type": action.label,
        "object_kind": action.thing,
        "quantity": action.quantity,
        "unit": action.unit,
        "street_code": world.street_names[action.street],
        "squad_id": world.squad_names[action.squad] if action.names_squad else None,
        "outcome": action.outcome,
        "patrol_mode": action.patrol,
        "campaign_no": action.campaign_no,
    }


def troubles_of(world: World, calibrated: Sequence[Action], share: float) -> Troubles:
    """The trouble of the entries up to the day of the report; those of its own year are not corrected yet."""
    keys = [action.action_no for action in calibrated]
    old = [action.action_no for action in calibrated if action.day.year < CALIBRATED_ON.year]
    return draw_troubles(
        world.rng("duty-trouble"), keys, old, slips=SLIPS, mistakes=MISTAKES, amounts=AMOUNTS.scaled(share),
        stray_key=lambda model, n: f"{model}误{n:02d}",
    )  # fmt: skip


def write(scene: Scene) -> list[FeedTruth]:
    """Writes both as they stand on the as-of date."""
    return [_write_actions(scene), _write_campaigns(scene)]


def _write_actions(scene: Scene) -> FeedTruth:
    truth = FeedTruth("enforcement_actions")
    actions = draw_actions(scene)
    calibrated = [action for action in actions if action.day <= CALIBRATED_ON]
    troubles = troubles_of(scene.world, calibrated, scene.share)
    years: dict[int, list[Action]] = {}
    for action in actions:
        if action.day <= scene.as_of:
            years.setdefault(action.day.year, []).append(action)
            name = f"quantity_{action.label}"
            truth.notes[name] = truth.notes.get(name, 0) + action.quantity
    for year, of_year in sorted(years.items()):
        rows = [(action.action_no, cells(scene.world, action)) for action in of_year]
        source = f"duties/日常执法台账_{year}.xlsx"
        settled = {key for key, _ in rows}
        _write_ledger(
            scene.inbox / source,
            year,
            write_down(truth, source, rows, troubles, key="action_no", settled=settled),
            truth,
        )
        mended = [(key, row) for key, row in rows if key in troubles.mended]
        if mended and date(year + 1, *CORRECTION_DUE) <= scene.as_of:
            source = f"duties/日常执法台账_{year}_更正.xlsx"
            _write_ledger(scene.inbox / source, year, [row for _, row in mended], truth)
            count_correction(truth, [key for key, _ in mended], troubles)
    return truth


def _write_ledger(path: Path, year: int, rows: list[Row], truth: FeedTruth) -> None:
    header, lines = table(COLUMNS, rows)
    head: list[list[Cell]] = [
        [f"昌吉市城市管理日常执法台账（{year}年）"],
        ["填报单位：昌吉市城市管理行政执法局"],
        list(header),
    ]
    width = len(header) - 1
    foot: list[list[Cell]] = [["备注：牌匾、灯箱、地名标牌以块计，其余以起计，两者不相加。"]]
    write_workbook(path, "日常执法", [*head, *lines, *foot], [(0, 0, 0, width), (1, 0, 1, width)])
    truth.skipped("note")
    truth.sources.append(f"duties/{path.name}")


def _write_campaigns(scene: Scene) -> FeedTruth:
    truth = FeedTruth("campaigns")
    known = campaigns(scene.as_of)
    if not known:
        return truth
    rows: list[Row] = [
        {
            "campaign_no": one.campaign_no,
            "name": one.name,
            "topic": one.topic,
            "lead_org": scene.world.unit_names[one.lead],
            "starts_on": one.first,
            "ends_on": one.last,
            "season": one.season,
            "class_codes": one.codes,
        }
        for one in known
    ]
    header, lines = table(CAMPAIGN_COLUMNS, rows)
    source = "duties/专项整治登记.xlsx"
    write_workbook(
        scene.inbox / source,
        "专项整治",
        [["昌吉市城市管理专项整治登记"], list(header), *lines],
        [(0, 0, 0, len(header) - 1)],
    )
    truth.valid(one.campaign_no for one in known)
    truth.sources.append(source)
    return truth
