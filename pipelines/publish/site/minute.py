"""The one minute of the overview: five questions, each answered in a sentence, with what the answer rests on.

Belongs here: the rules by which a sentence is chosen. They are few and said on the page; every figure is a whole city's or a place's, over the
last twelve whole months against the twelve before, or as of the release's day. What has less than its minimum volume takes no part.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.publish.site.desks import HEAVY, desks
from pipelines.publish.site.payload import last_whole_month
from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.units import number
from pipelines.publish.site.words import Text, t

#: From how much on a change is one: points of a rate, per cent of anything else (as in `static/count.js`).
STEADY_POINTS, STEADY_PER_CENT = 0.5, 3.0
_MINIMUM = 30
#: What decides between better and worse: title, relation, numerator, denominator, unit, whether higher is better.
_JUDGED = [
    (t("按期结案率", "closed on time"), "marts.case_closure", "closed_on_time", "on_time_closing_base", "%", True),
    (t("平均处置时长", "mean handling time"), "marts.case_closure", "handling_hours_sum", "handled", "h", False),
    (t("返工率", "rework"), "marts.case_closure", "rework", "rework_base", "%", False),
    (t("热线按期办结率", "hotline closed on time"), "marts.hotline_service", "closed_on_time", "due", "%", True),
    (t("热线满意率", "hotline satisfaction"), "marts.hotline_service", "satisfied", "surveyed", "%", True),
    (t("重复诉求率", "repeated requests"), "marts.hotline_service", "repeated", "received", "%", False),
    (t("程序违反率", "breaches of procedure"), "marts.procedure_compliance", "breaches", "cases_checked", "%", False),
]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """`tone` is good, watch or plain; the words say the same."""

    question: Text
    answer: Text
    because: Text
    leads_to: str
    tone: str = "plain"


@dataclass(frozen=True)
class Change:
    title: Text
    before: float
    now: float
    unit: str
    #: 1 better, -1 worse, 0 steady.
    way: int
    size: float


def answers(release: Release) -> list[Answer]:
    return [_better(release), _where(release), _desk(release), _overdue(release), _trust(release)]


def windows(as_of: dt.date) -> tuple[dt.date, dt.date, dt.date]:
    """First month of the twelve before, first and last month of the last twelve whole ones."""
    last = dt.date.fromisoformat(f"{last_whole_month(as_of)}-01")
    first = (last.replace(year=last.year - 1) + dt.timedelta(days=31)).replace(day=1)
    return first.replace(year=first.year - 1), first, last


def changes(release: Release) -> list[Change]:
    """What can be judged of the whole city, and which way it went."""
    before, first, last = windows(release.as_of)
    found = []
    for title, relation, over, under, unit, higher in _JUDGED:
        row = release.one(
            f"""select sum({over}) filter (month >= $2) as n1, sum({under}) filter (month >= $2) as d1,
                sum({over}) filter (month < $2) as n0, sum({under}) filter (month < $2) as d0 from {relation} where month between $1 and $3""",
            before, first, last,
        )  # fmt: skip
        if not row or min(row["d0"] or 0, row["d1"] or 0) < _MINIMUM:
            continue
        was, now = float(row["n0"]) / float(row["d0"]), float(row["n1"]) / float(row["d1"])
        size = 100 * (now - was) if unit == "%" else 100 * (now - was) / was if was else 0.0
        steady = abs(size) < (STEADY_POINTS if unit == "%" else STEADY_PER_CENT)
        found.append(Change(title, was, now, unit, 0 if steady else (1 if (size > 0) == higher else -1), size))
    return found


def _better(release: Release) -> Answer:
    asked = t("城市在变好还是变差？", "Is the city getting better?")
    found = changes(release)
    up, down = sum(one.way > 0 for one in found), sum(one.way < 0 for one in found)
    if not found:
        return Answer(
            asked,
            t("还不能判断", "Too early to say"),
            t("不足两年的记录，或件数太少", "less than two years of records, or too few"),
            "platform.html",
        )
    if up - down >= 2:
        said, tone = t("总体变好", "Better on the whole"), "good"
    elif down - up >= 2:
        said, tone = t("总体变差", "Worse on the whole"), "watch"
    elif up or down:
        said, tone = t("有升有降", "Better here, worse there"), "plain"
    else:
        said, tone = t("基本持平", "About the same"), "plain"
    return Answer(
        asked, said,
        t(f"{len(found)} 项指标中 {up} 项变好、{down} 项变差、{len(found) - up - down} 项持平", f"of {len(found)} measures {up} better, {down} worse, {len(found) - up - down} steady"),
        "#judged", tone,
    )  # fmt: skip


def _where(release: Release) -> Answer:
    asked = t("哪里需要关注？", "Where should one look?")
    before, first, last = windows(release.as_of)
    rows = release.rows(
        """select name_zh, name_en, sum(on_time_closing_base) filter (month >= $2) as base, sum(closed_on_time) filter (month >= $2) as on_time,
           sum(filed) filter (month >= $2) as filed, sum(filed) filter (month < $2) as filed_before
           from marts.street_performance join core.dim_street using (street_code) where month between $1 and $3 and street_code <> 'unknown' group by all""",
        before, first, last,
    )  # fmt: skip
    enough = [row for row in rows if (row["base"] or 0) >= _MINIMUM]
    if len(enough) < 2:
        return Answer(
            asked,
            t("还不能比较", "Nothing to compare yet"),
            t("案件够多的街道不足两个", "fewer than two streets with enough cases"),
            "platform.html#streets",
        )
    lowest = min(enough, key=lambda row: row["on_time"] / row["base"])
    whole = sum(row["on_time"] for row in enough) / sum(row["base"] for row in enough)
    rate = number(lowest["on_time"] / lowest["base"], "%")
    because_zh, because_en = (
        f"按期结案率 {rate}，全市 {number(whole, '%')}",
        f"{rate} closed on time, {number(whole, '%')} in the whole city",
    )
    grown = [row for row in enough if (row["filed_before"] or 0) >= _MINIMUM]
    if grown:
        most = max(grown, key=lambda row: row["filed"] / row["filed_before"])
        growth = 100 * (most["filed"] / most["filed_before"] - 1)
        if growth >= STEADY_PER_CENT:
            because_zh += f"；立案增加最多：{_name(most).zh}，{growth:.0f}%"
            because_en += f"; cases grew most in {_name(most).of('en')}, by {growth:.0f}%"
    return Answer(
        asked,
        _name(lowest),
        t(because_zh, because_en),
        "#streets",
        "watch" if whole - lowest["on_time"] / lowest["base"] > 0.02 else "plain",
    )


def loads(release: Release) -> list[Row]:
    """The squads whose load can be judged, the heaviest first."""
    return [row for row in desks(release) if row["is_judged"]]


def _desk(release: Release) -> Answer:
    asked = t("谁的担子过重？", "Whose desk is full?")
    found = loads(release)
    if len(found) < 3:
        return Answer(
            asked,
            t("还不能比较", "Nothing to compare yet"),
            t("没有三个以上中队的人数与工作量", "officers and tasks of at least three squads are not known"),
            "squads.html",
        )
    middle = found[0]["per_officer"] / found[0]["load"]
    heavy = [row for row in found if row["load"] >= HEAVY]
    if not heavy:
        return Answer(
            asked,
            t("各中队相近", "The squads are alike"),
            t(
                f"无一超过中位数（每名队员 {middle:.0f} 件）的 {HEAVY} 倍",
                f"none has {HEAVY} times the median of {middle:.0f} for each officer",
            ),
            "#desks",
            "good",
        )
    named = Text("、".join(row["name"].zh for row in heavy[:2]), ", ".join(row["name"].of("en") for row in heavy[:2]))
    top = heavy[0]
    return Answer(
        asked, named,
        t(f"近 12 个整月每名队员 {top['per_officer']:.0f} 件平台任务，为各中队中位数（{middle:.0f} 件）的 {top['load']:.1f} 倍",
          f"{top['per_officer']:.0f} platform tasks for each officer in the last 12 whole months: {top['load']:.1f} times the squads’ median of {middle:.0f}"),
        "#desks", "watch",
    )  # fmt: skip


def overdue(release: Release) -> list[Row]:
    """The platform's open cases that are past their deadline on the as-of day, by the unit that has them."""
    rows = release.rows(
        """with units as (
               select unit_code, sum(overdue_open) as overdue, sum(close_due) as due, max(date_diff('day', due_on, $1)) filter (overdue_open = 1) as oldest_days
               from core.fct_case_standing group by unit_code
           )
           select coalesce(name_zh, unit_code, '未派遣') as name_zh, coalesce(name_en, unit_code, 'not dispatched') as name_en, sum(overdue) as overdue,
           sum(due) as due, max(oldest_days) as oldest_days
           from units left join core.dim_department using (unit_code) group by 1, 2 having sum(overdue) > 0 order by overdue desc, oldest_days desc""",
        release.as_of,
    )
    return [{**row, "unit": _name(row)} for row in rows]


