"""A browser that is logged in to the demo, and the pages worth looking at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import shutil
import time

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.demo.client import Json

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
PATIENCE_MS = 20_000
"""How long a page may take until it shows something."""


def find_chromium() -> str | None:
    """Find a Chromium: by the variable CHROMIUM, else by its usual names; None: there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    wanted = os.environ.get("CHROMIUM")
    return wanted or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a headless Chromium; raises RuntimeError when this machine has none."""
    path = find_chromium()
    if path is None:
        raise RuntimeError("There is no Chromium here. As root: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach the running demo."""

    url: str
    token: str
    entry_id: str
    log: str


def read_address(file: Path) -> Address:
    """Read what the demo wrote when it was ready."""
    return Address(**json.loads(file.read_text()))


@dataclass(eq=False)
class Window:
    """One page of the browser; Playwright's selectors look into all shadow roots."""

    page: Page
    address: Address
    complaints: list[str] = field(default_factory=list)
    """Errors that the page wrote to its console."""

    def open(self, path: str) -> None:
        """Go to a page of Home Assistant."""
        self.page.goto(self.address.url + path, wait_until="domcontentloaded")

    def shows(self, text: str, *, exact: bool = True) -> None:
        """Wait until a text can be seen; raises Playwright's TimeoutError if it never is."""
        found = self.page.get_by_text(text, exact=exact).locator("visible=true").first
        found.wait_for(timeout=PATIENCE_MS)

    def click(self, text: str) -> None:
        """Click on the first visible thing with this text."""
        self.page.get_by_text(text, exact=True).locator("visible=true").first.click(
            timeout=PATIENCE_MS
        )

    def call(self, kind: str, **fields: Json) -> Json:
        """Run a WebSocket command as the page does."""
        self.page.locator("home-assistant-main").wait_for(timeout=PATIENCE_MS)
        return self.page.evaluate(
            "message => document.querySelector('home-assistant').hass.callWS(message)",
            {"type": kind, **fields},
        )

    def device_id(self, name: str) -> str:
        """Find one of our devices by its name."""
        devices = self.call("config/device_registry/list")
        found: str = next(
            device["id"]
            for device in devices
            if self.address.entry_id in device["config_entries"] and device["name"] == name
        )
        return found

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@contextmanager
def window(browser: Browser, address: Address, size: ViewportSize) -> Iterator[Window]:
    """Open a page of a size that is logged in without anyone typing."""
    is_phone = size["width"] < 600
    context = browser.new_context(
        viewport=size,
        device_scale_factor=2 if is_phone else 1,
        is_mobile=is_phone,
        has_touch=is_phone,
        locale="en-GB",
        reduced_motion="reduce",
    )
    tokens = {
        "access_token": address.token,
        "token_type": "Bearer",
        "expires_in": 1_000_000,
        "refresh_token": "",
        "hassUrl": address.url,
        "clientId": address.url + "/",
        "expires": int(time.time() * 1000) + 1_000_000_000,
    }
    context.add_init_script(
        f"localStorage.setItem('hassTokens', JSON.stringify({json.dumps(tokens)}))"
    )
    page = context.new_page()
    opened = Window(page, address)
    page.on("console", opened._listen)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    try:
        yield opened
    finally:
        context.close()
