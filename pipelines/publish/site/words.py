"""Two languages side by side: one text as Chinese and English, and how it is written into a page.

Both stand in the page and the reader's choice hides one of them, so that the change of language needs neither another file nor a server.
"""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Text:
    """A text in both languages; an empty English one falls back to the Chinese, as a street's name may."""

    zh: str
    en: str = ""

    def of(self, language: str) -> str:
        return (self.en or self.zh) if language == "en" else (self.zh or self.en)

    def as_dict(self) -> dict[str, str]:
        return {"zh": self.of("zh"), "en": self.of("en")}

    def __html__(self) -> str:
        """What Jinja writes: both, each marked with its language; one where they are the same."""
        zh, en = self.of("zh"), self.of("en")
        if zh == en:
            return Markup("<span>{}</span>").format(zh)
        return Markup('<span class="zh" lang="zh-CN">{}</span><span class="en" lang="en">{}</span>').format(zh, en)


def t(zh: str, en: str = "") -> Text:
    return Text(zh, en)


def of_comment(comment: str | None) -> Text:
    """The two languages of a DuckDB comment of a release: Chinese in the first line, English in the next."""
    zh, _, en = (comment or "").partition("\n")
    return Text(zh, en)
