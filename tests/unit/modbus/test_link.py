"""The link against a gateway that does everything gateways may do, in both framings."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
import json
from pathlib import Path

import pytest

from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    ClientError,
    LinkLostError,
    ModbusRefusedError,
    NoAnswerError,
    UnitSilentError,
)
from custom_components.solar_monitor.clients.modbus import ModbusLink
from tests.unit.impatience import PATIENT_S, impatient
from tests.unit.tcp.scripted_server import Peer, until

from .conftest import LinkMaker
from .scripted_gateway import (
    Request,
    Script,
    ScriptedGateway,
    answer_all,
    sends,
    stay_silent,
)

only_tcp = pytest.mark.parametrize("rtu", [False], indirect=True, ids=["tcp"])
only_rtu = pytest.mark.parametrize("rtu", [True], indirect=True, ids=["rtu"])


async def test_registers_are_read(link: ModbusLink) -> None:
    assert await link.read(1, 59, 3) == (59, 60, 61)
    assert await link.read(3, 0, 125) == tuple(range(125))
    assert link.connected
    assert link.serial is None


async def test_registers_are_written_with_function_16(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    await link.write(2, 230, [7, 8])
    (request,) = gateway.requests
    assert (request.unit, request.pdu.hex()) == (2, "1000e600020400070008")


async def test_an_answer_keeps_the_statistics(link: ModbusLink) -> None:
    await link.read(1, 0, 1)
    stats = link.stats
    assert (stats.connects, stats.requests, stats.answers, stats.timeouts) == (1, 1, 1, 0)
    assert stats.last_answer_at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert stats.answer_time_s is not None
    assert 0 <= stats.answer_time_s < PATIENT_S
    assert stats.logger_uptime_s is stats.clock_offset_s is None
    assert not stats.second_client


@pytest.mark.parametrize("size", [1, 7])
async def test_split_answers_are_put_together(
    gateway: ScriptedGateway, make_link: LinkMaker, size: int
) -> None:
    def answer_in_pieces(request: Request, peer: Peer) -> None:
        data = request.fitting()
        for number, start in enumerate(range(0, len(data), size)):
            asyncio.get_running_loop().call_later(
                number * 0.0005, peer.send, data[start : start + size]
            )

    gateway.script = answer_in_pieces
    assert await make_link(request_timeout=5).read(1, 100, 2) == (100, 101)


async def test_requests_keep_their_distance(gateway: ScriptedGateway, make_link: LinkMaker) -> None:
    now = asyncio.get_running_loop().time
    times: list[float] = []

    def note_and_answer(request: Request, peer: Peer) -> None:
        times.append(now())
        peer.send(request.fitting())

    gateway.script = note_and_answer
    link = make_link(pause=0.02)
    await asyncio.gather(*(link.read(1, address, 1) for address in range(4)))
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.019


@pytest.mark.parametrize(
    ("unit", "address", "count"),
    [(256, 0, 1), (-1, 0, 1), (1, -1, 1), (1, 65_536, 1), (1, 65_535, 2), (1, 0, 0), (1, 0, 126)],
)
async def test_what_modbus_does_not_have_is_not_asked(
    gateway: ScriptedGateway, link: ModbusLink, unit: int, address: int, count: int
) -> None:
    with pytest.raises(ValueError, match=r"Modbus|registers"):
        await link.read(unit, address, count)
    with pytest.raises(ValueError, match=r"0\.\.65535"):
        await link.write(1, 0, [65_536])
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda request: request.exception(2), ModbusRefusedError),
        (lambda request: request.exception(6), ModbusRefusedError),
        (lambda request: request.exception(10), UnitSilentError),
        (lambda request: request.exception(11), UnitSilentError),
        (lambda request: request.frame(b"\3\2\0\0"), BadAnswerError),
        (lambda request: request.exception(2, function=4), BadAnswerError),
        (lambda request: request.frame(b"\4\4\0\0\0\0"), BadAnswerError),
        (lambda request: request.fitting()[:-1], BadAnswerError),
        (lambda _: b"garbage", BadAnswerError),
    ],
    ids=[
        "refused",
        "busy",
        "no_path",
        "no_target",
        "short",
        "other_exception",
        "other_function",
        "truncated",
        "garbage",
    ],
)
async def test_what_is_no_answer_is_named_and_the_next_one_is_read(
    gateway: ScriptedGateway,
    link: ModbusLink,
    make: Callable[[Request], bytes],
    error: type[ClientError],
) -> None:
    gateway.script = sends(make)
    with impatient(link), pytest.raises(error):
        await link.read(1, 7, 2)
    gateway.script = answer_all
    assert await link.read(1, 8, 2) == (8, 9)


async def test_a_refusal_keeps_its_code_and_the_connection(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    gateway.script = sends(lambda request: request.exception(3))
    with pytest.raises(ModbusRefusedError) as refused:
        await link.read(1, 7, 2)
    assert refused.value.code == 3
    gateway.script = sends(lambda request: request.exception(2, function=16))
    with pytest.raises(ModbusRefusedError):
        await link.write(1, 7, [2])
    assert len(gateway.peers) == 1
    assert link.stats.answers == 2


async def test_a_write_that_names_other_registers_is_not_believed(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    gateway.script = sends(lambda request: request.frame(b"\x10\0\1\0\1"))
    with pytest.raises(BadAnswerError, match="other registers"):
        await link.write(1, 2, [0])


async def test_silence_is_no_answer(gateway: ScriptedGateway, link: ModbusLink) -> None:
    gateway.script = stay_silent
    with impatient(link), pytest.raises(NoAnswerError):
        await link.read(1, 7, 2)
    assert link.stats.timeouts == 1


async def test_another_unit_is_not_believed(gateway: ScriptedGateway, link: ModbusLink) -> None:
    def answer_as_another(request: Request, peer: Peer) -> None:
        peer.send(Request(request.transaction, request.unit + 1, request.pdu).fitting())

    gateway.script = answer_as_another
    with impatient(link), pytest.raises(BadAnswerError):
        await link.read(1, 7, 2)


async def test_bytes_that_nobody_asked_for_are_dropped(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    await link.read(1, 7, 2)
    gateway.peers[0].send(gateway.requests[0].fitting())
    await until(lambda: link.stats.skipped_bytes)
    assert await link.read(1, 8, 2) == (8, 9)


@only_tcp
@pytest.mark.parametrize("step", [-1, 1, 300])
async def test_an_answer_of_another_transaction_is_passed_over(
    gateway: ScriptedGateway, link: ModbusLink, step: int
) -> None:
    def other_first(request: Request, peer: Peer) -> None:
        foreign = request.of_transaction(step).frame(b"\3\2\x66\x66")
        peer.send(foreign + request.fitting())

    gateway.script = other_first
    assert await link.read(1, 7, 1) == (7,)


@only_tcp
async def test_an_answer_without_a_transaction_is_not_believed(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    gateway.script = sends(lambda request: Request(0, request.unit, request.pdu).fitting())
    with pytest.raises(BadAnswerError, match="transaction"):
        await link.read(1, 7, 1)


@only_tcp
async def test_a_late_answer_is_told_by_its_transaction_on_the_same_connection(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    gateway.script = stay_silent
    with impatient(link), pytest.raises(NoAnswerError):
        await link.read(1, 7, 1)
    late = gateway.requests[0].fitting()
    gateway.script = sends(lambda request: late + request.fitting())
    assert await link.read(1, 8, 1) == (8,)
    assert len(gateway.peers) == 1


@only_rtu
async def test_a_late_answer_without_a_number_stays_on_a_connection_of_its_own(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    gateway.script = stay_silent
    with impatient(link), pytest.raises(NoAnswerError):
        await link.read(1, 7, 1)
    assert not link.connected

    def late_first(request: Request, peer: Peer) -> None:
        gateway.peers[0].send(gateway.requests[0].fitting())
        peer.send(request.fitting())

    gateway.script = late_first
    assert await link.read(1, 8, 1) == (8,)
    assert len(gateway.peers) == 2


@only_rtu
async def test_noise_of_the_line_in_front_of_an_answer_is_skipped(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    gateway.script = sends(lambda request: b"\0\xff\0" + request.fitting())
    assert await link.read(1, 7, 1) == (7,)


@only_rtu
async def test_an_answer_of_another_unit_on_the_line_is_passed_over(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    def other_first(request: Request, peer: Peer) -> None:
        peer.send(Request(None, 0xAA, request.pdu).fitting() + request.fitting())

    gateway.script = other_first
    assert await link.read(1, 7, 1) == (7,)


@only_rtu
@pytest.mark.parametrize("behind", [b"\0", b"\0\0"])
async def test_bytes_behind_an_answer_do_not_matter(
    gateway: ScriptedGateway, link: ModbusLink, behind: bytes
) -> None:
    gateway.script = sends(lambda request: request.fitting() + behind)
    assert await link.read(1, 0x0107, 1) == (0x0107,)


@only_rtu
async def test_a_wrong_crc_is_no_answer(gateway: ScriptedGateway, link: ModbusLink) -> None:
    gateway.script = sends(lambda request: request.fitting()[:-1] + b"\x5a")
    with impatient(link), pytest.raises(BadAnswerError):
        await link.read(1, 7, 1)


@only_tcp
async def test_an_answer_too_short_to_decode_is_named_at_once(
    gateway: ScriptedGateway, make_link: LinkMaker
) -> None:
    gateway.script = sends(lambda request: request.frame(b"\x10\0"))
    async with asyncio.timeout(5):
        with pytest.raises(BadAnswerError, match="decoded"):
            await make_link(request_timeout=60).write(1, 7, [1])


def _hang_up(_request: Request, peer: Peer) -> None:
    """End the connection in place of an answer."""
    peer.close()


def _half_and_hang_up(request: Request, peer: Peer) -> None:
    """End the connection in the middle of an answer."""
    peer.send(request.fitting()[:6])
    peer.close()


@pytest.mark.parametrize("script", [_hang_up, _half_and_hang_up])
async def test_a_lost_connection_is_told_at_once_and_made_anew(
    gateway: ScriptedGateway, make_link: LinkMaker, script: Script
) -> None:
    link = make_link(request_timeout=60)
    gateway.script = script
    async with asyncio.timeout(5):
        with pytest.raises(LinkLostError):
            await link.read(1, 7, 1)
    gateway.script = answer_all
    assert await link.read(1, 8, 1) == (8,)
    assert link.stats.connects == 2


async def test_an_answer_right_before_the_end_counts(
    gateway: ScriptedGateway, link: ModbusLink
) -> None:
    def answer_and_go(request: Request, peer: Peer) -> None:
        peer.send(request.fitting())
        peer.close()

    gateway.script = answer_and_go
    for address in range(5):
        assert await link.read(1, address, 1) == (address,)
        await until(lambda: not link.connected)


@only_tcp
async def test_a_real_ethernet_logger_is_read(gateway: ScriptedGateway, link: ModbusLink) -> None:
    """Registers 500-558 of a SUN-12K-SG04LP3 (davidrapan/ha-solarman issue 471)."""
    path = Path(__file__).parents[1] / "data" / "deye_frames.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["frames"]
    case = next(case for case in cases if case["id"] == "modbus_tcp_3p_500_558")
    answer = bytes.fromhex(case["response_hex"])

    def play(request: Request, peer: Peer) -> None:
        assert request.transaction is not None
        peer.send(request.transaction.to_bytes(2, "big") + answer[2:])

    gateway.script = play
    registers = await link.read(1, 500, 59)
    expected = case["expected"]["registers"]
    assert {str(500 + place): word for place, word in enumerate(registers)} == expected