def _overdue(release: Release) -> Answer:
    asked = t("什么已经超期？", "What is overdue?")
    found = overdue(release)
    if not found:
        why = release.why_empty("marts.case_closure")
        if why:
            return Answer(asked, t("没有案卷", "There are no cases"), why, "platform.html")
        return Answer(
            asked,
            t("没有超期未结的案卷", "No open case is overdue"),
            t("截至日期全部在期限内", "all are within their time on the as-of day"),
            "platform.html",
            "good",
        )
    total, oldest, top = sum(row["overdue"] for row in found), max(row["oldest_days"] for row in found), found[0]
    return Answer(
        asked, t(f"{total} 件案卷", f"{total} cases"),
        t(f"其中 {top['overdue']} 件在{top['unit'].zh}；最久的已超期 {oldest} 天", f"{top['overdue']} of them with {top['unit'].of('en')}; the oldest has been so for {oldest} days"),
        "#overdue", "watch",
    )  # fmt: skip


def trust(release: Release) -> Row:
    """What speaks for and against today's data."""
    feeds = release.rows(
        "select feed, freshness, all_rows_read, all_rows_quarantined, batches_blocked from meta.quality"
    )
    read, refused = (sum(row[name] for row in feeds) for name in ("all_rows_read", "all_rows_quarantined"))
    timed = [row for row in feeds if row["freshness"]]
    checks = release.about.get("checks", {})
    figures = release.one(
        "select count(*) filter (holds) as held, count(*) filter (holds is not null) as asked from meta.report_figures"
    )
    return {
        "feeds": len(feeds), "timed": len(timed), "late": sum(row["freshness"] != "fresh" for row in timed), "blocked": sum(row["batches_blocked"] or 0 for row in feeds),
        "read": read, "refused": refused, "share": refused / read if read else None, "passed": checks.get("passed", 0), "failed": checks.get("failed", 0),
        "warned": len(checks.get("warned", [])), "held": figures.get("held", 0), "asked": figures.get("asked", 0),
    }  # fmt: skip


