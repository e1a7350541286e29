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
from custom_components.solar_monitor.clients.errors import ClientError, NoAnswerError
from custom_components.solar_monitor.clients.transport import LinkStats

DATA = Path(__file__).parent.parent / "data"
BY_KEY: Mapping[str, Register] = {register.key: register for register in REGISTERS}

FIRST_ANSWER_WORDS = [259, 1, 513, 12853, 12338, 12852, 13368, 13368, 0, 0, 12289, 5398, 0]
FIRST_ANSWER_WORDS += [17288, 49163, 0, 60000, 0, 513, 1, 255, 0, 6410]
"""Registers 0-22 of a SUN-6K-OG01LP1-EU-AM2 (github.com/davidrapan/ha-solarman issue 834)."""


def recorded(case: str) -> dict[str, Any]:
    """Return a recorded frame or dump of deye_frames.json by its id."""
    data = json.loads((DATA / "deye_frames.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(
        entry for entry in (*data["frames"], *data["register_dumps"]) if entry["id"] == case
    )
    return found


def words_of(registers: Mapping[str, int]) -> dict[int, int]:
    """Return words by address from JSON, where addresses are text."""
    return {int(address): word for address, word in registers.items()}


def frozen_rows() -> list[tuple[tuple[int, ...], str]]:
    """Return registers and key of every value that public clients know."""
    text = (DATA / "deye_hybrid_1p.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [
        (tuple(map(int, entry["registers"].split())), entry["key"]) for entry in DictReader(lines)
    ]


def identity_of(
    rated_power_w: float | None = 8000.0, *, mppt_count: int = 2, phase_count: int = 1
) -> Identity:
    """Return the identity of a single-phase hybrid."""
    return Identity(
        family=Family.HYBRID_1P,
        device_type=3,
        serial="2207200001",
        rated_power_w=rated_power_w,
        mppt_count=mppt_count,
        phase_count=phase_count,
        firmware=None,
        protocol=None,
    )


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
