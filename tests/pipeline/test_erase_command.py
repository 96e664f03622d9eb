"""`chengguan privacy erase` and `… log`: what is asked for unseen is never said again."""

import json

import pytest
from typer.testing import CliRunner

from pipelines.city import City
from pipelines.cli.app import app
from pipelines.settings import Settings
from tests.pipeline.test_erasure import NAME, PHONE, home, tables

__all__ = ["home"]  # the fixture


def test_the_command_counts_first_and_never_says_who_it_is(
    home: tuple[Settings, City], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = home
    for name, value in (
        ("HOME", settings.home), ("CITY", settings.city), ("CITIES", settings.cities), ("INBOX", settings.inbox_dir), ("HASH_KEY", "a key for tests only, not a secret"),
    ):  # fmt: skip
        monkeypatch.setenv(f"CHENGGUAN_{name}", str(value))
    before = tables(settings)

    def run(*arguments: str, said: str = f"姓名：{NAME}\nphone={PHONE}\n") -> str:
        result = CliRunner().invoke(app, ["privacy", *arguments], input=said, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        assert not [value for value in (NAME, PHONE) if value in result.output]
        return result.output

    counted = run("erase")
    assert "hotline_tickets" in counted and "a.csv" in counted and "--yes" in counted and tables(settings) == before
    done = run("erase", "--yes", "--by", "Wang 13900000009", "--request", "R7")
    assert "R7" in done and "chengguan nightly" in done and "收件箱" in done
    shown = run("log")
    assert "R7" in shown and "第四十七条" in shown and "13900000009" not in shown
    [told] = json.loads(run("log", "--json"))
    assert told["counts"]["hotline_tickets"]["loaded"] == 2  # hers, and one that speaks of her number
    assert "没有找到" in run("erase", said="phone=13900009999\n")
