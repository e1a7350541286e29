"""One gateway whose endpoints fail: each alone, some together, all."""

import asyncio

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import ENDPOINTS, Block, Group
from custom_components.solar_monitor.clients.envoy.readings import CtKind, Origin
from custom_components.solar_monitor.clients.envoy.shape import Shape
from custom_components.solar_monitor.clients.errors import (
    BadAnswerError,
    CannotConnectError,
    CertificateChangedError,
    ClientError,
    HttpStatusError,
    InvalidAuthError,
    NoAnswerError,
    TokenExpiredError,
    TokenUncheckedError,
)

from . import documents as docs
from .paper_link import (
    ask,
    ask_all,
    failed,
    gateway_on,
    metered,
    standard,
    updated,
    with_batteries,
)

BUSY = HttpStatusError(status=503)


async def test_while_readings_are_silent_the_next_source_has_the_production() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    link.put(Block.READINGS, BUSY)
    link.times.pass_by(30)
    poll = await ask(gateway)
    assert poll.report.failed == {Block.READINGS: BUSY}
    production = poll.readings.production
    assert production
    assert (production.power_w, production.block) == (2_000, Block.V1_PRODUCTION)
    poll = await ask(gateway)
    production = poll.readings.production
    assert production
    assert (production.block, production.energy_kwh) == (Block.PRODUCTION, 5_100.001)
    assert poll.readings.grid
    assert (poll.readings.grid.power_w, poll.readings.grid.import_kwh) == (-1_500, None)
    await gateway.close()


async def test_readings_that_are_back_win_with_the_next_poll() -> None:
    link = metered()
    good = link.pages[ENDPOINTS[Block.READINGS].path]
    gateway = gateway_on(link)
    await ask(gateway)
    link.put(Block.READINGS, BUSY)
    for _ in range(5):
        link.times.pass_by(30)
        await ask(gateway)
    link.put(Block.READINGS, good)
    link.times.pass_by(30)
    poll = await ask(gateway)
    production, grid = poll.readings.production, poll.readings.grid
    assert production
    assert grid
    assert (production.block, grid.import_kwh) == (Block.READINGS, 1_000)
    await gateway.close()


async def test_while_only_the_inverters_speak_they_say_that_it_is_them() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    link.put(Block.READINGS, BUSY)
    link.put(Block.V1_PRODUCTION, BUSY)
    swapped = docs.eim("production", 2_101, 6_681_000, activeCount=0)
    link.put(Block.PRODUCTION, docs.production_json(production=[docs.inverters(), swapped]))
    link.times.pass_by(30)
    await ask(gateway)
    production = (await ask(gateway)).readings.production
    assert production
    assert (production.origin, production.energy_kwh) == (Origin.INVERTERS, 4_990)
    await gateway.close()


async def test_a_slow_stand_in_is_not_waited_for_long() -> None:
    link = standard()
    link.put(Block.V1_PRODUCTION, BUSY)
    path = ENDPOINTS[Block.PRODUCTION].path
    link.held[path] = asyncio.Event()
    gateway = gateway_on(link)
    poll = await ask(gateway, time_limit_s=0.05)
    assert poll.readings.production is None
    link.held[path].set()
    assert (await ask(gateway)).readings.production
    await gateway.close()


async def test_a_poll_ends_when_its_time_is_up() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    path = ENDPOINTS[Block.READINGS].path
    link.held[path] = asyncio.Event()
    poll = await ask(gateway, time_limit_s=0.01)
    assert isinstance(poll.report.failed[Block.READINGS], NoAnswerError)
    assert poll.updated == frozenset()
    await gateway.close()


@pytest.mark.parametrize(
    "error",
    [
        CannotConnectError(),
        CertificateChangedError(fingerprint="ab"),
        InvalidAuthError(),
        TokenExpiredError(),
        TokenUncheckedError(status=404),
    ],
)
async def test_when_all_would_say_the_same_one_is_asked(error: ClientError) -> None:
    link = with_batteries(metered())
    gateway = gateway_on(link)
    await ask_all(gateway)
    for endpoint in ENDPOINTS.values():
        link.pages[endpoint.path] = error
    link.times.pass_by(600)
    start = len(link.asked)
    polls = await ask_all(gateway)
    assert len(link.asked) - start <= 2 * len(polls)
    assert updated(polls) == set()
    assert set(failed(polls).values()) == {error}
    await gateway.close()


