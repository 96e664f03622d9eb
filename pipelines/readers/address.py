"""Addresses of sources: the environment's values filled in, and the form in which an address may be shown.

Belongs here: everything that decides what of an address is secret. A user, a password or a key never reaches a message, the ledger or a log.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

from pipelines.errors import ProfileError

_VARIABLE = re.compile(r"\$\{(\w+)\}")
#: scheme://login@place. The login ends at the last @ before the first of / ? #, as the drivers see it.
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*)://(?:(?P<login>[^/?#]*)@)?(?P<place>.*)", re.DOTALL)
_SECRET_PARAMETERS = ("user", "username", "uid", "password", "passwd", "pwd", "sslpassword", "token", "api_key", "key")
HIDDEN = "***"
#: What links persons (`pipelines.settings`): whoever writes a profile must not be able to have it sent to a server of his own.
HASH_KEY = "CHENGGUAN_HASH_KEY"


def fill_in(template: str, key: str, *, encode: bool = False) -> str:
    """The template with each `${NAME}` filled in from the environment, percent-encoded if `encode`.

    Raises ProfileError naming the variable that is not set; `key` is where in the profile it stands.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.upper() == HASH_KEY:
            raise ProfileError(
                "配置不能引用散列密钥", f"a profile may not send {HASH_KEY} anywhere", key=key, value=name,
                remedy_zh="去掉它；来源的密码放在另一个环境变量里", remedy_en="take it out; a source's password stands in a variable of its own",
            )  # fmt: skip
        if name not in os.environ:
            raise ProfileError(
                "缺少环境变量", f"the environment variable {name} is not set", key=key, value=name,
                remedy_zh=f"设置环境变量 {name} 后重试", remedy_en=f"set {name} in the environment and run again",
            )  # fmt: skip
        return quote(os.environ[name], safe="") if encode else os.environ[name]

    return _VARIABLE.sub(value, template)


@dataclass(frozen=True)
class Address:
    """Where a source is. `url` is whole and secret; `shown` is what others may see, `scrub` keeps the secrets out of what a driver says."""

    scheme: str
    url: str = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def scrub(self, said: object) -> str:
        """The text in one line, without the address and its secrets."""
        text = str(said).replace(self.url, self.shown)
        for secret in self.secrets:
            # A short one may be part of any word.
            edge = r"\b" if len(secret) < 6 and secret.isalnum() else ""
            text = re.sub(f"{edge}{re.escape(secret)}{edge}", HIDDEN, text)
        return " ".join(text.split())


def database_address(template: str, inbox: Path) -> Address:
    """The address of a database out of a profile's `source.url`.

    `${NAME}` in the place of a user or a password is taken as it is: it needs no percent-encoding, whatever characters it has. Raises
    ProfileError where a variable is not set, where a password stands in the profile itself, and where the parts cannot be told apart.
    """
    if match := _ADDRESS.fullmatch(template):
        login = match["login"] or ""
        _, _, password = login.partition(":")
        if password and not _VARIABLE.search(password):
            raise ProfileError(
                "配置文件里写了密码", "a password stands in the profile", key="source.url",
                remedy_zh="把密码放进环境变量，配置里写 ${变量名}", remedy_en="put the password into the environment and write ${NAME} in the profile",
            )  # fmt: skip
        filled = f"{fill_in(login, 'source.url', encode=True)}@" if login else ""
        url = f"{match['scheme']}://{filled}{fill_in(match['place'], 'source.url')}"
    else:
        url = fill_in(template, "source.url")
    return _cut(url.replace("{inbox}", str(inbox)), inbox, "source.url")


def secret_address(url: str, key: str) -> Address:
    """The address of a database as a setting gives it whole; `key` is the setting's name."""
    return _cut(url, Path(), key)


def _cut(url: str, inbox: Path, key: str) -> Address:
    parts = _ADDRESS.fullmatch(url)
    place = parts["place"] if parts else ""
    if parts is None or ("@" in place and not place.startswith("/")):
        # Shown without its value: what cannot be cut into parts may hold a password anywhere.
        raise ProfileError(
            "数据库地址无法解析", "the address of the database cannot be cut into its parts", key=key,
            remedy_zh="写成 postgresql://${用户}:${密码}@主机:端口/库名；整个地址放在环境变量里时，密码中的 @ / ? # 须用百分号编码",
            remedy_en="write it as postgresql://${USER}:${PASSWORD}@host:port/name; where the whole address is in the environment, put @ / ? # of the password in percent-encoding",
        )  # fmt: skip
    return Address(parts["scheme"].lower(), url, _shown(parts["scheme"].lower(), place, inbox), _secrets(parts))


def _shown(scheme: str, place: str, inbox: Path) -> str:
    path = re.split(r"[?#]", place, maxsplit=1)[0]
    if scheme != "sqlite":
        return f"{scheme}://{path}"
    file = Path(path.removeprefix("/"))
    return f"sqlite:{file.relative_to(inbox) if file.is_relative_to(inbox) else file}"


def _secrets(parts: re.Match[str]) -> tuple[str, ...]:
    user, _, password = (parts["login"] or "").partition(":")
    query = parts["place"].partition("?")[2]
    found = {user, password} | {value for name, value in parse_qsl(query) if name.lower() in _SECRET_PARAMETERS}
    return tuple(sorted({form for said in found if said for form in (said, unquote(said))}, key=len, reverse=True))


def without_login(template: str) -> str:
    """An address as the profile has it, nothing filled in, without its login and its query."""
    parts = _ADDRESS.fullmatch(template)
    return f"{parts['scheme']}://{re.split('[?#]', parts['place'], maxsplit=1)[0]}" if parts else template


def web_address(template: str, key: str, secrets: tuple[str, ...] = ()) -> Address:
    """The address of a server out of a profile. Shown are host and path; what the environment filled in is not, nor is the query."""
    url = fill_in(template, key).rstrip("/")
    parts = _ADDRESS.fullmatch(url)
    if parts is None or parts["scheme"].lower() not in ("http", "https"):
        raise ProfileError(
            "接口地址无效", "the address of the server is not one of http:// or https://", key=key,
            remedy_zh="写成 https://主机/路径", remedy_en="write it as https://host/path",
        )  # fmt: skip
    # An address that comes out of the environment as a whole is shown by its host and path; of one that was completed, the completions are secret.
    filled = tuple(os.environ[name] for name in _VARIABLE.findall(template) if not template.startswith("${"))
    hidden = tuple(sorted({said for said in (*secrets, *filled, *_secrets(parts)) if said}, key=len, reverse=True))
    place = re.split(r"[?#]", parts["place"], maxsplit=1)[0]
    bare = Address(parts["scheme"].lower(), url, f"{parts['scheme'].lower()}://{place}", hidden)
    return Address(bare.scheme, url, bare.scrub(bare.shown), hidden)
