"""What analysts are told is the same in both languages. That it runs, and gives what it says, is held in `tests/pipeline/test_demo_city.py`."""

import json
import re

from tests.pipeline.analysts import DOCUMENTS, NOTEBOOK, blocks, questions

EN, ZH = DOCUMENTS
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_both_documents_have_the_same_code() -> None:
    assert blocks(EN) == blocks(ZH)
    assert len(blocks(EN, "python")) >= 4


def test_both_documents_promise_the_same_answers() -> None:
    asked = [[(q.sql, q.rows, q.columns) for q in questions(document)] for document in DOCUMENTS]
    assert asked[0] == asked[1]
    assert len(asked[0]) == 10


def test_each_question_is_asked_in_the_documents_language() -> None:
    assert [q.title for q in questions(ZH) if not CHINESE.search(q.title) or not CHINESE.search(q.trap)] == []
    assert [q.title for q in questions(EN) if CHINESE.search(q.title)] == []


def test_what_opens_a_release_opens_it_safely() -> None:
    opening = [
        code for code in blocks(EN) if re.search(r"duckdb\.connect|dbConnect|^duckdb ", code, flags=re.MULTILINE)
    ]
    assert len(opening) == 3
    for code in opening:
        assert re.search(r"read_?only", code) and "enable_external_access" in code and "lock_configuration" in code


def test_the_notebook_is_kept_without_what_it_showed() -> None:
    told = json.loads(NOTEBOOK.read_text("utf-8"))
    assert [cell for cell in told["cells"] if cell.get("outputs") or cell.get("execution_count")] == []
    assert all(CHINESE.search("".join(cell["source"])) for cell in told["cells"] if cell["cell_type"] == "markdown")
