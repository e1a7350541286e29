import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye.inverter import Inverter, Poll
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    CannotConnectError,
    ClientError,
    EthernetLoggerError,
    LinkLostError,
    ModbusRefusedError,
    NoAnswerError,
    UnitSilentError,
    WrongSerialError,
)
from tests.unit.deye.material import (
    FakeTransport,
    fails,
    identity_of,
    recorded,
    words_of,
)

LIVE_WORDS = words_of(recorded("dump_1p_zero_export_ct")["registers"])
LIVE_KEYS = ("pv_energy_total", "battery_soc")
"""Keys of two live blocks, 96-97 and 184."""


def inverter(transport: FakeTransport, *, retry_pause: float = 0.0) -> Inverter:
    """Return an identified 8 kW hybrid."""
    return Inverter(transport, 1, identity=identity_of(), retry_pause=retry_pause)


async def poll(transport: FakeTransport, *keys: str, time_limit_s: float = 5.0) -> Poll:
    """Poll an identified hybrid without pauses."""
    return await inverter(transport).poll(keys or LIVE_KEYS, time_limit_s=time_limit_s)


async def test_a_poll_reads_what_the_keys_need() -> None:
    transport = FakeTransport(LIVE_WORDS | {96: 4165})
    before = datetime.now(UTC)
    result = await poll(transport)
    assert result.values == {"pv_energy_total": 416.5, "battery_soc": 96}
    assert result.words == {96: 4165, 97: 0, 184: 96}
    assert result.report.updated == {"96-97", "184-184"}
    assert result.report.failed == {}
    assert not result.all_zero
    assert before <= result.measured_at <= datetime.now(UTC)


async def test_live_values_are_read_first_and_by_address() -> None:
    transport = FakeTransport()
    await poll(transport, "work_mode", "battery_soc", "modbus_address", "pv_energy_total")
    assert transport.asked == [(96, 2), (184, 1), (244, 1), (1, 1)]


@pytest.mark.parametrize("urgent", [True, False])
async def test_urgency_is_passed_on(urgent: bool) -> None:  # noqa: FBT001  a table
    transport = FakeTransport()
    await inverter(transport).poll(LIVE_KEYS, urgent=urgent, time_limit_s=5)
    assert transport.urgencies == [urgent, urgent]


async def test_keys_that_a_unit_does_not_have_are_passed_over() -> None:
    transport = FakeTransport(LIVE_WORDS)
    result = await poll(transport, "battery_soc", "pv3_power", "grid_l2_voltage", "no_such_key")
    assert result.values == {"battery_soc": 96}


async def test_a_poll_for_nothing_asks_nothing() -> None:
    transport = FakeTransport()
    result = await poll(transport, "no_such_key")
    assert transport.asked == []
    assert result.values == {}
    assert not result.report.nothing_answered
    assert not result.all_zero


async def test_a_gated_value_reads_its_gate_and_stays_apart_from_the_settings() -> None:
    transport = FakeTransport({92: 138, 235: 0})
    result = await poll(transport, "generator_energy_total", "aux_port_mode")
    assert result.values == {"generator_energy_total": 13.8, "aux_port_mode": 0}
    assert transport.asked == [(92, 4), (235, 1)]


@pytest.mark.parametrize(
    ("words", "all_zero"),
    [({}, True), ({184: 1}, False), ({97: 1}, False), ({244: 2}, True)],
)
async def test_a_sample_of_zeros_is_noticed_by_its_live_words(
    words: dict[int, int],
    all_zero: bool,  # noqa: FBT001  a table
) -> None:
    result = await poll(FakeTransport(words), *LIVE_KEYS, "work_mode")
    assert result.all_zero is all_zero


async def test_zeros_of_settings_alone_say_nothing() -> None:
    assert not (await poll(FakeTransport(), "work_mode")).all_zero


async def test_a_silent_block_does_not_count_as_zeros() -> None:
    result = await poll(FakeTransport({96: 1}, fails({96: BadAnswerError()})))
    assert result.all_zero
    assert result.values == {"battery_soc": 0}


