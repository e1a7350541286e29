"""The files that the checks look at."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
INTEGRATION: Final = ROOT / "custom_components" / "solar_monitor"
TRANSLATIONS: Final = INTEGRATION / "translations"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object, unless a key is there twice: JSON would silently take the last."""
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"keys that are there twice: {twice}")
    return result


def load_json(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises ValueError for anything else and for a key that is there twice."""
    value = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    if not isinstance(value, dict):
        raise ValueError(f"{path} is not an object")  # noqa: TRY004 - wrong content, not a wrong call
    return value


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Parse every module of the integration; paths are relative to it."""
    for path in sorted(INTEGRATION.rglob("*.py")):
        yield path.relative_to(INTEGRATION), ast.parse(path.read_text(encoding="utf-8"))


def leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Walk nested objects down to their values."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, node
