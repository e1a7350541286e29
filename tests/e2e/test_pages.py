"""What a person sees in the browser, at the width of a desktop and of a phone."""

import re

from playwright.sync_api import expect
import pytest

from tests.demo.browser import SECOND_POLL_MS, Window
from tests.demo.onboarding import DOMAIN

WATTS = re.compile(r"\d\sW\b")
KWH = re.compile(r"\d\skWh\b")
PERCENT = re.compile(r"\d\s?%")
CELSIUS = re.compile(r"\d\s°C")

ROWS = {
    "Deye inverter": {
        "PV power": WATTS,
        "Grid power": WATTS,
        "Load power": WATTS,
        "PV energy total": KWH,
        "PV energy today": KWH,
        "Running state": re.compile("Normal"),
        "Active alarms": re.compile("None"),
    },
    "Deye battery": {
        "State of charge": PERCENT,
        "Power": WATTS,
        "Charged total": KWH,
        "Discharged today": KWH,
        "Temperature": CELSIUS,
    },
    "Enphase gateway": {
        "Production power": WATTS,
        "Production total": KWH,
        "Production today": KWH,
        "Consumption power": WATTS,
        "Grid power": WATTS,
        "Grid export total": KWH,
        "Panels reporting": re.compile(r"\b24\b"),
        "Panel problem": re.compile("OK"),
        "Connection": re.compile("Connected"),
    },
    "Panel 482208990001": {
        "Power": WATTS,
        "Energy total": KWH,
        "Problem": re.compile("OK"),
    },
    "Main house": {
        "Status": re.compile("Microinverters not reporting"),
        "Alarm": re.compile("Problem"),
        "Open alarms": re.compile(r"\b1\b"),
        "Microinverter problem": re.compile("Problem"),
        "Production problem": re.compile("OK"),
        "Gateway connection": re.compile("Connected"),
        "Calls left this month": re.compile(r"\b9\d\d\b"),
        "Next update": re.compile("hour|minute"),
        "Refresh now (3 calls)": re.compile("Press"),
        "System size": re.compile(r"\d\skW\b"),
    },
    "Solar site": {
        "Solar power": WATTS,
        "Consumption": WATTS,
        "Grid power": WATTS,
        "Battery power": WATTS,
        "Battery state of charge": PERCENT,
        "Battery runtime": re.compile(r"\d\s?[hm]"),
        "Solar production total": KWH,
        "Consumption today": KWH,
        "Status": re.compile("Complete"),
        "Grid meter": re.compile("Meter at the grid"),
        "Inverter losses": WATTS,
        "Grid lost": re.compile("OK"),
        "Load shedding status": re.compile("Nothing to do"),
        "Loads shed": re.compile(r"\b0\b"),
    },
    "Deye logger": {"Connection": re.compile("Connected"), "Uptime": re.compile(r"second|minute")},
}
"""What must stand on the devices' pages, in which form."""


def test_the_integration_page_lists_all_sources_with_their_devices(window: Window) -> None:
    window.open_integration()
    for text in ("Solar Monitor", "Deye 8 kW", "Deye logger", "Deye inverter", "Deye battery"):
        window.shows(text)
    for text in ("Enphase Envoy", "Enphase gateway", "Enphase account", "Main house", "Solar site"):
        window.shows(text)


@pytest.mark.parametrize("device", ROWS)
def test_a_device_page_shows_names_and_values(window: Window, device: str) -> None:
    window.open_device(device)
    for name, value in ROWS[device].items():
        window.shows_value(name, value)
    # Not on all of the page: what is under *Activity* was so while options were changed.
    rows = window.page.locator("hui-generic-entity-row")
    assert rows.filter(has_text="Unavailable").count() == 0


def test_the_energy_dashboard_shows_sun_grid_and_battery(window: Window) -> None:
    window.open_energy()
    for text in ("Solar", "Grid", "Battery", "Demo house", PERCENT, KWH):
        window.shows(text)
    # One sun, one grid, one battery: all of the site, which counts nothing twice.
    sources = window.call("energy/get_prefs")["energy_sources"]
    assert [source["type"] for source in sources] == ["solar", "grid", "battery"]
    assert {source["stat_energy_from"].partition("_")[0] for source in sources} == {"sensor.solar"}
    assert window.call("energy/validate")["energy_sources"] == [[], [], []]


