"""The documents, institutions, principles and systems that the 2017 report names, as entries of a register.

Belongs here: facts and titles, never texts. Days of registration and all numbers are illustrative; `issued_on` stands only where the report
or a public page names the day (the month alone: its first day), and is empty otherwise.
"""

from datetime import date, datetime

from pipelines.simulator.trouble import Cell, Row

OFFICE, PORTAL = "昌吉市城市管理行政执法局", "昌吉市城市管理局"
BUREAU = "CG"


def _document(
    doc_no: str,
    title: str,
    kind: str,
    status: str,
    registered: date,
    *,
    issuer: str = OFFICE,
    org: str | None = BUREAU,
    issued: date | None = None,
    topics: str = "",
    parts: str = "",
    index_no: str | None = None,
    published: datetime | None = None,
) -> Row:
    return {
        "doc_no": doc_no,
        "index_no": index_no,
        "title": title,
        "kind": kind,
        "issuer": issuer,
        "issuer_org": org,
        "issued_on": issued,
        "published_at": published,
        "registered_on": registered,
        "status": status,
        "topics": topics or None,
        "parts": parts or None,
    }


DOCUMENTS: tuple[Row, ...] = (
    _document(
        "ZD-001", "昌吉市城市管理行政执法局“三定”方案", "方案", "施行", date(2012, 9, 3), issuer="昌吉市人民政府", org=None,
        issued=date(2012, 8, 21), topics="机构编制", parts="主要职责；内设机构；人员编制",
    ),
    _document("ZD-002", "行政执法责任制", "制度", "施行", date(2012, 11, 5), topics="行政执法、责任"),
    _document("ZD-003", "执法人员业务培训与考核制", "制度", "施行", date(2012, 11, 5), topics="培训、考核"),
    _document("ZD-004", "罚缴分离制", "制度", "施行", date(2012, 11, 5), topics="罚款、财务"),
    _document("ZD-005", "财务管理制度", "制度", "施行", date(2012, 11, 5), topics="财务"),
    _document(
        "ZD-006", "培训有制度，执法有机制，过程有监督、过错有追究、奖惩有措施", "原则", "施行", date(2012, 11, 5), topics="管理运行目标",
        parts="培训有制度；执法有机制；过程有监督；过错有追究；奖惩有措施",
    ),
    _document("ZD-007", "城市管理规章制度汇编", "汇编", "施行", date(2013, 3, 11), topics="规章制度"),
    _document("ZD-008", "城市管理行政执法实用法律法规汇编", "汇编", "施行", date(2013, 3, 11), topics="法律、法规、规章"),
    _document(
        "ZD-009", "以事实为依据，以法律为准绳和教育与处罚相结合的原则", "原则", "施行", date(2013, 3, 11), topics="执法原则",
        parts="以事实为依据；以法律为准绳；教育与处罚相结合",
    ),
    _document(
        "ZD-010", "疏堵结合、教育与处罚相结合、宣传与整治相结合", "原则", "施行", date(2014, 1, 20), topics="工作方式",
        parts="疏堵结合；教育与处罚相结合；宣传与整治相结合",
    ),
    _document(
        "ZD-011", "中共中央关于全面推进依法治国若干重大问题的决定", "中央政策", "施行", date(2014, 11, 10), issuer="中国共产党第十八届中央委员会第四次全体会议",
        org=None, issued=date(2014, 10, 23), topics="十八届四中全会、城市管理体制",
        parts="理顺城管体制；加强城市管理综合执法机构建设；提高执法和服务水平",
    ),
    _document(
        "ZD-012", "第三批国家智慧城市试点（昌吉市）", "试点", "建设中", date(2015, 5, 4), issuer="住房和城乡建设部、科学技术部", org=None,
        issued=date(2015, 4, 1), topics="智慧城市",
    ),
    _document(
        "ZD-013", "关于开展联合执法建立协调联动机制实施方案（试行）", "方案", "试行", date(2015, 6, 15), topics="联合执法、协调联动",
    ),
    _document(
        "ZD-014", "政治强、纪律严、业务精、作风正", "原则", "施行", date(2015, 6, 15), topics="准军事化管理",
        parts="政治强；纪律严；业务精；作风正",
    ),
    _document(
        "ZD-015", "科学的城市管理体系和工作运行机制", "原则", "施行", date(2015, 9, 7), topics="职责分工",
        parts="属地管理为主体；行业权属为主责；综合协调部门指导；执法部门积极配合；城管部门综合监管",
    ),
    _document(
        "ZD-016", "中共中央 国务院关于深入推进城市执法体制改革改进城市管理工作的指导意见", "中央政策", "施行", date(2016, 1, 11),
        issuer="中共中央、国务院", org=None, issued=date(2015, 12, 24), topics="城市执法体制改革",
    ),
    _document(
        "ZD-017", "谁审批、谁监管，谁主管、谁监管", "原则", "施行", date(2016, 3, 14), topics="权力清单、责任清单", parts="谁审批、谁监管；谁主管、谁监管",
    ),
    _document(
        "ZD-018", "三报三审、审评结合", "原则", "施行", date(2016, 3, 14), topics="权力清单、责任清单", parts="三报；三审；审评结合",
    ),
    _document("ZD-019", "信息交流制度", "制度", "拟订", date(2017, 9, 18), topics="信息交流、数据共享"),
    _document("ZD-020", "城管执法与相关部门常态化联系机制", "制度", "拟订", date(2017, 9, 18), topics="部门协作"),
    _document(
        "ZD-021", "重心下移、属地管理、条块结合、以块为主、权责一致、讲求实效", "原则", "施行", date(2017, 9, 18), topics="工作原则",
        parts="重心下移；属地管理；条块结合；以块为主；权责一致；讲求实效",
    ),
    _document(
        "ZD-022", "打造“六位一体”新格局 积极推动综合执法工作再上新台阶", "工作汇报", "已公开", date(2017, 9, 25), issuer=PORTAL,
        issued=date(2017, 9, 25), published=datetime(2017, 9, 25, 14, 4, 19), index_no="CJS016/2021-000146",
        topics="格局、积极推动、综合执法、执法工作、再上新台阶",
        parts="一个部门管城市；一支队伍抓执法；一支力量强基层；一套清单管权责；一个平台管秩序；一套机制见长效",
    ),
)  # fmt: skip


