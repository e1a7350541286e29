"""The options about devices of other integrations: a battery, panels, meters of any make."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.util.ulid import ulid_now

from .names import called, device_called, entity_of, reference_to
from .options_base import SiteSteps
from .options_checks import error_in_device, own_entities
from .options_data import (
    CONF_CAPACITY,
    CONF_FLOOR,
    CONF_ID,
    CONF_INVERTED,
    CONF_KIND,
    CONF_OTHERS,
    FLOOR,
    OTHER_ID_PREFIX,
    OtherDevice,
    OtherKind,
    Role,
)
from .options_forms import (
    CONF_DEVICE,
    CONF_DEVICES,
    CONF_SIGN,
    INVERTED,
    NORMAL,
    SECTION_COUNTERS,
    SECTION_SIZE,
    device_schema,
    devices_schema,
    other_schema,
)

_ADD: Final = ("other_panels", "other_battery", "other_grid_meter", "other_home_meter")
_CHANGE: Final = ("others_change", "others_remove")
_DONE: Final = ("done",)


class OtherSteps(SiteSteps):
    """Adds, changes and removes devices of other integrations."""

    _device: OtherDevice | None = None
    """The device that is being changed; None: one is being added."""

    async def async_step_others(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002 - a menu
    ) -> ConfigFlowResult:
        """Show what there is, and what can be done about it."""
        self._device = None
        names = ", ".join(device.name for device in self.options.others)
        placeholders = {"count": str(len(self.options.others)), "devices": names}
        if not names:
            return self.async_show_menu(
                step_id="others",
                menu_options=[*_ADD, *_DONE],
                description_placeholders=placeholders,
            )
        return self.async_show_menu(
            step_id="others",
            menu_options=[*_ADD, *_CHANGE, *_DONE],
            description_placeholders=placeholders,
        )

    async def async_step_other_panels(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for panels that feed AC."""
        return await self._async_other("other_panels", OtherKind.PANELS, user_input)

    async def async_step_other_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a battery."""
        return await self._async_other("other_battery", OtherKind.BATTERY, user_input)

    async def async_step_other_grid_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a meter between house and grid."""
        return await self._async_other("other_grid_meter", OtherKind.GRID_METER, user_input)

    async def async_step_other_home_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a meter of everything that the house takes."""
        return await self._async_other("other_home_meter", OtherKind.HOME_METER, user_input)

    async def async_step_others_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which device is to be changed, and show its form.

        It may be gone by now: another window, or an import, has changed the list.
        """
        devices = {device.id: device for device in self.options.others}
        if user_input is None and len(devices) > 1:
            return self.async_show_form(
                step_id="others_change", data_schema=device_schema(self._devices())
            )
        chosen = next(iter(devices), "") if user_input is None else user_input[CONF_DEVICE]
        self._device = devices.get(chosen)
        if self._device is None:
            return await self.async_step_others()
        return await self._async_other(f"other_{self._device.kind}", self._device.kind, None)

    async def async_step_others_remove(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which devices are to be removed, if any are left by now."""
        if not self.options.others:
            return await self.async_step_others()
        if user_input is None:
            return self.async_show_form(
                step_id="others_remove", data_schema=devices_schema(self._devices())
            )
        gone = user_input[CONF_DEVICES]
        stored = [device_stored(each) for each in self.options.others if each.id not in gone]
        self.keep(**{CONF_OTHERS: stored or None})
        return await self.async_step_others()

    def _devices(self) -> list[SelectOptionDict]:
        """Give the devices with their names."""
        return [
            SelectOptionDict(value=device.id, label=device.name) for device in self.options.others
        ]

    async def _async_other(
        self, step_id: str, kind: OtherKind, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the form of a kind of device; keep what was entered and show the list again."""
        errors: dict[str, str] = {}
        shown: Mapping[str, Any] = {} if self._device is None else self._device_shown(self._device)
        if user_input is not None:
            shown = user_input
            device = self._device_entered(kind, user_input)
            error = error_in_device(self.hass, device, self.options.others)
            if error is None:
                devices = {each.id: each for each in self.options.others} | {device.id: device}
                self.keep(**{CONF_OTHERS: [device_stored(each) for each in devices.values()]})
                return await self.async_step_others()
            errors["base"] = error
        schema = other_schema(kind, own_entities(self.hass))
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
        )

    def _device_shown(self, device: OtherDevice) -> dict[str, Any]:
        """Give a device as its form shows it; entities that were removed are left out."""
        entities = {
            role.value: entity_id
            for role, reference in device.entities.items()
            if (entity_id := entity_of(self.hass, reference)) is not None
        }
        size: dict[str, Any] = {CONF_FLOOR: device.floor}
        if device.capacity_kwh is not None:
            size[CONF_CAPACITY] = device.capacity_kwh
        return {
            CONF_NAME: device.name,
            CONF_SIGN: INVERTED if device.inverted else NORMAL,
            **entities,
            SECTION_COUNTERS: entities,
            SECTION_SIZE: size,
        }

    def _device_entered(self, kind: OtherKind, user_input: Mapping[str, Any]) -> OtherDevice:
        """Read a form. One without a name is called like the device of its first entity."""
        fields = {**user_input, **user_input.get(SECTION_COUNTERS, {})}
        size = user_input.get(SECTION_SIZE, {})
        entity_ids = {role: fields[role] for role in Role if fields.get(role)}
        name = user_input.get(CONF_NAME, "").strip()
        for entity_id in entity_ids.values():
            name = name or device_called(self.hass, entity_id) or called(self.hass, entity_id)
        entities = {role: reference_to(self.hass, each) for role, each in entity_ids.items()}
        return OtherDevice(
            id=f"{OTHER_ID_PREFIX}{ulid_now()}" if self._device is None else self._device.id,
            kind=kind,
            name=name,
            entities=entities,
            inverted=user_input.get(CONF_SIGN) == INVERTED,
            capacity_kwh=size.get(CONF_CAPACITY),
            floor=size.get(CONF_FLOOR, FLOOR.default),
        )


def device_stored(device: OtherDevice) -> dict[str, Any]:
    """Give a device as it is stored."""
    return {
        CONF_ID: device.id,
        CONF_KIND: device.kind.value,
        CONF_NAME: device.name,
        **{role.value: reference for role, reference in device.entities.items()},
        CONF_INVERTED: device.inverted,
        CONF_CAPACITY: device.capacity_kwh,
        CONF_FLOOR: device.floor,
    }
