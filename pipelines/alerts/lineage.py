"""Which marts read a feed or stand behind a model: from dbt's manifest, as it was last parsed in this home.

Belongs here: walking the graph. An alert must not wait for dbt, so a home without a manifest has no answer.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from pipelines.alerts.incidents import Incident, Kind
from pipelines.settings import Settings

#: Where definitions keep the manifest (`pipelines.orchestration.manifest`), below the home's build folder.
_PLACE = Path("dbt/parsed/manifest.json")


class Lineage:
    """The models of a project and what they read."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._marts: dict[str, str] = {}
        self._readers: dict[str, set[str]] = defaultdict(set)
        self._named: dict[tuple[str, str], str] = {}
        for node_id, source in manifest["sources"].items():
            self._named[source["schema"], source["name"]] = node_id
        for node_id, node in manifest["nodes"].items():
            if node["resource_type"] != "model":
                continue
            self._named[node["schema"], node["name"]] = node_id
            if node["schema"] == "marts":
                self._marts[node_id] = node["name"]
            for upstream in node["depends_on"]["nodes"]:
                self._readers[upstream].add(node_id)

    def marts_behind(self, schema: str, name: str) -> list[str]:
        """The marts that read a relation, directly or through others; a mart is behind itself."""
        reached: set[str] = set()
        waiting = [self._named[schema, name]] if (schema, name) in self._named else []
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting += self._readers[node]
        return sorted(self._marts[node] for node in reached if node in self._marts)

    def waiting_for(self, incident: Incident) -> list[str] | None:
        """The marts that an incident concerns; None where it concerns all or nobody knows."""
        subject = incident.subject.partition(":")[0]
        if incident.kind == Kind.RUN:
            return None
        schema, _, name = subject.rpartition("/") if incident.kind == Kind.CHECK else ("raw", "", subject)
        return self.marts_behind(schema.rpartition("/")[2], name) or None


def lineage_of(settings: Settings) -> Lineage | None:
    try:
        return Lineage(json.loads((settings.build_dir / _PLACE).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None
