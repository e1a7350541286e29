from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_of_registers_is_current() -> None:
    """Run scripts/gen_registers_doc when this fails."""
    spec = spec_from_file_location("registers_doc", ROOT / "scripts" / "lib" / "registers_doc.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "registers.md").read_text(encoding="utf-8") == module.page()
