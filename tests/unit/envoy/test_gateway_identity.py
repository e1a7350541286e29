"""Who the gateway is: asked first, noticed when it changes, and what follows from it."""

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block, Group
from custom_components.solar_monitor.clients.envoy.info import GatewayInfo
from custom_components.solar_monitor.clients.errors import (
    CannotConnectError,
    HttpStatusError,
    NoAnswerError,
    UnsupportedGatewayError,
    WrongGatewayError,
)

from . import documents as docs
from .paper_link import ask, ask_all, asked_since, gateway_on, metered

INFO = GatewayInfo(
    serial=docs.SERIAL,
    firmware="8.3.5167",
    part_number="800-00654-r08",
    metered=True,
    needs_token=True,
)
OTHER = docs.INFO.replace(docs.SERIAL.encode(), b"122302099999")
NEWER = docs.INFO.replace(b"8.3.5167", b"8.3.5528")


async def test_nobody_asks_a_gateway_for_more_that_nobody_has_heard() -> None:
    link = metered()
    link.put(Block.INFO, CannotConnectError())
    gateway = gateway_on(link)
    for group in Group:
        poll = await ask(gateway, group)
        assert poll.updated == frozenset()
        assert isinstance(poll.report.failed[Block.INFO], CannotConnectError)
        assert poll.report.nothing_answered
    assert set(asked_since(link)) == {Block.INFO}
    await gateway.close()


async def test_a_gateway_that_is_no_gateway_is_not_asked_further() -> None:
    link = metered()
    link.put(Block.INFO, b"<html>hello</html>")
    gateway = gateway_on(link)
    poll = await ask(gateway)
    assert isinstance(poll.report.failed[Block.INFO], UnsupportedGatewayError)
    assert asked_since(link) == [Block.INFO]
    await gateway.close()


async def test_a_remembered_gateway_is_read_though_it_does_not_say_who_it_is() -> None:
    link = metered()
    link.put(Block.INFO, NoAnswerError())
    gateway = gateway_on(link, info=INFO)
    poll = await ask(gateway)
    assert Block.READINGS in poll.updated
    assert Block.INFO in poll.report.failed
    link.times.pass_by(30)
    assert Block.INFO not in (await ask(gateway)).report.failed
    link.put(Block.INFO, docs.INFO)
    link.times.pass_by(300)
    assert Block.INFO in (await ask(gateway)).updated
    assert link.count(Block.INFO) == 2
    await gateway.close()


async def test_who_it_is_is_not_asked_again_when_it_once_does_not_say_so() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask_all(gateway)
    link.put(Block.INFO, NoAnswerError())
    link.times.pass_by(4 * 3_600)
    await ask(gateway, Group.IDENTITY)
    start = len(link.asked)
    await ask(gateway)
    assert Block.INFO not in asked_since(link, start)
    await gateway.close()


async def test_another_gateway_is_noticed_and_left_alone_until_ours_is_back() -> None:
    link = metered()
    link.put(Block.INFO, OTHER)
    gateway = gateway_on(link, info=INFO)
    for group in Group:
        poll = await ask(gateway, group)
        if group is Group.FAST:
            error = poll.report.failed[Block.INFO]
            assert isinstance(error, WrongGatewayError)
            assert error.serial == "122302099999"
    assert set(asked_since(link)) == {Block.INFO}
    link.put(Block.INFO, docs.INFO)
    assert Block.READINGS in (await ask(gateway)).updated
    await gateway.close()


async def test_who_is_there_can_be_asked_on_purpose() -> None:
    link = metered()
    gateway = gateway_on(link)
    assert await gateway.identify() == INFO
    link.put(Block.INFO, OTHER)
    with pytest.raises(WrongGatewayError):
        await gateway.identify()
    link.put(Block.INFO, CannotConnectError())
    with pytest.raises(CannotConnectError):
        await gateway.identify()
    await gateway.close()


async def test_who_is_there_is_asked_by_the_hour() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask_all(gateway)
    assert link.count(Block.INFO) == 1
    link.times.pass_by(4 * 3_600)
    await ask(gateway, Group.IDENTITY)
    assert link.count(Block.INFO) == 2
    await gateway.close()


async def test_new_firmware_is_asked_for_everything_that_the_old_one_refused() -> None:
    link = metered()
    link.put(Block.DEVICE_DATA, HttpStatusError(status=404))
    gateway = gateway_on(link)
    await ask_all(gateway)
    await ask(gateway, Group.PANELS)
    assert link.count(Block.DEVICE_DATA) == 1
    link.put(Block.INFO, NEWER)
    link.put(Block.DEVICE_DATA, docs.device_data(docs.pcu("1")))
    await gateway.identify()
    assert "1" in (await ask(gateway, Group.PANELS)).readings.panels
    await gateway.close()


async def test_a_new_token_may_read_what_the_old_one_may_not() -> None:
    link = metered()
    link.put(Block.PDM_ENERGY, HttpStatusError(status=401))
    gateway = gateway_on(link)
    await ask_all(gateway)
    await ask(gateway, Group.SLOW)
    assert link.count(Block.PDM_ENERGY) == 1
    assert gateway.timings["pdm_energy"]["resting"]
    gateway.start_over()
    await ask(gateway, Group.SLOW)
    assert link.count(Block.PDM_ENERGY) == 2
    await gateway.close()


async def test_what_was_refused_is_asked_again_after_an_hour() -> None:
    link = metered()
    link.put(Block.DEVICE_DATA, HttpStatusError(status=404))
    gateway = gateway_on(link)
    await ask_all(gateway)
    link.put(Block.DEVICE_DATA, docs.device_data(docs.pcu("1")))
    link.times.pass_by(3_600)
    assert Block.DEVICE_DATA in (await ask(gateway, Group.PANELS)).updated
    await gateway.close()
