"""The catalogue's words: descriptions in both languages, Chinese first, and the labels of dbt's page.

Belongs here: text only. What is shown, and where, stands in `catalogue`.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.metrics.dictionary import STRENGTHS

#: dbt's labels, as they stand between two tags of its page, in Chinese. A test holds that each is there.
LABELS = {
    "Analysis": "分析",
    "Arguments": "参数",
    "Code": "代码",
    "Column": "字段",
    "Columns": "字段",
    "Constraints": "约束",
    "Data Tests": "数据检查",
    "Database": "数据库",
    "Depends On": "依赖于",
    "Description": "说明",
    "Details": "概况",
    "Entities": "实体",
    "Exposures": "用途",
    "Expression": "表达式",
    "Generic Data Tests": "通用检查",
    "Group": "分组",
    "Lineage Graph": "血缘图",
    "Metrics": "指标",
    "Name": "名称",
    "None": "无",
    "Overview": "首页",
    "Project": "项目",
    "Projects": "项目",
    "Referenced By": "被引用于",
    "Semantic Models": "语义模型",
    "Source Tables": "来源表",
    "Source": "来源",
    "Sources": "来源",
    "Tables and Views": "表和视图",
    "Tags": "标签",
    "Type": "类型",
    "View docs": "查看说明",
    "View this exposure": "查看此用途",
}


def described(node: Mapping[str, Any]) -> str:
    """What a node or a column is, Chinese and English, a paragraph each."""
    zh, en = str(_meta(node).get("zh") or ""), str(node.get("description") or "")
    return "\n\n".join(said.strip() for said in (zh, en) if said.strip())


def label(node: Mapping[str, Any], key: str) -> str:
    """The name for people, Chinese first; `key` is where the Chinese one stands in `meta`."""
    return " · ".join(str(said) for said in (_meta(node).get(key), node.get("label")) if said)


def metric_described(metric: Mapping[str, Any]) -> str:
    """A metric's definition as the dictionary has it: formula, what does not count, unit, mart, source and its strength."""
    about = _meta(metric)
    strength = STRENGTHS.get(str(about.get("strength", "")), ("", ""))
    lines = [
        ("", about.get("formula_zh")),
        ("", metric.get("description")),
        ("不计入 Not counted: ", _both(about.get("exclusions_zh"), about.get("exclusions_en"))),
        ("编号 Code: ", about.get("code")),
        ("单位 Unit: ", about.get("unit")),
        ("归属日期 Date: ", about.get("time_anchor")),
        ("集市表 Mart: ", about.get("mart")),
        ("比较所需的最小分母 Minimum volume: ", about.get("minimum_volume")),
        ("口径出处 Source: ", about.get("source")),
        ("可靠程度 Strength: ", _both(*strength)),
    ]
    return "\n\n".join(f"{label}{said}" for label, said in lines if said)


def _both(zh: object, en: object) -> str:
    return " / ".join(str(said) for said in (zh, en) if said)


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    """`meta` as dbt writes it: below `config`, or beside it."""
    return {**node.get("meta", {}), **node.get("config", {}).get("meta", {})}
