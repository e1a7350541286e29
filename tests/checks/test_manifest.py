"""manifest.json, as hassfest would have it."""

import ast
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import homeassistant.components
from homeassistant.const import Platform
from homeassistant.requirements import DISCOVERY_INTEGRATIONS
from packaging.requirements import Requirement
import pytest
import voluptuous as vol

from .repository import INTEGRATION, ROOT, load_json, modules

MANIFEST: Final = load_json(INTEGRATION / "manifest.json")
CORE: Final = homeassistant.components.__path__[0]

# Components that hassfest lets anyone import without naming them in the manifest.
ALWAYS_ALLOWED: Final = {*Platform, "homeassistant", "persistent_notification", "system_health"}


def _https(value: object) -> str:
    parts = urlsplit(str(value))
    if parts.scheme != "https" or not parts.netloc or parts.netloc == "www.home-assistant.io":
        raise vol.Invalid("an https address that is not Home Assistant's own is needed")
    return str(value)


def _version(value: object) -> str:
    allowed = [
        AwesomeVersionStrategy.CALVER,
        AwesomeVersionStrategy.SEMVER,
        AwesomeVersionStrategy.SIMPLEVER,
        AwesomeVersionStrategy.BUILDVER,
        AwesomeVersionStrategy.PEP440,
    ]
    if AwesomeVersion(str(value)).strategy not in allowed:
        raise vol.Invalid("the loader would refuse this version")
    return str(value)


def _requirement(value: object) -> str:
    text = str(value)
    if Requirement(text).url or " " in text:
        raise vol.Invalid("a plain PEP 508 requirement is needed")
    return text


# All keys that the loader of a custom integration reads, with the values that we may use.
SCHEMA: Final = vol.Schema(
    {
        vol.Required("domain"): "solar_monitor",
        vol.Required("name"): str,
        vol.Optional("after_dependencies"): [str],
        vol.Required("categories"): ["energy.solar_batteries"],
        vol.Required("codeowners"): vol.All(
            [vol.Match(r"^@[a-z0-9-]+(/[a-z0-9-]+)?$")], vol.Length(1)
        ),
        vol.Required("config_flow"): True,
        vol.Required("connectivity"): [vol.In(["cloud", "modbus", "network"])],
        vol.Optional("dependencies"): [str],
        vol.Optional("dhcp"): [
            vol.Any(
                {
                    vol.Required("macaddress"): vol.Match(r"^[0-9A-F]{6}\*$"),
                    vol.Optional("hostname"): vol.Match(r"^[a-z0-9*?_-]+$"),
                },
                {vol.Required("registered_devices"): True},
            )
        ],
        vol.Required("documentation"): _https,
        vol.Required("integration_type"): "hub",
        vol.Required("iot_class"): vol.In(
            ["cloud_polling", "cloud_push", "local_polling", "local_push"]
        ),
        vol.Required("issue_tracker"): _https,
        vol.Optional("loggers"): [str],
        vol.Required("requirements"): [_requirement],
        vol.Required("version"): _version,
        vol.Optional("zeroconf"): [str, {vol.Required("type"): str, str: str}],
    }
)


def test_the_manifest_fits_its_schema_and_has_no_unknown_key() -> None:
    SCHEMA(MANIFEST)
    assert MANIFEST["domain"] == INTEGRATION.name


@pytest.mark.parametrize(
    "change",
    [
        {"homepage": "https://example.org"},
        {"documentation": "http://example.org"},
        {"documentation": "https://www.home-assistant.io/integrations/solar_monitor"},
        {"dhcp": [{"macaddress": "e8fdf8*"}]},
        {"dhcp": [{"macaddress": "E8FDF8"}]},
        {"version": "next"},
        {"iot_class": "polling"},
        {"requirements": ["pymodbus >= 3"]},
    ],
)
def test_the_schema_refuses_what_hassfest_refuses(change: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        SCHEMA(MANIFEST | change)


def test_no_pymodbus_is_allowed_that_our_tests_fail_with() -> None:
    requirements = map(Requirement, MANIFEST["requirements"])
    [pymodbus] = (each for each in requirements if each.name == "pymodbus")
    assert "3.11.4" not in pymodbus.specifier
    assert {"3.12.0", "3.13.1"} <= set(pymodbus.specifier.filter(["3.12.0", "3.13.1"]))


def test_keys_are_ordered_domain_then_name_then_by_alphabet() -> None:
    first, second, *rest = MANIFEST
    assert (first, second) == ("domain", "name")
    assert rest == sorted(rest)


def test_the_domain_is_not_taken_by_home_assistant() -> None:
    assert MANIFEST["domain"] not in _core_domains()


def _core_domains() -> set[str]:
    return {path.parent.name for path in Path(CORE).glob("*/manifest.json")}


def test_dependencies_exist_and_are_named_once() -> None:
    named = [*MANIFEST.get("dependencies", []), *MANIFEST.get("after_dependencies", [])]
    assert len(set(named)) == len(named)
    assert set(named) <= _core_domains()


def _imported_components(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "homeassistant.components":
                found |= {alias.name for alias in node.names}
            elif node.module.startswith("homeassistant.components."):
                found.add(node.module.split(".")[2])
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[2]
                for alias in node.names
                if alias.name.startswith("homeassistant.components.")
            }
    return found


def test_every_imported_component_is_a_dependency() -> None:
    allowed = ALWAYS_ALLOWED | {
        *MANIFEST.get("dependencies", []),
        *MANIFEST.get("after_dependencies", []),
        *(name for name, keys in DISCOVERY_INTEGRATIONS.items() if set(keys) & MANIFEST.keys()),
    }
    # A platform file may import the component that it is a platform of: diagnostics.py, repairs.py.
    platforms = {path.stem for path in INTEGRATION.glob("*.py")}
    for path, tree in modules():
        assert _imported_components(tree) <= allowed | platforms, path


def test_every_dependency_is_used() -> None:
    used = set().union(*(_imported_components(tree) for _, tree in modules()))
    assert {*MANIFEST.get("dependencies", []), *MANIFEST.get("after_dependencies", [])} <= used


def test_a_config_flow_is_there() -> None:
    assert (INTEGRATION / "config_flow.py").is_file()


def test_services_are_described_if_there_are_any() -> None:
    source = "\n".join(path.read_text() for path in INTEGRATION.rglob("*.py"))
    registers = "services.async_register" in source or "async_register_admin_service" in source
    assert (INTEGRATION / "services.yaml").is_file() is registers


def test_every_json_file_is_valid_and_has_no_key_twice() -> None:
    files = [ROOT / "hacs.json", *INTEGRATION.rglob("*.json")]
    assert all(load_json(path) for path in files)
