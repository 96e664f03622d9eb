"""What dbt only ever adds to cannot be made anew: it is kept beside landing."""

from typing import Any

from pipelines.landing.books import FROZEN


def test_every_model_that_is_never_refreshed_is_kept_beside_landing(models: list[dict[str, Any]]) -> None:
    added_to = {
        f"{model['schema']}.{model['name']}" for model in models if model["config"].get("full_refresh") is False
    }
    assert added_to == set(FROZEN)
