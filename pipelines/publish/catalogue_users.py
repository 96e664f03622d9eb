"""The site's pages as users of the marts: exposures that are read out of the pages themselves, so that nobody keeps a second list.

Belongs here: who uses what, where the code knows it. Users that dbt's project knows have their YAML in `dbt_project/exposures`.
"""

import pkgutil
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_PAGES = Path(__file__).parent / "site" / "pages"
_SLUG = re.compile(r'\bslug="([\w-]+)"')
_RELATION = re.compile(r"\b(?:marts|core)\.[a-z_]+")


def relations_of_pages() -> dict[str, set[str]]:
    """The relations that each page's module names, by the page's slug."""
    texts = [
        (_PAGES / f"{module.name}.py").read_text(encoding="utf-8") for module in pkgutil.iter_modules([str(_PAGES)])
    ]
    return {found[1]: set(_RELATION.findall(text)) for text in texts if (found := _SLUG.search(text))}


def with_pages(manifest: Mapping[str, Any], pages: Iterable[str]) -> dict[str, Any]:
    """The manifest with an exposure for each of the release's pages, tied to the models that the page reads."""
    models = {
        f"{node['schema']}.{node.get('alias') or node['name']}": key
        for key, node in manifest.get("nodes", {}).items()
        if node["resource_type"] == "model"
    }
    project = manifest.get("metadata", {}).get("project_name", "")
    used, exposures, parents = (
        relations_of_pages(),
        dict(manifest.get("exposures", {})),
        dict(manifest.get("parent_map", {})),
    )
    children = {key: list(below) for key, below in manifest.get("child_map", {}).items()}
    for page in pages:
        key = f"exposure.{project}.site_{page}"
        above = sorted(models[relation] for relation in used.get(page, ()) if relation in models)
        exposures[key] = _exposure(key, project, page, above)
        parents[key], children[key] = above, []
        for one in above:
            children.setdefault(one, []).append(key)
    return {**manifest, "exposures": exposures, "parent_map": parents, "child_map": children}


def _exposure(key: str, project: str, page: str, above: list[str]) -> dict[str, Any]:
    place = f"site/{page}.html"
    return {
        "unique_id": key, "name": f"site_{page}", "resource_type": "exposure", "package_name": project, "path": place, "original_file_path": place,
        "fqn": [project, "site", page], "type": "dashboard", "maturity": "high", "url": f"../site/{page}.html", "tags": [],
        "label": f"Page: {page}", "description": "A page of this release's site.",
        "config": {"meta": {"label_zh": f"网页 {page}", "zh": "本发布版网站的一页。"}},
        "owner": {"name": "指挥中心 command centre"}, "depends_on": {"nodes": above, "macros": []},
    }  # fmt: skip
