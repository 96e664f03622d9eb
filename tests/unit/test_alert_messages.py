"""What an alert says: both languages, what it means, the next command; no cell's value, no error's text, no address."""

import re
from typing import Any

import pytest
from typer.main import get_command

from pipelines.alerts import messages
from pipelines.alerts.incidents import Incident, Kind, What
from pipelines.alerts.lineage import Lineage
from pipelines.alerts.messages import NAMES, Context, compose, facts_of, scrubbed
from pipelines.cli.app import app
from pipelines.errors import BusyError, InputError
from pipelines.settings import PROJECT_ROOT

CONTEXT = Context("小城 Smalltown", "20170924.1", "2017-09-24", ["case_closure", "hotline_service"])
LATE = {"state": "late", "newest_record_on": "2017-08-31", "expected_on": "2017-09-30", "days_late": 12}
FACTS = {
    Kind.RUN: ("nightly", {"steps": ["dbt_models"], "problems": []}),
    Kind.CHECK: ("marts/case_closure: key", {}),
    Kind.LATE: ("hotline_tickets", LATE),
    Kind.REFUSED: ("hotline_tickets", {"problems": [{"fault": "InputError", "file": "2017-09.xlsx", "row": "7"}]}),
    Kind.HELD: ("hotline_tickets: 0123456789ab", {"source": "hotline/2017-09.xlsx", "rows_read": 120}),
}
RUNBOOK = (PROJECT_ROOT / "docs/operations.md").read_text(encoding="utf-8")


def incident(kind: Kind) -> Incident:
    subject, facts = FACTS[kind]
    return Incident(
        kind, subject, "2017-09-26T02:00:00", "2017-09-25", "2017-09-28T02:00:00", "2017-09-27", 3, facts=facts
    )


def known_commands() -> set[str]:
    """`chengguan …` of every command there is."""
    found = set()
    for name, command in _below(get_command(app)).items():
        found |= {f"{name} {sub}" for sub in _below(command)} or {name}
    return found


def _below(command: Any) -> dict[str, Any]:
    """The commands of a group; of a single command there are none."""
    return getattr(command, "commands", {})


def unknown_commands(text: str) -> list[str]:
    """The commands that a text names and nobody knows."""
    known = known_commands()
    groups = {name.split()[0] for name in known if " " in name}
    named = set()
    for first, second in re.findall(r"chengguan ([a-z]+)(?: ([a-z-]+))?", text):
        named.add(f"{first} {second}".strip() if first in groups else first)
    return sorted(named - known)


@pytest.mark.parametrize("kind", list(Kind))
def test_an_alert_says_what_since_when_to_what_effect_and_what_to_run(kind: Kind) -> None:
    message = compose(incident(kind), "opened", CONTEXT)
    for said in ("小城 Smalltown", *NAMES[kind]):
        assert said.lower() in message.title.lower()
    for said in (
        "自 2017-09-25",
        "since the run for 2017-09-25",
        "20170924.1",
        "2017-09-24",
        "case_closure",
        "chengguan ",
    ):
        assert said in message.body
    for line in message.body.splitlines():
        assert line.isascii() or re.search(r"[一-鿿]", line)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("what", ["opened", "reminder", "recovered"])
def test_every_command_that_an_alert_names_exists(kind: Kind, what: What) -> None:
    assert unknown_commands(compose(incident(kind), what, CONTEXT).body) == []


def test_the_end_of_an_incident_says_when_it_was_and_asks_for_nothing() -> None:
    over = incident(Kind.LATE)
    over.closed_at, over.closed_for = "2017-09-29T02:00:00", "2017-09-28"
    message = compose(over, "recovered", CONTEXT)
    assert "2017-09-28" in message.body and message.level == "success"
    assert "chengguan" not in message.body


