"""Adding the Enphase account in a browser, as its owner does."""

from collections.abc import Callable

from tests.demo.browser import Window
from tests.demo.onboarding import DOMAIN

CHOICE = "Enphase account (cloud)"
SECRET = "OAuth client secret"  # noqa: S105 - the label of a field

type Look = Callable[[str], None]
"""Called with the name of each page on the way."""


def add_account(opened: Window, look: Look) -> None:
    """Go through everything from the menu to the choice of systems; nothing is added yet."""
    keys = opened.address.keys
    page = opened.page
    opened.open(f"/config/integrations/dashboard/add?domain={DOMAIN}")
    opened.click("OK")
    opened.shows(CHOICE)
    look("menu")
    opened.click(CHOICE)
    fill_in(opened, "Name", "Solar Monitor")
    fill_in(opened, "OAuth client ID", keys["client_id"])
    fill_in(opened, SECRET, keys["client_secret"])
    look("credentials")
    opened.click("Add")
    opened.click(CHOICE)
    opened.shows("Sign in with the browser")
    look("sign_in")
    with page.expect_popup() as popup:
        opened.click("Sign in with the browser")
    if not popup.value.is_closed():  # it may have been quicker
        popup.value.wait_for_event("close")
    fill_in(opened, "API key", keys["api_key"])
    look("key")
    opened.click("Submit")
    opened.shows("Choose systems")
    look("systems")


def forget_credentials(opened: Window) -> None:
    """Delete the credentials, so that Home Assistant asks for them again."""
    for each in opened.call("application_credentials/list"):
        opened.call("application_credentials/delete", application_credentials_id=each["id"])


def fill_in(opened: Window, label: str, text: str) -> None:
    """Type into a field of a form."""
    named = opened.page.locator("ha-input").filter(has_text=label)
    named.locator("input").first.fill(text)
