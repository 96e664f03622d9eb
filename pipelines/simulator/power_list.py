"""What stands in the list of powers: major items, groups and items, in plain words of our own.

Belongs here: the words. The report gives the nine categories of penalty power, 9 major items with 89 items and 9 categories with 12 items
(项); it names neither the major items nor the items nor the 12, so that all but the categories (reference/power_domains.csv) is illustrative.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

#: The 12 items of penalty power by the category they belong to, and whether the whole power was handed over.
GROUPS: dict[str, tuple[str, bool]] = {
    "市容管理": ("01", True), "环境卫生": ("01", True), "违法建设": ("02", False), "绿地树木": ("03", True),
    "道路占用挖掘": ("04", True), "排水设施": ("04", False), "社会生活噪声": ("05", False), "油烟与焚烧": ("05", False),
    "人行道停车": ("06", False), "无照经营": ("07", False), "招牌文字": ("08", False), "工地文明施工": ("09", False),
}  # fmt: skip
MAJORS = {
    "A": "市容秩序", "B": "环境卫生", "C": "户外广告与牌匾", "D": "规划与违法建设", "E": "园林绿化",
    "F": "市政设施", "G": "环境保护", "H": "停车与车辆", "J": "工地与渣土",
}  # fmt: skip
TYPES = {
    "许": "行政许可",
    "罚": "行政处罚",
    "强": "行政强制",
    "征": "行政征收",
    "查": "行政检查",
    "奖": "行政奖励",
    "他": "其他权力",
}

#: kind | name | group, or category where it is none of the 12 | department it came from | class codes | unit that approves what it is about
_ITEMS = {
    "A": """
罚|占道经营|市容管理||0406|
罚|沿街晾挂和吊挂|市容管理||0107 0119|
罚|乱堆物料|市容管理||0136|
罚|门前责任不落实|市容管理||0604|
罚|临街立面不洁|市容管理|城乡|0104 0105|
罚|擅自悬挂彩旗标语|市容管理||0106 0207|
罚|擅自架设管线杆线|市容管理|城乡|0108|
罚|流动摊点无照经营|无照经营|工商|0401|
罚|店外经营|无照经营|工商|0405|
罚|早夜市违规经营|无照经营|工商|0402|
罚|占道收购废品|无照经营|工商|0404|
强|暂扣占道经营的物品|01|||
强|暂扣无照经营的工具|07|工商||
查|街面秩序巡查|01|||
许|临时占道摆设摊点|01|||执法局
奖|市容举报奖励|01|||
他|重大节庆市容保障|other_assigned|||""",
    "B": """
罚|暴露和积存垃圾|环境卫生|卫生|0110 0111|
罚|道路遗撒|环境卫生||0114|
罚|餐厨垃圾污染|环境卫生|卫生|0131|
罚|市区饲养家禽家畜|环境卫生|卫生|0138|
罚|乱弃动物尸体|环境卫生|卫生|0137|
罚|乱弃废旧家具|环境卫生||0135|
罚|临街屠宰|环境卫生|卫生|0602|
许|生活垃圾清运服务|01|城乡||住建局
征|生活垃圾处理费|01|城乡||
查|环境卫生检查|01|卫生||
强|代为清除垃圾|01|||
他|除雪责任落实|other_assigned|||""",
    "C": """
罚|非法小广告|市容管理||0201|
罚|街头散发广告|市容管理||0202|
罚|违规户外广告|市容管理|工商|0203 0205|
罚|违规牌匾|市容管理|工商|0206|
罚|广告牌匾语言文字不规范|招牌文字|工商|0204|
许|大型户外广告设置|01|工商||执法局
许|门头牌匾设置|01|||执法局
强|拆除违规户外广告|01|||
强|停用小广告号码的函告|01|||
查|户外广告安全检查|01|工商||
他|公益广告设置|other_assigned|||""",
    "D": """
罚|私搭乱建|违法建设|城乡|0101|住建局
罚|未批先建和超批建设|违法建设|城乡||住建局
罚|临时建筑逾期不拆|违法建设|城乡||住建局
罚|店面无证装修|违法建设|城乡|0102|住建局
强|查封违法施工现场|02|城乡||
强|强制拆除违法建设|02|城乡||
查|违法建设巡查|02|国土||
他|城中村整治配合|other_assigned|国土||""",
    "E": """
