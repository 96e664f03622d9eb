"""Data quality: whether the data can be trusted today, feed by feed; what was refused and why; with what checks this release was published.

Rows and batches are counted here, never cases or persons, so listings hide no small number.
"""

from collections.abc import Iterator
from typing import Any

from pipelines.publish.site.brush import by_kind, over_months
from pipelines.publish.site.page import Chart, Dataset, Fragment, Listing, Measure, Page, Section
from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.units import number
from pipelines.publish.site.words import Text, t

#: {rule of the contract: what it means}, as short as a column's cell.
RULES = {
    "missing_value": t("必填字段为空", "a required field is empty"), "bad_number": t("不是可用的数字", "no usable number"),
    "bad_date": t("日期不存在", "a date that does not exist"), "time_missing": t("缺时刻", "the time of day is missing"),
    "unknown_code": t("不在代码表中", "not in the list of codes"), "out_of_order": t("早于之前的环节", "earlier than a step before it"),
    "in_the_future": t("晚于截止日", "later than the day of the data"), "status_mismatch": t("状态与时间不符", "status and times do not fit"),
    "out_of_range": t("超出合理范围", "out of range"), "unit_mismatch": t("单位与类型不符", "not the unit of its kind"),
    "unreadable_row": t("列数与表头不符", "not cut as the header is"),
}  # fmt: skip
FRESHNESS = {
    "fresh": t("及时", "in time"), "late": t("迟到", "late"), "missing": t("严重迟到", "far too late"), "never": t("从未有记录", "nothing yet"), None: t("无固定节奏", "no rhythm"),
}  # fmt: skip
STATES = {"good": t("正常", "fine"), "look": t("请看", "please look"), "none": t("无从判断", "cannot be told")}
SEVERITIES = {"block": t("整批拦下", "held back"), "warn": t("提示", "warning")}
#: Above this share of refused rows the whole is worth a look; single feeds have bounds of their own.
MUCH = 0.01

ROWS = Dataset(
    "rows",
    "meta.batches",
    """select date_trunc('month', coalesce(last_record_on, loaded_for_on))::date as month, feed, sum(rows_read)::bigint as rows_read,
       sum(rows_quarantined)::bigint as rows_quarantined from meta.batches group by all order by all""",
    [
        Measure("quarantined", "rows_quarantined", metric="rows_quarantined", base="rows_read"),
        Measure("share", "rows_quarantined", "rows_read", metric="quarantine_share", better="lower"),
        Measure("read", "rows_read", metric="rows_read"),
    ],
)

REFUSED = Dataset(
    "refused",
    "meta.batches",
    """select feed, sum(rows_read)::bigint as rows_read, sum(rows_quarantined)::bigint as rows_quarantined from meta.batches
       group by feed having sum(rows_quarantined) > 0 order by feed""",
    ROWS.measures,
)


def page(release: Release) -> Page:
    feeds = release.rows(
        "select quality.*, title_zh, title_en from meta.quality as quality left join meta.feeds using (feed)"
    )
    checks = release.about.get("checks") or {}
    return Page(
        slug="quality", order=70, title=t("数据质量", "Data quality"),
        lead=t("今天的数据能不能信：来没来、齐不齐、对不对", "Whether the data can be trusted today: did they come, are they complete, are they right"),
        datasets=[ROWS, REFUSED], period="all",
        sections=[
            Section(
                t("能不能信", "Can they be trusted"), [Fragment("signals.html.j2", {"signals": list(_signals(release, feeds, checks)), "words": STATES})],
                lead=t("本页数的是数据行和批次，不是案件和人", "This page counts rows and batches, neither cases nor persons"),
            ),
            Section(t("各数据源", "Feed by feed"), [_feeds(feeds, checks)]),
            Section(
                t("隔离的行", "Refused rows"),
                [
                    Chart("share", t("隔离率", "Share refused"), t("按批次中最新记录的月份", "By the month of a batch's newest record"), "rows", ["month"], ["share", "quarantined", "read"], over_months("share", zero=True)),
                    Chart("by_feed", t("各数据源隔离行数", "Rows refused, by feed"), t("只列有隔离行的", "Only those that have any"), "refused", ["feed"], ["quarantined", "share", "read"], by_kind("quarantined", "feed")),
                    *_reasons(release),
                ],
                lead=t("违反数据契约的行不入库，留在隔离区，写明来源、行号和原因，等人改正", "Rows that break their contract are not loaded: they wait in quarantine, with source, row and reason, until somebody mends them"),
            ),
            Section(t("整批检验", "Batches as wholes"), [_findings(release)], lead=_judged(release)),
            Section(t("本发布版", "This release"), [_published(release, checks)]),
        ],
    )  # fmt: skip


