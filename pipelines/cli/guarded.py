"""What `chengguan doctor` looks at where persons are concerned: that the vault is for its owner only, and that no erasure was broken off."""

import stat
from collections.abc import Iterator
from pathlib import Path

from pipelines.cli.findings import Finding
from pipelines.landing.rotation import NEW_KEY
from pipelines.settings import Settings
from pipelines.steward.erasure import unfinished


def guarded(settings: Settings) -> Iterator[Finding]:
    """Modes of the vault, and requests that are not done."""
    vault = settings.vault
    if not vault.exists():
        yield Finding("ok", "保险库将在第一夜建立", "the vault is made on the first night")
        return
    wide = list(_open_to_others(vault))
    if wide:
        remedy = f"chmod -R go-rwx {vault}"
        yield Finding(
            "fail", f"保险库有 {len(wide)} 处他人可读写：{wide[0]}", f"others can reach {len(wide)} places of the vault: {wide[0]}", remedy, remedy
        )  # fmt: skip
    else:
        yield Finding("ok", f"保险库只有所有者可读写：{vault}", f"the vault is for its owner only: {vault}")
    if (vault / NEW_KEY).exists():
        yield Finding(
            "fail", "更换散列密钥没有完成", "a change of the hash key was broken off", "chengguan privacy rotate-key", "chengguan privacy rotate-key"
        )  # fmt: skip
    for request in unfinished(settings):
        yield Finding(
            "fail", f"删除请求 {request.request} 没有完成", f"the erasure {request.request} was broken off",
            "chengguan privacy erase --resume", "chengguan privacy erase --resume",
        )  # fmt: skip


def _open_to_others(vault: Path) -> Iterator[Path]:
    for path in (vault, *sorted(vault.rglob("*"))):
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield path
