"""What Great Expectations found of a feed's batches, as Dagster's check on its raw table.

Belongs here: the check and what a person reads on it. How batches are judged stands in `pipelines.quality`.
"""

import dagster as dg

from pipelines.landing.ingest import FeedResult
from pipelines.orchestration import metadata
from pipelines.quality.held import HeldError

NAME = "batches"


def judgement_check(feed: str) -> dg.AssetCheckSpec:
    """The check of a feed's batches as wholes. It blocks nothing itself: a batch that is blocked has not come in, and its step fails."""
    return dg.AssetCheckSpec(
        NAME, asset=dg.AssetKey(["raw", feed]),
        description="整批数据与往常相比是否正常 / whether each batch as a whole is as usual",
    )  # fmt: skip


def judgement(feed: str, result: FeedResult) -> dg.AssetCheckResult:
    """What was found of the batches of one night: a warning where a loaded batch is unusual, an error where one was held back."""
    held = [problem for problem in result.problems if isinstance(problem, HeldError)]
    lines = [(problem.where["file"], "block", problem.zh, problem.en) for problem in held]
    lines += [
        (batch.source, found["severity"], found["zh"], found["en"])
        for batch in result.batches
        for found in batch.findings
    ]
    return dg.AssetCheckResult(
        check_name=NAME, asset_key=dg.AssetKey(["raw", feed]), passed=not lines,
        severity=dg.AssetCheckSeverity.ERROR if held else dg.AssetCheckSeverity.WARN,
        metadata={
            "batches": len(result.batches) + len(held), "held": len(held),
            **({"findings": metadata.table(("source", "severity", "发现", "finding"), lines)} if lines else {}),
        },
    )  # fmt: skip
