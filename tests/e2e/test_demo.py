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
from tests.demo.demo import READY_S
from tests.demo.entities import NOT_THERE

ALARM = "binary_sensor.main_house_alarm"
CALLS_LEFT = "sensor.main_house_calls_left_this_month"
OURS = ("sensor.deye_", "sensor.enphase_gateway_", "sensor.panel_", "sensor.solar_site_")
ALONE = ("--no-shedding", "--no-envoy", "--no-cloud")
SCENE = [
    "armed, and the battery carries the house",
    "Heating rod off",
    "Pool pump off",
    "the sun comes",
    "Pool pump on",
    "Heating rod on",
]


@pytest.mark.parametrize(
    ("options", "entities"),
    [
        (["--panels", "20"], {"deye": 39, "envoy": 80, "enlighten": 16, "site": 45}),
        (
            [*ALONE, "--family", "hybrid_3p_lv", "--transport", "modbus_tcp"],
            {"deye": 30, "site": 41},
        ),
        (["--no-shedding", "--no-envoy"], {"deye": 39, "enlighten": 19, "site": 43}),
        (
            ["--no-shedding", "--family", "micro", "--envoy", "d8_2_storage"],
            {"deye": 20, "envoy": 95, "enlighten": 17, "site": 43},
        ),
    ],
    ids=["everything", "inverter alone", "cloud in place of the gateway", "batteries of Enphase"],
)
def test_the_check_finds_every_value_as_the_simulators_know_it(
    options: list[str], entities: dict[str, int]
) -> None:
    done = run(  # noqa: S603 - this project's own program
        [sys.executable, "-m", "tests.demo", "--check", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.findall(r"(\w+): (\d+) entities are enabled, (\d+) agree", done.stdout)
    assert [kind for kind, _, _ in found] == list(entities)
    for kind, enabled, agree in found:
        assert int(enabled) == int(agree) >= entities[kind]
    assert "WRONG" not in done.stdout
    told = re.findall(r"alarm is (\w+) and (\w+) was told", done.stdout)
    rehearsed = [("on", "alarm_raised"), ("off", "alarm_cleared")]
    assert told == (rehearsed if "enlighten" in entities else [])
    played = re.findall(r"Load shedding, .*%: (.+)\.", done.stdout)
    assert played == ([] if "--no-shedding" in options else SCENE)


def test_every_test_here_has_the_time_that_a_demo_may_take(request: pytest.FixtureRequest) -> None:
    here = [item for item in request.session.items if item.path.parent == request.path.parent]
    limits = [mark.args[0] for item in here if (mark := item.get_closest_marker("timeout"))]
    assert len(limits) == len(here)
    assert min(limits) > READY_S


def test_a_restart_keeps_the_counters(demo: BackgroundDemo, browser: Browser) -> None:
    with window(browser, demo.address, DESKTOP) as opened:
        opened.open_integration()
        before, account = _counters(opened), _account(opened)
        calls_left = account.pop(CALLS_LEFT)
        opened.post("/api/services/homeassistant/restart", {})
        demo.wait_for(RESTARTED)
        after = _counters(opened)
        # Known at once, and no call was spent on it; a new month brings all of them back.
        known = _account(opened)
        assert int(known.pop(CALLS_LEFT)) >= int(calls_left)
        assert known == account
        assert account[ALARM] == "on"
        assert {name: state for name, state in before.items() if after[name] < state} == {}
        assert {name.partition("_")[0] for name in before} == {
            "sensor.deye",
            "sensor.enphase",
            "sensor.panel",
            "sensor.solar",
        }
        assert _falls(opened, sorted(before)) == {}
    logs = Path(demo.address.log).parent.glob("home-assistant.log*")
    assert [text for log in logs for text in complaints(log.read_text(), str(ROOT))] == []


def _counters(opened: Window) -> dict[str, float]:
    """Read all our counters, but for those of the day that begin at the next midnight."""
    return {
        state["entity_id"]: float(state["state"])
        for state in opened.read("/api/states")
        if state["attributes"].get("state_class") == "total_increasing"
        and state["entity_id"].startswith(OURS)
        and state["state"] != "unknown"
    }


def _account(opened: Window) -> dict[str, str]:
    """Read what stands of the account without a call; its age is not the same twice."""
    return {
        state["entity_id"]: state["state"]
        for state in opened.read("/api/states")
        if ".main_house_" in state["entity_id"]
        and not state["entity_id"].endswith("age_of_the_data")
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
