"""The catalogue: what leaves the house and what does not, the words in both languages, and dbt's page with the data in it.

That the page works in a browser, and on the whole project, stands in `tests/browser` and `tests/dbt`.
"""

import json
import re
from typing import Any

import duckdb
import pytest

from pipelines.errors import SetupError
from pipelines.publish.catalogue import columns_seen, dbt_page, page, told
from pipelines.publish.catalogue_words import LABELS, metric_described
from pipelines.publish.contents import Served

ABOUT = {
    "id": "20170925.1",
    "as_of": "2017-09-25",
    "created_at_utc": "2017-09-25T18:00:00Z",
    "city": {"name_zh": "测试市"},
}
SECRET = "/somebody/here/secret"
MODEL, FACT, TEST, METRIC = "model.c.totals", "model.c.fct", "test.c.key", "metric.c.closed"


def node(key: str, schema: str, *above: str, **more: Any) -> dict[str, Any]:
    kind, _, name = key.split(".")
    return {
        "unique_id": key, "name": name, "resource_type": kind, "package_name": "c", "schema": schema, "alias": name, "database": "warehouse",
        "description": f"the {name}", "config": {"materialized": "table", "meta": {"zh": f"表 {name}"}, "location": SECRET},
        "depends_on": {"nodes": list(above), "macros": ["macro.c.ours", "macro.dbt.theirs"]},
        "columns": {"n": {"name": "n", "description": "a number", "config": {"meta": {"zh": "数", "owner": SECRET}}}},
        "root_path": SECRET, "compiled_path": SECRET, "compiled_code": SECRET, "patch_path": SECRET, "unrendered_config": {"x": SECRET}, **more,
    }  # fmt: skip


MANIFEST = {
    "metadata": {"project_name": "c", "adapter_type": "duckdb", "env": {"KEY": SECRET}, "invocation_id": SECRET},
    "nodes": {
        MODEL: node(MODEL, "marts", FACT, raw_code="select 1 as n -- </script><script>"),
        FACT: node(FACT, "core"),
        TEST: node(TEST, "failures", MODEL),
    },
    "metrics": {METRIC: {**node(METRIC, ""), "label": "Closed", "config": {"meta": {"zh": "结案数"}}}},
    "macros": {
        key: {"unique_id": key, "name": key, "package_name": key.split(".")[1], "macro_sql": "1"}
        for key in ("macro.c.ours", "macro.dbt.theirs")
    },
    "unit_tests": {"unit_test.c.totals.one": {"given": [{"rows": [{"name": SECRET}]}]}},
    "parent_map": {MODEL: [FACT], TEST: [MODEL], "unit_test.c.totals.one": [MODEL]},
    "child_map": {MODEL: [TEST, "unit_test.c.totals.one"], FACT: [MODEL]},
    "docs": {"doc.c.__overview__": {"block_contents": "怎么用"}},
    "selectors": {"all": SECRET},
}
SERVED = [Served("marts", "totals", ""), Served("meta", "batches", "账本\nThe ledger", {"batch_id": "批次\nBatch"})]


@pytest.fixture(scope="module")
def html() -> str:
    return dbt_page()


@pytest.fixture
def known() -> dict[str, Any]:
    return told(MANIFEST, SERVED, ABOUT)


def test_only_what_is_named_leaves(known: dict[str, Any]) -> None:
    assert SECRET in json.dumps(MANIFEST)
    assert SECRET not in json.dumps(known)
    assert list(known["macros"]) == ["macro.c.ours"]
    assert known["nodes"][MODEL]["depends_on"] == {"nodes": [FACT], "macros": ["macro.c.ours"]}


def test_the_lineage_names_nothing_that_is_not_there(known: dict[str, Any]) -> None:
    assert known["parent_map"][MODEL] == [FACT]
    assert known["child_map"][MODEL] == [TEST]
    there = {key for kind in ("nodes", "sources", "metrics", "macros") for key in known[kind]}
    assert {
        one for name in ("parent_map", "child_map") for key in known[name] for one in (key, *known[name][key])
    } <= there


