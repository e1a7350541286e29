"""What the tests of devices of other integrations share."""

from collections.abc import Mapping
import json

from freezegun.api import TickingDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.solar_monitor.logic.contribution import Contribution, Counter
from custom_components.solar_monitor.logic.site_totals import Flow
from custom_components.solar_monitor.site.options_data import OtherDevice, OtherKind, Role
from custom_components.solar_monitor.site.roles import OtherDevices

BATTERY = OtherKind.BATTERY
PANELS = OtherKind.PANELS
GRID = OtherKind.GRID_METER
HOME = OtherKind.HOME_METER


def device(kind: OtherKind, entities: Mapping[Role, str], name: str = "a") -> OtherDevice:
    """Make a device of another integration."""
    return OtherDevice(id=name, kind=kind, name=name, entities=entities)


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
