"""A browser that is logged in to the demo, and the pages worth looking at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import re
import shutil
import time

from playwright.sync_api import (
    APIResponse,
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    ViewportSize,
    sync_playwright,
)

from tests.demo.client import Json
from tests.demo.onboarding import DOMAIN

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
PATIENCE_MS = 60_000
"""How long a page may take until it shows something."""
SECOND_POLL_MS = 90_000
"""How long what comes with a gateway's second poll may take."""
THIRD_READING_MS = 150_000
"""How long what needs three readings of an inverter may take."""
MOST_PICTURES = 20
"""How often a page that goes on moving is looked at."""


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
    time_zone: str
    """Of the house."""
    entries: dict[str, str]
    """The ids of our entries, by their kind."""
    log: str
    keys: dict[str, str]
    """Of the application for the Enphase account."""


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

    def open_integration(self) -> None:
        """Go to the page of our integration."""
        self.open(f"/config/integrations/integration/{DOMAIN}")

    def open_device(self, name: str) -> None:
        """Go to the page of one of our devices."""
        self.open("/")
        devices = self.call("config/device_registry/list")
        ours = self.address.entries.values()
        ids = (
            device["id"]
            for device in devices
            if device["primary_config_entry"] in ours and device["name"] == name
        )
        self.open(f"/config/devices/device/{next(ids)}")

    def open_options(self, entry: str) -> None:
        """Open the options of one of our entries, by its title."""
        self.open_integration()
        row = self.page.locator("ha-config-entry-row").filter(has_text=entry).first
        row.get_by_label("Configure").locator("visible=true").first.click()

    def open_energy(self) -> None:
        """Go to the Energy dashboard."""
        self.open("/energy")

    def visible(self, text: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        """Find the visible things with a text."""
        return self.page.get_by_text(text, exact=exact).locator("visible=true")

    def shows(self, text: str | re.Pattern[str], *, exact: bool = True) -> None:
        """Wait until a text can be seen; raises Playwright's TimeoutError if it never is."""
        self.visible(text, exact=exact).first.wait_for()

    def shows_value(self, name: str, value: re.Pattern[str]) -> None:
        """Wait, on a device page, for a value in the row of an entity."""
        self.row(name).filter(has_text=value).first.wait_for(timeout=THIRD_READING_MS)

    def row(self, name: str) -> Locator:
        """Find the row of an entity on a device page."""
        named = self.page.get_by_text(name, exact=True)
        return self.page.locator("hui-generic-entity-row").filter(has=named)

    def shows_state(self, entity_id: str, state: str) -> None:
        """Wait until the page knows of a state of Home Assistant."""
        self.page.wait_for_function(
            "([id, state]) => document.querySelector('home-assistant').hass.states[id].state"
            " === state",
            arg=[entity_id, state],
        )

    def click(self, text: str) -> None:
        """Click on the first visible thing with this text."""
        self.visible(text).first.click()

    def option_label(self, field: str, step: str = "init") -> str:
        """Read what a field of our options is called."""
        strings = self.call(
            "frontend/get_translations", language="en", category="options", integration=[DOMAIN]
        )
        label: str = strings["resources"][f"component.{DOMAIN}.options.step.{step}.data.{field}"]
        return label

    def read(self, path: str) -> Json:
        """Read from REST as the page's user."""
        return self._checked(self.page.request.get(self.address.url + path, headers=self._headers))

    def post(self, path: str, body: Json) -> Json:
        """Send JSON to REST as the page's user."""
        url = self.address.url + path
        return self._checked(self.page.request.post(url, headers=self._headers, data=body))

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.address.token}"}

    @staticmethod
    def _checked(answer: APIResponse) -> Json:
        if not answer.ok:
            raise RuntimeError(f"{answer.url}: {answer.status} {answer.text()}")
        return answer.json()

    def picture(self, file: Path) -> None:
        """Take a picture of the page as soon as two in a row are the same."""
        last = b""
        for _ in range(MOST_PICTURES):
            picture = self.page.screenshot(animations="disabled")
            if picture == last:
                break
            last = picture
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(last)

    def call(self, kind: str, **fields: Json) -> Json:
        """Run a WebSocket command as the page does."""
        self.page.locator("home-assistant-main").wait_for()
        return self.page.evaluate(
            "message => document.querySelector('home-assistant').hass.callWS(message)",
            {"type": kind, **fields},
        )

    def listen(self) -> None:
        """Collect from now on what the page complains about."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@contextmanager
def window(browser: Browser, address: Address, size: ViewportSize) -> Iterator[Window]:
    """Open a page of a size that is logged in without anyone typing."""
    is_phone = size is PHONE
    context = browser.new_context(
        viewport=size,
        device_scale_factor=2 if is_phone else 1,
        is_mobile=is_phone,
        has_touch=is_phone,
        locale="en-GB",
        timezone_id=address.time_zone,
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
    context.set_default_timeout(PATIENCE_MS)
    opened = Window(context.new_page(), address)
    opened.listen()
    try:
        yield opened
    finally:
        context.close()
