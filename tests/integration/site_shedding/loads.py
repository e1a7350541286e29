"""Loads of another integration: real entities of real domains, with the faults of real devices."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.climate import ClimateEntity, ClimateEntityFeature, HVACMode
from homeassistant.components.fan import FanEntity, FanEntityFeature
from homeassistant.components.light import ColorMode, LightEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.components.water_heater import WaterHeaterEntity, WaterHeaterEntityFeature
from homeassistant.const import UnitOfTemperature
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import setup_test_component_platform

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant


class Fault(StrEnum):
    """What is wrong with a load."""

    DEAF = "deaf"
    """It takes every call and does nothing."""
    REFUSES = "refuses"
    """Every call ends with an error."""
    HANGS = "hangs"
    """No call ever ends."""
    CLINGS = "clings"
    """No call ever ends, not even one that is cancelled."""


class Load(Entity):
    """What the loads of all domains have in common."""

    fault: Fault | None = None

    def set_up(self, name: str) -> None:
        """Begin as a new device of a name."""
        self.asked: list[str] = []
        self.asked_at: list[float] = []
        self.on_ask: Callable[[str], None] = lambda _: None
        """Called with what is asked, before anything is done."""
        self.freed = asyncio.Event()
        """Set: what clings lets go."""
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_should_poll = False
        self._attr_has_entity_name = False

    def measure_in_celsius(self) -> None:
        """Have a unit of temperature, whatever this Home Assistant calls it."""
        native = hasattr(type(self), "native_temperature_unit")
        name = "_attr_native_temperature_unit" if native else "_attr_temperature_unit"
        setattr(self, name, UnitOfTemperature.CELSIUS)

    async def obey(self, what: str) -> bool:
        """Note what was asked, and tell whether the load does it."""
        self.on_ask(what)
        self.asked.append(what)
        self.asked_at.append(self.hass.loop.time())
        match self.fault:
            case Fault.REFUSES:
                raise HomeAssistantError("no")
            case Fault.HANGS:
                await asyncio.Event().wait()
            case Fault.CLINGS:
                while not self.freed.is_set():
                    try:
                        await self.freed.wait()
                    except asyncio.CancelledError:
                        continue
        return self.fault is None


class Plug(Load, SwitchEntity):
    """A switch that is on, unless a test says otherwise."""

    def __init__(self, name: str, *, on: bool = True) -> None:
        """Begin on or off."""
        self.set_up(name)
        self._attr_is_on = on

    async def _turn(self, *, on: bool) -> None:
        if await self.obey("on" if on else "off"):
            self.flip(on=on)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._turn(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._turn(on=False)

    def flip(self, *, on: bool) -> None:
        """Turn by hand, at the device."""
        self._attr_is_on = on
        self.async_write_ha_state()

    def lose(self) -> None:
        """Lose the connection."""
        self._attr_available = False
        self.async_write_ha_state()

    def come_back(self, *, on: bool) -> None:
        """Have it again."""
        self._attr_available = True
        self.flip(on=on)


class Lamp(Load, LightEntity):
    """A light that is on."""

    _attr_is_on = True
    _attr_color_mode = ColorMode.ONOFF
    _attr_supported_color_modes = {ColorMode.ONOFF}  # noqa: RUF012 - as Home Assistant has it

    def __init__(self, name: str) -> None:
        """Begin on."""
        self.set_up(name)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._attr_is_on = await self.obey("on")
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._attr_is_on = not await self.obey("off")
        self.async_write_ha_state()


class Ventilator(Load, FanEntity):
    """A fan that is on."""

    _attr_supported_features = FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF

    def __init__(self, name: str) -> None:
        """Begin on."""
        self.set_up(name)
        self._on = True

    @property
    @override
    def is_on(self) -> bool:
        return self._on

    @override
    async def async_turn_on(
        self, percentage: int | None = None, preset_mode: str | None = None, **kwargs: Any
    ) -> None:
        self._on = await self.obey("on")
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._on = not await self.obey("off")
        self.async_write_ha_state()


class Room(Load, ClimateEntity):
    """A climate device that cools; whether it can be turned off as such is up to a test."""

    def __init__(
        self,
        name: str,
        features: ClimateEntityFeature,
        modes: tuple[HVACMode, ...] = (HVACMode.OFF, HVACMode.HEAT, HVACMode.COOL),
    ) -> None:
        """Begin cooling."""
        self.set_up(name)
        self.measure_in_celsius()
        self._attr_supported_features = features
        self._attr_hvac_modes = list(modes)
        self._attr_hvac_mode = HVACMode.COOL

    def have_modes(self, *modes: HVACMode) -> None:
        """Have other modes from now on."""
        self._attr_hvac_modes = list(modes)
        self.async_write_ha_state()

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        await self.obey("temperature")

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        if await self.obey(f"mode {hvac_mode}"):
            self._attr_hvac_mode = hvac_mode
            self.async_write_ha_state()

    @override
    async def async_turn_off(self) -> None:
        if await self.obey("off"):
            self._attr_hvac_mode = HVACMode.OFF
            self.async_write_ha_state()

    @override
    async def async_turn_on(self) -> None:
        if await self.obey("on"):
            self._attr_hvac_mode = HVACMode.HEAT
            self.async_write_ha_state()


class Boiler(Load, WaterHeaterEntity):
    """A water heater in its mode *eco*; what it can do is up to a test."""

    _attr_min_temp = 30.0
    _attr_max_temp = 80.0

    def __init__(
        self,
        name: str,
        features: WaterHeaterEntityFeature,
        modes: tuple[str, ...] = ("off", "eco", "electric"),
    ) -> None:
        """Begin with the mode *eco*."""
        self.set_up(name)
        self.measure_in_celsius()
        self._attr_supported_features = features
        self._attr_operation_list = list(modes)
        self._attr_current_operation = "eco"

    async def _set(self, asked: str, mode: str) -> None:
        if await self.obey(asked):
            self._attr_current_operation = mode
            self.async_write_ha_state()

    @override
    async def async_set_operation_mode(self, operation_mode: str) -> None:
        await self._set(f"mode {operation_mode}", operation_mode)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._set("on", "electric")

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._set("off", "off")


async def plug_in(hass: HomeAssistant, domain: str, *entities: Entity) -> None:
    """Let another integration have entities of a domain."""
    setup_test_component_platform(hass, domain, entities)
    assert await async_setup_component(hass, domain, {domain: {"platform": "test"}})
    await hass.async_block_till_done()
