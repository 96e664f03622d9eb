"""The report's page as a PDF, by WeasyPrint: the same HTML, Chinese fonts of the system embedded, charts as vectors.

Belongs here: whether this machine can write one, and what to install where it cannot (docs/annual-report.md).
"""

# ruff: noqa: PLC0415  (an extra; and it loads libraries of the system, which takes most of a second)

import shutil
import subprocess
from pathlib import Path

INSTALL = (
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk",
    "pip install 'chengguan-warehouse[pdf]'",
)


def why_not() -> tuple[str, str] | None:
    """Why no PDF can be written here, in Chinese and English; None where one can."""
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        return (
            f"没有安装 WeasyPrint，只写 HTML 和 xlsx；要写 PDF，运行：{INSTALL[1]}",
            f"WeasyPrint is not installed, so HTML and xlsx only; for the PDF run: {INSTALL[1]}",
        )
    except OSError as problem:
        lacking = str(problem).partition("\n")[0]
        return (
            f"系统缺少 WeasyPrint 所需的库（{lacking}），只写 HTML 和 xlsx；要写 PDF，运行：{INSTALL[0]}",
            f"libraries of the system are missing ({lacking}), so HTML and xlsx only; for the PDF run: {INSTALL[0]}",
        )
    if not _has_chinese_fonts():
        return (
            f"系统没有中文字体，只写 HTML 和 xlsx；要写 PDF，运行：{INSTALL[0]}",
            f"the system has no Chinese fonts, so HTML and xlsx only; for the PDF run: {INSTALL[0]}",
        )
    return None


def write_pdf(html: str, path: Path) -> None:
    """Writes the page as A4. `why_not` tells beforehand whether that works here."""
    from weasyprint import HTML

    HTML(string=html, base_url=None).write_pdf(path)


def _has_chinese_fonts() -> bool:
    """By fontconfig; taken for granted where its list cannot be had, as on Windows and macOS, which bring such fonts."""
    listing = shutil.which("fc-list")
    if listing is None:
        return True
    return bool(subprocess.run([listing, ":lang=zh-cn", "family"], capture_output=True, check=False).stdout.strip())
