"""The commands for a new city and its feeds: exit codes, both languages, JSON, and what they refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import ChengguanError, InputError, ProfileError, SetupError
from pipelines.feeds import FEEDS
from pipelines.settings import Settings

TICKETS = "工单号,受理渠道,来电人姓名,来电日期,状态\nT1,网站,张三丰,2024-03-01 08:12,已办结\nT2,网站,李四光,2024-02-30 08:12,办理中\n"


@pytest.fixture
def town(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A new town made by the command itself, and one export in its inbox."""
    for name, value in (
        ("HOME", settings.home),
        ("CITY", "newtown"),
        ("CITIES", settings.cities),
        ("INBOX", settings.inbox_dir),
    ):
        monkeypatch.setenv(f"CHENGGUAN_{name}", str(value))
    assert run("city", "new", "newtown", "--name-zh", "新城", "--first-day", "2024-01-01")[0] == 0
    (settings.inbox_dir / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    return settings.model_copy(update={"city": "newtown"})


def run(*args: str) -> tuple[int, str]:
    """Exit code and all that was said; a fault is met as `main` meets it."""
    result = CliRunner().invoke(app, args)
    if isinstance(result.exception, ChengguanError):
        return result.exception.exit_code, result.exception.render()
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def run_json(*args: str) -> Any:
    return json.loads(CliRunner().invoke(app, [*args, "--json"]).stdout)


def sample(town: Settings) -> str:
    return str(town.inbox_dir / "tickets.csv")


def test_a_new_city_says_what_to_do_next(town: Settings) -> None:
    code, said = run("city", "new", "othertown")
    assert code == 0
    assert "下一步 / next" in said and "chengguan city check othertown" in said
    assert run("city", "new", "newtown")[0] == ProfileError.exit_code


def test_a_night_of_a_new_city_points_at_the_first_feed(town: Settings) -> None:
    code, said = run("nightly")
    assert code == ProfileError.exit_code
    assert "还没有数据源" in said and "chengguan feed draft" in said


def test_feeds_are_listed_with_their_state(town: Settings) -> None:
    listed = run_json("feed", "list")
    assert [one["feed"] for one in listed] == list(FEEDS) and not any(one["state"] for one in listed)
    run("feed", "draft", "hotline_tickets", sample(town))
    assert {one["feed"] for one in run_json("feed", "list") if one["state"]} == {"hotline_tickets"}
    assert "热线工单" in run("feed", "list")[1]


def test_fields_are_told_with_codes_units_and_persons(town: Settings) -> None:
    told = {one["field"]: one for one in run_json("feed", "fields", "penalty_cases")}
    assert told["procedure"]["required"] and told["procedure"]["codes"]["summary"] == "简易程序"
    assert "万元" in told["fine_yuan"]["units"] and told["party_name"]["personal"] == "name"
    assert told["street_code"]["reference"] == "streets.street_code"
    code, said = run("feed", "fields", "penalty_cases")
    assert code == 0 and "必填 required" in said
    assert run("feed", "fields", "penalties")[0] == ProfileError.exit_code


def test_a_draft_is_written_once_and_replaced_only_by_force(town: Settings) -> None:
    target = town.city_dir / "feeds" / "hotline_tickets.toml"
    code, said = run("feed", "draft", "hotline_tickets", sample(town))
    assert code == 0 and target.is_file() and "确定 sure" in said
    assert "张三丰" not in said + target.read_text(encoding="utf-8")
    target.write_text("mine", encoding="utf-8")
    assert run("feed", "draft", "hotline_tickets", sample(town))[0] == SetupError.exit_code
    assert target.read_text(encoding="utf-8") == "mine"
    assert run("feed", "draft", "hotline_tickets", sample(town), "--force")[0] == 0
    assert run("city", "check")[0] == 0


def test_a_feeds_profile_is_known_under_another_files_name(town: Settings) -> None:
    run("feed", "draft", "hotline_tickets", sample(town))
    folder = town.city_dir / "feeds"
    (folder / "hotline_tickets.toml").rename(folder / "12345.toml")
    assert run("feed", "draft", "hotline_tickets", sample(town))[0] == SetupError.exit_code
    assert run("feed", "draft", "hotline_tickets", sample(town), "--force")[0] == 0
    assert [path.name for path in folder.glob("*.toml")] == ["12345.toml"]


def test_headers_and_values_are_no_markup(town: Settings) -> None:
    path = town.inbox_dir / "[b]tickets.csv"
    path.write_text(TICKETS.replace("状态", "[/]状态").replace("网站", "[/x]"), encoding="utf-8")
    assert run("feed", "draft", "hotline_tickets", str(path))[0] == 0
    code, said = run("feed", "check", "hotline_tickets", str(path))
    assert code == InputError.exit_code and "[b]tickets.csv" in said and "[/x]" in said


def test_a_password_does_not_get_into_a_profile(town: Settings) -> None:
    address = "postgresql://reader:open-sesame@db/platform"  # pragma: allowlist secret
    code, said = run("feed", "draft", "platform_cases", "--url", address, "--query", "select 1", "--cursor", "t")
    assert code == ProfileError.exit_code and "open-sesame" not in said
    assert not list((town.city_dir / "feeds").glob("*.toml"))


def test_a_draft_can_be_printed_alone(town: Settings) -> None:
    result = CliRunner().invoke(app, ["feed", "draft", "hotline_tickets", sample(town), "--to", "-"])
    assert result.stdout.startswith("#:schema") and "确定 sure" not in result.stdout
    assert not (town.city_dir / "feeds" / "hotline_tickets.toml").exists()
    assert run("feed", "draft", "hotline_tickets")[0] == InputError.exit_code


def test_a_dry_run_tells_counts_reasons_and_rows(town: Settings) -> None:
    run("feed", "draft", "hotline_tickets", sample(town))
    code, said = run("feed", "check", "hotline_tickets", sample(town))
    assert code == 0
    assert "读入 read 2 = 入库 loaded 1 + 隔离 quarantined 1" in said and "bad_date" in said and "张三丰" not in said
    told = run_json("feed", "check", "hotline_tickets", sample(town))
    assert (told["read"], told["loaded"], told["reasons"][0]["rule"]) == (2, 1, "bad_date")


def test_a_dry_run_of_which_nothing_would_be_loaded_fails(town: Settings, tmp_path: Path) -> None:
    run("feed", "draft", "hotline_tickets", sample(town))
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("feed", "check", "hotline_tickets", str(bad))[0] == InputError.exit_code
    assert run("feed", "check", "staff", sample(town))[0] == ProfileError.exit_code


def test_a_broken_city_has_exit_code_4_and_a_list(town: Settings) -> None:
    profile = town.city_dir / "city.toml"
    profile.write_text(
        profile.read_text(encoding="utf-8").replace('"handled"', '"some"').replace('"reported"', '"all"'),
        encoding="utf-8",
    )
    code, said = run("city", "check")
    assert code == ProfileError.exit_code
    assert "definitions.rework_denominator" in said and "handled, close_due" in said and "2 个问题" in said
    assert {one["key"] for one in run_json("city", "check")["problems"]} == {
        "definitions.rework_denominator",
        "definitions.filing_denominator",
    }
    assert run("city", "check", "nowhere")[0] == ProfileError.exit_code


def test_the_schemas_are_written_where_asked(town: Settings, tmp_path: Path) -> None:
    assert run("city", "schema", "--to", str(tmp_path / "schema"))[0] == 0
    assert {path.name for path in (tmp_path / "schema").iterdir()} == {"city.schema.json", "feed.schema.json"}
