"""The options: what the cloud is for, and systems that take a rest."""

from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.enlighten.kit import SYSTEM, entry_for
from tests.integration.enlighten_flow.kit import assert_form, choices
from tests.integration.envoy_flow.kit import suggestions
from tests.simulators.enlighten import EnlightenSimulator

TWO = pytest.mark.parametrize("cloud", [({}, {})], indirect=True)


async def show_options(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form."""
    entry.add_to_hass(hass)
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    assert_form(shown, "enlighten")
    return shown


async def send(
    hass: HomeAssistant, shown: ConfigFlowResult, user_input: dict[str, object]
) -> ConfigFlowResult:
    """Answer the form."""
    result = await hass.config_entries.options.async_configure(shown["flow_id"], user_input)
    await hass.async_block_till_done()
    return result


@TWO
async def test_the_form_shows_the_options_as_they_are(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_options(hass, entry_for(cloud, profile="alarms_only", paused=[SYSTEM + 1]))
    assert suggestions(form) == {"profile": "alarms_only", "paused": [str(SYSTEM + 1)]}
    assert choices(form, "paused").keys() == {str(SYSTEM), str(SYSTEM + 1)}


@TWO
async def test_profile_and_paused_systems_are_changed(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud)
    form = await show_options(hass, entry)
    chosen: dict[str, object] = {
        "profile": "cloud_only",
        "paused": [str(SYSTEM + 1), str(SYSTEM)],
    }
    assert (await send(hass, form, chosen))["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {
        "profile": "cloud_only",
        "paused": [str(SYSTEM), str(SYSTEM + 1)],
    }


@TWO
async def test_an_empty_field_lets_no_system_rest(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry = entry_for(cloud, paused=[SYSTEM])
    await send(hass, await show_options(hass, entry), {"profile": "companion"})
    assert entry.options == {"profile": "companion", "paused": []}


@TWO
async def test_a_system_that_is_chosen_no_more_is_not_shown(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_options(hass, entry_for(cloud, systems=[SYSTEM], paused=[SYSTEM + 1]))
    assert suggestions(form) == {"profile": "companion", "paused": []}


@pytest.mark.parametrize(
    "outside", [{"profile": "everything"}, {"paused": ["700000"]}, {"paused": "all"}]
)
async def test_what_cannot_be_chosen_is_refused(
    hass: HomeAssistant, cloud: EnlightenSimulator, outside: dict[str, object]
) -> None:
    entry = entry_for(cloud)
    form = await show_options(hass, entry)
    with pytest.raises(InvalidData):
        await send(hass, form, {"profile": "companion", "paused": []} | outside)
    assert entry.options == {"profile": "companion", "paused": []}


@pytest.mark.parametrize(("profile", "set_ups"), [("companion", 1), ("cloud_only", 2)])
async def test_the_entry_is_loaded_again_when_the_options_changed(
    hass: HomeAssistant,
    cloud: EnlightenSimulator,
    no_set_up: AsyncMock,
    profile: str,
    set_ups: int,
) -> None:
    entry = entry_for(cloud)
    form = await show_options(hass, entry)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await send(hass, form, {"profile": profile, "paused": []})
    assert no_set_up.call_count == set_ups


async def test_options_that_were_never_set_have_defaults(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    data = {**entry_for(cloud).data}
    entry = MockConfigEntry(domain="solar_monitor", unique_id="1", data=data)
    assert suggestions(await show_options(hass, entry)) == {"profile": "cloud_only", "paused": []}
