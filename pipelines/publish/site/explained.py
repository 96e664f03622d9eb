"""From a figure on a page to its definition: words of the dictionary, the column's comment, and the command that lists its records."""

from dataclasses import dataclass

from pipelines.publish.site.page import Dataset, Measure, Page
from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.words import Text


@dataclass(frozen=True)
class Explanation:
    """`metric` is the row of `meta.metrics` where one explains the figure; otherwise `said` tells what the relation says of it."""

    name: str
    title: Text
    metric: Row | None
    said: Text | None
    relation: str
    about_relation: Text | None
    command: str


class Explained:
    """The explanations of a page's figures, by dataset and measure."""

    def __init__(self, page: Page, release: Release) -> None:
        self.release = release
        self.datasets: dict[str, Dataset] = {one.name: one for one in page.datasets}

    def __call__(self, dataset: str, measure: str) -> Explanation:
        over = self.datasets[dataset]
        asked = next(one for one in over.measures if one.name == measure)
        name = asked.metric or self.release.explained_by.get((over.relation, asked.total))
        metric = self.release.metrics.get(name or "")
        title = asked.title or (Text(metric["name_zh"], metric["name_en"]) if metric else Text(asked.name))
        return Explanation(
            measure, title, metric, self._said(over, asked), over.relation, self.release.comments.get(over.relation),
            f"chengguan explain {metric['metric'] if metric else f'{over.relation}.{asked.total}'}",
        )  # fmt: skip

    def _said(self, dataset: Dataset, measure: Measure) -> Text | None:
        said = [
            self.release.comments.get(f"{dataset.relation}.{column}")
            for column in (measure.total, measure.over)
            if column
        ]
        there = [one for one in said if one]
        return Text(" ÷ ".join(one.zh for one in there), " ÷ ".join(one.en for one in there)) if there else None
