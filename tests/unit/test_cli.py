"""The command line: exit codes, both languages, JSON for scripts, and that it starts quickly."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines import definitions, transform
from pipelines.city import City
from pipelines.cli import app as face
from pipelines.cli.app import app
from pipelines.errors import BusyError, InputError, ProfileError, SetupError
from pipelines.orchestration import feeds, night
from pipelines.orchestration.home import night_lock
from pipelines.settings import Settings
from tests.pipeline.fakes import FakeDbt, write_manifest
from tests.pipeline.sheets import mend

HEADER = "编号,违建编号,拆除日期,面积,方式\n"


@pytest.fixture
def home(
    settings: Settings, write_city: Callable[..., City], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Settings:
    """The environment of a user: a small town with one ledger in the inbox; dbt is a stand-in."""
    write_city()
    for name, value in (
        ("HOME", settings.home), ("CITY", settings.city), ("CITIES", settings.cities), ("INBOX", settings.inbox_dir),
    ):  # fmt: skip
        monkeypatch.setenv(f"CHENGGUAN_{name}", str(value))
    monkeypatch.setattr(feeds, "load_reference", lambda *_: {"city": 1})
    monkeypatch.setattr(transform, "dbt_environment", lambda *_, **__: {})
    monkeypatch.setattr(transform, "needs_full_refresh", lambda *_: False)
    monkeypatch.setattr(transform, "record_build", lambda *_, **__: None)
    fakes: dict[str, Any] = {"manifest": write_manifest(tmp_path), "resources": {"dbt": FakeDbt(settings)}}
    monkeypatch.setattr(night, "build_defs", partial(definitions.build_defs, **fakes))
    deliver(settings, "a.csv", HEADER + "1,W1,2017-01-05,10.5,自拆\n2,W2,2017-02-30,3,自拆\n")
    return settings


def deliver(settings: Settings, name: str, text: str) -> Path:
    path = settings.inbox_dir / "demolitions" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(*args: str) -> tuple[int, str]:
    """Exit code and all that was said; a fault is met as `main` meets it."""
    result = CliRunner().invoke(app, args)
    if result.exception is None or isinstance(result.exception, SystemExit):
        return result.exit_code, result.output
    if isinstance(result.exception, InputError | ProfileError | SetupError | BusyError):
        return result.exception.exit_code, result.exception.render()
    raise result.exception


def run_json(*args: str) -> Any:
    return json.loads(CliRunner().invoke(app, [*args, "--json"]).stdout)


NIGHT = ("nightly", "--date", "2017-09-25")


def test_a_night_ends_with_a_summary_in_both_languages(home: Settings) -> None:
    code, said = run(*NIGHT)
    assert code == 0, said
    for part in ("读入 read", "20170925.1", "published, now current", "serving.duckdb", "chengguan quarantine list"):
        assert part in said
    assert "dagster" not in said.lower().replace("dagster.yaml", "")
    code, said = run(*NIGHT)
    assert code == 0
    assert "nothing changed, nothing published" in said and "没有新数据" in said


def test_a_night_for_scripts(home: Settings) -> None:
    told = run_json(*NIGHT)
    assert told["success"] is True and told["as_of"] == "2017-09-25"
    assert told["feeds"]["demolitions"]["rows_quarantined"] == 1
    assert told["release"]["release"] == "20170925.1"
    assert told["models"]["marts.demolition"] == 1


def test_a_bad_file_is_named_with_its_remedy_and_the_release_stays(home: Settings) -> None:
    run(*NIGHT)
    deliver(home, "b.csv", "编号,面积\n3,1\n")
    code, said = run(*NIGHT)
    assert code == InputError.exit_code
    for part in ("b.csv", "处理 remedy", "the current release stays: 20170925.1", "未运行 not run"):
        assert part in said
    deliver(home, "b.csv", HEADER)
    code, said = run(*NIGHT)
    assert code == InputError.exit_code and "b.csv" in said


def test_what_cannot_begin_has_a_code_of_its_own(home: Settings) -> None:
    assert run(*NIGHT)[0] == 0
    code, said = run("nightly", "--city", "nowhere")
    assert code == ProfileError.exit_code and "nowhere" in said
    assert run("nightly", "--date", "2010-01-01")[0] == SetupError.exit_code
    with night_lock(home):
        assert run(*NIGHT)[0] == BusyError.exit_code
    (home.city_dir / "city.toml").write_text("[city]\nid = 3\n")
    code, said = run(*NIGHT)
    assert code == ProfileError.exit_code and "city.toml" in said and "city.id" in said


def test_another_city_is_kept_out_of_the_home(home: Settings) -> None:
    run(*NIGHT)
    profile = home.city_dir / "city.toml"
    other = home.cities / "othertown"
    home.city_dir.rename(other)
    (other / "city.toml").write_text((other / profile.name).read_text().replace("smalltown", "othertown"))
    code, said = run(*NIGHT, "--city", "othertown")
    assert code == SetupError.exit_code and "smalltown" in said and "CHENGGUAN_HOME" in said


def test_quarantine_says_where_and_why(home: Settings) -> None:
    run(*NIGHT)
    code, said = run("quarantine", "list")
    assert code == 0
    for part in ("demolitions/a.csv", "bad_date", "2017-02-30", "拆除"):
        assert part in said
    told = run_json("quarantine", "list", "--feed", "demolitions", "--reason", "bad_date")
    assert told["counts"] == [{"feed": "demolitions", "rule": "bad_date", "rows": 1}]
    assert (told["rows"][0]["row"], told["rows"][0]["key"]) == (3, "2")
    assert run_json("quarantine", "list", "--reason", "no_such_rule")["rows"] == []
    assert run("quarantine", "list", "--feed", "nonsense")[0] == ProfileError.exit_code


def test_a_steward_looks_exports_mends_and_replays(home: Settings, tmp_path: Path) -> None:
    run(*NIGHT)
    [row] = run_json("quarantine", "list")["rows"]
    code, said = run("quarantine", "show", row["id"])
    assert code == 0
    for part in ("demolitions/a.csv", "2017-02-30", "应为 should be", "a date, as 2017-09-25", "it waits"):
        assert part in said
    book = tmp_path / "refused.xlsx"
    assert run_json("quarantine", "export", "--to", str(book))["rows"] == {"demolitions": 1}
    mended = mend(book, "demolitions", {"2017-02-30": {"demolished_on": "2017-02-28"}})
    code, said = run("quarantine", "replay", str(mended), "--by", "Wang", "--date", "2017-09-25")
    assert code == 0 and "入库" in said
    assert run_json("quarantine", "list")["rows"] == []
    assert "Wang" in run("quarantine", "show", row["id"])[1]
    again = run_json("quarantine", "replay", str(mended), "--date", "2017-09-25")
    assert again["feeds"][0]["batch"] is None and again["skipped"][0]["id"] == row["id"]
    assert [line["status"] for line in run_json("quarantine", "list", "--all")["rows"]] == ["replaced"]
    assert run("quarantine", "export", "--to", str(book))[0] == InputError.exit_code


def test_a_steward_sets_rows_aside_with_a_reason_and_takes_them_back(home: Settings) -> None:
    run(*NIGHT)
    [row] = run_json("quarantine", "list")["rows"]
    who = ("--by", "Li", "--date", "2017-09-25")
    assert run("quarantine", "dismiss", row["id"], *who)[0] == 2  # no reason
    assert run("quarantine", "dismiss", *who, "--why", "x")[0] == InputError.exit_code  # neither row nor filter
    assert run("quarantine", "dismiss", row["id"], *who, "--why", " ")[0] == InputError.exit_code
    assert run("quarantine", "dismiss", "--feed", "demolitions", "--reason", "bad_date", *who, "--why", "重复")[0] == 0
    assert run_json("quarantine", "list", "--status", "dismissed")["rows"][0]["id"] == row["id"]
    assert "重复" in run("quarantine", "show", row["id"])[1]
    assert run_json("quarantine", "undismiss", row["id"], *who) == {"rows": 1, "ids": [row["id"]]}
    assert len(run_json("quarantine", "list")["rows"]) == 1


def test_ingest_loads_one_file_and_reports_a_bad_one(home: Settings) -> None:
    extra = deliver(home, "later.csv", HEADER + "9,W9,2017-03-05,1,强拆\n")
    told = run_json("ingest", "demolitions", str(extra), "--date", "2017-09-25")
    assert [batch["rows_loaded"] for batch in told["batches"]] == [1]
    code, said = run("ingest", "demolitions", str(extra), "--date", "2017-09-25")
    assert code == 0 and "loaded before" in said
    assert run("ingest", "demolitions", "missing.csv", "--date", "2017-09-25")[0] == InputError.exit_code
    assert run("ingest", "nonsense", str(extra), "--date", "2017-09-25")[0] == ProfileError.exit_code


def test_status_before_and_after_a_night(home: Settings) -> None:
    code, said = run("status")
    assert code == 0 and "no release yet" in said
    run(*NIGHT)
    told = run_json("status")
    assert told["release"]["id"] == "20170925.1" and told["night_is_running"] is False
    assert told["feeds"][0]["rows_read"] == 2
    assert told["runs"][0]["status"] == "SUCCESS" and told["runs"][0]["partition"] == "2017-09-25"
    assert "20170925.1" in run("status")[1]


def test_status_says_which_marts_are_empty_and_why(home: Settings) -> None:
    deliver(home, "a.csv", HEADER + "2,W2,2017-02-30,3,自拆\n")
    run(*NIGHT)
    code, said = run("status")
    assert code == 0
    assert "空的集市 empty marts: 1" in said
    assert "configured, all that arrived is in quarantine: demolitions, platform_case_flow\n    demolition\n" in said
    [mart] = run_json("status")["empty_marts"]
    assert mart["mart"] == "marts.demolition"
    for part in (
        "this city has no feed: Platform case flow (platform_case_flow)",
        "in quarantine: Demolitions (demolitions)",
    ):
        assert part in mart["why_en"]
    deliver(home, "a.csv", HEADER + "1,W1,2017-01-05,10.5,自拆\n")
    run(*NIGHT)
    assert "empty marts" not in run("status")[1]


def test_releases_can_be_listed_rolled_back_and_pruned(home: Settings) -> None:
    assert run_json("releases", "list") == []
    run(*NIGHT)
    deliver(home, "b.csv", HEADER + "3,W3,2017-03-05,1,强拆\n")
    run(*NIGHT)
    assert [info["id"] for info in run_json("releases", "list")] == ["20170925.2", "20170925.1"]
    assert run("releases", "rollback")[0] == 0
    assert [info["is_current"] for info in run_json("releases", "list")] == [False, True]
    assert run("releases", "rollback", "20990101.1")[0] == SetupError.exit_code
    assert run_json("releases", "prune") == {"deleted": []}


def test_doctor_says_how_to_mend(home: Settings) -> None:
    levels = {finding["level"] for finding in run_json("doctor")}
    assert levels == {"ok", "warn"}  # no release yet
    run(*NIGHT)
    assert {finding["level"] for finding in run_json("doctor")} == {"ok"}
    (home.releases / ".tmp-20170925.9").mkdir()
    (home.current / "serving.duckdb").unlink()
    code, said = run("doctor")
    assert code == SetupError.exit_code
    assert "releases prune" in said and "releases rollback" in said
    (home.city_dir / "city.toml").write_text("nonsense")
    code, said = run("doctor")
    assert "city.toml" in said


def test_main_turns_a_fault_into_a_message_and_a_code(
    home: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["chengguan", "nightly", "--city", "nowhere"])
    with pytest.raises(SystemExit) as left:
        face.main()
    assert left.value.code == ProfileError.exit_code
    assert "nowhere" in capsys.readouterr().err


def test_it_starts_without_what_is_slow() -> None:
    heavy = "sorted({'dagster', 'dbt', 'polars', 'duckdb'} & set(sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, pipelines.cli; print({heavy})"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
