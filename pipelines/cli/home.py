"""Commands for a data home as a whole: `rebuild`, `backup`, `restore`, `retention`."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.console import MARKS, err, out, print_json, table
from pipelines.cli.nightly import AsJson, Day
from pipelines.settings import Settings

#: Where a rebuild took the ledger from, as people are told.
_TOLD = {
    "build": ("旧建库文件", "the old build file"), "books": ("落地目录旁的账册副本", "the books beside landing"),
    "release": ("发布版", "a release"),
}  # fmt: skip


def rebuild(
    release: Annotated[
        str | None,
        typer.Option("--release", help="账册和冻结考评取自该发布版 / take ledger and frozen evaluations from it"),
    ] = None,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="丢失的批次不再要 / go on without batches that are lost")
    ] = False,
    models: Annotated[
        bool,
        typer.Option(
            "--models/--no-models", help="同时重建模型；否则留给下一夜 / models too, or left to the next night"
        ),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """由落地副本重建建库文件；完成后才换上，随时可中断重来 / make the build file anew from landing; killed, begin again."""
    from pipelines.city import load_city
    from pipelines.orchestration.rebuild import rebuild as make_anew

    settings = Settings()

    def tell(zh: str, en: str) -> None:
        if not as_json:
            err().print(f"… {zh} / {en}")

    done = make_anew(settings, load_city(settings), tell, release=release, accept_loss=accept_loss, with_models=models)
    batches = done.batches
    if as_json:
        said: dict[str, Any] = {
            "seconds": done.seconds, "as_of": done.day, "told_by": batches.told.kind, "from": batches.told.name,
            "taken": sorted(batches.told.tables), "lost": batches.told.lost, "batches": batches.loaded, "carried": batches.carried,
            "rows": batches.rows, "left_out": batches.left_out, "judged_otherwise": batches.judged_otherwise,
            "unknown": batches.unknown, "has_models": done.has_models, "models_failed": done.models_failed,
            "damaged": str(done.damaged or ""),
        }  # fmt: skip
        print_json(said)
        return
    zh, en = _TOLD[batches.told.kind]
    frozen = any("frozen" in name for name in batches.told.tables)
    out().print(
        f"{MARKS['ok']} 已重建：{batches.loaded} 批、{batches.rows:,} 行，用时 {done.seconds} 秒 / rebuilt: {batches.loaded} batches, {batches.rows:,} rows"
    )
    out().print(
        f"  账册{'和冻结考评' if frozen else ''}取自{zh} / ledger{' and frozen evaluations' if frozen else ''} taken from {en}: {batches.told.name}"
    )
    if batches.told.lost:
        out().print(f"{MARKS['warn']} 无处可取、已丢失 / found nowhere, lost: {', '.join(batches.told.lost)}")
    if batches.carried:
        out().print(
            f"  {batches.carried} 批的落地副本已按规定删除，由旧库带过来 / carried over from the old file, their landing copies being removed"
        )
    for zh, en, names in (
        ("未能带过来的批次", "batches left out", [*batches.left_out, *batches.unknown]),
        ("按现行配置判定不同的批次", "batches that today's profile judges otherwise", batches.judged_otherwise),
    ):
        if names:
            out().print(f"{MARKS['warn']} {zh} / {en}: {len(names)}")
            for name in names[:20]:
                out().print(f"    {name}")
    if done.damaged:
        out().print(f"  损坏的旧库留在 / the damaged file is kept as {done.damaged}")
    if done.models_failed:
        out().print(
            f"{MARKS['warn']} 模型未建成，下一夜会重建并说明原因 / models failed; the next night builds them and says why\n{done.models_failed}"
        )
    out().print("现在运行 / now run: chengguan nightly")


def backup(
    to: Annotated[Path, typer.Argument(help="备份放在哪个目录 / the folder that backups go to")],
    verify: Annotated[
        bool, typer.Option("--verify", help="只核对该份备份 / only check the backup that is named")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """备份数据目录并写下每个文件的散列；密钥不在其中，须另行保管 / copy the home with a hash of each file; the key is not in it."""
    from pipelines.city import load_city
    from pipelines.orchestration.home import night_lock
    from pipelines.upkeep import backup as copies

    if verify:
        about = copies.verify(to.absolute())
        out().print(
            f"{MARKS['ok']} 备份完好 / the backup is well: {len(about['files'])} 个文件 files, {about['made_at_utc']}"
        )
        return
    settings = Settings()
    with night_lock(settings):
        done = copies.backup(settings, load_city(settings), to)
    if as_json:
        print_json(vars(done))
        return
    out().print(
        f"{MARKS['ok']} 已备份 / backed up: {done.folder}\n  {done.files} 个文件 files, {done.size / 1e6:,.1f} MB；"
        f"其中 {done.linked} 个与上一份相同（硬链接） / of them {done.linked} as in the last one (hard links)"
    )
    out().print(
        f"{MARKS['warn']} 密钥不在备份中，请另行保管 / the key is not in it; keep it apart: {settings.vault / 'hash.key'} 或 or CHENGGUAN_HASH_KEY"
    )


def restore(
    folder: Annotated[Path, typer.Argument(help="哪一份备份 / the backup")],
) -> None:
    """把备份恢复到空的数据目录（CHENGGUAN_HOME） / put a backup into an empty home (CHENGGUAN_HOME)."""
    from pipelines.upkeep.backup import restore as put_back

    settings = Settings()
    about = put_back(settings, folder.absolute())
    out().print(
        f"{MARKS['ok']} 已恢复 / restored: {about['batches']} 批 batches, {about['made_at_utc']} → {settings.home.absolute()}\n"
        f"  城市配置的副本在 / a copy of the profile lies in {settings.home.absolute() / 'city'}\n现在运行 / now run: chengguan nightly"
    )


def retention(
    date: Day = None,
    apply: Annotated[bool, typer.Option("--apply", help="立即删除；否则只列出 / remove now; else only list")] = False,
    as_json: AsJson = False,
) -> None:
    """按城市规则到期的落地副本和保险库文件；每夜自动删除 / files past the city's retention; every night removes them."""
    from pipelines.city import load_city
    from pipelines.landing.store import read_connection, write_connection
    from pipelines.orchestration.clock import check_clock
    from pipelines.orchestration.days import chosen_day
    from pipelines.upkeep import retention as rules

    settings = Settings()
    city = load_city(settings)
    day = chosen_day(city, date.date() if date else None)
    if apply:
        check_clock(settings, day, by_clock=date is None and city.facts.default_as_of is None)
        with write_connection(settings, city.facts.time_zone) as connection:
            found = rules.apply(settings, city, connection, day)
    else:
        with read_connection(settings, city.facts.time_zone) as connection:
            found = rules.due(settings, city, connection, day)
    if as_json:
        print_json(
            {
                "as_of": day,
                "removed": apply,
                "files": [vars(one) for one in found],
                "below_the_law": rules.too_short(city),
            }
        )
        return
    if found:
        rows = [(one.feed, one.what, one.source, one.loaded_for_on, one.rule, one.size) for one in found]
        out().print(
            table("数据源 feed", "种类 what", "来源 source", "入库 night", "规则 rule", "字节 bytes", rows=rows)
        )
    size = sum(one.size for one in found)
    done = ("已删除", "removed") if apply else ("到期", "due")
    out().print(
        f"{MARKS['ok']} {done[0]} / {done[1]}: {len(found)} 个文件 files, {size:,} 字节 bytes（截至 as of {day}）"
    )
    for feed in rules.too_short(city):
        out().print(
            f"{MARKS['warn']} {feed}: landing_days 短于文书档案最短保管期限 10 年（国家档案局令第8号），请确认原件另行归档 / "
            "shorter than the records law's ten years; see that the originals are in the archive"
        )
