"""`python -m pipelines.cli`, for where the entry point is not on the PATH."""

from pipelines.cli.app import main

main()
