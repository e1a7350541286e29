"""A group that turns an entity of our own is no load: it would turn load shedding itself off."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.options_checks import error_in_loads
from tests.integration.site_shedding.kit import CAR, POOL
from tests.integration.states import entity_of


@pytest.mark.usefixtures("armed")
def test_a_group_of_loads_is_one(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.two", "on", {"entity_id": [POOL, CAR]})
    assert error_in_loads(hass, ["switch.two", POOL]) is None


def test_a_group_with_our_switch_in_it_is_none_however_deep(
    hass: HomeAssistant, armed: MockConfigEntry
) -> None:
    assert armed.disabled_by is None
    ours = entity_of(hass, "site_load_shedding")
    hass.states.async_set("switch.inner", "on", {"entity_id": [ours, "switch.outer"]})
    hass.states.async_set("switch.outer", "on", {"entity_id": [POOL, "switch.inner"]})
    assert error_in_loads(hass, ["switch.outer"]) == "own_entity"
