"""The logger's serial number: learned from whatever comes, or typed and then checked."""

from collections.abc import Callable

import pytest

from custom_components.solar_monitor.clients.errors import UnitSilentError, WrongSerialError
from custom_components.solar_monitor.clients.solarman import SolarmanLink, v5
from custom_components.solar_monitor.clients.solarman.v5 import Frame
from tests.unit.tcp.scripted_server import Peer

from .scripted_logger import (
    HEARTBEAT,
    SERIAL,
    ScriptedLogger,
    answer_all,
    carry,
    check_serial,
    fitting,
)

type LinkMaker = Callable[..., SolarmanLink]


async def test_error_05_means_the_unit_is_silent(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = lambda request, peer: peer.send(v5.encode(carry(request, b"\5\0")))
    with pytest.raises(UnitSilentError):
        await link.read(9, 9, 1)
    assert [request.serial for request in logger.requests] == [0, SERIAL]
    with pytest.raises(UnitSilentError):
        await link.read(9, 9, 1)
    assert len(logger.requests) == 3


async def test_the_serial_is_learned_from_a_refusal(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = check_serial
    assert await link.read(1, 9, 1) == (9,)
    assert await link.read(1, 9, 1) == (9,)
    assert link.serial == SERIAL
    assert [request.serial for request in logger.requests] == [0, SERIAL, SERIAL]


async def test_a_learned_serial_is_learned_anew_when_the_stick_was_replaced(
    logger: ScriptedLogger, link: SolarmanLink
) -> None:
    logger.script = lambda request, peer: peer.send(fitting(request, serial=SERIAL + 1))
    await link.read(1, 9, 1)
    assert link.serial == SERIAL + 1
    logger.script = check_serial
    assert await link.read(1, 9, 1) == (9,)
    assert link.serial == SERIAL


async def test_a_serial_of_zero_is_not_learned(logger: ScriptedLogger, link: SolarmanLink) -> None:
    logger.script = lambda request, peer: peer.send(fitting(request, serial=0))
    assert await link.read(1, 9, 1) == (9,)
    assert link.serial is None
    logger.script = lambda request, peer: peer.send(v5.encode(carry(request, b"\6\0", serial=0)))
    with pytest.raises(WrongSerialError):
        await link.read(1, 9, 1)


async def test_a_typed_serial_is_used(logger: ScriptedLogger, make_link: LinkMaker) -> None:
    logger.script = check_serial
    link = make_link(serial=SERIAL)
    assert await link.read(1, 9, 1) == (9,)
    assert [request.serial for request in logger.requests] == [SERIAL]


@pytest.mark.parametrize("script", [check_serial, answer_all])
async def test_a_typed_serial_that_is_wrong_is_told_with_the_right_one(
    logger: ScriptedLogger, make_link: LinkMaker, script: Callable[[Frame, Peer], None]
) -> None:
    logger.script = script
    link = make_link(serial=1_234)
    with pytest.raises(WrongSerialError) as wrong:
        await link.read(1, 9, 1)
    assert wrong.value.serial == SERIAL
    assert str(SERIAL) not in str(wrong.value)
    assert link.serial == 1_234
    assert len(logger.requests) == 1


async def test_a_typed_serial_survives_a_heartbeat(
    logger: ScriptedLogger, make_link: LinkMaker
) -> None:
    logger.script = lambda request, peer: peer.send(HEARTBEAT + fitting(request, serial=5))
    link = make_link(serial=5)
    assert await link.read(1, 9, 1) == (9,)
    assert link.serial == 5
