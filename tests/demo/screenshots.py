"""`scripts/screenshots`: makes the pictures of docs/images from a running demo."""

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
import re
import sys
import tempfile

from playwright.sync_api import Browser

from tests.demo.background import background_demo
from tests.demo.browser import SIZES, Window, chromium, window
from tests.demo.config import ROOT
from tests.demo.gateway import FIRST_SERIAL
from tests.demo.say import say

IMAGES = ROOT / "docs" / "images"
KWH = re.compile(r"\d\skWh\b")
FIRST_PANEL = f"Panel {FIRST_SERIAL}"


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
    "energy": open_energy,
}


OVERVIEW = """\
<body style="margin: 0; display: flex; gap: 24px; align-items: flex-start; background: white">
<style>img {{ border: 1px solid #ccc; border-radius: 12px; height: 720px }}</style>
{}
</body>"""
"""Pictures beside each other; the end of a page is cut off, as it is on a screen."""


def put_together(browser: Browser, pictures: Iterable[Path], file: Path) -> None:
    """Make one picture of several."""
    encoded = (b64encode(picture.read_bytes()).decode() for picture in pictures)
    images = (f'<img src="data:image/png;base64,{image}">' for image in encoded)
    page = browser.new_page(viewport={"width": 1758, "height": 688})
    page.set_content(OVERVIEW.format("".join(images)))
    page.screenshot(path=file)
    page.close()


def main(folder: Path) -> None:
    """Take a picture of every page in every size, and one of some of them for the README."""
    with (
        tempfile.TemporaryDirectory(prefix="demo-house-") as house,
        background_demo(Path(house), "--day") as demo,
        chromium() as browser,
    ):
        for page, show in PAGES.items():
            for size, pixels in SIZES.items():
                file = folder / f"{page}_{size}.png"
                with window(browser, demo.address, pixels) as opened:
                    show(opened)
                    opened.picture(file)
                say(str(file))
        names = ("inverter_phone", "gateway_phone", "energy_desktop")
        chosen = (folder / f"{name}.png" for name in names)
        put_together(browser, chosen, folder / "overview.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else IMAGES)
