"""What simulated string and micro-inverters have in common: they live on the sun and sleep."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum, auto
from typing import ClassVar, override

from tests.simulators.face import (
    NO_WORD,
    STATE_NORMAL,
    STATE_STANDBY,
    Face,
    Presence,
    panels,
)
from tests.simulators.rows import Quantity, Reading
from tests.simulators.site import Conditions, Powers, Wake

_LASTING = frozenset({"device_type", "modbus_address", "mppt_and_phases", "rated_power"})
"""What is true of it in its sleep, besides its versions, its serial number and its settings."""


class Asleep(StrEnum):
    """How an inverter shows that its panels are dark."""

    GONE = auto()
    """The stick that it feeds has no power: its port is closed."""
    ERROR_05 = auto()
    """The stick goes on and says 05 00."""
    ZEROS = auto()
    """All registers read 0."""


@dataclass(eq=False)
class GridTied(Face):
    """An inverter on the `grid_tied` arrays of the site's plant.

    Awake again, it answers with zeros for some minutes before it feeds and shows values.
    Raises ValueError for a plant without such arrays.
    """

    _: KW_ONLY
    asleep: Asleep = Asleep.GONE

    nominal_volts: ClassVar[tuple[float, ...]]
    live_word = 59
    last_register = 399
    soc_word = NO_WORD

    @override
    def __post_init__(self) -> None:
        if not self.inputs:
            raise ValueError("the site's plant has no grid-tied arrays: see plant_for()")
        super().__post_init__()

    @property
    @override
    def inputs(self) -> int:
        return self.site.plant.grid_tied_inputs

    @property
    def wake(self) -> Wake:
        """Return whether it sleeps, wakes or works."""
        return self.site.conditions().wake

    @property
    @override
    def presence(self) -> Presence:
        if self.wake is not Wake.ASLEEP or self.asleep is Asleep.ZEROS:
            return Presence.THERE
        return Presence.SILENT if self.asleep is Asleep.ERROR_05 else Presence.GONE

    @override
    def image(self) -> dict[int, int]:
        if self.wake is not Wake.AWAKE:
            return self._blank() | self.overrides
        return super().image()

    @override
    def truth(self) -> dict[str, Reading]:
        """Return what a perfect client shows.

        Of a dark inverter that is: no power from its panels, the counters of their energy, the
        energy since the last midnight, who it is and its settings; the rest is unknown. What a
        meter has counted since is left out: nobody can know it.
        """
        truth = super().truth()
        if self.wake is Wake.AWAKE:
            return truth
        settings = {row.key for row in self.setting_rows}
        own = {row.key for row in self.measured}
        return {
            key: self._in_the_dark(key, value, settings)
            for key, value in truth.items()
            if key in own | settings or key.startswith("pv")
        }

    def _in_the_dark(self, key: str, value: Reading, settings: set[str]) -> Reading:
        """Return what a perfect client shows of a dark inverter."""
        lasting = key in _LASTING | settings or key.endswith(("_version", "_serial"))
        if lasting or "_energy_" in key:
            return value
        return 0 if key.endswith("_power") else None

    @override
    def _derived(
        self, image: Mapping[int, int], truth: Mapping[str, Reading]
    ) -> dict[str, Reading]:
        """Return the power of each input as voltage x current, and their sum."""
        words = {row.key: row.words[0] for row in self.measured}
        inputs = {
            f"pv{n}_power": round(
                image[words[f"pv{n}_voltage"]] * image[words[f"pv{n}_current"]] / 100
            )
            for n in range(1, self.inputs + 1)
        }
        return {**inputs, "pv_power": sum(inputs.values())}

    @override
    def _values(self) -> dict[str, Quantity]:
        powers, conditions = self.site.powers(), self.site.conditions()
        return {
            "device_type": self.device_type,
            "modbus_address": self.unit,
            "protocol_version": 0x0102,
            "inverter_serial": self.serial,
            "control_board_version": 0x1001_0000_1410,
            "rated_power": self.site.plant.grid_tied.rated_w,
            **self._clock(),
            **self._bits_and_state(STATE_NORMAL if powers.grid_up else STATE_STANDBY),
            **panels(powers.grid_tied, self.nominal_volts, conditions.temperature),
            **self._energy(),
            **self._ac(powers, conditions),
        }

    def _pv_energy(self) -> tuple[float, float]:
        """Return the energy of its panels, kWh: lifetime, and of the inverter's own day."""
        total = self.site.energies().grid_tied
        return total, total - self._energies_before_today().grid_tied

    @abstractmethod
    def _energy(self) -> dict[str, Quantity]:
        """Return the counters."""

    @abstractmethod
    def _ac(self, powers: Powers, conditions: Conditions) -> dict[str, Quantity]:
        """Return inputs and phases, the AC side and the temperatures."""
