"""The application: its commands, and one place where a fault becomes a message and an exit code."""

import gc
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from pipelines import __version__
from pipelines.cli import (
    alerts,
    batches,
    bi,
    checks,
    city,
    doctor,
    explain,
    feed,
    home,
    look,
    metrics,
    nightly,
    privacy,
    quarantine,
    releases,
    report,
    serve,
    site,
)
from pipelines.cli.console import err, print_error
from pipelines.errors import ChengguanError
from pipelines.machine import fault_of
from pipelines.settings import Settings

#: What typer makes of a KeyboardInterrupt, as a shell says it: ended by the user.
_INTERRUPTED = 130

app = typer.Typer(
    name="chengguan",
    help=(
        "城管数仓：每夜一次，从来源到发布版。\n\nThe city-management warehouse: every night, from the sources to a release."
        "\n\n设置 settings: CHENGGUAN_HOME, CHENGGUAN_CITY, CHENGGUAN_CITIES, CHENGGUAN_INBOX, CHENGGUAN_HASH_KEY, CHENGGUAN_ALERTS, CHENGGUAN_BI_PATH, CHENGGUAN_PUBLISH_POSTGRES"
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.command("simulate")(nightly.simulate)
app.command("nightly")(nightly.nightly)
app.command("ingest")(nightly.ingest)
app.add_typer(city.app, name="city")
app.add_typer(feed.app, name="feed")
app.command("status")(look.status)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(batches.app, name="batches")
app.command("checks")(checks.checks)
app.add_typer(releases.app, name="releases")
app.add_typer(bi.app, name="bi")
app.add_typer(alerts.app, name="alerts")
app.add_typer(privacy.app, name="privacy")
app.command("rebuild")(home.rebuild)
app.command("backup")(home.backup)
app.command("restore")(home.restore)
app.command("retention")(home.retention)
app.command("metrics")(metrics.list_metrics)
app.command("metric")(metrics.metric)
app.command("explain")(explain.explain)
app.command("figures")(metrics.figures)
app.command("report")(report.report)
app.command("doctor")(doctor.doctor)
app.command("ui")(serve.ui)
app.command("serve")(serve.serve)
app.command("site")(site.site)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _face(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="版本 / version")
    ] = False,
) -> None:
    pass


def main() -> None:
    """The entry point. A fault that the user can mend is a message and an exit code, a bug keeps its traceback."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    # Dagster, dbt and Great Expectations import hundreds of thousands of objects that stay; looking at all of them for garbage again and again took a
    # seventh of a night without news.
    gc.set_threshold(100_000, 50, 100)
    try:
        app()
    except ChengguanError as problem:
        print_error(problem, as_json="--json" in sys.argv[1:])
        sys.exit(problem.exit_code)
    except Exception as error:
        fault = fault_of(error, Settings().home)
        if fault is None:
            raise
        print_error(fault, as_json="--json" in sys.argv[1:])
        sys.exit(fault.exit_code)
    except SystemExit as left:
        if left.code == _INTERRUPTED:
            err().print("[yellow]已中断；再运行一次即可接着做 / interrupted; run it again to go on[/]")
        raise


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    """A polite kill ends like Ctrl-C: the run is marked, the lane is freed."""
    raise KeyboardInterrupt
