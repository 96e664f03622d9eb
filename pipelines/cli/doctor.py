"""`chengguan doctor`: is this installation and this home fit for a night? Says how to mend what is not."""

# ruff: noqa: PLC0415  (what is heavy is imported by the command that needs it; see this package's docstring)

import typer

from pipelines.cli.console import MARKS, out, print_json
from pipelines.cli.nightly import AsJson
from pipelines.errors import SetupError
from pipelines.settings import Settings


def doctor(as_json: AsJson = False) -> None:
    """检查安装、数据目录、锁、链接与最近的运行 / check installation, home, locks, link and last runs."""
    from pipelines.cli.findings import examine

    findings = list(examine(Settings()))
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            out().print(f"{MARKS[finding.level]} ", end="")
            out().print(f"{finding.zh}\n  {finding.en}", markup=False)
            if finding.remedy_zh:
                remedies = dict.fromkeys((finding.remedy_zh, finding.remedy_en))
                out().print("  处理 remedy: " + " / ".join(remedies), markup=False)
    if any(finding.level == "fail" for finding in findings):
        raise typer.Exit(SetupError.exit_code)
