"""The registers of powers as the bureau keeps them: the list (权责清单), its three reviews (三报三审), who answers for what (职责分工).

Belongs here: what the workbooks hold on a day. The items' words stand in `power_list`. 89 items in 9 major items on the day of the report, as
it says; dates, findings and units are illustrative. Registers are clean: their trouble is in the review itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.simulator.power_list import MAJORS, Item, items
from pipelines.simulator.problems import OTHERS
from pipelines.simulator.scene import Scene
from pipelines.simulator.trouble import Cell, Row
from pipelines.simulator.truth import FeedTruth
from pipelines.simulator.workbooks import in_style, write_workbook
from pipelines.simulator.world import World

LIST, REVIEWS, MATRIX = "powers/权责清单.xlsx", "powers/三报三审记录.xlsx", "powers/职责分工.xlsx"
PUBLISHED, IN_FORCE = date(2015, 12, 18), date(2016, 1, 1)
#: When each round was sent in, major item by major item.
ROUNDS = (date(2015, 4, 10), date(2015, 7, 6), date(2015, 9, 28))
FINDINGS = ("梳理不规范", "划分不准确", "梳理不全面", "责任事项缺失")
REVIEWERS = (("相关单位", "法制办"), ("专家", "学者", "法制办"), ("专家", "法制办", "本局"))
#: How many items of a hundred meet with a finding in each round.
FOUND = (55, 25, 5)
BUREAU, BRIGADE, CENTRE = "昌吉市城市管理行政执法局", "昌吉市城市管理综合执法大队", "数字化城市管理指挥中心"
BASIS = {
    "01": "《城市市容和环境卫生管理条例》", "02": "《城乡规划法》", "03": "《城市绿化条例》", "04": "《城市道路管理条例》",
    "05": "《大气污染防治法》《环境噪声污染防治法》", "06": "《道路交通安全法》", "07": "《无证无照经营查处办法》",
    "08": "《自治区语言文字工作条例》", "09": "建筑工地与扬尘管理规定", "other_assigned": "市委、市人民政府交办文件",
}  # fmt: skip
SCHEMES = {"GBT30428_2": "事件", "GBT30428_2_C": "部件"}
#: Items that the list lost and gained later: (item, in force from, until, published).
LATER = (
    (Item("QZ090", "早市摊位登记", "其他权力", MAJORS["A"], "01", "", True, "", (), ""), IN_FORCE, date(2016, 9, 1), PUBLISHED),
    (Item("QZ091", "环卫作业标识检查", "行政检查", MAJORS["B"], "01", "", True, "", (), ""), IN_FORCE, date(2016, 9, 1), PUBLISHED),
    (
        Item("QZ092", "互联网租赁自行车停放检查", "行政检查", MAJORS["H"], "06", "", False, "", (), ""),
        date(2018, 10, 1), None, date(2018, 9, 7),
    ),
)  # fmt: skip
ITEM_COLUMNS = {
    "item_id": "事项编码", "major_item": "所属大项", "item_name": "权责事项名称", "power_type": "权力类型", "power_domain": "所属领域",
    "power_group": "处罚权分项", "is_full_scope": "全部/部分", "class_codes": "对应事件类别", "basis": "实施依据", "duty": "责任事项",
    "accountability": "追责情形", "original_org": "划转来源部门", "approval_org": "审批部门", "supervising_org": "监管部门",
    "supervision_rule": "监管办法", "exercising_org": "行使主体", "status": "状态", "valid_from": "生效日期", "valid_to": "失效日期",
    "published_on": "公示日期",
}  # fmt: skip
REVIEW_COLUMNS = {
    "review_no": "评审编号", "item_id": "事项编码", "round_no": "轮次", "submitted_on": "报送日期", "reviewed_on": "审核日期",
    "reviewer_role": "评审方", "finding_type": "问题类型", "resolved_on": "整改日期", "is_resolved": "是否整改",
}  # fmt: skip
MATRIX_COLUMNS = {
    "entry_no": "条目编号", "code_scheme": "类型", "class_code": "类别代码", "street_code": "街道（乡镇）", "org_id": "责任单位",
    "role": "责任类型", "is_primary": "是否主责", "valid_from": "起始日期", "valid_to": "终止日期",
}  # fmt: skip


@dataclass(frozen=True)
class Register:
    """A workbook's look: title in the first row, headers by field in the second."""

    feed: str
    source: str
    title: str
    columns: dict[str, str]


