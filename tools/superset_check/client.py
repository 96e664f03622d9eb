"""Superset's own API, as a browser or an administrator's script uses it."""

from typing import Any

import requests

KINDS = ("database", "dataset", "chart", "dashboard")


class Client:
    """One account on one Superset."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address
        self._session = requests.Session()
        login = {"username": user, "password": password, "provider": "db", "refresh": False}
        token = self._told("post", "security/login", json=login)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def import_by_button(self, bundle: bytes) -> None:
        """What the import button on the page of dashboards does."""
        file = {"formData": ("superset.zip", bundle, "application/zip")}
        self._told("post", "dashboard/import/", files=file, data={"overwrite": "true", "passwords": "{}"})

    def import_assets(self, bundle: bytes) -> None:
        """What an administrator's script does to bring everything up to date."""
        file = {"bundle": ("superset.zip", bundle, "application/zip")}
        self._told("post", "assets/import/", files=file, data={"passwords": "{}"})

    def counts(self) -> dict[str, int]:
        return {kind: self._told("get", f"{kind}/")["count"] for kind in KINDS}

    def listed(self, kind: str) -> list[dict[str, Any]]:
        """All things of a kind; Superset gives at most a hundred at once."""
        found: list[dict[str, Any]] = []
        for page in range(100):
            part = self._told("get", f"{kind}/", params={"q": f"(page_size:100,page:{page})"})["result"]
            found += part
            if len(part) < 100:
                break
        return found

    def chart(self, number: int) -> list[dict[str, Any]]:
        """The rows of a chart, asked anew."""
        result = self._told("get", f"chart/{number}/data/", params={"force": "true"})["result"]
        if any(part["error"] for part in result):
            raise RuntimeError(f"chart {number}: {[part['error'] for part in result]}")
        rows: list[dict[str, Any]] = result[0]["data"]
        return rows

    def ask(self, dataset: int, metrics: list[str], filters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Metrics of a dataset over all its rows, or over those that the filters leave."""
        query = {"metrics": metrics, "columns": [], "filters": filters or [], "orderby": [], "row_limit": 10}
        asked = {
            "datasource": {"id": dataset, "type": "table"},
            "queries": [query],
            "force": True,
            "result_type": "full",
        }
        row: dict[str, Any] = self._told("post", "chart/data", json=asked)["result"][0]["data"][0]
        return row

    def sql(self, database: int, statement: str) -> requests.Response:
        """A statement of SQL Lab, whatever comes of it."""
        asked = {"database_id": database, "sql": statement, "runAsync": False, "expand_data": False}
        return self._session.post(f"{self.address}/api/v1/sqllab/execute/", json=asked, timeout=300)

    def add_database(self, name: str, address: str) -> int:
        """A further connection, by hand."""
        asked = {"database_name": name, "sqlalchemy_uri": address, "expose_in_sqllab": True}
        return int(self._told("post", "database/", json=asked)["id"])

    def _told(self, verb: str, path: str, **asked: Any) -> dict[str, Any]:
        answer = self._session.request(verb, f"{self.address}/api/v1/{path}", timeout=300, **asked)
        if not answer.ok:
            raise RuntimeError(f"{verb} {path}: {answer.status_code} {answer.text[:500]}")
        told: dict[str, Any] = answer.json()
        return told
