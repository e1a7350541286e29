"""The owner of an Enphase account adds it in the browser, from the menu to the first values."""

import os
from pathlib import Path

from playwright.sync_api import Browser

from tests.demo.background import BackgroundDemo
from tests.demo.browser import DESKTOP, SIZES, window
from tests.demo.browser_account import add_account


def test_an_account_is_added_in_the_browser(
    bare_demo: BackgroundDemo, browser: Browser, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    with window(browser, bare_demo.address, DESKTOP) as opened:

        def look(name: str) -> None:
            for size, pixels in SIZES.items():
                opened.page.set_viewport_size(pixels)
                opened.picture(folder / f"add_{name}_{size}.png")
            opened.page.set_viewport_size(DESKTOP)

        add_account(opened, look)
        opened.click("Beach house (698957009)")
        opened.click("Submit")
        opened.click("Skip and finish")
        # Closing a dialog goes back in the browser's history: not while a page is opened.
        opened.page.get_by_text("Skip and finish").first.wait_for(state="hidden")
        opened.open_integration()
        opened.shows("Main house")
        assert opened.visible("Beach house").count() == 0
        opened.shows_state("sensor.main_house_status", "normal")
        opened.shows_state("binary_sensor.main_house_alarm", "off")
        assert [text for text in opened.complaints if "solar_monitor" in text] == []