def _signals(release: Release, feeds: list[Row], checks: dict[str, Any]) -> Iterator[dict[str, Any]]:
    def signal(title: Text, state: str, said: Text) -> dict[str, Any]:
        return {"title": title, "state": state, "said": said}

    paced = [row for row in feeds if row["freshness"]]
    late = [row for row in paced if row["freshness"] != "fresh"]
    yield signal(
        t("按时到达", "Came in time"), "none" if not paced else "look" if late else "good",
        t("迟到：" + "、".join(row["title_zh"] for row in late), "late: " + ", ".join(row["title_en"] for row in late)) if late
        else t(f"{len(paced)} 个有节奏的数据源都已到达", f"all of the {len(paced)} feeds with a rhythm"),
    )  # fmt: skip
    held, warned = (sum(row[f"batches_{what}"] or 0 for row in feeds) for what in ("blocked", "warned"))
    yield signal(
        t("整批检验", "Batches judged as wholes"), "look" if held or warned else "good",
        t(f"当夜拦下 {held} 批，提示 {warned} 批", f"held back that night: {held}, with a warning: {warned}"),
    )  # fmt: skip
    ledger = release.one(
        """select sum(rows_read)::bigint as came, sum(rows_quarantined)::bigint as refused,
           coalesce(sum(rows_read - rows_loaded - rows_quarantined - coalesce(rows_dismissed, 0)), 0)::bigint as lost from meta.batches"""
    )
    came, refused, lost = ledger.get("came"), ledger.get("refused") or 0, ledger.get("lost") or 0
    yield signal(
        t("一行不丢", "Nothing is lost"), "none" if not came else "look" if lost else "good",
        t(f"读入 {number(came)} 行 = 入库 + 隔离 + 搁置" + (f"，差 {lost} 行" if lost else ""), f"{number(came)} rows read = loaded + refused + set aside" + (f", {lost} short" if lost else "")),
    )  # fmt: skip
    share = refused / came if came else None
    yield signal(
        t("隔离的行", "Refused rows"), "none" if share is None else "look" if share > MUCH else "good",
        t(f"{number(refused)} 行，占 {_percent(share)}", f"{number(refused)} rows, {_percent(share)}"),
    )  # fmt: skip
    failed, flagged = checks.get("failed"), len(checks.get("warned") or [])
    yield signal(
        t("发布前的检查", "Checks before publishing"), "none" if failed is None else "look" if failed or flagged else "good",
        t(f"通过 {checks.get('passed', 0)} 项，未通过 {failed or 0} 项，提醒 {flagged} 项", f"passed {checks.get('passed', 0)}, failed {failed or 0}, warned {flagged}"),
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def _feeds(feeds: list[Row], checks: dict[str, Any]) -> Listing:
    order = ["missing", "late", "never", "fresh", None]
    rows = [
        {
            **row, "name": Text(row["title_zh"] or row["feed"], row["title_en"] or ""), "state": FRESHNESS.get(row["freshness"], t(row["freshness"] or "")),
            "newest": str(row["newest_record_on"] or ""), "expected": str(row["expected_on"] or ""),
            "share": row["all_rows_quarantined"] / row["all_rows_read"] if row["all_rows_read"] else None,
            "checked": (checks.get("feeds") or {}).get(row["feed"], {}).get("passed"),
        }
        for row in sorted(feeds, key=lambda row: (order.index(row["freshness"]), -(row["all_rows_quarantined"] or 0), row["feed"]))
    ]  # fmt: skip
    return Listing(
        "feeds", t("时效、行数、检验", "Freshness, rows, checks"),
        [
            ("name", t("数据源", "Feed"), None), ("state", t("时效", "Freshness"), None), ("newest", t("最新记录", "Newest record"), None), ("expected", t("下次应在此前", "Next one before"), None),
            ("days_late", t("已迟天数", "Days late"), "天"), ("all_rows_read", t("读入行", "Rows read"), "行"), ("all_rows_quarantined", t("隔离行", "Refused"), "行"), ("share", t("隔离率", "Share"), "%"),
            ("batches_warned", t("提示批", "Warned"), "批"), ("batches_blocked", t("拦下批", "Held back"), "批"), ("checked", t("通过的检查", "Checks passed"), "1"),
        ],
        rows, relation="meta.quality",
    )  # fmt: skip


def _reasons(release: Release) -> Iterator[Listing]:
    sums = "sum(rows)::bigint as rows, sum(open)::bigint as open, sum(replaced)::bigint as replaced, sum(dismissed)::bigint as dismissed"
    figures = [
        ("rows", t("行数", "Rows"), "行"), ("open", t("待处理", "Open"), "行"), ("replaced", t("已改正", "Mended"), "行"), ("dismissed", t("已搁置", "Set aside"), "行"),
    ]  # fmt: skip
    by_rule = release.rows(
        f"select rule, {sums}, count(distinct feed) as feeds from marts.quality_issues group by rule order by rows desc, rule"
    )
    yield Listing(
        "rules", t("因何隔离", "Why rows were refused"), [("why", t("原因", "Reason"), None), *figures, ("feeds", t("涉及数据源", "Feeds"), "1")],
        [{**row, "why": RULES.get(row["rule"], t(row["rule"]))} for row in by_rule], relation="marts.quality_issues",
        lead=t("一行有两条原因的各计一次", "A row with two reasons counts once for each"),
    )  # fmt: skip
    detailed = release.rows(
        f"""select feed, title_zh, title_en, rule, field, {sums} from marts.quality_issues left join meta.feeds using (feed)
            group by all order by open desc, rows desc, feed, rule, field limit 30"""
    )
    yield Listing(
        "issues", t("待处理最多的三十处", "The thirty places with most to mend"),
        [("name", t("数据源", "Feed"), None), ("field", t("字段", "Field"), None), ("why", t("原因", "Reason"), None), *figures],
        [{**row, "name": Text(row["title_zh"] or row["feed"], row["title_en"] or ""), "why": RULES.get(row["rule"], t(row["rule"]))} for row in detailed],
        relation="marts.quality_issues", lead=t("逐行查看与改正：chengguan quarantine list", "Row by row, and how to mend them: chengguan quarantine list"),
    )  # fmt: skip


def _judged(release: Release) -> Text | None:
    told = release.one(
        """select count(*) as judged, count(*) filter (not has_passed and severity = 'warn') as warned,
           count(*) filter (not has_passed and severity = 'block') as blocked from core.fct_batch_verdict"""
    )
    if not told.get("judged"):
        return None
    return t(
        f"每批数据与该数据源自己的历史相比。至今检验 {number(told['judged'])} 项，提示 {told['warned']} 项，拦下 {told['blocked']} 项",
        f"Each batch is held against its feed's own history. Judged so far: {number(told['judged'])}, warnings {told['warned']}, held back {told['blocked']}",
    )


def _findings(release: Release) -> Listing:
    rows = release.rows(
        """select judged_for_on as day, verdict.feed, title_zh, title_en, severity, message_zh, message_en from core.fct_batch_verdict as verdict
           left join meta.feeds using (feed) where not has_passed order by day desc, severity, verdict.feed, measure limit 50"""
    )
    for row in rows:
        row.update(
            day=str(row["day"]), name=Text(row["title_zh"] or row["feed"], row["title_en"] or ""), what=SEVERITIES.get(row["severity"], t(row["severity"])),
            said=Text(row["message_zh"] or "", row["message_en"] or ""),
        )  # fmt: skip
    return Listing(
        "findings", t("最近的发现", "Latest findings"),
        [("day", t("日期", "Day"), None), ("name", t("数据源", "Feed"), None), ("what", t("结果", "Outcome"), None), ("said", t("发现", "Finding"), None)],
        rows, relation="core.fct_batch_verdict",
    )  # fmt: skip


def _published(release: Release, checks: dict[str, Any]) -> Listing:
    about = release.about
    libraries = ", ".join(f"{name} {version}" for name, version in (about.get("libraries") or {}).items())
    told = [
        (t("发布版", "Release"), release.id), (t("截至", "As of"), str(release.as_of)), (t("发布时刻（UTC）", "Published, UTC"), about.get("created_at_utc")),
        (t("内容摘要", "Digest of the content"), about.get("content_digest")), (t("程序版本", "Version of the code"), about.get("code_version")),
        (t("所用软件", "Made with"), libraries), (t("运行编号", "Run"), checks.get("run_id")), (t("提醒的检查", "Checks that warned"), ", ".join(checks.get("warned") or [])),
    ]  # fmt: skip
    return Listing(
        "published", t("凭什么发布的", "With what it was published"), [("what", t("项目", "Item"), None), ("value", t("内容", "What it is"), None)],
        [{"what": what, "value": value} for what, value in told if value], relation="meta.release",
    )  # fmt: skip
