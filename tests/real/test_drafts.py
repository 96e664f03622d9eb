"""Drafts of real public files: what a person would map is placed right, and nothing is placed wrong.

The synonyms know these files' headers, so this holds what was reached; it is no measure of how a file does that nobody has seen.
"""

from pathlib import Path

import polars as pl
import pytest

from pipelines.city import load_city
from pipelines.onboarding.draft import Draft
from pipelines.onboarding.drafting import draft_files
from pipelines.onboarding.words import Words
from pipelines.onboarding.writing import to_toml
from pipelines.settings import PROJECT_ROOT, Settings

SHARED = PROJECT_ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real public files are not beside this checkout (../shared/data)"
)

BOARD = {
    "ticket_id": "留言编号", "caller_name": "留言用户", "title": "留言主题", "content": "留言详情", "accepted_at": "留言时间",
    "reply": "答复意见", "replied_at": "答复时间", "closed_at": "答复时间",
}  # fmt: skip
PENALTIES = {
    "case_no": "ID", "cause": "标题", "decision_no": "书文号", "party_name": "被处罚人", "party_kind": "处罚对象", "decided_on": "时间",
    "filed_on": "时间", "penalty_kinds": "类别", "street_code": "区域",
}  # fmt: skip
NYC = {
    "accepted_at": "CreatedDate", "closed_at": "ClosedDate", "class_code": "ComplaintType", "content": "Descriptor",
    "address": "IncidentAddress", "street_code": "Borough", "unit_code": "AgencyName", "status": "Status", "due_at": "DueDate",
    "reply": "ResolutionDescription", "hotline": "OpenDataChannelType", "ticket_id": "UniqueKey",
}  # fmt: skip
#: {file: (feed, {field: the column that a person would take}, fields that may be right either way)}
FILES: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "hotline/messages_with_replies_2011_2020.xlsx": ("hotline_tickets", BOARD, set()),
    "hotline/messages_2017_2020.xlsx": (
        "hotline_tickets", {name: said for name, said in BOARD.items() if "答复" not in said}, set(),
    ),
    "penalty/penalty_guangxi.csv": ("penalty_cases", PENALTIES | {"squad_id": "执法部门"}, set()),
    "penalty/penalty_yunnan.csv": ("penalty_cases", PENALTIES | {"squad_id": "处罚机构"}, set()),
    "penalty/double_publicity_template_2016.xls": (
        "penalty_cases",
        {
            "case_no": "行政许可决定书文号(必填)", "decision_no": "行政许可决定书文号(必填)", "cause": "处罚事由(必填)",
            "party_name": "行政相对人名称(必填)", "party_id": "行政相对人代码_1(统一社会信用代码)", "decided_on": "处罚决定期(必填)",
            "filed_on": "处罚决定期(必填)", "penalty_kinds": "处罚类别1(必填)",
        },
        {"squad_id"},
    ),
    "nyc311/animal_complaints.csv": ("hotline_tickets", NYC, {"code_scheme"}),
}  # fmt: skip
WORDS = Words(PROJECT_ROOT / "cities")


def draft(name: str) -> Draft:
    city = load_city(Settings(city="message_board", cities=PROJECT_ROOT / "tests/real/cities"))
    return draft_files(city, FILES[name][0], [SHARED / name], SHARED, WORDS)


@pytest.mark.parametrize("name", FILES, ids=lambda name: Path(name).stem)
def test_what_a_person_would_map_is_placed_and_nothing_else(name: str) -> None:
    _, wanted, open_fields = FILES[name]
    placed = {field: one.headers[0] for field, one in draft(name).placed.items() if one.headers}
    assert {field: header for field, header in placed.items() if field not in open_fields} == wanted


def test_the_formats_of_the_dates_are_found() -> None:
    assert draft("nyc311/animal_complaints.csv").placed["accepted_at"].keys["formats"] == ["%m/%d/%Y %I:%M:%S %p"]
    assert "formats" not in draft("hotline/messages_2017_2020.xlsx").placed["accepted_at"].keys


def test_the_rules_below_the_templates_header_are_no_record() -> None:
    found = draft("penalty/double_publicity_template_2016.xls")
    assert found.source.skip_rows_matching == ["文本("]  # type: ignore[union-attr]
    assert found.rows == 4


def test_another_encoding_is_found_out() -> None:
    assert draft("penalty/penalty_guangxi.csv").encodings == {"gb18030"}


@pytest.mark.parametrize(
    ("name", "column"), [("hotline/messages_2017_2020.xlsx", "留言用户"), ("penalty/penalty_yunnan.csv", "被处罚人")]
)
def test_no_user_and_no_party_is_in_a_draft(name: str, column: str) -> None:
    found = draft(name)
    path = SHARED / name
    frame = pl.read_csv(path, infer_schema=False) if name.endswith(".csv") else pl.read_excel(path)
    persons = {person for cell in frame[column].drop_nulls() if len(person := str(cell).strip()) > 3}
    text = to_toml(found, WORDS) + str([one.examples for one in found.placed.values()])
    assert len(persons) > 100 and [person for person in persons if person in text] == []
