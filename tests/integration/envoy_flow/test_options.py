"""The options: intervals within their limits, live mode, recording."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.checks.repository import TRANSLATIONS, load_json
from tests.integration.envoy.kit import entry_for
from tests.integration.envoy_flow.kit import suggestions
from tests.simulators.envoy import EnvoySimulator

DEFAULTS = {
    "poll_interval": 30,
    "panels_interval": 60,
    "slow_interval": 600,
    "live_interval": 2,
    "live_duration": 15,
    "record_fixtures": False,
}
OTHERS = {
    "poll_interval": 10,
    "panels_interval": 300,
    "slow_interval": 900,
    "live_interval": 5,
    "live_duration": 60,
    "grid_power_limit": 17_000,
    "record_fixtures": True,
}


async def show_options(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form."""
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "envoy")
    return shown


async def set_options(
    hass: HomeAssistant, entry: MockConfigEntry, user_input: dict[str, Any]
) -> None:
    """Open the form and send it."""
    shown = await show_options(hass, entry)
    result = await hass.config_entries.options.async_configure(shown["flow_id"], user_input)
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.fixture
def entry(hass: HomeAssistant, gateway: EnvoySimulator) -> MockConfigEntry:
    """Give an entry without options."""
    made = entry_for(gateway)
    made.add_to_hass(hass)
    return made


async def test_the_form_begins_with_the_defaults(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert suggestions(await show_options(hass, entry)) == DEFAULTS


async def test_next_to_the_other_integration_the_form_begins_with_a_minute(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    MockConfigEntry(domain="enphase_envoy", unique_id=entry.unique_id).add_to_hass(hass)
    assert suggestions(await show_options(hass, entry)) == DEFAULTS | {"poll_interval": 60}


async def test_the_form_shows_the_options_as_they_are(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    entry = entry_for(gateway, options=OTHERS)
    entry.add_to_hass(hass)
    assert suggestions(await show_options(hass, entry)) == OTHERS


async def test_numbers_are_stored_as_whole_ones(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    sent = {key: float(value) for key, value in OTHERS.items() if key != "record_fixtures"}
    await set_options(hass, entry, sent | {"record_fixtures": True})
    assert entry.options == OTHERS
    assert {type(value) for value in entry.options.values()} == {int, bool}


async def test_a_limit_can_be_set_and_taken_back(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await set_options(hass, entry, DEFAULTS | {"grid_power_limit": 17_000})
    assert entry.options["grid_power_limit"] == 17_000
    await set_options(hass, entry, DEFAULTS)
    assert entry.options["grid_power_limit"] is None
    assert suggestions(await show_options(hass, entry)) == DEFAULTS


@pytest.mark.parametrize(
    "outside",
    [
        {"poll_interval": 9},
        {"poll_interval": 301},
        {"panels_interval": 29},
        {"panels_interval": 901},
        {"slow_interval": 299},
        {"slow_interval": 3601},
        {"live_interval": 0},
        {"live_interval": 6},
        {"live_duration": 0},
        {"live_duration": 241},
        {"grid_power_limit": 999},
    ],
)
async def test_what_is_out_of_range_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, outside: dict[str, object]
) -> None:
    shown = await show_options(hass, entry)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(shown["flow_id"], DEFAULTS | outside)
    assert entry.options == {}


async def test_the_limits_are_said_in_the_texts(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    shown = await show_options(hass, entry)
    texts = load_json(TRANSLATIONS / "en.json")["options"]["step"]["envoy"]["data_description"]
    schema = shown["data_schema"]
    assert schema is not None
    for marker, field in schema.schema.items():
        if marker not in {"grid_power_limit", "record_fixtures"}:
            limits = field.validators[0].config
            assert f"{limits['min']:g} to {limits['max']:g}" in texts[marker], marker


@pytest.mark.parametrize(("sent", "reloads"), [(DEFAULTS, 2), (OTHERS, 1)])
async def test_the_entry_is_loaded_again_when_the_options_changed(
    hass: HomeAssistant,
    gateway: EnvoySimulator,
    no_set_up: Any,  # noqa: ANN401 - counts
    sent: dict[str, Any],
    reloads: int,
) -> None:
    entry = entry_for(gateway, options=OTHERS)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await set_options(hass, entry, sent)
    assert no_set_up.call_count == reloads