REGISTERS = (
    Register("power_items", LIST, "昌吉市城市管理权责清单", ITEM_COLUMNS),
    Register("power_item_reviews", REVIEWS, "权责事项三报三审记录", REVIEW_COLUMNS),
    Register("responsibilities", MATRIX, "城市管理职责分工", MATRIX_COLUMNS),
)


def write(scene: Scene) -> list[FeedTruth]:
    """Writes the three registers as they stand on the as-of date."""
    domains = {row["power_domain"]: row["name_zh"] for row in scene.world.table("power_domains")}
    rows = (
        list(_list_rows(scene.as_of, domains)),
        list(_review_rows(scene.world, scene.as_of)),
        [row for first, row in matrix(scene.world) if first <= scene.as_of],
    )
    return [_written(scene, register, of_it) for register, of_it in zip(REGISTERS, rows, strict=True)]


def _written(scene: Scene, register: Register, rows: list[Row]) -> FeedTruth:
    truth = FeedTruth(register.feed)
    if rows:
        columns = register.columns
        head: list[list[Cell]] = [[register.title], list(columns.values())]
        body: list[list[Cell]] = [[row.get(field) for field in columns] for row in rows]
        note: list[list[Cell]] = [["备注：事项名称与日期为示例。"]]
        lines = [*head, *body, *note]
        write_workbook(scene.inbox / register.source, register.title, lines, [(0, 0, 0, len(columns) - 1)])
        truth.skipped("note")
        truth.valid(row[next(iter(columns))] for row in rows)
        truth.sources.append(register.source)
    return truth


def listed() -> list[tuple[Item, date, date | None, date]]:
    """All items there ever are: (item, in force from, until, published)."""
    return [*((item, IN_FORCE, None, PUBLISHED) for item in items()), *LATER]


def _list_rows(as_of: date, domains: dict[str, str]) -> Iterator[Row]:
    for n, (item, first, last, published) in enumerate(listed()):
        if published > as_of:
            continue
        approval = item.approval
        own = item.kind == "行政许可"
        repealed = last is not None and last <= as_of
        yield {
            "item_id": item.item_id,
            "major_item": item.major,
            "item_name": item.name,
            "power_type": item.kind,
            "power_domain": domains[item.domain],
            "power_group": item.group or None,
            "is_full_scope": "全部" if item.is_full_scope else "部分",
            "class_codes": "、".join(item.classes) or None,
            "basis": BASIS[item.domain],
            "duty": "受理、审查、决定、送达、事后监管" if own else "按法定程序实施，全程记录，结果公开",
            "accountability": "不履行或者不正确履行职责的，追究责任",
            "original_org": item.original or None,
            "approval_org": approval or None,
            # 谁审批、谁监管，谁主管、谁监管
            "supervising_org": approval or BUREAU,
            "supervision_rule": f"{item.name}监管办法" if approval else None,
            "exercising_org": approval if own else BRIGADE if item.kind in ("行政处罚", "行政强制") else BUREAU,
            "status": "废止" if repealed else "有效",
            "valid_from": in_style(first, n),
            "valid_to": in_style(last, n + 1) if repealed else None,
            "published_on": in_style(published, n + 2),
        }


