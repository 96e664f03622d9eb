"""Evaluation: scores and grades by period, what they are made of, what was frozen, what was restated, and what was appealed against."""

from collections.abc import Iterator
from typing import Any

from pipelines.publish.site.brush import shaded
from pipelines.publish.site.page import SMALL_CELL, Chart, Dataset, Fragment, Listing, Measure, Page, Section
from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.words import Text, t

#: Kinds of objects, in the order in which they stand. Posts are roles on the platform, never persons.
KINDS = {
    "street": t("街道（乡镇）", "Streets and towns"), "department": t("处置部门", "Departments"), "post": t("岗位", "Posts"), "city": t("全市", "Whole city"),
}  # fmt: skip
POSTS = {
    "collector": t("监督员", "Collectors"), "acceptor": t("受理员", "Acceptors"), "duty_chief": t("值班长", "Duty chiefs"), "dispatcher": t("派遣员", "Dispatchers"),
}  # fmt: skip
#: How many of the newest periods of each kind can be chosen.
SHOWN = {"year": 5, "quarter": 4, "month": 6}
CAUSES = {
    "appeal": t("申诉成立，剔除案件", "appeals upheld, cases left out"), "late": t("封账后到达的案件", "cases that came later"), "correction": t("更正", "corrections"),
}  # fmt: skip
_NAMES = """select 'street' as object_type, street_code as object_id, name_zh, name_en from core.dim_street
    union all select 'department', unit_code, name_zh, name_en from core.dim_department
    union all select 'city', city_id, name_zh, name_en from core.dim_city"""
_SCORES = f"""
with chosen as (
    select period_kind, period_id from core.dim_period where period_id in (select period_id from marts.evaluation)
    qualify row_number() over (partition by period_kind order by starts_on desc) <= case period_kind when 'year' then ? when 'quarter' then ? else ? end
)
select period_id, period_kind, starts_on, object_type, object_id, name_zh, name_en, indicator, numerator, denominator, round(score, 1) as score, grade,
    is_frozen, strftime(frozen_on, '%Y-%m-%d') as frozen_on
from marts.evaluation semi join chosen using (period_id) left join ({_NAMES}) using (object_type, object_id)
where object_type in ('street', 'department', 'post', 'city') and (
    indicator in ('composite', 'filed')
    or (object_type, indicator) in (select object_type, indicator from core.dim_evaluation_weight))
"""
#: A street's monthly score is weighed by its cases, so that several months together are no average of averages.
SCORES = Dataset(
    "scores",
    "marts.evaluation",
    f"""select score.starts_on as month, score.object_id as street_code, filed.numerator::bigint as cases, score.score * filed.numerator as weighed
    from marts.evaluation as score join marts.evaluation as filed using (period_id, object_type, object_id)
    where score.indicator = 'composite' and filed.indicator = 'filed' and score.object_type = 'street' and score.period_kind = 'month'
        and score.score is not null and filed.numerator >= {SMALL_CELL} order by all""",
    [Measure("score", "weighed", "cases", title=t("综合得分", "Composite score"), unit="分", minimum=0)],
)