def _system(
    number: int,
    name: str,
    kind: str,
    live: date | None,
    *,
    tier: str | None = None,
    owner: str = BUREAU,
    programme: Cell = None,
    registered: date = date(2014, 12, 1),
) -> Row:
    return {
        "system_id": f"XT-{number:02d}",
        "name": name,
        "kind": kind,
        "tier": tier,
        "owner_org": owner,
        "live_on": live,
        "registered_on": registered,
        "program_id": programme,
        "status": "在用",
    }


#: The month of the platform is from the report, its day is not; the other days are illustrative.
SYSTEMS: tuple[Row, ...] = (
    _system(
        1, "数字化城管系统", "管理平台", date(2013, 11, 1), tier="市级", owner="ZHZX", programme="数字化城管系统",
        registered=date(2013, 11, 4),
    ),
    _system(
        2, "城管通", "移动终端", date(2013, 11, 1), owner="ZHZX", programme="数字化城管系统", registered=date(2013, 11, 4),
    ),
    _system(3, "12319城建热线", "热线", date(2011, 1, 1), owner="ZHZX", registered=date(2013, 11, 4)),
    _system(
        4, "数字化城管二级平台", "管理平台", date(2014, 4, 1), tier="二级", programme="数字化城管二级平台",
        registered=date(2014, 4, 8),
    ),
    _system(5, "数字集群无线通信系统", "无线通信", date(2014, 9, 1), programme="数字集群无线通信系统"),
    _system(6, "微信", "即时通信", date(2014, 10, 1)),
    _system(7, "公安监控", "视频监控", date(2014, 10, 1), owner="GAJ"),
    _system(8, "网上信息采集和资源共享网络", "共享网络", date(2014, 12, 1)),
)  # fmt: skip
