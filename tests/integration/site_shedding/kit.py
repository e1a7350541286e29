"""A battery that says what a test lets it say, and a site that listens to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.logic.bank import Bank
from custom_components.solar_monitor.logic.contribution import Contribution, InverterState
from custom_components.solar_monitor.logic.flows import Hybrid, Reading
from tests.integration.glue.toy import SERIAL, Toy
from tests.integration.site.kit import site_entry_with
from tests.integration.states import entity_of, state_with

if TYPE_CHECKING:
    from homeassistant.core import Event, EventStateChangedData
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from custom_components.solar_monitor.sources.spec import Snapshot, Source, Times

GOOD_FOR_S: Final = 90.0
MINUTE: Final = 60.0
HOUR: Final = 3_600.0
LIVE_V: Final = 230.0
POOL, CAR, FRIDGE = "switch.pool", "switch.car", "switch.fridge"
ALL: Final = (POOL, CAR, FRIDGE)
"""The plugs in the order in which they are shed."""


@dataclass
class Battery:
    """What an inverter with a battery tells, from its next poll on. None: it cannot tell.

    It is full and the sun carries the house, unless a test says otherwise.
    """

    soc: float | None = 80.0
    pv_w: float | None = 1_000.0
    battery_w: float | None = 0.0
    inverter_w: float | None = 1_000.0
    volts: tuple[float | None, ...] = (LIVE_V,)
    fault: bool | None = False
    grid_charge: bool | None = False

    def empties(self, soc: float, battery_w: float = 800.0) -> None:
        """Let the battery feed the house, at a charge (%)."""
        self.soc, self.pv_w, self.battery_w = soc, 0.0, battery_w

    def recovers(self, soc: float = 80.0) -> None:
        """Let the sun charge it, at a charge (%)."""
        self.soc, self.pv_w, self.battery_w = soc, 3_000.0, -2_000.0

    def contribute(self, source: Source, snapshot: Snapshot, times: Times) -> Contribution:
        """Give it to the site; while the inverter does not answer, what it has told grows old."""
        assert isinstance(source, Toy)
        del snapshot
        at = times.at("production_power")

        def reading(value: float | None) -> Reading:
            return Reading(value, at, GOOD_FOR_S)

        hybrid = Hybrid(
            name=SERIAL,
            strings=reading(self.pv_w),
            battery=reading(self.battery_w),
            grid_port=reading(0.0),
            load_port=reading(self.inverter_w),
            rated_w=5_000.0,
        )
        state = InverterState(
            name=SERIAL,
            power=reading(self.inverter_w),
            rated_w=5_000.0,
            grid_voltages=tuple(reading(volts) for volts in self.volts),
            fault=self.fault,
            alert=self.fault,
            grid_charge=self.grid_charge,
        )
        return Contribution(
            name=SERIAL,
            hybrids=(hybrid,),
            banks=() if self.soc is None else (Bank(name=SERIAL, soc=reading(self.soc)),),
            inverters=(state,),
        )


def site_with_loads(*loads: str, **more: object) -> MockConfigEntry:
    """Make the entry of a site that may turn something off; `more` are other options of that."""
    return site_entry_with({"shedding": {"loads": list(loads), **more}})


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the event entity has told once."""

    what: str
    load: str | None
    reason: str
    name: str | None = None
    """What people call the load."""
    text: str = ""
    """The reason in words."""


class Shedding:
    """What a person does with load shedding, and what is seen of it."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen to what is told."""
        self._hass = hass
        self.told: list[Told] = []
        self._before: str | None = None
        hass.bus.async_listen("state_changed", self._on_state)

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] != "event.solar_site_load_shedding_events" or state is None:
            return
        told = state.attributes.get("event_type")
        if told is None or state.state == self._before:
            return
        if event.data["old_state"] is not None:
            attributes = state.attributes
            self.told.append(
                Told(
                    what=told,
                    load=attributes["entity_id"],
                    reason=attributes["reason"],
                    name=attributes["load"],
                    text=attributes["text"],
                )
            )
        self._before = state.state

    @property
    def short(self) -> list[tuple[str, str | None, str]]:
        """What was told: what happened, to which entity, why."""
        return [(each.what, each.load, each.reason) for each in self.told]

    def shown(self, key: str) -> str:
        """Give what an entity of the site shows."""
        return state_with(self._hass, f"site_{key}").state

    @property
    def status(self) -> tuple[str, str]:
        """Status and reason."""
        return self.shown("load_shedding_status"), self.shown("load_shedding_reason")

    @property
    def about(self) -> Mapping[str, Any]:
        """What is told beside the number of loads that are off."""
        return state_with(self._hass, "site_loads_shed").attributes

    async def _async_ask(self, domain: str, service: str, key: str, **data: object) -> None:
        entity_id = entity_of(self._hass, f"site_{key}")
        await self._hass.services.async_call(
            domain, service, {"entity_id": entity_id, **data}, blocking=True
        )

    async def arm(self) -> None:
        """Turn the switch on."""
        await self._async_ask("switch", "turn_on", "load_shedding")

    async def disarm(self) -> None:
        """Turn the switch off."""
        await self._async_ask("switch", "turn_off", "load_shedding")

    async def set_level(self, key: str, value: float) -> None:
        """Set one of the two numbers."""
        await self._async_ask("number", "set_value", key, value=value)

    async def release(self, *entity_ids: str) -> None:
        """Ask for loads."""
        await self._hass.services.async_call(
            DOMAIN, "release_load", {"entity_id": list(entity_ids)}, blocking=True
        )


def states_of(hass: HomeAssistant, entity_ids: Sequence[str]) -> list[str]:
    """Give the states of some entities."""
    found = [hass.states.get(entity_id) for entity_id in entity_ids]
    return ["gone" if state is None else state.state for state in found]


def repairs(hass: HomeAssistant) -> dict[str, Mapping[str, str] | None]:
    """Give the repairs of load shedding that are shown, with what their texts leave open."""
    return {
        str(issue.translation_key): issue.translation_placeholders
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active and issue.translation_key in _REPAIRS
    }


_REPAIRS: Final = frozenset(
    {
        "site_shedding_stale",
        "site_shedding_rare",
        "site_shedding_power",
        "site_shedding_not_stored",
        "site_load_failed",
        "site_load_gone",
        "site_load_disabled",
    }
)
