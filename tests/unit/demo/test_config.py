"""The configuration folder of the demo's Home Assistant."""

import json
from pathlib import Path

import pytest
import yaml

from tests.demo.config import INTEGRATION, write_config
from tests.demo.errors import DemoError
from tests.demo.gateway import Roof
from tests.demo.house import WAYS

from .kit import build

WAY = WAYS["solarman_v5"]


def test_the_integration_is_as_it_is_but_comes_after_the_simulated_cloud(tmp_path: Path) -> None:
    write_config(tmp_path, 8123, build("hybrid_1p", WAY, Roof()))
    linked = tmp_path / "custom_components" / "solar_monitor"
    assert {path.name for path in linked.iterdir()} == {path.name for path in INTEGRATION.iterdir()}
    for path in linked.iterdir():
        assert path.name == "manifest.json" or path.resolve() == INTEGRATION / path.name
    original = json.loads((INTEGRATION / "manifest.json").read_text())
    manifest = json.loads((linked / "manifest.json").read_text())
    assert manifest.pop("after_dependencies")[-1] == "simulated_cloud"
    original.pop("after_dependencies", None)
    assert manifest == original


@pytest.mark.parametrize(
    ("roof", "clouds"),
    [
        (Roof(), {"envoy", "enlighten"}),
        (Roof(local=False), {"enlighten"}),
        (Roof(cloud=False), {"envoy"}),
        (None, set()),
    ],
)
def test_home_assistant_is_told_where_the_simulated_clouds_are(
    tmp_path: Path, roof: Roof | None, clouds: set[str]
) -> None:
    write_config(tmp_path, 8123, build("hybrid_1p", WAY, roof))
    written = yaml.safe_load((tmp_path / "configuration.yaml").read_text())
    assert set(written["simulated_cloud"]) == clouds


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    with pytest.raises(DemoError, match="not empty"):
        write_config(tmp_path, 8123, build("hybrid_1p", WAY))
