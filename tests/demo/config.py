"""The configuration folder of the demo's Home Assistant."""

import json
from pathlib import Path
import socket
from typing import Any

from tests.demo.errors import DemoError
from tests.demo.house import House
from tests.simulators.envoy import CloudSimulator

ROOT = Path(__file__).parents[2]
"""The checkout."""
HOST = "127.0.0.1"

CONFIGURATION = """\
# Made by scripts/demo. `default_config` is left out: it looks for devices in the whole network.
homeassistant:
  name: Demo house
  latitude: {place.latitude}
  longitude: {place.longitude}
  elevation: 0
  time_zone: {place.time_zone}
  unit_system: metric
  currency: EUR
  country: NL
application_credentials:
frontend:
recorder:
  commit_interval: 1
history:
logbook:
energy:
input_boolean:
sun:
"""


INTEGRATION = ROOT / "custom_components" / "solar_monitor"
CLOUD = ROOT / "tests" / "demo" / "simulated_cloud"
MANIFEST = "manifest.json"


def write_config(folder: Path, port: int, house: House) -> None:
    """Fill a folder so that Home Assistant starts in it, on a port of this machine alone.

    Raises DemoError when something is in it: another run had another house.
    """
    storage = folder / ".storage"
    if folder.is_dir() and any(folder.iterdir()):
        raise DemoError(f"{folder} is not empty.")
    storage.mkdir(parents=True)
    configuration = CONFIGURATION.format(place=house.site.place)
    # JSON is YAML as well.
    configuration += f"{CLOUD.name}: {json.dumps(_clouds(house))}\n"
    (folder / "configuration.yaml").write_text(configuration)
    components = folder / "custom_components"
    components.mkdir()
    (components / CLOUD.name).symlink_to(CLOUD, target_is_directory=True)
    _link_integration(components / INTEGRATION.name)
    _store(storage / "http", 3, _http(port))
    # Without these steps: they would start flows of Met.no, radio stations and the like.
    _store(storage / "onboarding", 4, {"done": ["core_config", "analytics", "integration"]})


def free_port(wanted: int = 0) -> int:
    """Find a port that nobody uses now, or make sure of one; raises DemoError if it is taken."""
    try:
        with socket.create_server((HOST, wanted)) as server:
            port: int = server.getsockname()[1]
    except OSError as error:
        raise DemoError(f"Port {wanted} cannot be used: {error}") from error
    return port


def _store(file: Path, version: int, data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's own storage does."""
    content = {"version": version, "minor_version": 1, "key": file.name, "data": data}
    file.write_text(json.dumps(content))


def _link_integration(folder: Path) -> None:
    """Put the integration into a folder as it is, but set up after the simulated cloud.

    Before that it would take Enphase's own address for the right one.
    """
    folder.mkdir()
    for path in INTEGRATION.iterdir():
        if path.name != MANIFEST:
            (folder / path.name).symlink_to(path)
    manifest = json.loads((INTEGRATION / MANIFEST).read_text())
    manifest["after_dependencies"] = [*manifest.get("after_dependencies", ()), CLOUD.name]
    (folder / MANIFEST).write_text(json.dumps(manifest))


def _clouds(house: House) -> dict[str, Any]:
    """Say where the simulated clouds are."""
    clouds: dict[str, Any] = {}
    if house.gateway:
        clouds["envoy"] = _sign_in(house.gateway.cloud)
    if house.account:
        clouds["enlighten"] = house.account.cloud.base_url
    return clouds


def _sign_in(cloud: CloudSimulator) -> dict[str, str]:
    """Say where tokens of a gateway come from, and whose certificate is there."""
    return {
        "login_url": cloud.login_url,
        "token_url": cloud.token_url,
        "certificate": cloud.certificate.pem.decode(),
    }


def _http(port: int) -> dict[str, Any]:
    """Give the settings of the web server.

    As `http:` in YAML they would only be tried out: Home Assistant would end after five minutes.
    """
    stable = {
        "server_host": [HOST],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern_v6",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    return {"stable": stable, "pending": None, "yaml_migration_done": True}
