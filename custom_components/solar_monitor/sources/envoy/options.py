"""The options of an Envoy entry: how often to ask, live mode, and recording for a bug report."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfPower, UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from ...const import (
    CONF_GRID_POWER_LIMIT,
    CONF_LIVE_DURATION,
    CONF_LIVE_INTERVAL,
    CONF_PANELS_INTERVAL,
    CONF_POLL_INTERVAL,
    CONF_RECORD_FIXTURES,
    CONF_SERIAL,
    CONF_SLOW_INTERVAL,
    DEFAULT_LIVE_DURATION,
    DEFAULT_LIVE_INTERVAL,
    DEFAULT_PANELS_INTERVAL,
    DEFAULT_SLOW_INTERVAL,
)
from .core_entry import default_poll_interval

STEP_OPTIONS: Final = "envoy"


def _number(low: int, high: int, unit: str) -> vol.All:
    """Give the validator of a whole number with a unit."""
    config = NumberSelectorConfig(
        min=low, max=high, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
    )
    return vol.All(NumberSelector(config), vol.Coerce(int))


def _schema(poll_interval: int) -> vol.Schema:
    """Give the form; how often to poll depends on who else does."""
    return vol.Schema(
        {
            vol.Required(CONF_POLL_INTERVAL, default=poll_interval): _number(
                10, 300, UnitOfTime.SECONDS
            ),
            vol.Required(CONF_PANELS_INTERVAL, default=DEFAULT_PANELS_INTERVAL): _number(
                30, 900, UnitOfTime.SECONDS
            ),
            vol.Required(CONF_SLOW_INTERVAL, default=DEFAULT_SLOW_INTERVAL): _number(
                300, 3600, UnitOfTime.SECONDS
            ),
            vol.Required(CONF_LIVE_INTERVAL, default=DEFAULT_LIVE_INTERVAL): _number(
                1, 5, UnitOfTime.SECONDS
            ),
            vol.Required(CONF_LIVE_DURATION, default=DEFAULT_LIVE_DURATION): _number(
                1, 240, UnitOfTime.MINUTES
            ),
            vol.Optional(CONF_GRID_POWER_LIMIT): _number(1000, 1_000_000, UnitOfPower.WATT),
            vol.Required(CONF_RECORD_FIXTURES, default=False): BooleanSelector(),
        }
    )


class EnvoyOptionsFlow(OptionsFlowWithReload):
    """Changes the options; the entry is loaded again when they did change."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go to a step of our own: its texts are not those of other kinds."""
        return await self.async_step_envoy(user_input)

    async def async_step_envoy(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options as they are, and take the new ones."""
        if user_input is not None:
            limit = user_input.get(CONF_GRID_POWER_LIMIT)
            return self.async_create_entry(data={**user_input, CONF_GRID_POWER_LIMIT: limit})
        entry = self.config_entry
        schema = _schema(default_poll_interval(self.hass, entry.data[CONF_SERIAL]))
        return self.async_show_form(
            step_id=STEP_OPTIONS,
            data_schema=self.add_suggested_values_to_schema(schema, entry.options),
        )
