"""What a person sees in the browser, at the width of a desktop and of a phone."""

import re

import pytest

from tests.demo.browser import Window
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
    "Deye logger": {"Connection": re.compile("Connected"), "Uptime": re.compile(r"second|minute")},
}
"""What must stand on the devices' pages, in which form."""


def test_the_integration_page_lists_the_inverter_with_its_devices(window: Window) -> None:
    window.open_integration()
    for text in ("Solar Monitor", "Deye 8 kW", "Deye logger", "Deye inverter", "Deye battery"):
        window.shows(text)


@pytest.mark.parametrize("device", ROWS)
def test_a_device_page_shows_names_and_values(window: Window, device: str) -> None:
    window.open_device(device)
    for name, value in ROWS[device].items():
        window.shows_value(name, value)
    assert window.visible("Unavailable").count() == 0


def test_the_energy_dashboard_shows_sun_grid_and_battery(window: Window) -> None:
    window.open_energy()
    for text in ("Solar", "Grid", "Battery", "Demo house", PERCENT, KWH):
        window.shows(text)
    assert window.call("energy/validate")["energy_sources"] == [[], [], []]


def test_adding_an_inverter_begins_with_a_menu_and_a_form(window: Window) -> None:
    window.open(f"/config/integrations/dashboard/add?domain={DOMAIN}")
    window.click("OK")
    window.click("Deye or Sunsynk inverter")
    for text in ("Host", "Port", "Advanced"):
        window.shows(text, exact=False)


def test_the_options_dialog_shows_intervals_and_groups(window: Window) -> None:
    window.open_integration()
    window.page.get_by_label("Configure").locator("visible=true").first.click()
    dialog = window.page.locator("dialog-data-entry-flow")
    for name in ("poll_interval", "settings_interval", "groups"):
        dialog.get_by_text(window.option_label(name)).first.wait_for()


def test_diagnostics_can_be_downloaded_and_tell_no_serial_number(window: Window) -> None:
    content = window.read(f"/api/diagnostics/config_entry/{window.address.entry_id}")
    assert content["data"]["source"]["family"] == "hybrid_1p"
    text = str(content)
    assert "2712345678" not in text
    assert "2207200001" not in text
