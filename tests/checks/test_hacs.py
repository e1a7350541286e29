"""What HACS and its successor in Home Assistant 2026.11, the Marketplace, ask of a repository."""

from hashlib import sha256
from importlib import import_module
import struct
from typing import Any, Final

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
import pytest
import voluptuous as vol

from .repository import INTEGRATION, ROOT, load_json

HACS: Final = load_json(ROOT / "hacs.json")

# Of the MIT licence's text without its copyright line, white space made single blanks.
MIT_SHA256: Final = "7c9b48b52decb9837c70f608678129e1ac79e056829c8d1e82e8cdd8aed562f8"

SCHEMA: Final = vol.Schema(
    {
        vol.Required("name"): "Solar Monitor",
        vol.Required("homeassistant"): vol.Match(r"^20\d\d\.\d+\.\d+$"),
        vol.Required("zip_release"): True,
        vol.Required("filename"): "solar_monitor.zip",
    }
)


def test_hacs_json_fits_its_schema() -> None:
    SCHEMA(HACS)


def test_the_manifest_has_what_hacs_shows() -> None:
    manifest = load_json(INTEGRATION / "manifest.json")
    shown = {"codeowners", "documentation", "domain", "issue_tracker", "name", "version"}
    assert shown <= manifest.keys()
    assert manifest["name"] == HACS["name"]


def test_there_is_exactly_one_integration() -> None:
    folders = [path for path in (ROOT / "custom_components").iterdir() if path.is_dir()]
    assert [path.name for path in folders if path.name != "__pycache__"] == [INTEGRATION.name]


def test_the_release_workflow_makes_the_file_that_hacs_fetches() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    assert f'upload "$TAG" {HACS["filename"]}' in workflow


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("icon.png", (256, 256)),
        ("icon@2x.png", (512, 512)),
        ("logo.png", (None, 128)),
        ("logo@2x.png", (None, 256)),
        ("dark_logo.png", (None, 128)),
        ("dark_logo@2x.png", (None, 256)),
    ],
)
def test_a_picture_has_the_size_that_brands_need(name: str, sides: tuple[int | None, int]) -> None:
    header = (INTEGRATION / "brand" / name).read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", header[16:24])
    assert height == sides[1]
    assert sides[0] in {None, width}


def test_the_licence_is_mit_word_by_word() -> None:
    lines = (ROOT / "LICENSE").read_text().splitlines()
    assert "Copyright (c) 2026 Solar Monitor contributors" in lines
    words = " ".join(line for line in lines if not line.startswith("Copyright")).split()
    assert sha256(" ".join(words).encode()).hexdigest() == MIT_SHA256


def test_a_readme_is_there() -> None:
    assert (ROOT / "README.md").read_text().startswith("# Solar Monitor")


if (MAJOR_VERSION, MINOR_VERSION) >= (2026, 11):

    def test_the_marketplace_accepts_both_manifests(caplog: pytest.LogCaptureFixture) -> None:
        parts = "homeassistant.components.marketplace.repositories"
        base: Any = import_module(f"{parts}.base")
        integration: Any = import_module(f"{parts}.integration")
        check_loadable = integration._check_loadable_manifest  # noqa: SLF001 - its own check
        check_loadable(INTEGRATION, INTEGRATION.name)
        assert base.RepositoryManifest.from_dict(HACS).manifest == HACS
        assert not caplog.records