async def test_an_absent_value_is_none_and_known() -> None:
    assert (await poll(FakeTransport({184: 0xFFFF}), "battery_soc")).values == {"battery_soc": None}


async def test_a_block_that_failed_once_is_read_again() -> None:
    transport = FakeTransport(LIVE_WORDS, fails({184: NoAnswerError()}, times=1))
    result = await poll(transport)
    assert result.values["battery_soc"] == 96
    assert result.report.failed == {}
    assert transport.asked == [(96, 2), (184, 1), (184, 1)]


async def test_a_block_is_read_three_times_at_most() -> None:
    error = BadAnswerError()
    transport = FakeTransport(LIVE_WORDS, fails({184: error}))
    result = await poll(transport)
    assert transport.asked.count((184, 1)) == 3
    assert result.report.failed == {"184-184": error}
    assert result.report.updated == {"96-97"}
    assert result.values == {"pv_energy_total": 0.0}


@pytest.mark.parametrize(
    "error",
    [
        NoAnswerError(),
        LinkLostError(),
        CannotConnectError(),
        UnitSilentError(),
        BadAnswerError(),
        ModbusRefusedError(code=2),
        ModbusRefusedError(code=6),
        WrongSerialError(serial=1),
        EthernetLoggerError(),
    ],
    ids=lambda error: error.key,
)
@pytest.mark.parametrize("lost", [96, 184])
async def test_no_failure_costs_the_values_of_another_block(lost: int, error: ClientError) -> None:
    transport = FakeTransport(LIVE_WORDS | {96: 4165}, fails({lost: error}))
    result = await poll(transport)
    kept = {96: {"battery_soc": 96}, 184: {"pv_energy_total": 416.5}}[lost]
    assert result.values == kept


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (ModbusRefusedError(code=2), 1),
        (ModbusRefusedError(code=6), 3),
        (WrongSerialError(serial=1), 1),
        (EthernetLoggerError(), 1),
        (UnitSilentError(), 3),
        (BadAnswerError(), 3),
    ],
)
async def test_only_what_may_pass_is_tried_again(error: ClientError, asked: int) -> None:
    transport = FakeTransport({}, fails({184: error}))
    await poll(transport)
    assert transport.asked.count((184, 1)) == asked


async def test_silence_twice_before_any_answer_ends_the_poll() -> None:
    transport = FakeTransport(silent=True)
    result = await poll(transport, *LIVE_KEYS, "work_mode")
    assert transport.asked == [(96, 2), (184, 1)]
    assert result.report.nothing_answered
    assert result.report.failed.keys() == {"96-97", "184-184"}
    assert result.values == {}
    assert not result.all_zero


async def test_silence_once_at_the_first_block_costs_nothing() -> None:
    transport = FakeTransport(LIVE_WORDS, fails({96: NoAnswerError()}, times=1))
    result = await poll(transport)
    assert transport.asked == [(96, 2), (184, 1), (96, 2)]
    assert result.values == {"pv_energy_total": 0.0, "battery_soc": 96}
    assert result.report.failed == {}


async def test_no_pause_begins_that_would_end_after_the_limit() -> None:
    transport = FakeTransport({}, fails({184: BadAnswerError()}))
    result = await inverter(transport, retry_pause=10).poll(LIVE_KEYS, time_limit_s=5)
    assert transport.asked.count((184, 1)) == 1
    assert result.report.updated == {"96-97"}


async def test_a_pause_lies_between_two_tries() -> None:
    transport = FakeTransport(LIVE_WORDS, fails({184: BadAnswerError()}, times=1))
    loop = asyncio.get_running_loop()
    began = loop.time()
    result = await inverter(transport, retry_pause=0.05).poll(LIVE_KEYS, time_limit_s=5)
    assert loop.time() - began >= 0.05
    assert result.values["battery_soc"] == 96


