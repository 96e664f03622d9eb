"""The same home with another build file: where one is made beside the old one.

Belongs here: which paths differ. Landing copies, the vault and the city are the home's own; the books of what is being made are not, since
they are those of half a warehouse until it is whole.
"""

from pathlib import Path

from pipelines.landing.swap import workshop
from pipelines.settings import Settings

FOLDER = "rebuilding"


class Beside(Settings):
    """Settings whose build file, lock, dbt target and books stand in a folder of their own."""

    @property
    def build_dir(self) -> Path:
        return super().build_dir / FOLDER

    @property
    def books(self) -> Path:
        return self.build_dir


def beside(settings: Settings) -> Beside:
    """The settings of a fresh build file, with an empty folder for it: what a killed attempt left there is gone."""
    workshop(settings, FOLDER)
    return Beside(**settings.model_dump())
