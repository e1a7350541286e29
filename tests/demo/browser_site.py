"""The pages of the site in a browser: its device, its dashboards, its options, its repair."""

import re
from typing import Final

from tests.demo.browser import Window
from tests.demo.dashboard import URL_PATH
from tests.demo.energy import OFFERED_S
from tests.demo.loads import LOADS

SITE: Final = "Solar site"
SECTIONS: Final = (
    "Power now",
    "Today",
    "Battery",
    "Panels",
    "Comparison of sources",
    "Alarms",
    "Load shedding",
)
"""Of the dashboard."""
REPAIR: Final = f"The Energy dashboard does not use {SITE}"
REPAIR_MS: Final = 1_000 * OFFERED_S
"""How long it may take until the repair is there."""
MENU: Final = "Load shedding"


def open_site(opened: Window) -> None:
    """Show the page of the site."""
    opened.open_device(SITE)
    opened.shows_value("Solar power", re.compile(r"\d\sW\b"))
    opened.row("Load shedding").first.wait_for()


def open_dashboard(opened: Window) -> None:
    """Show the dashboard that the site has made."""
    opened.open(f"/{URL_PATH}")
    for section in SECTIONS[:2]:
        opened.shows(section)
    opened.page.locator("ha-chart-base canvas").first.wait_for()


def open_menu(opened: Window) -> None:
    """Show the menu of the options."""
    opened.open_options(SITE)
    opened.shows("Which devices belong to it")


def open_shedding(opened: Window) -> None:
    """Show the options of load shedding."""
    open_menu(opened)
    opened.page.locator("dialog-data-entry-flow").get_by_text(MENU, exact=True).first.click()
    for load in LOADS:
        opened.shows(load.name)


def open_energy_repair(opened: Window) -> None:
    """Show what the repair of the Energy dashboard proposes."""
    opened.open("/config/repairs")
    offer = opened.visible(REPAIR).first
    offer.wait_for(timeout=REPAIR_MS)
    offer.click()
    opened.shows("Solar production total", exact=False)
