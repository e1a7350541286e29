"""What the tests of devices of other integrations share."""

from collections.abc import Mapping
import json

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.solar_monitor.logic.contribution import Contribution, Counter
from custom_components.solar_monitor.logic.site_totals import Flow, JoinedTotal
from custom_components.solar_monitor.site.options_data import OtherDevice, OtherKind, Role
from custom_components.solar_monitor.site.roles import OtherDevices
from tests.integration.site_flow.kit import sensor

BATTERY = OtherKind.BATTERY
PANELS = OtherKind.PANELS
GRID = OtherKind.GRID_METER
HOME = OtherKind.HOME_METER


def device(kind: OtherKind, entities: Mapping[Role, str], name: str = "a") -> OtherDevice:
    """Make a device of another integration."""
    return OtherDevice(id=name, kind=kind, name=name, entities=entities)


def grid_meter(hass: HomeAssistant, kwh: float = 1000) -> dict[Role, str]:
    """Let there be a grid meter with one counter."""
    return {
        Role.POWER: sensor(hass, "power", 500),
        Role.ENERGY_IN: sensor(hass, "energy", kwh, "kWh"),
    }


class Reader:
    """Devices that are looked at every 30 seconds."""

    def __init__(
        self, hass: HomeAssistant, clock: TickingDateTimeFactory, *devices: OtherDevice
    ) -> None:
        """Begin with nothing known."""
        self.hass, self.clock, self.devices = hass, clock, devices
        self.read = OtherDevices(hass, devices)

    def look(self, after_s: float = 30) -> Contribution:
        """Look again after a while."""
        self.clock.tick(after_s)
        return self.read.look()

    def restart(self, *devices: OtherDevice, proven: bool = True) -> None:
        """Restart Home Assistant, perhaps with other devices."""
        memory = json.loads(json.dumps(self.read.memory()))
        self.devices = devices or self.devices
        self.read = OtherDevices(self.hass, self.devices, memory, proven=proven)

    def is_due(self) -> bool:
        """Tell whether the memory has to be stored now."""
        return self.read.due

    def kwh(self, flow: Flow, after_s: float = 30) -> float | None:
        """Give a counter of the first device."""
        return self.counter(flow, after_s).kwh

    def counter(self, flow: Flow, after_s: float = 30) -> Counter:
        """Look at a counter of the first device."""
        return self.look(after_s).counters["a"][flow]


class Household(Reader):
    """A reader with the total that the site makes of one counter, stored as the site stores it."""

    def __init__(
        self, hass: HomeAssistant, clock: TickingDateTimeFactory, option: OtherDevice, flow: Flow
    ) -> None:
        """Begin with nothing known."""
        super().__init__(hass, clock, option)
        self.flow = flow
        self.total = JoinedTotal()
        self.writes = 0
        self.store()

    def shown(self, after_s: float = 30) -> float | None:
        """Look again after a while; give the total that the site shows."""
        self.total.offer({"a": self.kwh(self.flow, after_s)})
        if self.read.due or self.total.due:
            self.store()
        return self.total.shown

    def cut_power(self) -> None:
        """Start again with what was stored last."""
        of_devices, of_total = json.loads(self.stored)
        self.read = OtherDevices(self.hass, self.devices, of_devices, proven=False)
        self.total = JoinedTotal(of_total, proven=False)

    def store(self) -> None:
        """Store everything, as happens now and then."""
        self.stored = json.dumps([self.read.memory(), self.total.to_dict()])
        self.writes += 1