def page(release: Release) -> Page:
    words = {
        row["indicator"]: row["name_zh"] for row in release.rows("select indicator, name_zh from core.dim_indicator")
    }
    english = {row["metric"]: row["name_en"] for row in release.rows("select metric, name_en from meta.metrics")}
    names = {name: Text(zh, english.get(f"platform_{name}") or _readable(name)) for name, zh in words.items()}
    rows = release.rows(_SCORES, *SHOWN.values())
    periods = sorted(
        {(row["period_kind"], row["starts_on"], row["period_id"]) for row in rows},
        key=lambda one: (list(SHOWN).index(one[0]), -one[1].toordinal()),
    )
    listings = [_scores(rows, names, release, period, kind) for _, _, period in periods for kind in KINDS]
    groups = [
        {"title": t("期间", "Period"), "options": [(_slug(period), t(period)) for _, _, period in periods]},
        {"title": t("对象", "Of"), "options": list(KINDS.items())},
    ]
    return Page(
        slug="evaluation", order=50, title=t("考核评价", "Evaluation"), short=t("考核", "Evaluation"),
        lead=t("各街道、部门、岗位得了多少分、评几级，分数由什么组成，封账后改过什么", "Scores and grades of streets, departments and posts, what they are made of, and what changed after a period was closed"),
        datasets=[SCORES], period="all", scripts=["chooser.js"] if periods else [],
        sections=[
            Section(
                t("得分与等级", "Scores and grades"),
                [Fragment("chooser.html.j2", {"name": "eval", "groups": groups}), *listings] if periods else [],
                lead=t("等级只在件数达到最少件数时评定。已封账的期间是封账时的数，之后的变动见“封账后的变动”", "Grades are given from the minimum volume on. A closed period stands as it was frozen; what changed since is told below"),
            ),
            Section(t("等级与权重的定义", "How grades and weights are defined"), list(_definitions(release, names))),
            Section(
                t("逐月得分", "Scores month by month"),
                [Chart("months", t("各街道逐月综合得分", "Composite scores of streets by month"), t("颜色越深，得分越高；合计按件数加权", "The darker, the higher; totals are weighed by cases"), "scores", ["month", "street_code"], ["score"], shaded("score", "month", "street_code"), wide=True)],
            ),
            Section(t("封账后的变动", "What changed after closing"), [_restated(release), _appeals(release)]),
        ],
    )  # fmt: skip


def _scores(rows: list[Row], names: dict[str, Text], release: Release, period: str, kind: str) -> Listing:
    own = [row for row in rows if row["period_id"] == period and row["object_type"] == kind]
    weighed = [name for name in _weighed(release, kind) if name != "filed"] if kind != "post" else []
    found: dict[str, dict[str, Any]] = {}
    for row in own:
        one = found.setdefault(row["object_id"], {"name": _named(row), "grade": None, "filed": None, "score": None})
        if row["indicator"] == "composite":
            one.update(score=row["score"], grade=row["grade"], frozen=_frozen(row))
        elif row["indicator"] == "filed":
            one["filed"] = int(row["numerator"] or 0)
        elif row["denominator"] and row["numerator"] is not None:
            one[row["indicator"]] = row["numerator"] / row["denominator"]
    # A score only stands beside what it is of: objects without one are not evaluated in this period.
    scored = [one for one in found.values() if one["score"] is not None]
    scored.sort(key=lambda one: (-one["score"], one["name"].zh))
    for one in scored:
        one["grade"] = one["grade"] or t("件数少，不评级", "too few to grade")
        one.update({name: one.get(name) for name in weighed})
    volume = [("filed", t("立案数", "Cases filed"), "件")] if kind != "post" else []
    return Listing(
        f"eval-{_slug(period)}-{kind}", Text(f"{KINDS[kind].zh}，{period}", f"{KINDS[kind].en}, {period}"),
        [
            ("name", KINDS[kind], None), ("grade", t("等级", "Grade"), None), ("score", t("综合得分", "Score"), "分"), *volume,
            *((name, names[name], "%") for name in weighed), ("frozen", t("封账", "Closed"), None),
        ],
        scored, relation="marts.evaluation", base="filed" if volume else None, hidden=("grade", "score", *weighed),
    )  # fmt: skip