class SlowTransport(FakeTransport):
    """Never answers for one address."""

    slow = 184

    async def read(
        self, unit: int, address: int, count: int, *, urgent: bool = True
    ) -> tuple[int, ...]:
        """Hang, or answer at once."""
        if address == self.slow:
            await asyncio.Event().wait()
        return await super().read(unit, address, count, urgent=urgent)


async def test_the_time_limit_keeps_what_was_answered() -> None:
    transport = SlowTransport({96: 4165, 244: 1})
    result = await poll(transport, *LIVE_KEYS, "work_mode", time_limit_s=0.05)
    assert result.values == {"pv_energy_total": 416.5}
    assert result.report.failed["184-184"].key == "no_answer"
    assert transport.asked == [(96, 2)]


async def test_a_cancelled_poll_is_cancelled() -> None:
    task = asyncio.create_task(poll(SlowTransport()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


SCALED_KEYS = ("generator_power", "grid_power", "inverter_power", "load_power", "battery_current")


async def test_a_large_unit_shows_nothing_before_its_scale_is_proven() -> None:
    device = Inverter(FakeTransport(LIVE_WORDS), 1, identity=identity_of(16000.0))
    keys = (*SCALED_KEYS, "battery_voltage", "battery_power")
    for _ in range(2):
        values = (await device.poll(keys, time_limit_s=5)).values
        assert values["inverter_power"] == 2538
        assert {values[key] for key in ("grid_power", "load_power", "battery_current")} == {None}
    values = (await device.poll(keys, time_limit_s=5)).values
    assert values["grid_power"] == 1252
    assert values["load_power"] == 3790
    assert values["battery_current"] == 41.55
    assert device.scale.proven == {"grid": 1, "load": 1, "battery_current": 1}


async def test_what_was_proven_of_a_large_unit_is_known_from_the_first_poll_on() -> None:
    words = {169: 100, 178: 300, 175: 200}
    identity = identity_of(12000.0)
    proven = {"grid": 10, "load": 10}
    device = Inverter(FakeTransport(words), 1, identity=identity, proven_steps=proven)
    result = await device.poll(("grid_power", "load_power", "inverter_power"), time_limit_s=5)
    assert result.values == {"grid_power": 1000, "load_power": 3000, "inverter_power": 200}


async def test_no_power_is_true_in_any_scale() -> None:
    device = Inverter(FakeTransport({169: 0, 178: 40}), 1, identity=identity_of(12000.0))
    result = await device.poll(("grid_power", "load_power"), time_limit_s=5)
    assert result.values == {"grid_power": 0, "load_power": None}


async def test_polls_compare_by_what_they_brought_not_by_when() -> None:
    transport = FakeTransport(LIVE_WORDS)
    first, second = await poll(transport), await poll(transport)
    assert first == second
    assert second.measured_at - first.measured_at < timedelta(seconds=5)


FAILURES = st.sampled_from(
    [
        None,
        NoAnswerError(),
        LinkLostError(),
        UnitSilentError(),
        BadAnswerError(),
        ModbusRefusedError(code=2),
        ModbusRefusedError(code=6),
    ]
)


@given(st.lists(FAILURES, max_size=12), st.lists(st.integers(0, 0xFFFF), min_size=4, max_size=4))
def test_whatever_fails_what_was_answered_is_there(
    failures: list[ClientError | None], words: list[int]
) -> None:
    addresses = (96, 97, 184, 244)
    outcomes = iter(failures)
    transport = FakeTransport(
        dict(zip(addresses, words, strict=True)), lambda _address, _attempt: next(outcomes, None)
    )
    result = asyncio.run(poll(transport, "pv_energy_total", "battery_soc", "work_mode"))
    needs = {"pv_energy_total": "96-97", "battery_soc": "184-184", "work_mode": "244-244"}
    assert {needs[key] for key in result.values} == result.report.updated
    assert not result.report.updated & result.report.failed.keys()
    assert set(result.report.failed) <= set(needs.values())
    assert all(result.words[address] == transport.words[address] for address in result.words)
