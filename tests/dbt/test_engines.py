"""The models must build on Spark too, where `make spark-parity` takes minutes: here they are written out in Spark's words, and what Spark
does not know is told at once. `spark_functions.txt` is what `SHOW FUNCTIONS` of the locked Spark says."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from pipelines.settings import DBT_PROJECT_DIR

KNOWN = set(Path(__file__).with_name("spark_functions.txt").read_text("utf-8").split())
#: What may stand before a bracket and is no function.
_WORDS = """
    and as asc between by case cross decimal distinct else end except exists filter from group having in inner is join left like not on or
    order over partition rollup cube rows range select sets table then timestampadd timestampdiff union using values when where with within"""
WORDS = frozenset(_WORDS.split())
#: Spelt as DuckDB alone reads it.
SYNTAX = {
    r"\basof\b": "asof_join",
    r"\bexclude\b": "all_but",
    r"\bvarchar\b(?!\s*\()": "string",
    r"\banti join\b": "where not exists",
    r"\bjoin lateral\b": "cross join (values …) and a case",
    r"(?:^|[\s(,])\[": "list_of",
    r"\bfilter \((?!\s*where\b)": "filter (where …)",
    r"\)\s*filter\s*\((?:[^()]|\([^()]*\))*\)\s*over\b": "sum(if(…, 1, 0)) over (…)",
}
REMEDY = (
    "either both engines know another word, or it belongs in macros/engine.sql; make spark-parity shows that it works"
)


class _Returned(Exception):
    pass


def _return(value: object) -> None:
    raise _Returned(value)


class _Project:
    """The dbt project's macros, for one engine, without dbt."""

    def __init__(self, engine: str) -> None:
        self.macros: dict[str, Callable[..., Any]] = {}
        self.environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
        files = [path for path in (DBT_PROJECT_DIR / "macros").rglob("*.sql") if path.stem != "materializations"]
        texts = [path.read_text("utf-8") for path in files]
        for name in re.findall(r"{%-?\s*macro\s+(\w+)", " ".join(texts)):
            self.environment.globals[name] = self._named(name)
        self.environment.globals |= {
            "adapter": SimpleNamespace(dispatch=lambda name: self._named(f"{engine}__{name}")),
            "config": lambda **_: "", "return": _return, "execute": False, "this": "this",
            "ref": lambda name: name, "source": lambda schema, name: f"{schema}.{name}",
        }  # fmt: skip
        for text in texts:
            module = self.environment.from_string(text).module
            self.macros |= {
                name: macro for name, macro in vars(module).items() if isinstance(macro, jinja2.runtime.Macro)
            }
        self.macros["is_incremental"] = lambda: False

    def _named(self, name: str) -> Callable[..., Any]:
        def call(*arguments: object, **named: object) -> Any:
            try:
                return self.macros[name](*arguments, **named)
            except _Returned as returned:
                return returned.args[0]

        return call

    def render(self, text: str) -> str:
        return self.environment.from_string(text).render()


def unknown_to_spark(sql: str) -> list[str]:
    """What of a rendered model Spark would not read, each with what to write instead."""
    bare = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "''", sql).lower()
    called = {name for name in re.findall(r"(?<!\bas )\b([a-z_]\w*)\s*\(", bare) if name not in WORDS}
    spelt = [f"{pattern}: {instead}" for pattern, instead in SYNTAX.items() if re.search(pattern, bare)]
    return [f"{name}(): {REMEDY}" for name in sorted(called - KNOWN)] + spelt


def test_models_use_only_words_that_spark_knows() -> None:
    spark = _Project("spark")
    models = sorted((DBT_PROJECT_DIR / "models").rglob("*.sql"))
    found = {path.stem: unknown_to_spark(spark.render(path.read_text("utf-8"))) for path in models}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "sql",
    [
        "select strftime(day, '%Y') from days",
        "select list_distinct(names) from people",
        "select [1, 2] as numbers",
        "select * exclude (name) from people",
        "select cast(number as varchar) from cases",
        "from a asof left join b on a.day >= b.day",
        "from a anti join b using (id)",
        "select count(*) filter (is_open) from cases",
        "select count(*) filter (where is_open) over (order by day) from cases",
    ],
)
def test_words_of_duckdb_alone_are_found(sql: str) -> None:
    assert unknown_to_spark(sql)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_every_difference_is_told_to_both_engines(engine: str) -> None:
    listed = re.findall(r"adapter\.dispatch\('(\w+)'\)", (DBT_PROJECT_DIR / "macros" / "engine.sql").read_text("utf-8"))
    told = re.findall(
        rf"macro {engine}__(\w+)", (DBT_PROJECT_DIR / "macros" / engine / "engine.sql").read_text("utf-8")
    )
    assert listed and sorted(listed) == sorted(told)
