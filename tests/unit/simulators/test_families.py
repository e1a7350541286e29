"""Another program reads every simulated inverter; faults find their registers in each."""

from collections.abc import AsyncIterator, Iterator

from pysolarmanv5 import PySolarmanV5Async
import pytest

from tests.simulators.face import Face
from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.families import FACES
from tests.simulators.faults import REGISTER_FAULTS, Fault
from tests.simulators.glitch import CHANGES, Glitch
from tests.simulators.logger import LoggerSimulator
from tests.simulators.plant import plant_for
from tests.simulators.rows_hybrid_1p import LARGE_UNIT_GRID_ONLY, VERY_LARGE_UNIT
from tests.simulators.site import Clock, Site

from .conftest import MORNING

MOST = 125
NOTHING_TO_CHANGE = {
    "hybrid_1p": {Fault.HIGH_WORD_ZERO},
    "hybrid_3p_lv": {Fault.TENS_OF_WATTS},
    "string": {Fault.TENS_OF_WATTS, Fault.SOC_JUMP, Fault.SOC_ZERO, Fault.HIGH_WORD_ZERO},
    "micro": {
        *(Fault.TENS_OF_WATTS, Fault.SOC_JUMP, Fault.SOC_ZERO, Fault.HIGH_WORD_ZERO),
        Fault.JUNK_INPUTS,
    },
}
"""Faults of registers that a family, or the plainest inverter of it, does not have."""


@pytest.fixture(params=sorted(FACES))
async def logger(
    request: pytest.FixtureRequest,
    socket_enabled: None,  # noqa: ARG001  opens sockets
) -> AsyncIterator[LoggerSimulator]:
    """A running logger with an inverter of each family, on a bright morning."""
    family = request.param
    clock = Clock(MORNING)
    simulator = LoggerSimulator(Site(1, clock, plant=plant_for(family)), family=family)
    clock.advance(3 * 3600)
    await simulator.start()
    yield simulator
    await simulator.stop()


def blocks(inverter: Face) -> Iterator[tuple[int, int]]:
    """Cut all words of an inverter's rows into reads."""
    words = sorted({word for row in inverter.rows for word in row.words})
    begin = 0
    while begin < len(words):
        end = begin
        while end < len(words) and words[end] - words[begin] < MOST:
            end += 1
        yield words[begin], words[end - 1] - words[begin] + 1
        begin = end


async def test_another_program_reads_the_truth(logger: LoggerSimulator) -> None:
    client = PySolarmanV5Async(logger.host, logger.serial, port=logger.port)
    await client.connect()
    image: dict[int, int] = {}
    for address, count in blocks(logger.inverter):
        words = await client.read_holding_registers(address, count)
        image |= dict(enumerate(words, address))
    await client.disconnect()
    read = {row.key: row.decode(image) for row in logger.inverter.rows}
    truth = logger.truth()
    assert read.items() <= truth.items()
    assert "pv_power" in truth.keys() - read.keys()
    assert truth["inverter_serial"] == "2207200001"


def test_every_register_fault_says_what_it_changes() -> None:
    assert CHANGES.keys() == REGISTER_FAULTS


@pytest.mark.parametrize("fault", sorted(REGISTER_FAULTS))
async def test_a_register_fault_changes_registers_of_every_family(
    fault: Fault, logger: LoggerSimulator
) -> None:
    inverter = logger.inverter
    if fault is Fault.COUNTER_STUCK:
        inverter.hold_counters()
        logger.site.clock.advance(1200)
    changed = False
    for address, count in blocks(inverter):
        words = inverter.read(address, count)
        assert words is not None
        glitch = Glitch(fault, inverter)
        distorted = glitch(address, words)
        assert len(distorted) == count
        assert glitch.struck or distorted == words
        changed |= distorted != words
    assert changed == (fault not in NOTHING_TO_CHANGE[logger.family])


def test_units_of_12_to_16_kw_count_in_other_steps() -> None:
    site = Site(1, Clock(MORNING))
    plain = HybridOnePhase(site).image()
    some = HybridOnePhase(site, scales=LARGE_UNIT_GRID_ONLY)
    all_of_them = HybridOnePhase(site, scales=VERY_LARGE_UNIT)

    def changed(inverter: HybridOnePhase) -> set[int]:
        return {word for word, value in inverter.image().items() if value != plain[word]}

    assert changed(some) == {169, 172}
    assert {169, 172, 178, 191} <= changed(all_of_them) <= {*range(167, 179), 191}
    load, current = (all_of_them.truth()[key] for key in ("load_power", "battery_current"))
    assert load == pytest.approx(plain[178], abs=5)
    assert isinstance(current, float)
    assert current == round(current, 1)


def test_the_rated_power_of_each_family_can_be_chosen() -> None:
    for family in FACES:
        site = Site(1, Clock(MORNING), plant=plant_for(family))
        logger = LoggerSimulator(site, family=family, rated_w=5000)
        assert logger.truth()["rated_power"] == 5000
