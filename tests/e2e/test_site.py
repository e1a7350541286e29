"""What a person sees of the site as a whole: dashboards, options, the repair that sets them up."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.demo.background import BackgroundDemo
from tests.demo.browser import DESKTOP, SECOND_POLL_MS, Window, window as open_window
from tests.demo.browser_site import (
    SECTIONS,
    open_dashboard,
    open_energy_repair,
    open_menu,
    open_shedding,
)
from tests.demo.dashboard import URL_PATH
from tests.demo.loads import LOADS

RAISED_MS = 120_000
"""A panel has to be missed for a minute, and that be told twice."""


def test_the_dashboard_shows_everything_that_the_site_has(window: Window) -> None:
    open_dashboard(window)
    for section in SECTIONS:
        window.visible(section).first.scroll_into_view_if_needed()
    for load in LOADS:
        window.shows(load.name)
    assert window.visible("Entity not found", exact=False).count() == 0
    assert window.page.locator("hui-error-card").count() == 0


def test_an_alarm_of_the_account_is_told_in_words_on_the_dashboard(window: Window) -> None:
    window.open(f"/{URL_PATH}")
    told = window.page.get_by_text("Main house: Panels have a problem")
    told.first.wait_for(timeout=RAISED_MS)
    expect(told.first).to_contain_text("Microinverter not reporting")


def test_the_options_of_the_site_are_a_menu(window: Window) -> None:
    open_menu(window)
    for text in ("Meters of the grid and the house", "Where panels feed in", "Your panels"):
        window.shows(text, exact=False)


def test_the_options_of_load_shedding_list_the_loads_in_their_order(window: Window) -> None:
    open_shedding(window)
    dialog = window.page.locator("dialog-data-entry-flow")
    tops = [dialog.get_by_text(load.name).first.bounding_box() for load in LOADS]
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    for text in ("When the grid is lost", "The staircase", "Times"):
        window.shows(text)


def test_diagnostics_of_the_site_tell_no_serial_number_and_no_name(window: Window) -> None:
    entry_id = window.address.entries["site"]
    content = window.read(f"/api/diagnostics/config_entry/{entry_id}")
    text = str(content["data"])
    for secret in ("2712345678", "2207200001", "122302098765", "482208990006", "Main house"):
        assert secret not in text
    assert "698957008" not in text


def test_the_repair_sets_the_energy_dashboard_up_and_is_gone(
    bare_demo: BackgroundDemo, browser: Browser, tmp_path: Path
) -> None:
    with open_window(browser, bare_demo.address, DESKTOP) as opened:
        open_energy_repair(opened)
        opened.picture(tmp_path / "energy_repair.png")
        opened.click("Submit")
        opened.visible("The repair is successful", exact=False).or_(
            opened.visible("Success", exact=False)
        ).first.wait_for(timeout=SECOND_POLL_MS)
        written = opened.call("energy/get_prefs")["energy_sources"]
        assert [source["type"] for source in written] == ["solar", "grid", "battery"]
        assert opened.call("energy/validate")["energy_sources"] == [[], [], []]
        issues = opened.call("repairs/list_issues")["issues"]
        assert [each for each in issues if "energy_dashboard" in each["issue_id"]] == []