def _definitions(release: Release, names: dict[str, Text]) -> Iterator[Listing]:
    bands = release.rows(
        """select grade, low::double as low, high::double as high, source from core.dim_evaluation_band
           where scale = 'grade' and valid_to is null order by low desc"""
    )
    for band in bands:
        low, high = f"{band['low']:g}", "" if band["high"] is None else f"{band['high']:g}"
        band["from"] = t(
            f"{low} 分及以上" + (f"，不到 {high} 分" if high else ""),
            f"from {low}" + (f" to below {high}" if high else ""),
        )
    yield Listing(
        "grades", t("等级 A–E", "Grades A to E"), [("grade", t("等级", "Grade"), None), ("from", t("得分", "Score"), None), ("source", t("出处", "Source"), None)],
        bands, relation="core.dim_evaluation_band",
    )  # fmt: skip
    weights = release.rows(
        """select object_type, object_id, indicator, weight, source from core.dim_evaluation_weight where valid_to is null and object_type <> 'grid'
           order by object_type, object_id, weight desc, indicator"""
    )
    for row in weights:
        row["of"] = POSTS.get(row["object_id"]) or KINDS.get(row["object_type"]) or t(row["object_type"])
        row["what"] = names.get(row["indicator"], t(row["indicator"]))
        row["share"] = row["weight"] / 100
    yield Listing(
        "weights", t("综合得分的权重", "Weights of the composite score"),
        [("of", t("对象", "Of"), None), ("what", t("指标", "Indicator"), None), ("share", t("权重", "Weight"), "%"), ("source", t("出处", "Source"), None)],
        weights, relation="core.dim_evaluation_weight", lead=t("指标得分为其百分率（反向指标为 100 减去它），按权重合成", "An indicator's score is its percentage, or 100 less it where less is better; they are put together by weight"),
    )  # fmt: skip


def _restated(release: Release) -> Listing:
    rows = release.rows(
        f"""select period_id, object_type, object_id, name_zh, name_en, indicator, round(old_score, 1) as old_score, round(new_score, 1) as new_score, cause,
               cases_appealed + cases_late + cases_corrected as cases
           from marts.evaluation_restatement left join ({_NAMES}) using (object_type, object_id)
           where indicator = 'composite' and object_type in ('street', 'department', 'city', 'post') and round(old_score, 1) <> round(new_score, 1)
           order by period_id desc, object_type, object_id"""
    )
    for row in rows:
        row.update(name=_named(row), why=CAUSES.get(row["cause"], t(row["cause"] or "")))
    return Listing(
        "restated", t("综合得分的变动", "Composite scores that changed"),
        [
            ("period_id", t("期间", "Period"), None), ("name", t("对象", "Of"), None), ("old_score", t("封账时", "As frozen"), "分"), ("new_score", t("现在", "Now"), "分"), ("why", t("原因", "Cause"), None),
        ],
        rows, relation="marts.evaluation_restatement", lead=t("封账的数不改，变动另列", "What was frozen is not changed; the change stands beside it"),
    )  # fmt: skip


def _appeals(release: Release) -> Listing:
    rows = release.rows(
        """select strftime(submitted_on, '%Y') as year, sum(submitted)::bigint as submitted, sum(decided)::bigint as decided,
           sum(upheld)::bigint as upheld from core.fct_evaluation_appeal group by 1 order by 1 desc"""
    )
    return Listing(
        "appeals", t("申诉", "Appeals"),
        [("year", t("年", "Year"), None), ("submitted", t("提出", "Submitted"), "件"), ("decided", t("已裁定", "Decided"), "件"), ("upheld", t("成立", "Upheld"), "件")],
        rows, relation="core.fct_evaluation_appeal", base="submitted", hidden=("decided", "upheld"),
    )  # fmt: skip


def _weighed(release: Release, kind: str) -> list[str]:
    asked = "select indicator from core.dim_evaluation_weight where object_type = ? and valid_to is null order by weight desc, indicator"
    return list(dict.fromkeys(row["indicator"] for row in release.rows(asked, kind)))


def _named(row: Row) -> Text:
    return POSTS.get(row["object_id"]) or Text(row["name_zh"] or row["object_id"], row["name_en"] or "")


def _frozen(row: Row) -> Text:
    return (
        t(f"{row['frozen_on']} 封账", f"closed {row['frozen_on']}") if row["is_frozen"] else t("未封账", "not closed")
    )


def _slug(period: str) -> str:
    return period.replace("-", "_")


def _readable(name: str) -> str:
    return name.replace("_", " ").capitalize()
