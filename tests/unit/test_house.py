"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_ROOT

#: Put together here so that this file does not hold them. A machine's path begins at its root: `seed_*/home/x/` is none.
FORBIDDEN = re.compile(
    "|".join(
        ["python" + r"hosted", r"pypi\." + "org", "--(extra-)?index" + "-url", r"\b(domain|design)\." + "md"]
        + [r"(?<![\w.*)}])/" + place + "/" for place in ("root", "home/[a-z]+", "Users", "work", "opt/wheels")]
    )
)
KNOW_DAGSTER = ("pipelines/orchestration/", "pipelines/cli/", "pipelines/definitions.py", "tests/")


def tracked(*patterns: str) -> list[Path]:
    # Ended by zeros: otherwise git writes Chinese names in octal, and no rule would see those files.
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := PROJECT_ROOT / name).is_file()]


@pytest.mark.parametrize(("pattern", "most"), [("*.py", 300), ("*.sql", 120), ("*.yml", 250), ("*.toml", 250)])
def test_files_stay_small(pattern: str, most: int) -> None:
    assert [str(path) for path in tracked(pattern) if len(path.read_text("utf-8").splitlines()) > most] == []


def test_no_file_names_a_registry_or_a_machines_path() -> None:
    found = [str(path) for path in tracked() if FORBIDDEN.search(path.read_text("utf-8", errors="replace"))]
    assert found == []


def test_only_the_upper_floors_import_dagster() -> None:
    found = [
        name
        for path in tracked("*.py")
        if not (name := path.relative_to(PROJECT_ROOT).as_posix()).startswith(KNOW_DAGSTER)
        and any(module.split(".")[0].startswith("dagster") for module in imports(path))
    ]
    assert found == []


def imports(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return modules


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path)
        for path in tracked("pipelines/*.py", "tests/*.py")
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_the_lock_has_a_hash_for_every_package_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-uv.lock", "requirements-spark.lock", "requirements-sbom.lock"):
        text = (PROJECT_ROOT / name).read_text("utf-8")
        pins = re.findall(r"^[A-Za-z0-9._\[\],-]+==", text, flags=re.MULTILINE)
        assert pins
        assert len(re.findall(r"==\S+ \\\n    --hash=sha256:", text)) == len(pins)
        assert "://" not in text


def test_the_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    for name in ("README.md", "README.zh-CN.md"):
        named = re.findall(r"(?:^    |`)make ([a-z-]+)", (PROJECT_ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
        assert {"nightly", "test"} <= set(named) <= targets


def test_both_readmes_have_the_same_chapters() -> None:
    chapters = [
        len(re.findall(r"^## ", (PROJECT_ROOT / name).read_text("utf-8"), flags=re.MULTILINE))
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert chapters[0] == chapters[1]


def test_links_of_the_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(PROJECT_ROOT)}: {target}"
        for path in tracked("*.md")
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_paths_that_the_documents_name_are_there() -> None:
    places = "pipelines|dbt_project|tests|docs|cities"
    missing = [
        f"{path.relative_to(PROJECT_ROOT)}: {named}"
        for path in tracked("*.md")
        for named in re.findall(rf"`((?:{places})/[\w./-]+)`", path.read_text("utf-8"))
        if not (PROJECT_ROOT / named).exists()
    ]
    assert missing == []