def test_a_late_feed_says_how_late_and_a_refused_one_where() -> None:
    late = compose(incident(Kind.LATE), "opened", CONTEXT)
    assert "已迟 12 天" in late.body and "2017-08-31" in late.body and late.level == "warning"
    refused = compose(incident(Kind.REFUSED), "opened", CONTEXT)
    assert "2017-09.xlsx" in refused.body and "行 row 7" in refused.body


def test_a_feed_that_never_brought_anything_is_told_without_dates() -> None:
    never = incident(Kind.LATE)
    never.facts = {"state": "never", "newest_record_on": "–", "expected_on": "–", "days_late": "–"}
    said = compose(never, "opened", CONTEXT).body
    assert "从未有记录" in said and "最新记录" not in said


@pytest.mark.parametrize("kind", list(Kind))
def test_an_incident_that_lacks_its_facts_is_told_all_the_same(kind: Kind) -> None:
    bare = incident(kind)
    bare.facts = {}
    assert NAMES[kind][0] in compose(bare, "opened", CONTEXT).body


def test_of_a_problem_only_its_kind_and_place_are_told() -> None:
    problem = InputError(
        "张三的电话不对", "13812345678 is wrong", file="/inbox/hotline/13812345678_2017.xlsx", row=7, column="来电人", value="张三",
    )  # fmt: skip
    assert facts_of(problem) == {"fault": "InputError", "file": "[电话]_2017.xlsx", "row": "7"}


def test_a_database_is_told_by_its_kind_since_its_address_may_hold_secrets() -> None:
    problem = BusyError("锁", "locked", file="postgresql://reader:S3cret@db.example.org/cases?password=S3cret")
    assert facts_of(problem) == {"fault": "BusyError", "file": "postgresql"}


def test_digits_of_a_period_stay_and_those_of_a_person_go() -> None:
    assert scrubbed("工单_2017-09.xlsx") == "工单_2017-09.xlsx"
    assert scrubbed("投诉_新B12345.xlsx") == "投诉_[车牌].xlsx"
    assert scrubbed("650102199001011234_13812345678.xlsx") == "[证件号]_[电话].xlsx"


def test_the_list_of_the_rest_names_each_of_them() -> None:
    message = messages.rest([(incident(kind), "opened") for kind in Kind], CONTEXT)
    assert all(FACTS[kind][0].split(":")[0] in message.body for kind in Kind)
    assert unknown_commands(message.body) == []


def test_the_marts_behind_a_feed_are_found_through_any_number_of_models() -> None:
    def model(schema: str, name: str, *upstream: str) -> dict[str, object]:
        return {"resource_type": "model", "schema": schema, "name": name, "depends_on": {"nodes": list(upstream)}}

    lineage = Lineage(
        {
            "sources": {"s1": {"schema": "raw", "name": "hotline_tickets"}, "s2": {"schema": "raw", "name": "staff"}},
            "nodes": {
                "m1": model("staging", "stg", "s1"), "m2": model("core", "fct", "m1"), "m3": model("marts", "hotline", "m2"),
                "m4": model("marts", "overview", "m3"), "m5": model("marts", "staffing", "s2"),
            },
        }
    )  # fmt: skip
    assert lineage.marts_behind("raw", "hotline_tickets") == ["hotline", "overview"]
    assert lineage.waiting_for(incident(Kind.REFUSED)) == ["hotline", "overview"]
    assert lineage.waiting_for(Incident(Kind.CHECK, "marts/staffing: key", "", "", "", "")) == ["staffing"]
    assert lineage.waiting_for(incident(Kind.RUN)) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_alert_has_its_runbook(kind: Kind) -> None:
    heading = f"### {NAMES[kind][1]}\n"
    assert heading in RUNBOOK
    section = RUNBOOK.partition(heading)[2].partition("\n##")[0]
    for part in ("**Noticed**", "**Means**", "**Do**", "**Over**"):
        assert part in section
    assert "chengguan " in section


def test_every_command_that_the_operations_manual_names_exists() -> None:
    assert unknown_commands(RUNBOOK) == []
