"""Where things are and which city is run: typed settings from the environment, and the paths that follow from them.

What belongs here: values that differ between two installations. What differs between two cities stands in the
city's profile (`pipelines.city`). Nothing here touches the disk.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import ByteSize, Field, SecretStr, TypeAdapter
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"

#: The one time zone a city has unless its profile names another.
TIME_ZONE = "Asia/Shanghai"


class Settings(BaseSettings):
    """Settings of this installation, each read from `CHENGGUAN_<NAME>`.

    `home` is the data home, `city` the profile's name, `cities` the folder of profiles, `inbox` the folder in which
    the source systems' files arrive, `hash_key` the secret of the keyed hash that links a person's records, `alerts` the addresses
    to which alerts go (apprise), `alerts_remind_days` after how many days what is still wrong is told again, `site` whether releases get pages,
    `memory` what DuckDB may take in each process before it works on disk, `bi_path` the served file as BI tools see it where they see it
    elsewhere, `publish_postgres` the address of a PostgreSQL database to which each release is copied, `new_home` whether a home without a
    build file may be begun (false where the home is a mount that could be missing).
    """

    model_config = SettingsConfigDict(env_prefix="CHENGGUAN_")

    home: Path = PROJECT_ROOT / "warehouse"
    city: str = "changji"
    cities: Path = PROJECT_ROOT / "cities"
    inbox: Path | None = None
    hash_key: SecretStr | None = None
    alerts: SecretStr | None = None
    alerts_remind_days: int = Field(default=3, ge=1, le=90)
    site: bool = True
    memory: str = Field(default="4GB", pattern=r"^[0-9]+([.][0-9]+)? ?(MB|GB|MiB|GiB)$")
    bi_path: Path | None = None
    publish_postgres: SecretStr | None = None
    new_home: bool = True

    @property
    def less_memory(self) -> str:
        """What DuckDB may take where it looks at what came, or goes through tables once: a quarter of `memory`, but 1 GB where that is more.
        With more it would keep blocks of a file that nobody asks for again."""
        return self._share_of_memory(4)

    @property
    def half_memory(self) -> str:
        """What DuckDB may take where polars works beside it, in loading: half of `memory`, but 1 GB where that is more."""
        return self._share_of_memory(2)

    def _share_of_memory(self, parts: int) -> str:
        most = int(TypeAdapter(ByteSize).validate_python(self.memory))
        return f"{min(most, max(most // parts, 1_000_000_000)) // 1_000_000}MB"

    @property
    def inbox_dir(self) -> Path:
        return (self.inbox or self.home / "inbox").absolute()

    @property
    def landing(self) -> Path:
        return self.home.absolute() / "landing"

    @property
    def books(self) -> Path:
        """What landing copies do not say of themselves (`pipelines.landing.books`): it belongs to them and stands beside them."""
        return self.landing

    @property
    def vault(self) -> Path:
        return self.home.absolute() / "vault"

    @property
    def build_dir(self) -> Path:
        return self.home.absolute() / "build"

    @property
    def build_db(self) -> Path:
        """The one file that is written; readers get releases instead."""
        return self.build_dir / "warehouse.duckdb"

    @property
    def lock_file(self) -> Path:
        return self.build_dir / "write.lock"

    @property
    def releases(self) -> Path:
        return self.home.absolute() / "releases"

    @property
    def current(self) -> Path:
        return self.home.absolute() / "current"

    @property
    def served_file(self) -> Path:
        """What BI tools open, by the path that they see."""
        return self.bi_path or self.current / "serving.duckdb"

    @property
    def dagster_home(self) -> Path:
        return self.home.absolute() / "dagster"

    @property
    def incidents(self) -> Path:
        """What is wrong and who was told: apart from the build file, since alerts must work when that is held or broken."""
        return self.home.absolute() / "alerts" / "incidents.json"

    @property
    def city_dir(self) -> Path:
        return self.cities.absolute() / self.city


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
