"""The rest of the repository: pages that tell the truth, one version, modules of readable size."""

import ast
from pathlib import Path
import re
import tomllib
from typing import Any, Final

import pytest
import yaml

from .repository import INTEGRATION, ROOT, load_json

PAGES: Final = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
CODE: Final = [
    path
    for folder in ("custom_components", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
VERSION: Final = load_json(INTEGRATION / "manifest.json")["version"]
LONGEST_MODULE: Final = 400

_LINK: Final = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_UNFINISHED: Final = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_RULES: Final[dict[str, Any]] = yaml.safe_load(
    (INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8")
)["rules"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    for groups in _LINK.findall(page.read_text(encoding="utf-8")):
        target = "".join(groups).partition("#")[0]
        if target and "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("command", ["scripts/demo", "scripts/test"])
def test_the_readme_names_the_two_commands(command: str) -> None:
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / command).stat().st_mode & 0o111


def test_the_same_version_is_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)[0]
    assert project["version"] == newest == VERSION


def test_the_quality_scale_has_all_rules() -> None:
    assert len(_RULES) == 54


@pytest.mark.parametrize("rule", _RULES)
def test_a_rule_of_the_quality_scale_is_done_with_evidence_or_exempt_with_a_reason(
    rule: str,
) -> None:
    verdict = _RULES[rule]
    assert verdict["status"] in {"done", "exempt"}
    assert verdict.get("evidence" if verdict["status"] == "done" else "comment")
    for path in verdict.get("evidence", ()):
        assert (ROOT / path).exists(), path


def test_no_module_is_long_but_for_tables() -> None:
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        statements = ast.parse(text).body
        table = sum(_length(node) for node in statements if _is_table(node))
        assert len(text.splitlines()) - table <= LONGEST_MODULE, path


def _is_table(node: ast.stmt) -> bool:
    """Tell whether a statement of a module is data: a tuple, list or dictionary in capitals."""
    return isinstance(node, ast.Assign | ast.AnnAssign) and _length(node) > 20


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_nothing_is_left_to_do() -> None:
    scripts = [path for path in (ROOT / "scripts").rglob("*") if path.is_file()]
    for path in (*CODE, *scripts):
        if path.name != "test_repository.py":
            text = path.read_bytes().decode("utf-8", errors="replace")
            assert not _UNFINISHED.search(text), path
