"""One demo and one browser for all tests here: a real `hass` process, a real page.

These tests are synchronous and use none of Home Assistant's fixtures. Those that run for every
test are overridden: their event loop would collide with Playwright's.
"""

from collections.abc import Iterator
from importlib.util import find_spec
import os
from pathlib import Path

from playwright.sync_api import Browser, expect
import pytest

from tests.demo.background import BackgroundDemo, background_demo
from tests.demo.browser import (
    PATIENCE_MS,
    SIZES,
    Window,
    chromium,
    find_chromium,
    window as open_window,
)
from tests.demo.demo import READY_S

LIMIT_S = READY_S + 300.0
"""What a test may take, the start of its demo with it: limits with a word to say come first."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give all tests here their time; skip what cannot run here, and say why."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    reason = _why_not()
    for item in here:
        item.add_marker(pytest.mark.timeout(LIMIT_S))
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


def _why_not() -> str:
    if find_spec("hass_frontend") is None:
        return "this environment has no frontend of Home Assistant"
    return "" if find_chromium() else "there is no Chromium on this machine"


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Look for no lingering tasks: there is no event loop of ours."""


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Configure no event loop."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Debug no event loop."""


@pytest.fixture(autouse=True, scope="session")
def configure_session_event_loop() -> None:
    """Configure no event loop."""


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundDemo]:
    """Run the demo with a day of history and an alarm."""
    with background_demo(tmp_path_factory.mktemp("house"), "--day", "--alarm") as running:
        yield running


@pytest.fixture(scope="package")
def bare_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundDemo]:
    """Run a demo without the account and without an Energy dashboard: both are left to a user."""
    with background_demo(tmp_path_factory.mktemp("by_hand"), "--by-hand", "--day") as running:
        yield running


@pytest.fixture(scope="package")  # not longer: its event loop is in the way of other tests
def browser() -> Iterator[Browser]:
    """Run a headless Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture(params=SIZES)
def window(
    request: pytest.FixtureRequest, demo: BackgroundDemo, browser: Browser, tmp_path: Path
) -> Iterator[Window]:
    """Open a page in the size of a desktop and of a phone; it must not complain about us.

    Its last picture goes to the folder in the variable SCREENSHOTS, else to pytest's own.
    """
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    with open_window(browser, demo.address, SIZES[request.param]) as opened:
        yield opened
        opened.picture(folder / f"{request.node.name}.png")
        assert [text for text in opened.complaints if "solar_monitor" in text] == []
