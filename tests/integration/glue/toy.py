"""A vendor made up for tests: a gateway with panels that says what a test lets it say.

It has a client package of no lines, so that what is tested is how any source becomes entities.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final, override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.clients.errors import CannotConnectError, ClientError
from custom_components.solar_monitor.clients.report import UpdateReport
from custom_components.solar_monitor.const import DOMAIN
from custom_components.solar_monitor.coordinator import SolarMonitorConfigEntry
from custom_components.solar_monitor.sources.spec import (
    BinarySensorRow,
    ButtonRow,
    Device,
    EventRow,
    Finding,
    Happening,
    Outcome,
    Poll,
    Push,
    Row,
    Rows,
    SensorRow,
    Source,
    SourceSpec,
    SwitchRow,
    key_value,
)

KIND: Final = "envoy"
"""Its name is that of a kind whose flow can ask the user to sign in again."""
SERIAL: Final = "100000000001"
GATEWAY: Final = "gateway"
FAST_S: Final = 30
PANELS_S: Final = 60
GRACE_S: Final = 900
SILENCE_S: Final = 900
RETRY_S: Final = 30


class Toy(Source):
    """The gateway and the knobs of a test."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Have two panels."""
        self._hass = hass
        self.power = 100
        self.total: float | None = 5.0
        self.panels: dict[str, int] = {"200000000001": 11, "200000000002": 12}
        self.retired: set[str] = set()
        self.known = True
        self.grown = 0
        self.error: ClientError | None = None
        self.panels_error: ClientError | None = None
        self.fast_bug: Exception | None = None
        self.panels_bug: Exception | None = None
        self.hangs: set[str] = set()
        """The polls that never end, and `disconnect`."""
        self.hung = 0
        """How often something that hung was ended."""
        self.sign_in = False
        self.stands = False
        """Whether the panels have not reported since the last poll."""
        self.happenings: tuple[Happening, ...] = ()
        self.lamp = False
        self.lamp_error: ClientError | None = None
        self.rings = 0
        self.ring_error: ClientError | HomeAssistantError | None = None
        self.struck = asyncio.Event()
        """Set at the first stroke of the bell."""
        self.ended = asyncio.Event()
        """Set once the bell has rung out; a press lasts until then."""
        self.ended.set()
        self.reads: list[tuple[str, float, frozenset[str]]] = []
        self.rests = 0
        """How often the last poll was read."""
        self.closed = False
        self.push: Push | None = None
        self._heard_at: float | None = None

    def grow(self, **panels: int) -> None:
        """Have these panels from the next poll on."""
        self.panels = panels
        self.grown += 1

    @override
    def attach(self, push: Push) -> None:
        self.push = push

    @property
    @override
    def polls(self) -> tuple[Poll, ...]:
        core: frozenset[str] = frozenset()
        fast = frozenset({"production_power", "production_energy_total", "live_mode"})
        panels = frozenset(f"{serial}_power" for serial in self.panels)
        return (
            Poll(name="fast", interval_s=FAST_S, keys=fast, core=core, read=self._read_fast),
            Poll(
                name="panels", interval_s=PANELS_S, keys=panels, core=core, read=self._read_panels
            ),
            Poll(
                name="rest",
                interval_s=PANELS_S,
                keys=frozenset(),
                core=core,
                read=self._read_rest,
            ),
        )

    def _note_read(self, name: str, keys: Collection[str], time_limit_s: float) -> None:
        """Note that a poll was read."""
        assert time_limit_s > 0
        self.reads.append((name, self._hass.loop.time(), frozenset(keys)))

    async def _hang(self, name: str) -> None:
        """Wait for ever, if a test wants that."""
        if name in self.hangs:
            try:
                await asyncio.Event().wait()
            finally:
                self.hung += 1

    async def _read_fast(self, keys: Collection[str], time_limit_s: float) -> Outcome:
        self._note_read("fast", keys, time_limit_s)
        await self._hang("fast")
        if self.fast_bug is not None:
            raise self.fast_bug
        if self.error is not None:
            report = UpdateReport(frozenset(), {"meter": self.error})
            return Outcome(values={}, report=report, sign_in=self.sign_in)
        self._heard_at = self._hass.loop.time()
        happenings, self.happenings = self.happenings, ()
        return Outcome(
            values={"production_power": self.power, "production_energy_total": self.total},
            report=UpdateReport(frozenset({"meter"}), {}),
            measured_at=datetime.now(UTC),
            happenings=happenings,
        )

    async def _read_panels(self, keys: Collection[str], time_limit_s: float) -> Outcome:
        self._note_read("panels", keys, time_limit_s)
        await self._hang("panels")
        if self.panels_bug is not None:
            raise self.panels_bug
        if self.panels_error is not None:
            report = UpdateReport(frozenset(), {"panels": self.panels_error})
            return Outcome(values={}, report=report)
        self._heard_at = self._hass.loop.time()
        values = {f"{serial}_power": power for serial, power in self.panels.items()}
        report = UpdateReport(frozenset({"panels"}), {})
        if self.stands:
            return Outcome(values={}, report=report, confirmed=frozenset(values))
        return Outcome(values=values, report=report)

    async def _read_rest(self, _keys: Collection[str], _time_limit_s: float) -> Outcome:
        self.rests += 1
        if self.panels_error is not None:
            report = UpdateReport(frozenset(), {"rest": self.panels_error})
            return Outcome(values={}, report=report)
        return Outcome(values={}, report=UpdateReport(frozenset({"rest"}), {}))

    @property
    @override
    def devices(self) -> tuple[Device, ...]:
        gateway = DeviceInfo(identifiers={(DOMAIN, SERIAL)}, name="Toy")
        return (
            Device(name=GATEWAY, info=gateway),
            *(
                Device(
                    name=serial,
                    info=DeviceInfo(identifiers={(DOMAIN, serial)}, name=f"Toy panel {serial}"),
                    parent=GATEWAY,
                )
                for serial in self.panels
            ),
        )

    @property
    @override
    def revision(self) -> int:
        return self.grown

    @property
    @override
    def id_prefix(self) -> str:
        return SERIAL

    @property
    @override
    def start_values(self) -> Mapping[str, Any]:
        return {"live_mode": False}

    @property
    @override
    def settled(self) -> bool:
        return self.known

    @property
    @override
    def resting(self) -> bool:
        return False

    @property
    @override
    def last_answer(self) -> float | None:
        return self._heard_at

    @property
    @override
    def refused(self) -> int:
        return 0

    @override
    def findings(self) -> tuple[Finding, ...]:
        return ()

    @override
    def undecided(self) -> frozenset[str]:
        return frozenset()

    @override
    async def async_disconnect(self) -> None:
        await self._hang("disconnect")

    @override
    async def async_close(self) -> None:
        self.closed = True

    async def turn_lamp(self, *, on: bool) -> None:
        """Turn the lamp and tell what has become of it."""
        if self.lamp_error is not None:
            raise self.lamp_error
        self.lamp = on
        self.tell({"live_mode": on})

    async def ring(self) -> None:
        """Ring the bell."""
        self.rings += 1
        self.struck.set()
        await self.ended.wait()
        if self.ring_error is not None:
            raise self.ring_error

    def tell(self, values: Mapping[str, Any], *, measured: bool = False) -> None:
        """Bring values between two polls."""
        assert self.push is not None
        blocks = frozenset({"live"}) if measured else frozenset[str]()
        if measured:
            self._heard_at = self._hass.loop.time()
        self.push(Outcome(values=values, report=UpdateReport(blocks, {})))


