"""`chengguan`, the command line: a thin face over what the packages do and what Dagster shows.

One module for each group of commands. Nothing heavy is imported at the top of any of them: `chengguan --help` must answer at once,
and Dagster alone takes seconds.
"""

from pipelines.cli.app import main

__all__ = ["main"]
