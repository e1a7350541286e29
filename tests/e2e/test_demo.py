"""The demo as a whole: its check passes, and a restart loses nothing."""

from pathlib import Path
import re
from subprocess import run
import sys

from playwright.sync_api import Browser
import pytest

from tests.demo.background import RESTARTED, BackgroundDemo
from tests.demo.browser import DESKTOP, Window, window
from tests.demo.complaints import complaints
from tests.demo.config import ROOT
from tests.demo.entities import NOT_THERE


@pytest.mark.parametrize(
    ("family", "transport"), [("hybrid_1p", "solarman_v5"), ("hybrid_3p_lv", "modbus_tcp")]
)
def test_the_check_finds_every_value_as_the_simulator_knows_it(family: str, transport: str) -> None:
    command = ["--check", "--family", family, "--transport", transport]
    done = run(  # noqa: S603 - this project's own program
        [sys.executable, "-m", "tests.demo", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) entities are enabled", done.stdout)
    assert found
    assert int(found[1]) >= 30
    assert "WRONG" not in done.stdout


def test_a_restart_keeps_the_counters(demo: BackgroundDemo, browser: Browser) -> None:
    with window(browser, demo.address, DESKTOP) as opened:
        opened.open_integration()
        counters = sorted(_counters(opened))
        before = _counters(opened)
        opened.post("/api/services/homeassistant/restart", {})
        demo.wait_for(RESTARTED)
        after = _counters(opened)
        assert {name: state for name, state in after.items() if state < before[name]} == {}
        assert sorted(after) == counters
        assert _falls(opened, counters) == {}
    logs = Path(demo.address.log).parent.glob("home-assistant.log*")
    assert [text for log in logs for text in complaints(log.read_text(), str(ROOT))] == []


def _counters(opened: Window) -> dict[str, float]:
    """Read all our counters that never start again; raises ValueError when one has no number."""
    return {
        state["entity_id"]: float(state["state"])
        for state in opened.read("/api/states")
        if state["attributes"].get("state_class") == "total_increasing"
        and state["entity_id"].startswith("sensor.deye_")
    }


def _falls(opened: Window, counters: list[str]) -> dict[str, list[float]]:
    """Find counters that fell at any time in the recorded states."""
    query = f"filter_entity_id={','.join(counters)}&minimal_response&no_attributes"
    histories = opened.read(f"/api/history/period?{query}")
    numbers = {
        history[0]["entity_id"]: [
            float(row["state"]) for row in history if row["state"] not in NOT_THERE
        ]
        for history in histories
    }
    return {name: values for name, values in numbers.items() if values != sorted(values)}