def toy_rows(source: Source) -> Rows:
    """The entities of a toy."""
    assert isinstance(source, Toy)
    gateway = Row(device=GATEWAY)
    counter = Row(device=GATEWAY, always=True)
    panels = tuple(
        SensorRow(
            key=f"{serial}_power",
            translation_key="panel_device_power",
            device_class=SensorDeviceClass.POWER,
            native_unit_of_measurement="W",
            row=Row(device=serial, own_id=True),
            value_fn=key_value(f"{serial}_power"),
        )
        for serial in source.panels
    )
    return Rows(
        sensors=(
            SensorRow(
                key="production_power",
                translation_key="production_power",
                device_class=SensorDeviceClass.POWER,
                native_unit_of_measurement="W",
                row=gateway,
                value_fn=key_value("production_power"),
            ),
            SensorRow(
                key="production_energy_total",
                translation_key="production_energy_total",
                device_class=SensorDeviceClass.ENERGY,
                native_unit_of_measurement="kWh",
                state_class=SensorStateClass.TOTAL_INCREASING,
                row=counter,
                value_fn=key_value("production_energy_total"),
            ),
            *panels,
        ),
        binary_sensors=(
            BinarySensorRow(
                key="connection",
                translation_key="connection",
                device_class=BinarySensorDeviceClass.CONNECTIVITY,
                row=counter,
                value_fn=lambda snapshot: snapshot.connected,
            ),
        ),
        events=(
            EventRow(
                key="counter_corrections",
                translation_key="counter_corrections",
                event_types=["rebased"],
                row=counter,
            ),
        ),
        switches=(
            SwitchRow(
                key="live_mode",
                translation_key="live_mode",
                row=counter,
                value_fn=key_value("live_mode"),
                turn_fn=_turn_lamp,
            ),
        ),
        buttons=(
            ButtonRow(
                key="refresh",
                translation_key="cloud_refresh",
                row=Row(device=GATEWAY, needs=frozenset(), always=True),
                press_fn=_ring,
            ),
        ),
    )


async def _turn_lamp(source: Source, on: bool) -> None:  # noqa: FBT001 - as a row calls it
    assert isinstance(source, Toy)
    await source.turn_lamp(on=on)


async def _ring(source: Source) -> None:
    assert isinstance(source, Toy)
    await source.ring()


def toy_spec(
    connect: Callable[[HomeAssistant, SolarMonitorConfigEntry], Awaitable[Toy]],
) -> SourceSpec:
    """Describe the vendor."""

    async def forget(_hass: HomeAssistant, _entry: SolarMonitorConfigEntry) -> None:
        pass

    return SourceSpec(
        kind=KIND,
        connect=connect,
        rows=toy_rows,
        every_row=Rows,
        diagnostics=lambda _source: {},
        forget=forget,
        grace_s=GRACE_S,
        silence_s=SILENCE_S,
        longest_retry_s=RETRY_S,
        separate_polls=True,
        removable=_removable,
    )


def _removable(source: Source, identifier: str) -> bool:
    assert isinstance(source, Toy)
    return identifier in source.retired


def toy_entry() -> MockConfigEntry:
    """Make the entry of a toy."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Toy",
        unique_id=SERIAL,
        data={"source": KIND, "host": "127.0.0.1", "serial": SERIAL, "id_prefix": SERIAL},
    )


SILENCE: Final = CannotConnectError()
