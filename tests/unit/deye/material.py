"""What the tests share: the recorded frames, a transport that answers from a dict, an identity."""

from collections.abc import Callable, Mapping, Sequence
from csv import DictReader
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.hybrid_1p import REGISTERS
from custom_components.solar_monitor.clients.deye.identity import Identity
from custom_components.solar_monitor.clients.deye.registers import Register
from custom_components.solar_monitor.clients.deye.scale import candidate
from custom_components.solar_monitor.clients.deye.tables import scaled_table
from custom_components.solar_monitor.clients.errors import ClientError, NoAnswerError
from custom_components.solar_monitor.clients.transport import LinkStats

DATA = Path(__file__).parent.parent / "data"
BY_KEY: Mapping[str, Register] = {register.key: register for register in REGISTERS}

FIRST_ANSWER_WORDS = [259, 1, 513, 12853, 12338, 12852, 13368, 13368, 0, 0, 12289, 5398, 0]
FIRST_ANSWER_WORDS += [17288, 49163, 0, 60000, 0, 513, 1, 255, 0, 6410]
"""Registers 0-22 of a SUN-6K-OG01LP1-EU-AM2 (github.com/davidrapan/ha-solarman issue 834)."""


def recordings() -> list[dict[str, Any]]:
    """Return every frame and dump of deye_frames.json that has register values."""
    data = json.loads((DATA / "deye_frames.json").read_text(encoding="utf-8"))
    entries = (*data["frames"], *data["register_dumps"])
    return [
        entry
        for entry in entries
        if "registers" in entry or "registers" in entry.get("expected", {})
    ]


def recorded(case: str) -> dict[str, Any]:
    """Return a recorded frame or dump with register values by its id."""
    return next(entry for entry in recordings() if entry["id"] == case)


def words_of(registers: Mapping[str, int]) -> dict[int, int]:
    """Return words by address from JSON, where addresses are text."""
    return {int(address): word for address, word in registers.items()}


def frozen_rows(table: str) -> set[tuple[tuple[int, ...], str]]:
    """Return registers and key of every value that public clients know."""
    text = (DATA / f"deye_{table}.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        (tuple(map(int, entry["registers"].split())), entry["key"]) for entry in DictReader(lines)
    }


DEVICE_TYPES: Mapping[Family, int] = {
    Family.HYBRID_1P: 3,
    Family.HYBRID_3P_LV: 5,
    Family.HYBRID_3P_HV: 6,
    Family.STRING: 2,
    Family.MICRO: 4,
}


def identity_of(
    rated_power_w: float | None = 8000.0,
    *,
    family: Family = Family.HYBRID_1P,
    mppt_count: int = 2,
    phase_count: int = 1,
    firmware: str | None = None,
    pack_count: int = 0,
) -> Identity:
    """Return the identity of an inverter."""
    return Identity(
        family=family,
        device_type=DEVICE_TYPES[family],
        serial="2207200001",
        rated_power_w=rated_power_w,
        mppt_count=mppt_count,
        phase_count=phase_count,
        firmware=firmware,
        protocol=None,
        pack_count=pack_count,
    )


def table_of(identity: Identity) -> Mapping[str, Register]:
    """Return the rows of a unit with the scales that are proposed for it."""
    return scaled_table(identity.family, identity, candidate(identity.family, identity).factors)


type Hook = Callable[[int, int], BaseException | None]


@dataclass
class FakeTransport:
    """Answers from a dict of words (0 elsewhere); a hook may make a request fail."""

    words: dict[int, int] = field(default_factory=dict)
    hook: Hook = lambda _address, _attempt: None
    silent: bool = False
    asked: list[tuple[int, int]] = field(default_factory=list)
    urgencies: list[bool] = field(default_factory=list)
    units: set[int] = field(default_factory=set)
    serial: int | None = None
    connected: bool = True
    stats: LinkStats = field(default_factory=LinkStats)

    async def read(
        self, unit: int, address: int, count: int, *, urgent: bool = True
    ) -> tuple[int, ...]:
        """Return words, or fail as the hook says."""
        self.asked.append((address, count))
        self.urgencies.append(urgent)
        self.units.add(unit)
        attempt = sum(1 for asked, _count in self.asked if asked == address)
        error = NoAnswerError() if self.silent else self.hook(address, attempt)
        if error is not None:
            raise error
        return tuple(self.words.get(place, 0) for place in range(address, address + count))

    async def write(self, unit: int, address: int, values: Sequence[int]) -> None:
        """Nothing here writes."""
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is open."""


def fails(errors: Mapping[int, ClientError], *, times: int = 99) -> Hook:
    """Return a hook that fails the first `times` requests of these addresses."""
    return lambda address, attempt: errors.get(address) if attempt <= times else None
