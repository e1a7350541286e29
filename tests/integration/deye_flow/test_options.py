"""The options: intervals, the limit of the grid, groups of values that go on and off together."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_registry import RegistryEntryDisabler
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.sources.deye.groups import group_of
from custom_components.solar_monitor.sources.deye.options import async_apply_groups
from tests.integration.conftest import SetUp
from tests.integration.deye import coordinator_of, entry_for
from tests.integration.deye_flow.kit import suggestions
from tests.integration.machine import TimeMachine
from tests.simulators.logger import LoggerSimulator

DEFAULTS = {"poll_interval": 30, "settings_interval": 300, "groups": []}
BY_US = RegistryEntryDisabler.INTEGRATION
BY_USER = RegistryEntryDisabler.USER


async def show_options(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form."""
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "init")
    return shown


async def set_options(
    hass: HomeAssistant, entry: MockConfigEntry, user_input: dict[str, Any]
) -> None:
    """Open the form and send it."""
    shown = await show_options(hass, entry)
    result = await hass.config_entries.options.async_configure(shown["flow_id"], user_input)
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_form_begins_with_the_defaults(
    hass: HomeAssistant, deye_entry: MockConfigEntry
) -> None:
    deye_entry.add_to_hass(hass)
    assert suggestions(await show_options(hass, deye_entry)) == DEFAULTS


async def test_the_form_shows_the_options_as_they_are(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    options = {
        "poll_interval": 60,
        "settings_interval": 600,
        "groups": ["generator"],
        "grid_power_limit": 17_000,
    }
    entry = entry_for(logger, options=options)
    entry.add_to_hass(hass)
    assert suggestions(await show_options(hass, entry)) == options


async def test_a_group_that_the_family_does_not_have_is_neither_offered_nor_kept(
    hass: HomeAssistant, logger: LoggerSimulator
) -> None:
    entry = entry_for(
        logger, family="micro", options=DEFAULTS | {"groups": ["battery_packs", "pv_details"]}
    )
    entry.add_to_hass(hass)
    assert suggestions(await show_options(hass, entry))["groups"] == ["pv_details"]
    await set_options(hass, entry, DEFAULTS | {"groups": ["pv_details"]})
    assert entry.options["groups"] == ["pv_details"]


async def test_new_intervals_hold_at_once(
    hass: HomeAssistant, deye_entry: MockConfigEntry, set_up: SetUp
) -> None:
    await set_up(deye_entry)
    await set_options(
        hass, deye_entry, {"poll_interval": 60.0, "settings_interval": 600.0, "groups": []}
    )
    assert deye_entry.options == {
        "poll_interval": 60,
        "settings_interval": 600,
        "groups": [],
        "grid_power_limit": None,
    }
    live, settings = coordinator_of(deye_entry).source.polls
    assert (live.interval_s, settings.interval_s) == (60, 600)


async def test_a_limit_can_be_set_and_taken_back(
    hass: HomeAssistant, deye_entry: MockConfigEntry
) -> None:
    deye_entry.add_to_hass(hass)
    await set_options(hass, deye_entry, DEFAULTS | {"grid_power_limit": 17_000})
    assert deye_entry.options["grid_power_limit"] == 17_000
    await set_options(hass, deye_entry, DEFAULTS)
    assert deye_entry.options["grid_power_limit"] is None
    assert suggestions(await show_options(hass, deye_entry)) == DEFAULTS


@pytest.mark.parametrize(
    "outside",
    [
        {"poll_interval": 9},
        {"poll_interval": 601},
        {"settings_interval": 59},
        {"settings_interval": 3601},
        {"groups": ["everything"]},
        {"grid_power_limit": 999},
    ],
)
async def test_what_is_out_of_range_is_refused(
    hass: HomeAssistant, deye_entry: MockConfigEntry, outside: dict[str, object]
) -> None:
    deye_entry.add_to_hass(hass)
    shown = await show_options(hass, deye_entry)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(shown["flow_id"], DEFAULTS | outside)
    assert deye_entry.options == {}


async def test_a_group_turns_its_values_on_and_off(
    hass: HomeAssistant, deye_entry: MockConfigEntry
) -> None:
    deye_entry.add_to_hass(hass)
    registry = er.async_get(hass)

    def register(key: str, disabled_by: RegistryEntryDisabler | None) -> str:
        return registry.async_get_or_create(
            "sensor",
            DOMAIN,
            f"{deye_entry.data['id_prefix']}_{key}",
            config_entry=deye_entry,
            disabled_by=disabled_by,
        ).entity_id

    def disabled_by(entity_id: str) -> RegistryEntryDisabler | None:
        entity = registry.async_get(entity_id)
        assert entity is not None
        return entity.disabled_by

    by_us, by_user = register("grid_l1_current", BY_US), register("grid_l2_current", BY_USER)
    others, always = register("inverter_frequency", BY_US), register("grid_power", None)

    async_apply_groups(hass, deye_entry, ["grid_details"])
    assert disabled_by(by_us) is None
    assert disabled_by(by_user) is BY_USER
    assert disabled_by(others) is BY_US

    hass.config_entries.async_update_entry(deye_entry, options={"groups": ["grid_details"]})
    async_apply_groups(hass, deye_entry, ["grid_details"])
    assert disabled_by(by_us) is None

    async_apply_groups(hass, deye_entry, [])
    assert disabled_by(by_us) is BY_US
    assert disabled_by(by_user) is BY_USER
    assert disabled_by(always) is None


async def test_a_chosen_group_is_shown_after_one_reload(
    hass: HomeAssistant, machine: TimeMachine, deye_entry: MockConfigEntry, set_up: SetUp
) -> None:
    await set_up(deye_entry)
    first = coordinator_of(deye_entry)
    before = set(hass.states.async_entity_ids())
    await set_options(
        hass, deye_entry, DEFAULTS | {"groups": ["inverter_details"], "poll_interval": 60}
    )
    assert coordinator_of(deye_entry) is first
    await machine.run(33)  # Home Assistant's own half minute
    second = coordinator_of(deye_entry)
    assert second is not first
    assert second.interval_s == 60
    await machine.run(60)
    assert coordinator_of(deye_entry) is second
    new = set(hass.states.async_entity_ids()) - before
    registry = er.async_get(hass)
    prefix = f"{deye_entry.data['id_prefix']}_"
    keys = {
        entity.unique_id.removeprefix(prefix)
        for entity_id in new
        if (entity := registry.async_get(entity_id)) is not None
    }
    assert keys
    assert {group_of(Family.HYBRID_1P, key) for key in keys} == {"inverter_details"}
