"""The options about panels as they were built: size, direction, and what they hang on."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.util.ulid import ulid_now

from ..const import CONF_ID_PREFIX, CONF_SOURCE, DOMAIN, PANEL_MODEL
from .options_base import SiteSteps
from .options_data import (
    CONF_ARRAYS,
    CONF_AZIMUTH,
    CONF_ID,
    CONF_KWP,
    CONF_PANELS,
    CONF_TILT,
    ArrayOption,
)
from .options_forms import CONF_ARRAY, array_schema, arrays_schema, panels_schema

ERROR_NAME_TAKEN: Final = "name_taken"

_ADD: Final = ("array",)
_CHANGE: Final = ("array_change", "array_remove")
_DONE: Final = ("done",)


class _Panel(NamedTuple):
    """A panel that reports itself: its device, and the part that it belongs to."""

    device_id: str
    source: str


class ArraySteps(SiteSteps):
    """Adds, changes and removes arrays of panels."""

    _array: ArrayOption | None = None
    """The array that is being changed; None: one is being added."""

    async def async_step_arrays(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002 - a menu
    ) -> ConfigFlowResult:
        """Show what there is, and what can be done about it."""
        self._array = None
        arrays = self.options.arrays
        total = f"{sum(array.kwp for array in arrays):.2f}".rstrip("0").rstrip(".")
        placeholders = {
            "count": str(len(arrays)),
            "arrays": ", ".join(f"{array.name} ({array.kwp:g} kWp)" for array in arrays),
            "total": total,
        }
        if not arrays:
            return self.async_show_menu(
                step_id="arrays",
                menu_options=[*_ADD, *_DONE],
                description_placeholders=placeholders,
            )
        return self.async_show_menu(
            step_id="arrays",
            menu_options=[*_ADD, *_CHANGE, *_DONE],
            description_placeholders=placeholders,
        )

    async def async_step_array(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how panels were built; keep it and show the list again."""
        errors: dict[str, str] = {}
        shown: Mapping[str, Any] = {} if self._array is None else self._array_shown(self._array)
        if user_input is not None:
            shown = user_input
            array = self._array_entered(user_input)
            if any(each.name == array.name for each in self.options.arrays if each.id != array.id):
                errors[CONF_NAME] = ERROR_NAME_TAKEN
            else:
                arrays = {each.id: each for each in self.options.arrays} | {array.id: array}
                self.keep(**{CONF_ARRAYS: [array_stored(each) for each in arrays.values()]})
                return await self.async_step_arrays()
        parts = self.choices.panels()
        schema = panels_schema(parts, one_by_one=bool(self._panels()))
        known = {part["value"] for part in parts}
        if shown.get(CONF_SOURCE) not in known:
            shown = {key: value for key, value in shown.items() if key != CONF_SOURCE}
        return self.async_show_form(
            step_id="array",
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
        )

    async def async_step_array_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which array is to be changed, and show its form.

        It may be gone by now: another window, or an import, has changed the list.
        """
        arrays = {array.id: array for array in self.options.arrays}
        if user_input is None and len(arrays) > 1:
            return self.async_show_form(
                step_id="array_change", data_schema=array_schema(self._arrays())
            )
        chosen = next(iter(arrays), "") if user_input is None else user_input[CONF_ARRAY]
        self._array = arrays.get(chosen)
        if self._array is None:
            return await self.async_step_arrays()
        return await self.async_step_array()

    async def async_step_array_remove(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which arrays are to be removed, if any are left by now."""
        if not self.options.arrays:
            return await self.async_step_arrays()
        if user_input is None:
            return self.async_show_form(
                step_id="array_remove", data_schema=arrays_schema(self._arrays())
            )
        gone = user_input[CONF_ARRAYS]
        stored = [array_stored(each) for each in self.options.arrays if each.id not in gone]
        self.keep(**{CONF_ARRAYS: stored or None})
        return await self.async_step_arrays()

    def _arrays(self) -> list[SelectOptionDict]:
        """Give the arrays with their names."""
        return [SelectOptionDict(value=each.id, label=each.name) for each in self.options.arrays]

    def _panels(self) -> dict[str, _Panel]:
        """Give the panels that report themselves, by serial number."""
        registry = dr.async_get(self.hass)
        return {
            name: _Panel(device.id, entry.data[CONF_ID_PREFIX])
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
            if device.model == PANEL_MODEL
            for _, name in device.identifiers
        }

    def _array_shown(self, array: ArrayOption) -> dict[str, Any]:
        """Give an array as its form shows it."""
        panels = self._panels()
        shown = {
            CONF_NAME: array.name,
            CONF_KWP: array.kwp,
            CONF_TILT: array.tilt,
            CONF_AZIMUTH: array.azimuth,
            CONF_SOURCE: array.source,
            CONF_PANELS: [panels[each].device_id for each in array.panels if each in panels],
        }
        return {key: value for key, value in shown.items() if value is not None}

    def _array_entered(self, user_input: Mapping[str, Any]) -> ArrayOption:
        """Read the form. Panels that were chosen one by one tell what they hang on."""
        devices = user_input.get(CONF_PANELS, ())
        chosen = {name: each for name, each in self._panels().items() if each.device_id in devices}
        source = next((panel.source for panel in chosen.values()), None)
        return ArrayOption(
            id=f"array_{ulid_now()}" if self._array is None else self._array.id,
            name=user_input[CONF_NAME].strip(),
            kwp=user_input[CONF_KWP],
            tilt=user_input.get(CONF_TILT),
            azimuth=user_input.get(CONF_AZIMUTH),
            source=user_input.get(CONF_SOURCE, source),
            panels=tuple(sorted(chosen)),
        )


def array_stored(array: ArrayOption) -> dict[str, Any]:
    """Give an array as it is stored."""
    return {
        CONF_ID: array.id,
        CONF_NAME: array.name,
        CONF_KWP: array.kwp,
        CONF_TILT: array.tilt,
        CONF_AZIMUTH: array.azimuth,
        CONF_SOURCE: array.source,
        CONF_PANELS: list(array.panels),
    }