def test_adding_an_inverter_begins_with_a_menu_and_a_form(window: Window) -> None:
    window.open(f"/config/integrations/dashboard/add?domain={DOMAIN}")
    window.click("OK")
    window.click("Deye or Sunsynk inverter")
    for text in ("Host", "Port", "Advanced"):
        window.shows(text, exact=False)


def test_adding_a_gateway_begins_with_its_address(window: Window) -> None:
    window.open(f"/config/integrations/dashboard/add?domain={DOMAIN}")
    window.click("OK")
    window.click("Enphase Envoy (IQ Gateway)")
    window.shows("Host", exact=False)


def test_the_options_dialog_shows_intervals_and_groups(window: Window) -> None:
    window.open_options("Deye 8 kW")
    dialog = window.page.locator("dialog-data-entry-flow")
    for name in ("poll_interval", "settings_interval", "groups"):
        dialog.get_by_text(window.option_label(name)).first.wait_for()


def test_the_options_dialog_of_the_gateway_shows_intervals_and_live_mode(window: Window) -> None:
    window.open_options("Enphase Envoy")
    dialog = window.page.locator("dialog-data-entry-flow")
    for name in ("poll_interval", "panels_interval", "live_interval", "record_fixtures"):
        dialog.get_by_text(window.option_label(name, "envoy")).first.wait_for()


def test_the_options_dialog_of_the_account_shows_the_use_of_the_cloud_and_systems(
    window: Window,
) -> None:
    window.open_options("Enphase account")
    dialog = window.page.locator("dialog-data-entry-flow")
    for name in ("profile", "paused"):
        dialog.get_by_text(window.option_label(name, "enlighten")).first.wait_for()
    dialog.get_by_text("Main house", exact=False).first.wait_for()


def test_an_alarm_that_stays_is_a_repair_with_what_to_do(window: Window) -> None:
    window.open("/config/repairs")
    window.click("Main house: Microinverter not reporting")
    window.shows("Wait for a day of full sun", exact=False)


def test_live_mode_is_turned_on_and_off_on_the_page_of_the_gateway(window: Window) -> None:
    window.open_device("Enphase gateway")
    row = window.row("Live mode")
    row.wait_for(timeout=SECOND_POLL_MS)
    for on in (True, False):
        row.locator("ha-switch").click()
        expect(row.get_by_role("switch")).to_be_checked(checked=on)
        window.shows_state("switch.enphase_gateway_live_mode", "on" if on else "off")


def test_diagnostics_can_be_downloaded_and_tell_no_serial_number(window: Window) -> None:
    content = window.read(f"/api/diagnostics/config_entry/{window.address.entries['deye']}")
    assert content["data"]["source"]["family"] == "hybrid_1p"
    text = str(content)
    assert "2712345678" not in text
    assert "2207200001" not in text


def test_diagnostics_of_the_gateway_tell_no_serial_number_and_no_token(window: Window) -> None:
    entry_id = window.address.entries["envoy"]
    content = window.read(f"/api/diagnostics/config_entry/{entry_id}")
    assert content["data"]["source"]["identity"]["firmware"] == "8.3.5167"
    text = str(content)
    assert "122302098765" not in text
    assert "482208990001" not in text
    assert "owner@example.com" not in text
    assert "eyJ" not in text


def test_diagnostics_of_the_account_tell_no_key_no_token_no_name_and_no_serial_number(
    window: Window,
) -> None:
    entry_id = window.address.entries["enlighten"]
    content = window.read(f"/api/diagnostics/config_entry/{entry_id}")
    assert content["data"]["source"]
    text = str(content["data"])
    for secret in (*window.address.keys.values(), "Main house", "698957008", "122302098765"):
        assert secret not in text
    assert "482208990006" not in text
