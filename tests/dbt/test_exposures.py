"""Who uses the warehouse: the exposures name marts that are there, say it in both languages, and name no person. And what of the
whole project's manifest the catalogue lets out.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.bi.dashboard import charts
from pipelines.metrics.figures import load_figures
from pipelines.publish.catalogue import told
from pipelines.publish.catalogue_users import relations_of_pages
from pipelines.publish.contents import served_tables
from pipelines.publish.site.pages import makers
from pipelines.settings import PROJECT_ROOT, Settings
from tests.dbt.conftest import described_in

Manifest = dict[str, Any]
ABOUT = {
    "id": "20170925.1",
    "as_of": "2017-09-25",
    "created_at_utc": "2017-09-25T18:00:00Z",
    "city": {"name_zh": "测试市"},
}
#: Roles of a bureau; an exposure is owned by one of them.
ROLES = {"指挥中心 command centre", "分析岗 analysts' desk", "法制科 legal section", "数据岗 data desk"}


@pytest.fixture(scope="session")
def exposures(manifest: Manifest) -> list[Manifest]:
    return list(manifest["exposures"].values())


def test_exposures_use_what_a_release_serves(exposures: list[Manifest], manifest: Manifest) -> None:
    served = {table.label for table in served_tables(manifest)}
    assert exposures
    for exposure in exposures:
        used = {_label(manifest["nodes"][key]) for key in exposure["depends_on"]["nodes"]}
        assert used and used <= served, exposure["name"]


def test_exposures_are_owned_by_roles_and_told_in_both_languages(exposures: list[Manifest]) -> None:
    assert [one["name"] for one in exposures if one["owner"]["name"] not in ROLES or one["owner"].get("email")] == []
    lacking = [
        one["name"] for one in exposures if not all(described_in(one)) or not one["config"]["meta"].get("label_zh")
    ]
    assert lacking == []


def _mentioned(*texts: str) -> set[str]:
    return {".".join(found) for found in re.findall(r"\b(marts|core)\.([a-z_]+)", "\n".join(texts))}


def _of_the_analysts() -> set[str]:
    return _mentioned(
        *((PROJECT_ROOT / name).read_text("utf-8") for name in ("docs/analysts.md", "notebooks/first_look.ipynb"))
    )


def _of_the_report() -> set[str]:
    figures = load_figures(PROJECT_ROOT / "cities/changji/report")
    return _mentioned(*(f"{figure.relation or ''} {figure.query or ''}" for _, figure in figures))


def _of_the_annual_report() -> set[str]:
    folder = PROJECT_ROOT / "pipelines/publish/report"
    return _mentioned(
        *(path.read_text("utf-8") for part in ("standing", "tables") for path in (folder / part).glob("*.toml"))
    )


def _of_the_dashboard() -> set[str]:
    return _mentioned(*(chart.dataset for chart in charts()))


#: What each user really reads, told by its own code or text: an exposure is never the second place to keep in mind.
USED: dict[str, Callable[[], set[str]]] = {
    "analysts_questions": _of_the_analysts,
    "annual_report": _of_the_annual_report,
    "report_figures": _of_the_report,
    "superset_dashboard": _of_the_dashboard,
}


def test_every_user_has_its_exposure_and_every_exposure_its_user(exposures: list[Manifest]) -> None:
    assert {exposure["name"] for exposure in exposures} == set(USED)


@pytest.mark.parametrize("name", USED)
def test_an_exposure_names_the_relations_that_its_user_reads(
    exposures: list[Manifest], manifest: Manifest, name: str
) -> None:
    [exposure] = [one for one in exposures if one["name"] == name]
    told = {_label(manifest["nodes"][key]) for key in exposure["depends_on"]["nodes"]}
    used = USED[name]()
    assert told == used, "depends_on: [" + ", ".join(f"ref('{one.partition('.')[2]}')" for one in sorted(used)) + "]"


def test_the_pages_of_the_site_read_relations_that_a_release_serves(manifest: Manifest) -> None:
    assert len(relations_of_pages()) == len(list(makers()))
    served = {table.label for table in served_tables(manifest)}
    assert {name: lost for name, used in relations_of_pages().items() if (lost := used - served)} == {}


def test_the_catalogue_of_the_whole_project_holds_no_path_of_the_machine(
    manifest: Manifest, demo: tuple[Settings, Any]
) -> None:
    text = json.dumps(told(manifest, served_tables(manifest), ABOUT), ensure_ascii=False)
    for place in (PROJECT_ROOT, demo[0].home):
        assert str(place) not in text
    assert manifest["metadata"]["invocation_id"] not in text
    assert not re.search(r'"(compiled_code|compiled_path|root_path|invocation_id|env|unit_tests)": ?["{\[][^}\]]', text)


def _label(node: Manifest) -> str:
    return f"{node['schema']}.{node.get('alias') or node['name']}"
