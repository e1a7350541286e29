"""`scripts/screenshots`: makes the pictures of docs/images from a running demo."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
import re
import sys
import tempfile

from playwright.sync_api import Browser

from tests.demo.background import background_demo
from tests.demo.browser import SIZES, Address, Window, chromium, window
from tests.demo.browser_account import add_account, forget_credentials
from tests.demo.browser_site import (
    open_dashboard,
    open_energy_repair,
    open_menu,
    open_shedding,
    open_site,
)
from tests.demo.config import ROOT
from tests.demo.gateway import FIRST_SERIAL
from tests.demo.say import say

IMAGES = ROOT / "docs" / "images"
KWH = re.compile(r"\d\skWh\b")
ANY = re.compile(r"\w")
FIRST_PANEL = f"Panel {FIRST_SERIAL}"
SYSTEM = "Main house"

type Pages = Mapping[str, Callable[[Window], None]]


def open_inverter(opened: Window) -> None:
    """Show the inverter's page."""
    opened.open_device("Deye inverter")
    opened.shows("Grid export today")


def open_battery(opened: Window) -> None:
    """Show the battery's page."""
    opened.open_device("Deye battery")
    opened.shows("State of charge")


def open_gateway(opened: Window) -> None:
    """Show the gateway's page."""
    opened.open_device("Enphase gateway")
    opened.shows_value("Production today", KWH)
    opened.row("Live mode").wait_for()


def open_panel(opened: Window) -> None:
    """Show the page of a panel."""
    opened.open_device(FIRST_PANEL)
    opened.shows("Energy total")


def open_account(opened: Window) -> None:
    """Show the page of the account's system."""
    opened.open_device(SYSTEM)
    opened.shows_value("Status", ANY)


def open_repair(opened: Window) -> None:
    """Show what is said of an alarm that stays."""
    opened.open("/config/repairs")
    opened.click(f"{SYSTEM}: Microinverter not reporting")
    opened.shows("Wait for a day of full sun", exact=False)


def open_energy(opened: Window) -> None:
    """Show the Energy dashboard with its charts."""
    opened.open_energy()
    opened.shows(KWH)
    opened.page.locator("ha-chart-base canvas").last.wait_for()


PAGES = {
    "inverter": open_inverter,
    "battery": open_battery,
    "gateway": open_gateway,
    "panel": open_panel,
    "account": open_account,
    "energy": open_energy,
    "site": open_site,
    "site_dashboard": open_dashboard,
    "site_options": open_menu,
    "site_shedding": open_shedding,
}
UNWIRED_PAGES = {"energy_repair": open_energy_repair}
ALARM_PAGES = {"account_alarm": open_account, "account_repair": open_repair}


OVERVIEW = """\
<body style="margin: 0; display: flex; gap: 24px; align-items: flex-start; background: white">
<style>img {{ border: 1px solid #ccc; border-radius: 12px; height: 720px }}</style>
{}
</body>"""
"""Pictures beside each other; the end of a page is cut off, as it is on a screen."""
HEIGHT = 688
TOGETHER = {
    "overview": (1758, ("site_dashboard_phone", "inverter_phone", "energy_desktop")),
    "site_overview": (1047, ("energy_phone", "site_dashboard_phone", "site_shedding_phone")),
    "account_overview": (
        1404,
        ("add_key_phone", "add_systems_phone", "account_phone", "account_alarm_phone"),
    ),
}
"""Pictures for the pages of the documentation: width, and of what they are made."""


def put_together(browser: Browser, pictures: Iterable[Path], width: int, file: Path) -> None:
    """Make one picture of several."""
    encoded = (b64encode(picture.read_bytes()).decode() for picture in pictures)
    images = (f'<img src="data:image/png;base64,{image}">' for image in encoded)
    page = browser.new_page(viewport={"width": width, "height": HEIGHT})
    page.set_content(OVERVIEW.format("".join(images)))
    page.screenshot(path=file)
    page.close()


@contextmanager
def demo_with(*options: str) -> Iterator[Address]:
    """Run a demo in a folder that is gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="demo-house-") as house,
        background_demo(Path(house), *options) as demo,
    ):
        yield demo.address


def take_pages(browser: Browser, address: Address, pages: Pages, folder: Path) -> None:
    """Take a picture of every page in every size."""
    for page, show in pages.items():
        for size, pixels in SIZES.items():
            file = folder / f"{page}_{size}.png"
            with window(browser, address, pixels) as opened:
                show(opened)
                opened.picture(file)
            say(str(file))


def take_steps(browser: Browser, address: Address, folder: Path) -> None:
    """Take a picture of each step of adding an account."""
    for size, pixels in SIZES.items():
        with window(browser, address, pixels) as opened:

            def look(name: str, size: str = size, opened: Window = opened) -> None:
                file = folder / f"add_{name}_{size}.png"
                opened.picture(file)
                say(str(file))

            add_account(opened, look)
            forget_credentials(opened)


def main(folder: Path) -> None:
    """Take a picture of every page and step in every size, and of some of them together."""
    with chromium() as browser:
        with demo_with("--day") as address:
            take_pages(browser, address, PAGES, folder)
        with demo_with("--alarm") as address:
            take_pages(browser, address, ALARM_PAGES, folder)
        with demo_with("--by-hand", "--day") as address:
            take_steps(browser, address, folder)
            take_pages(browser, address, UNWIRED_PAGES, folder)
        for name, (width, parts) in TOGETHER.items():
            pictures = (folder / f"{part}.png" for part in parts)
            put_together(browser, pictures, width, folder / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else IMAGES)
