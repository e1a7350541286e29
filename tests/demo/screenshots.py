"""`scripts/screenshots`: makes the pictures of docs/images from a running demo."""

from pathlib import Path
import re
import sys
import tempfile

from tests.demo.background import background_demo
from tests.demo.browser import SIZES, Window, chromium, window
from tests.demo.config import ROOT
from tests.demo.say import say

IMAGES = ROOT / "docs" / "images"
KWH = re.compile(r"\d\skWh\b")


def open_inverter(opened: Window) -> None:
    """Show the inverter's page."""
    opened.open_device("Deye inverter")
    opened.shows("Grid energy exported today")


def open_battery(opened: Window) -> None:
    """Show the battery's page."""
    opened.open_device("Deye battery")
    opened.shows("State of charge")


def open_energy(opened: Window) -> None:
    """Show the Energy dashboard with its charts."""
    opened.open_energy()
    opened.shows(KWH)
    opened.page.locator("ha-chart-base canvas").last.wait_for()


PAGES = {"inverter": open_inverter, "battery": open_battery, "energy": open_energy}


def main(folder: Path) -> None:
    """Take a picture of every page in every size."""
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


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else IMAGES)
