"""What a city's reference tables know already, so that a draft can tell a code from a name and a name from nonsense.

Belongs here: looking into the tables. How they are loaded at night stands in `pipelines.landing.reference`.
"""

from collections.abc import Iterator

from pipelines.city import City
from pipelines.feeds import Field
from pipelines.landing.canonical import References

NAMES = ("name_zh", "name_en")


class Known:
    """What the city's reference tables hold."""

    def __init__(self, city: City) -> None:
        self._references = References(city)

    def keys(self, spec: Field) -> frozenset[str]:
        return self._column(spec, spec.reference_columns[-1]) if spec.reference_columns else frozenset()

    def names(self, spec: Field) -> Iterator[tuple[str, frozenset[str]]]:
        for column in NAMES:
            if values := self._column(spec, column):
                yield f"{spec.reference_table}.{column}", values

    def values(self, spec: Field) -> frozenset[str]:
        return self.keys(spec).union(*(values for _, values in self.names(spec)))

    def schemes(self) -> list[str]:
        table = self._references.table("event_classes")
        return sorted(table["code_scheme"].drop_nulls().unique()) if "code_scheme" in table.columns else []

    def _column(self, spec: Field, column: str) -> frozenset[str]:
        if not spec.reference_table:
            return frozenset()
        table = self._references.table(spec.reference_table)
        return frozenset(table[column].drop_nulls()) if column in table.columns else frozenset()