罚|损坏绿地|绿地树木|园林|0117 0118|
罚|擅自砍伐树木|绿地树木|园林|0122|园林局
罚|占用绿地|绿地树木|园林||园林局
罚|损坏园林设施|绿地树木|园林||
许|临时占用绿地|03|园林||园林局
许|移植树木|03|园林||园林局
查|绿化管护检查|03|园林||""",
    "F": """
罚|擅自掘路|道路占用挖掘|市政|0303|市政处
罚|施工占道|道路占用挖掘|市政|0302|市政处
罚|违章接坡|道路占用挖掘|市政|0103|
罚|损坏道路和井盖|道路占用挖掘|市政|0113|
罚|乱倒污水|排水设施|市政|0130|
罚|损坏排水设施|排水设施|市政||
许|临时占用道路|04|市政||市政处
许|挖掘道路|04|市政||市政处
强|代为恢复道路|04|市政||
查|市政设施巡查|04|市政||""",
    "G": """
罚|商业噪音|社会生活噪声|环保|0128|
罚|夜间施工扰民|社会生活噪声|环保|0301|环保局
罚|露天烧烤|油烟与焚烧|环保|0129|
罚|焚烧垃圾树叶|油烟与焚烧|环保|0120|
罚|饮食油烟直排|油烟与焚烧|环保||
强|暂扣烧烤器具|05|环保||
查|油烟噪声检查|05|环保||
他|秋季焚烧联防|other_assigned|环保||""",
    "H": """
罚|机动车占用人行道|人行道停车|交警|0409|
罚|非机动车乱停放|人行道停车|交警|0410|
罚|重型车辆违规驶入市区道路|人行道停车|交警||交警队
强|拖移人行道违停车辆|06|交警||
查|停车秩序巡查|06|交警||
他|停车泊位划设建议|other_assigned|交警||""",
    "J": """
罚|工地扬尘|工地文明施工|城乡|0304|
罚|施工废弃料乱弃|工地文明施工|城乡|0305 0306|
罚|渣土车未密闭|工地文明施工|城乡|0311|执法局
罚|车轮带泥上路|工地文明施工|城乡|0312|
罚|工地围挡不合格|工地文明施工|城乡|0307|
罚|工地道路未硬化|工地文明施工|城乡|0308 0309|
罚|完工未清场|工地文明施工|城乡|0310|
许|建筑垃圾处置|09|城乡||执法局
查|工地文明施工检查|09|城乡||
他|重点工程保障|other_assigned|城乡||""",
}  # fmt: skip
DEPARTMENTS = {
    "工商": "工商行政管理局", "卫生": "卫生局", "环保": "环境保护局", "国土": "国土资源局", "城乡": "住房和城乡建设局", "园林": "园林管理局",
    "市政": "市政工程养护管理处", "交警": "公安局交通警察大队", "执法局": "昌吉市城市管理行政执法局", "住建局": "住房和城乡建设局",
    "园林局": "园林管理局", "市政处": "市政工程养护管理处", "环保局": "环境保护局", "交警队": "公安局交通警察大队",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One item of the list as its author wrote it. `approval` is who approves what the item is about, "" where nothing is approved."""

    item_id: str
    name: str
    kind: str
    major: str
    domain: str
    group: str
    is_full_scope: bool
    original: str
    classes: tuple[str, ...]
    approval: str


def items() -> list[Item]:
    """The items that were in the list when it was published, in its order."""
    found: list[Item] = []
    for letter, lines in _ITEMS.items():
        for line in lines.strip().splitlines():
            kind, name, place, original, classes, approval = line.split("|")
            domain, full = GROUPS.get(place, (place, True))
            found.append(
                Item(
                    f"QZ{len(found) + 1:03d}", name, TYPES[kind], MAJORS[letter], domain, place if place in GROUPS else "",
                    full, DEPARTMENTS.get(original, ""), tuple(classes.split()), DEPARTMENTS.get(approval, ""),
                )
            )  # fmt: skip
    return found


#: How often a case that looks like one class is really one of the items of its group that no class is about.
FINER = 0.15


@cache
def _penalty_items() -> tuple[Item, ...]:
    return tuple(item for item in items() if item.kind == TYPES["罚"])


def exercised_item(rng: Random, class_code: str) -> Item | None:
    """The penalty item that a case of that class of events exercises; None where the list has none for it."""
    told = next((item for item in _penalty_items() if class_code in item.classes), None)
    if told is None:
        return None
    finer = [item for item in _penalty_items() if item.group == told.group and not item.classes]
    return rng.choice(finer) if finer and rng.random() < FINER else told
