"""`chengguan privacy …`: what the person responsible for personal data does."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import os

import typer

from pipelines.cli import erase
from pipelines.cli.console import MARKS, out
from pipelines.settings import Settings

app = typer.Typer(help="个人信息 / personal data.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    pass


app.command("erase")(erase.erase)
app.command("log")(erase.log)


@app.command("rotate-key")
def rotate_key() -> None:
    """更换散列密钥：全部散列按保险库原值重算，旧钥作废；中断后再运行即接着做 / a new hash key; run again, it goes on where it was broken off."""
    from pipelines.landing.rotation import rotate_key as rotate

    settings = Settings()
    done = rotate(settings, os.environ.get("CHENGGUAN_HASH_KEY_NEW") if settings.hash_key else None)
    out().print(
        f"{MARKS['ok']} 已换钥：{done.hashes} 个散列（{done.without_original} 个已无原值），{done.batches} 批 / "
        f"key changed: {done.hashes} hashes ({done.without_original} without an original) in {done.batches} batches"
    )
    if settings.hash_key:
        out().print("现在把 CHENGGUAN_HASH_KEY 换成新密钥 / now make the new key the CHENGGUAN_HASH_KEY")
    out().print("下一夜会重建全部模型 / the next night builds all models anew: chengguan nightly")
