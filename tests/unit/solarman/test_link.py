"""The link against a logger that does everything loggers were seen to do."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    BusyError,
    ClientError,
    EthernetLoggerError,
    LinkLostError,
    ModbusRefusedError,
    NoAnswerError,
)
from custom_components.solar_monitor.clients.solarman import SolarmanLink, v5
from custom_components.solar_monitor.clients.solarman.v5 import Frame
from tests.unit.impatience import PATIENT_S, impatient
from tests.unit.tcp.scripted_server import Peer, until, with_crc

from .real_frames import stream
from .scripted_logger import (
    CLOCK,
    HEARTBEAT,
    SERIAL,
    UPTIME_S,
    Script,
    ScriptedLogger,
    answer_all,
    carry,
    fitting,
    fitting_rtu,
    other_sequence,
    stay_silent,
)

NOW = CLOCK + 90.5
CHATTER = b"AT+YZCMPVER=MW3_16U_5406_2.32-D1\r\n\r\n"

type LinkMaker = Callable[..., SolarmanLink]


def other_client(request: Frame) -> bytes:
    """Return an answer to a request that another client sent."""
    return other_sequence(carry(request, fitting_rtu(request)))


def sends(data: bytes) -> Script:
    """Return a script that answers everything with the same bytes."""
    return lambda _request, peer: peer.send(data)


async def test_registers_are_read(link: SolarmanLink) -> None:
    assert await link.read(1, 59, 3) == (59, 60, 61)
    assert await link.read(3, 0, 125) == tuple(range(125))
    assert link.connected
    assert link.serial == SERIAL


async def test_registers_are_written_with_function_16(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    await link.write(1, 230, [7, 8])
    assert logger.requests[-1].payload[15:].hex().startswith("011000e60002040007" + "0008")


async def test_an_answer_keeps_the_statistics(link: SolarmanLink) -> None:
    await link.read(1, 0, 1)
    stats = link.stats
    assert (stats.connects, stats.requests, stats.answers, stats.timeouts) == (1, 1, 1, 0)
    assert stats.logger_uptime_s == UPTIME_S
    assert stats.clock_offset_s == -90.5
    assert stats.last_answer_at == datetime.fromtimestamp(NOW, UTC)
    assert stats.answer_time_s is not None
    assert 0 <= stats.answer_time_s < PATIENT_S
    assert stats.last_answer_monotonic is not None
    assert stats.last_answer_monotonic <= asyncio.get_running_loop().time()


async def test_an_unset_logger_clock_gives_no_offset(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    def answer_without_clock(request: Frame, peer: Peer) -> None:
        frame = carry(request, fitting_rtu(request))
        payload = frame.payload[:10] + bytes(4) + frame.payload[14:]
        peer.send(v5.encode(replace(frame, payload=payload)))

    logger.script = answer_without_clock
    assert await link.read(1, 5, 1) == (5,)
    assert link.stats.clock_offset_s is None


@pytest.mark.parametrize("pieces", [1, 7])
async def test_split_answers_are_put_together(
    logger: ScriptedLogger, link: SolarmanLink, pieces: int
) -> None:
    def answer_in_pieces(request: Frame, peer: Peer) -> None:
        data = fitting(request)
        for number, start in enumerate(range(0, len(data), pieces)):
            asyncio.get_running_loop().call_later(
                number * 0.0005, peer.send, data[start : start + pieces]
            )

    logger.script = answer_in_pieces
    assert await link.read(1, 100, 2) == (100, 101)


@pytest.mark.parametrize(
    ("front", "behind", "skipped"),
    [
        (HEARTBEAT, b"", 0),
        (b"", HEARTBEAT, 0),
        (HEARTBEAT, HEARTBEAT, 0),
        (CHATTER, b"", len(CHATTER)),
        (bytes.fromhex("aa0302000a9c47"), b"", 7),
        (b"\xa5\x17\x00\x10\x15\xa5", b"", 6),
    ],
    ids=["heartbeat_before", "glued_behind", "both", "at_chatter", "foreign_bus", "false_start"],
)
async def test_what_comes_around_an_answer_does_not_matter(
    logger: ScriptedLogger, link: SolarmanLink, front: bytes, behind: bytes, skipped: int
) -> None:
    logger.script = lambda request, peer: peer.send(front + fitting(request) + behind)
    assert await link.read(1, 9, 1) == (9,)
    assert await link.read(1, 9, 2) == (9, 10)
    assert link.stats.skipped_bytes == 2 * skipped
    assert link.stats.unasked_frames == 2 * ((front + behind).count(HEARTBEAT))


async def test_unasked_frames_are_answered_with_the_time(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = lambda request, peer: peer.send(HEARTBEAT + fitting(request))
    await link.read(1, 9, 1)
    await link.read(1, 9, 1)
    reply = logger.replies[0]
    assert (reply.control, reply.sequence, reply.counter, reply.serial) == (0x1710, 8, 9, SERIAL)
    assert reply.payload == b"\0\1" + int(NOW).to_bytes(4, "little") + bytes(4)


async def test_a_heartbeat_instead_of_an_answer_is_no_answer(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = lambda _request, peer: peer.send(HEARTBEAT)
    with impatient(link), pytest.raises(NoAnswerError):
        await link.read(1, 9, 1)
    assert link.serial == SERIAL  # but it told who is there


async def test_other_frames_are_dropped(logger: ScriptedLogger, link: SolarmanLink) -> None:
    other = v5.encode(Frame(0x1710, 1, 1, SERIAL, bytes(10)))
    logger.script = lambda request, peer: peer.send(other + fitting(request))
    assert await link.read(1, 9, 1) == (9,)
    assert link.stats.unasked_frames == link.stats.foreign_answers == 0


async def test_silence_is_no_answer_and_the_connection_stays(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = stay_silent
    with impatient(link), pytest.raises(NoAnswerError) as silence:
        await link.read(1, 9, 1)
    assert silence.value.key == "no_answer"
    assert link.connected
    logger.script = answer_all
    assert await link.read(1, 9, 1) == (9,)
    assert (link.stats.connects, link.stats.timeouts) == (1, 1)


async def test_a_late_answer_is_dropped_and_counted(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = stay_silent
    with impatient(link), pytest.raises(NoAnswerError):
        await link.read(1, 9, 1)
    late = fitting(logger.requests[-1])
    logger.script = lambda request, peer: peer.send(late + fitting(request))
    assert await link.read(1, 20, 1) == (20,)
    assert (link.stats.late_answers, link.stats.foreign_answers) == (1, 0)


async def test_answers_to_other_clients_are_dropped_and_counted(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = lambda request, peer: peer.send(other_client(request) + fitting(request))
    for address in range(3):
        assert not link.stats.second_client
        assert await link.read(1, address, 1) == (address,)
    assert link.stats.foreign_answers == 3
    assert link.stats.second_client


async def test_only_answers_to_other_clients_means_busy(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = lambda request, peer: peer.send(other_client(request))
    with impatient(link), pytest.raises(BusyError) as busy:
        await link.read(1, 9, 1)
    assert busy.value.key == "busy"


async def test_another_clients_answer_with_our_sequence_gets_no_say(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    def answer_twice(request: Frame, peer: Peer) -> None:
        peer.send(v5.encode(carry(request, with_crc(b"\1\3\6\0\1\0\2\0\3"))) + fitting(request))

    logger.script = answer_twice
    assert await link.read(1, 9, 2) == (9, 10)


@pytest.mark.parametrize(
    "rtu",
    [
        with_crc(b"\2\3\2\0\x09"),
        with_crc(b"\1\4\2\0\x09"),
        with_crc(b"\1\3\4\0\x09\0\x0a"),
        b"\1\3\2\0\x09\0\0",
        b"",
        b"\7\0",
    ],
    ids=["unit", "function", "length", "crc", "empty", "unknown_error"],
)
async def test_an_answer_that_does_not_fit_is_bad(
    logger: ScriptedLogger, link: SolarmanLink, rtu: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{SolarmanLink.__module__}._SECOND_CHANCE_S", 0.01)
    logger.script = lambda request, peer: peer.send(v5.encode(carry(request, rtu)))
    with pytest.raises(BadAnswerError):
        await link.read(1, 9, 1)
    logger.script = answer_all
    assert await link.read(1, 9, 1) == (9,)


async def test_a_bad_answer_shortens_the_wait(
    logger: ScriptedLogger, make_link: LinkMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{SolarmanLink.__module__}._SECOND_CHANCE_S", 0.01)
    link = make_link(request_timeout=60)
    logger.script = lambda request, peer: peer.send(v5.encode(carry(request, b"")))
    async with asyncio.timeout(5):
        with pytest.raises(BadAnswerError):
            await link.read(1, 9, 1)
    assert link.stats.timeouts == 0


async def test_a_double_crc_is_accepted(logger: ScriptedLogger, link: SolarmanLink) -> None:
    logger.script = lambda request, peer: peer.send(
        v5.encode(carry(request, fitting_rtu(request) + b"\0\0"))
    )
    assert await link.read(1, 9, 1) == (9,)


async def test_a_refusal_tells_its_code(logger: ScriptedLogger, link: SolarmanLink) -> None:
    logger.script = lambda request, peer: peer.send(
        v5.encode(carry(request, with_crc(b"\1\x83\2")))
    )
    with pytest.raises(ModbusRefusedError) as refused:
        await link.read(1, 9, 1)
    assert refused.value.code == 2


async def test_a_modbus_tcp_device_is_recognised(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    fingerprint = stream("ethernet_logger_answers_v5_as_mbap_response").data
    logger.script = lambda _request, peer: peer.send(fingerprint)
    for _ in range(2):
        with pytest.raises(EthernetLoggerError):
            await link.read(1, 9, 1)


async def test_bytes_between_requests_are_sorted_too(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    await link.read(1, 9, 1)
    fingerprint = stream("ethernet_logger_answers_v5_as_mbap_response").data
    logger.peers[0].send(HEARTBEAT + fitting(logger.requests[-1]) + fingerprint)
    await until(lambda: logger.replies)
    assert link.stats.late_answers == 1
    assert await link.read(1, 9, 1) == (9,)


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_connection_lost_in_use_is_made_again_by_the_next_request(
    logger: ScriptedLogger, link: SolarmanLink, how: str
) -> None:
    logger.script = lambda _request, peer: getattr(peer, how)()
    with pytest.raises(LinkLostError):
        await link.read(1, 9, 1)
    assert not link.connected
    logger.script = answer_all
    assert await link.read(1, 9, 1) == (9,)
    assert link.stats.connects == 2


async def test_a_connection_lost_between_requests_is_made_again_unseen(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    await link.read(1, 9, 1)
    logger.peers[0].close()
    await until(lambda: not link.connected)
    assert await link.read(1, 9, 1) == (9,)


async def test_a_late_answer_on_a_new_connection_is_known(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = stay_silent
    with impatient(link), pytest.raises(NoAnswerError):
        await link.read(1, 9, 1)
    late = fitting(logger.requests[-1])
    await link.close()
    logger.script = lambda request, peer: peer.send(late + fitting(request))
    assert await link.read(1, 9, 1) == (9,)
    assert link.stats.late_answers == 1


async def test_requests_keep_their_distance(logger: ScriptedLogger, make_link: LinkMaker) -> None:
    times: list[float] = []
    clock = asyncio.get_running_loop().time

    def note_time(request: Frame, peer: Peer) -> None:
        times.append(clock())
        answer_all(request, peer)

    logger.script = note_time
    link = make_link(pause=0.05)
    await asyncio.gather(*(link.read(1, address, 1) for address in range(3)))
    assert len(times) == 3
    assert min(times[1] - times[0], times[2] - times[1]) >= 0.045


async def test_every_request_has_another_sequence(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    for _ in range(300):
        await link.read(1, 9, 1)
    sequences = [request.sequence for request in logger.requests]
    steps = {(after - before) % 256 for before, after in pairwise(sequences)}
    assert steps == {1}


async def test_the_first_sequence_is_random(logger: ScriptedLogger, make_link: LinkMaker) -> None:
    for _ in range(8):
        link = make_link()
        await link.read(1, 9, 1)
        await link.close()
    assert len({request.sequence for request in logger.requests}) > 1


@pytest.mark.parametrize("values", [[], [70_000]])
async def test_impossible_requests_are_not_sent(
    logger: ScriptedLogger, link: SolarmanLink, values: list[int]
) -> None:
    with pytest.raises(ValueError, match="register"):
        await link.write(1, 9, values)
    assert logger.peers == []


async def test_only_client_errors_come_out(logger: ScriptedLogger, link: SolarmanLink) -> None:
    """Every real stream as an answer to our request: damaged, foreign, or simply another one."""
    for name in ("sg04lp3_tou", "error_05_unit_or_function", "at_garbage_then_valid"):
        data = stream(f"{name}_response").data
        logger.script = sends(data)
        with impatient(link), pytest.raises(ClientError):
            await link.read(1, 9, 1)
    logger.script = answer_all
    assert await link.read(1, 9, 1) == (9,)