async def test_a_gateway_that_says_nothing_is_asked_for_little() -> None:
    link = with_batteries(metered())
    gateway = gateway_on(link)
    await ask_all(gateway)
    for path in {endpoint.path for endpoint in ENDPOINTS.values()}:
        link.pages[path] = NoAnswerError()
        link.took_s[path] = 20
    link.times.pass_by(600)
    start = len(link.asked)
    poll = await ask(gateway, Group.SLOW)
    assert poll.report.nothing_answered
    assert len(link.asked) - start == 3
    await gateway.close()


async def test_one_that_says_nothing_does_not_end_the_round_of_others() -> None:
    link = with_batteries(metered())
    silent = (Block.PDM_ENERGY, Block.TARIFF)
    for block in silent:
        link.put(block, NoAnswerError())
        link.took_s[ENDPOINTS[block].path] = 30
    gateway = gateway_on(link)
    await ask(gateway)
    poll = await ask(gateway, Group.SLOW)
    assert poll.report.failed.keys() == set(silent)
    assert Block.INVENTORY in poll.updated
    await gateway.close()


FAULTS = [
    BUSY,
    NoAnswerError(),
    BadAnswerError(),
    b"",
    b'{"production": [',
    b"<html><h1>502</h1></html>",
    {"error": "503 - Service Unavailable"},
    None,
    7,
]
BLOCKS = [block for block in Block if block is not Block.GENERATOR_MODE]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
@pytest.mark.parametrize("block", BLOCKS)
async def test_an_endpoint_that_fails_alone_harms_no_other(block: Block, fault: object) -> None:
    link = with_batteries(metered())
    gateway = gateway_on(link)
    if block is Block.PRODUCTION:
        link.put(Block.PDM_ENERGY, BUSY)  # or nobody would ask for it
    elif block in {Block.V1_INVERTERS, Block.V1_PRODUCTION}:
        link.put(Block.DEVICE_DATA, docs.device_data(docs.pcu("482208990001"), count=60))
        link.put(Block.METERS, [])
    await ask_all(gateway)
    before = (await ask(gateway)).readings
    good = link.pages[ENDPOINTS[block].path]
    link.put(block, fault)
    link.times.pass_by(4 * 3_600)
    polls = await ask_all(gateway)
    failures = failed(polls).keys()
    assert failures == {block, Block.PDM_ENERGY} if block is Block.PRODUCTION else {block}
    others = {Block.DEVICE_DATA, Block.INVENTORY, Block.ENSEMBLE_SECCTRL}
    assert updated(polls) >= others - failures
    assert gateway.readings.production
    assert gateway.readings.battery == before.battery
    assert gateway.readings.panels.keys() == before.panels.keys()
    link.put(block, good)
    link.times.pass_by(4 * 3_600)
    assert block in updated(await ask_all(gateway))
    await gateway.close()


async def test_while_panel_details_are_silent_the_short_list_follows_at_once() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask_all(gateway)
    assert link.count(Block.V1_INVERTERS) == 0
    link.put(Block.DEVICE_DATA, BUSY)
    link.put(Block.V1_INVERTERS, [docs.inverter("482208990001", at=1_782_039_500, watts=301)])
    link.times.pass_by(60)
    poll = await ask(gateway, Group.PANELS)
    assert poll.report.failed == {Block.DEVICE_DATA: BUSY}
    panel = poll.readings.panels["482208990001"]
    assert (panel.power_w, panel.reported_at, panel.energy_kwh) == (
        301,
        1_782_039_500,
        1_002.847062,
    )
    await gateway.close()


async def test_readings_of_other_meters_only_are_refused() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    link.put(Block.READINGS, [docs.reading(docs.UNKNOWN_EID, 0, 0)])
    poll = await ask(gateway)
    assert isinstance(poll.report.failed[Block.READINGS], BadAnswerError)
    assert poll.readings.cts[CtKind.PRODUCTION].total.power_w == 2_100
    await gateway.close()


async def test_readings_that_pyenphase_cannot_read_are_refused() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask(gateway)
    odd = docs.reading(docs.PRODUCTION_EID, 5_000, 9_000_000)
    del odd["timestamp"]
    link.put(Block.READINGS, [odd])
    poll = await ask(gateway)
    assert isinstance(poll.report.failed[Block.READINGS], BadAnswerError)
    assert poll.readings.cts[CtKind.PRODUCTION].total.power_w == 2_100
    assert gateway.readings.production
    await gateway.close()


ZEROS = [docs.reading(eid, 0, 0) for eid in (docs.PRODUCTION_EID, docs.NET_EID)]
EMPTY: dict[Block, object] = {
    Block.METERS: [],
    Block.DEVICE_DATA: docs.device_data(),
    Block.V1_INVERTERS: [],
    Block.INVENTORY: [],
    Block.ENSEMBLE_INVENTORY: [],
}