def _review_rows(world: World, as_of: date) -> Iterator[Row]:
    """Every item goes through all three rounds; what was found is put right before the next one."""
    rng = world.rng("power-reviews")
    majors = list(MAJORS.values())
    n = 0
    for item, first, _, _ in listed():
        # Items that came later were reviewed in the months before they came.
        shift = first - IN_FORCE + timedelta(days=majors.index(item.major))
        for round_no, start in enumerate(ROUNDS, start=1):
            submitted = start + shift
            reviewed = submitted + timedelta(days=rng.randint(8, 25))
            following = ROUNDS[round_no] + shift if round_no < len(ROUNDS) else reviewed + timedelta(days=12)
            for finding in _findings(rng, round_no):
                n += 1
                if submitted > as_of:
                    continue
                is_reviewed, is_resolved = reviewed <= as_of, finding != "无" and following <= as_of
                yield {
                    "review_no": f"SB{n:04d}",
                    "item_id": item.item_id,
                    "round_no": round_no,
                    "submitted_on": in_style(submitted, n),
                    "reviewed_on": in_style(reviewed, n + 1) if is_reviewed else None,
                    "reviewer_role": REVIEWERS[round_no - 1][n % len(REVIEWERS[round_no - 1])] if is_reviewed else None,
                    "finding_type": finding if is_reviewed else None,
                    "resolved_on": in_style(following, n + 2) if is_resolved else None,
                    "is_resolved": None if finding == "无" or not is_reviewed else "是" if is_resolved else "否",
                }


def _findings(rng: Random, round_no: int) -> list[str]:
    if rng.randrange(100) >= FOUND[round_no - 1]:
        return ["无"]
    return rng.sample(FINDINGS, 2 if round_no == 1 and rng.random() < 0.2 else 1)


def matrix(world: World) -> list[tuple[date, Row]]:
    """The entries with the day each begins.

    属地管理为主体、行业权属为主责、综合协调部门指导、执法部门积极配合、城管部门综合监管: the department of the sector is primary for its class
    in every street, but for the frontage rule (门前四包), where the subdistrict is.
    """
    start = world.city.facts.go_live or world.city.facts.first_day
    offices = {
        street: unit for street, name in world.street_names.items()
        for unit in world.unit_names.values() if unit == f"{name}办事处"
    }  # fmt: skip
    plans: list[tuple[date, date | None, str, str, str, str, str, bool]] = []
    for scheme, code in world.class_names:
        unit = world.unit_names[OTHERS[scheme, code][0]] if (scheme, code) in OTHERS else BRIGADE
        if (scheme, code) == ("GBT30428_2", "0604"):
            for street in world.street_names:
                role = "属地" if street in offices else "行业"
                plans.append((start, None, scheme, code, street, offices.get(street, BRIGADE), role, True))
        elif (scheme, code) == ("GBT30428_2", "0507"):
            # Snow on the roads went from the municipal works to the sanitation office.
            handed_over = date(2015, 11, 1)
            plans.append((start, handed_over, scheme, code, "", "市政工程养护管理处", "行业", True))
            plans.append((handed_over, None, scheme, code, "", unit, "行业", True))
        else:
            plans.append((start, None, scheme, code, "", unit, "行业", True))
    plans += [(start, None, "", "", street, unit, "属地", False) for street, unit in offices.items()]
    for row in world.table("squad_areas"):
        first, last = max(start, date.fromisoformat(row["valid_from"])), row["valid_to"]
        until = date.fromisoformat(last) if last else None
        plans.append((first, until, "", "", row["street_code"], world.squad_names[row["squad_id"]], "执法", False))
    plans += [(start, None, "", "", "", CENTRE, "协调", False), (start, None, "", "", "", BUREAU, "监管", False)]
    return [
        (first, {
            "entry_no": f"ZF{n:04d}", "code_scheme": SCHEMES.get(scheme), "class_code": code or None,
            "street_code": world.street_names.get(street), "org_id": unit, "role": role, "is_primary": "是" if primary else "否",
            "valid_from": in_style(first, n), "valid_to": in_style(last, n + 1),
        })
        for n, (first, last, scheme, code, street, unit, role, primary) in enumerate(plans, start=1)
    ]  # fmt: skip