def _trust(release: Release) -> Answer:
    asked = t("今天的数据可信吗？", "Can today’s data be trusted?")
    seen = trust(release)
    doubts: Sequence[Text] = [
        *([t(f"{seen['late']} 个数据源迟到", f"{seen['late']} feeds late")] if seen["late"] else []),
        *([t(f"{seen['blocked']} 批被拦", f"{seen['blocked']} batches held back")] if seen["blocked"] else []),
        *([t(f"{seen['failed']} 项检查未通过", f"{seen['failed']} checks failed")] if seen["failed"] else []),
        *(
            [t(f"隔离率 {number(seen['share'], '%')}", f"{number(seen['share'], '%')} of the rows refused")]
            if (seen["share"] or 0) > 0.02
            else []
        ),
    ]
    facts = t(
        f"{seen['timed'] - seen['late']}/{seen['timed']} 个有节奏的数据源按时，{number(seen['share'], '%')} 的行被隔离，{seen['passed']} 项检查通过",
        f"{seen['timed'] - seen['late']} of {seen['timed']} feeds with a rhythm on time, {number(seen['share'], '%')} of the rows refused, {seen['passed']} checks passed",
    )
    if not doubts:
        return Answer(asked, t("可信", "Yes"), facts, "#trust", "good")
    return Answer(
        asked, t("有保留", "With reservations"),
        t("、".join(one.zh for one in doubts) + "；" + facts.zh, ", ".join(one.en for one in doubts) + "; " + facts.en), "#trust", "watch",
    )  # fmt: skip


def _name(row: Row) -> Text:
    return Text(row["name_zh"] or "–", row["name_en"] or "")
