"""Who uses the warehouse: the exposures name marts that are there, say it in both languages, and name no person. And what of the
whole project's manifest the catalogue lets out.
"""

import json
import re
from typing import Any

import pytest

from pipelines.publish.catalogue import told
from pipelines.publish.contents import served_tables
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
MENTION = re.compile(r"\b(marts|core)\.([a-z_]+)")


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


def test_the_analysts_exposure_names_the_relations_of_their_questions(
    exposures: list[Manifest], manifest: Manifest
) -> None:
    [theirs] = [one for one in exposures if one["name"] == "analysts_questions"]
    text = "\n".join(
        (PROJECT_ROOT / name).read_text("utf-8") for name in ("docs/analysts.md", "notebooks/first_look.ipynb")
    )
    asked = {".".join(found) for found in MENTION.findall(text)}
    assert {_label(manifest["nodes"][key]) for key in theirs["depends_on"]["nodes"]} == asked


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