def test_words_come_in_both_languages_chinese_first(known: dict[str, Any]) -> None:
    model = known["nodes"][MODEL]
    assert model["description"] == "表 totals\n\nthe totals"
    assert model["columns"]["n"]["description"] == "数\n\na number"
    assert known["metrics"][METRIC]["label"] == "结案数 · Closed"
    assert known["sources"]["source.c.meta.batches"]["description"] == "账本\n\nThe ledger"
    [overview] = known["docs"].values()
    assert overview["block_contents"].startswith("# 测试市") and overview["block_contents"].endswith("怎么用")


def test_a_metric_is_told_as_the_dictionary_tells_it() -> None:
    said = metric_described(
        {
            "description": "closed / due",
            "config": {"meta": {"formula_zh": "结案数/应结案数", "unit": "%", "strength": "L", "minimum_volume": 30}},
        }
    )
    assert said.split("\n\n") == [
        "结案数/应结案数", "closed / due", "单位 Unit: %", "比较所需的最小分母 Minimum volume: 30", "可靠程度 Strength: 法律法规 / law",
    ]  # fmt: skip


def test_what_the_release_holds_stands_apart_with_its_rows(known: dict[str, Any]) -> None:
    assert (known["nodes"][MODEL]["database"], known["nodes"][FACT]["database"]) == ("serving", "build")
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as build")
        con.execute("create schema build.marts; create table build.marts.totals (z integer, n bigint)")
        con.execute("create schema meta; create view meta.batches as select 'b' as batch_id")
        seen = columns_seen(con, known, {"marts.totals": 7})
    assert list(seen["nodes"]) == [MODEL]
    assert [(name, column["type"]) for name, column in seen["nodes"][MODEL]["columns"].items()] == [
        ("z", "INTEGER"), ("n", "BIGINT"),
    ]  # fmt: skip
    assert seen["nodes"][MODEL]["stats"]["rows"]["value"] == 7
    assert "rows" not in seen["sources"]["source.c.meta.batches"]["stats"]


def test_a_page_of_the_site_is_an_exposure_of_what_it_reads() -> None:
    mart = "model.c.hotline_service"
    manifest = {**MANIFEST, "nodes": {**MANIFEST["nodes"], mart: node(mart, "marts")}}
    known = told(manifest, SERVED, {**ABOUT, "site": {"pages": ["hotline"]}})
    assert known["exposures"]["exposure.c.site_hotline"]["url"] == "../site/hotline.html"
    assert known["parent_map"]["exposure.c.site_hotline"] == [mart]
    assert known["child_map"][mart] == ["exposure.c.site_hotline"]
    assert "exposures" not in MANIFEST


def test_the_page_holds_the_data_and_no_text_ends_its_script(html: str, known: dict[str, Any]) -> None:
    made = page(html, known, {"nodes": {}, "sources": {}}, ABOUT)
    assert "<title>数据目录 Catalogue · 测试市 · 20170925.1</title>" in made
    assert made.count("</script>") == html.count("</script>")
    data = re.search(r'n=\{manifest:(\{"nodes":.*\}),catalog:(\{.*?\})\},r=', made)
    assert data is not None
    assert json.loads(data[1]) == known


def test_the_page_may_ask_nobody_for_anything(html: str, known: dict[str, Any]) -> None:
    made = page(html, known, {"nodes": {}, "sources": {}}, ABOUT)
    assert "cloudfront" in html and "cloudfront" not in made
    assert made.index("Content-Security-Policy") < made.index("<script")
    assert "connect-src 'none'" in made
    assert known["metadata"]["send_anonymous_usage_stats"] is False


def test_each_label_is_on_the_page_of_the_dbt_that_is_installed(html: str) -> None:
    plain = html.replace("\\n", " ")
    assert [label for label in LABELS if not re.search(rf">\s*{re.escape(label)}\s*<", plain)] == []


def test_another_page_of_dbt_is_refused_by_name(known: dict[str, Any]) -> None:
    with pytest.raises(SetupError, match="dbt-core"):
        page("<head></head>", known, {}, ABOUT)
