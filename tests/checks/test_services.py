"""Actions: what is registered is described in services.yaml, in words and with an icon."""

import ast
from typing import Any, Final

import yaml

from .repository import INTEGRATION, TRANSLATIONS, load_json, modules

DESCRIBED: Final[dict[str, Any]] = yaml.safe_load(
    (INTEGRATION / "services.yaml").read_text(encoding="utf-8")
)
ENGLISH: Final = load_json(TRANSLATIONS / "en.json")["services"]


def _registered() -> set[str]:
    """Collect the constants that name actions."""
    return {
        str(ast.literal_eval(node.value))
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id.startswith("SERVICE_")
        and node.value is not None
    }


def test_every_action_is_described_and_no_other() -> None:
    assert DESCRIBED.keys() == _registered()


def test_every_action_has_words_for_itself_and_its_fields() -> None:
    assert ENGLISH.keys() == DESCRIBED.keys()
    for name, action in DESCRIBED.items():
        fields = (action or {}).get("fields", {})
        assert ENGLISH[name].get("fields", {}).keys() == fields.keys(), name


def test_every_action_has_an_icon() -> None:
    assert load_json(INTEGRATION / "icons.json")["services"].keys() == DESCRIBED.keys()
