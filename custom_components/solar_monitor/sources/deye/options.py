"""The options of a Deye entry: how often to ask, and which groups of values to show."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfPower, UnitOfTime
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_registry import RegistryEntryDisabler
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ...clients.deye.family import Family
from ...const import (
    CONF_FAMILY,
    CONF_GRID_POWER_LIMIT,
    CONF_GROUPS,
    CONF_ID_PREFIX,
    CONF_POLL_INTERVAL,
    CONF_SETTINGS_INTERVAL,
    DEFAULT_POLL_INTERVAL,
    DEFAULT_SETTINGS_INTERVAL,
)
from .groups import group_of, groups_of

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

STEP_OPTIONS: Final = "init"


def _number(low: int, high: int, unit: str) -> vol.All:
    """Give the validator of a whole number with a unit."""
    config = NumberSelectorConfig(
        min=low, max=high, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
    )
    return vol.All(NumberSelector(config), vol.Coerce(int))


def _schema(groups: list[str]) -> vol.Schema:
    """Give the form with the groups of a family."""
    return vol.Schema(
        {
            vol.Required(CONF_POLL_INTERVAL, default=DEFAULT_POLL_INTERVAL): _number(
                10, 600, UnitOfTime.SECONDS
            ),
            vol.Required(CONF_SETTINGS_INTERVAL, default=DEFAULT_SETTINGS_INTERVAL): _number(
                60, 3600, UnitOfTime.SECONDS
            ),
            vol.Optional(CONF_GROUPS, default=list): SelectSelector(
                SelectSelectorConfig(
                    options=groups,
                    multiple=True,
                    mode=SelectSelectorMode.LIST,
                    translation_key=CONF_GROUPS,
                )
            ),
            vol.Optional(CONF_GRID_POWER_LIMIT): _number(1000, 1_000_000, UnitOfPower.WATT),
        }
    )


class DeyeOptionsFlow(OptionsFlowWithReload):
    """Changes the options; the entry is loaded again when they did change.

    Home Assistant loads an entry again by itself half a minute after entities of it were enabled.
    Then that is when the options begin to hold: one reload is enough.
    """

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options as they are, and take the new ones."""
        if user_input is None:
            options = self.config_entry.options
            offered = groups_of(Family(self.config_entry.data[CONF_FAMILY]))
            chosen = [group for group in offered if group in options.get(CONF_GROUPS, ())]
            return self.async_show_form(
                step_id=STEP_OPTIONS,
                data_schema=self.add_suggested_values_to_schema(
                    _schema(offered), {**options, CONF_GROUPS: chosen}
                ),
            )
        enabled = async_apply_groups(self.hass, self.config_entry, user_input[CONF_GROUPS])
        self.automatic_reload = not enabled
        limit = user_input.get(CONF_GRID_POWER_LIMIT)
        return self.async_create_entry(data={**user_input, CONF_GRID_POWER_LIMIT: limit})


@callback
def async_apply_groups(
    hass: HomeAssistant, entry: ConfigEntry[Any], groups: Collection[str]
) -> bool:
    """Turn the entities of newly chosen groups on and those of groups given up off.

    Only values that are off by default belong to a group, and what a user turned off by hand
    stays off. Returns whether any entity was turned on.
    """
    before = frozenset(entry.options.get(CONF_GROUPS, ()))
    added, removed = frozenset(groups) - before, before - frozenset(groups)
    registry = er.async_get(hass)
    family = Family(entry.data[CONF_FAMILY])
    prefix = f"{entry.data[CONF_ID_PREFIX]}_"
    enabled = False
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        group = group_of(family, entity.unique_id.removeprefix(prefix))
        if group in added and entity.disabled_by is RegistryEntryDisabler.INTEGRATION:
            registry.async_update_entity(entity.entity_id, disabled_by=None)
            enabled = True
        elif group in removed and entity.disabled_by is None:
            registry.async_update_entity(
                entity.entity_id, disabled_by=RegistryEntryDisabler.INTEGRATION
            )
    return enabled