NOTHING: dict[Block, object] = EMPTY | {
    Block.READINGS: ZEROS,
    Block.ENSEMBLE_SECCTRL: dict.fromkeys(docs.secctrl(), 0),
}


@pytest.mark.parametrize("block", NOTHING)
async def test_what_knows_of_nothing_after_a_start_changes_nothing(block: Block) -> None:
    link = with_batteries(metered())
    link.put(Block.DEVICE_DATA, docs.device_data(docs.pcu("482208990001"), count=60))
    gateway = gateway_on(link)
    await ask_all(gateway)
    before = gateway.readings
    link.put(block, NOTHING[block])
    link.times.pass_by(300)
    assert isinstance(failed(await ask_all(gateway))[block], BadAnswerError)
    assert gateway.readings.cts == before.cts
    assert gateway.readings.panels == before.panels
    assert gateway.readings.battery == before.battery
    await gateway.close()


@pytest.mark.parametrize("firmware", ["same", "new"])
async def test_a_standard_gateway_shows_no_zeros_while_it_starts(firmware: str) -> None:
    link = standard()
    gateway = gateway_on(link)
    await ask_all(gateway)
    link.put(Block.V1_PRODUCTION, dict.fromkeys(docs.v1(), 0))
    link.put(Block.PRODUCTION, docs.production_json(production=[docs.inverters(0, 0)]))
    for _ in range(3):
        link.times.pass_by(30)
        await ask(gateway)
        production = gateway.readings.production
        assert production
        assert (production.power_w, production.energy_kwh) == (2_000, 5_000)
    if firmware == "new":  # one whose v1 is zero for ever, as that of 8.3.5422
        link.put(Block.INFO, docs.INFO.replace(b"8.3.5167", b"8.3.5422"))
        await gateway.identify()
    link.put(Block.PRODUCTION, docs.production_json(production=[docs.inverters()]))
    for _ in range(3):
        link.times.pass_by(200)
        await ask(gateway)
    production = gateway.readings.production
    assert production
    assert production.power_w == 1_990
    # A zero that stays is believed, and with it that something else has to count.
    assert production.energy_kwh == 4_990
    await gateway.close()


async def test_what_counts_already_does_not_give_way_to_one_that_was_zero() -> None:
    link = standard()
    link.put(Block.V1_PRODUCTION, dict.fromkeys(docs.v1(), 0))
    gateway = gateway_on(link)
    await ask_all(gateway)
    before = link.count(Block.PRODUCTION)
    link.put(Block.V1_PRODUCTION, docs.v1())
    link.times.pass_by(60)
    await ask(gateway)
    production = gateway.readings.production
    assert production
    assert (production.block, production.energy_kwh) == (Block.PRODUCTION, 4_990)
    assert link.count(Block.PRODUCTION) == before + 1
    await gateway.close()


@pytest.mark.parametrize("remembered", [False, True], ids=["in this run", "from the last run"])
@pytest.mark.parametrize("block", EMPTY)
async def test_a_list_that_is_suddenly_empty_is_believed_when_it_stays_so(
    block: Block, *, remembered: bool
) -> None:
    link = with_batteries(metered())
    link.put(Block.DEVICE_DATA, docs.device_data(docs.pcu("482208990001"), count=60))
    gateway = gateway_on(link)
    await ask_all(gateway)
    if remembered:
        await gateway.close()
        gateway = gateway_on(link, shape=Shape.from_data(gateway.shape.to_data()))
    link.put(block, EMPTY[block])
    link.times.pass_by(600)
    assert isinstance(failed(await ask_all(gateway))[block], BadAnswerError)
    believed = set()
    for _ in range(2):
        link.times.pass_by(600)
        believed |= updated(await ask_all(gateway))
    assert block in believed
    await gateway.close()


async def test_a_list_that_comes_back_starts_its_patience_anew() -> None:
    link = metered()
    good = link.pages[ENDPOINTS[Block.INVENTORY].path]
    gateway = gateway_on(link)
    for page in (good, [], [], good, [], []):
        link.put(Block.INVENTORY, page)
        link.times.pass_by(600)
        await ask_all(gateway)
    assert gateway.readings.panels["482208990001"].producing
    await gateway.close()


async def test_dark_panels_keep_their_last_report() -> None:
    link = metered()
    gateway = gateway_on(link)
    await ask_all(gateway)
    before = gateway.readings.panels
    dark = [docs.pcu(serial, modGone=True, channels=[]) for serial in before]
    link.put(Block.DEVICE_DATA, docs.device_data(*dark))
    link.times.pass_by(60)
    poll = await ask(gateway, Group.PANELS)
    assert Block.DEVICE_DATA in poll.updated
    assert poll.readings.panels == before
    await gateway.close()
