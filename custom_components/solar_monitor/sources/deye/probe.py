"""Asks who is at an address, before an entry is made or changed: who, or why not, in time."""

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ...clients.deye.inverter import Inverter
from ...clients.errors import (
    AsleepError,
    BadAnswerError,
    BusyError,
    ClientError,
    EthernetLoggerError,
    LinkLostError,
    NoAnswerError,
    UnitSilentError,
    WrongSerialError,
)
from ...clients.tcp.link import DEFAULT_PORT
from ...clients.transport import TransportKind
from ...sun import is_night
from .link import async_acquire_link, async_link_pool, new_link

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...clients.deye.family import Family
    from ...clients.deye.identity import Identity
    from ...clients.transport import Transport

DEFAULT_UNIT: Final = 1
# Long enough for three answers of a stick that takes 7 s for each.
PROBE_LIMIT_S: Final = 25.0

# A stick may send a heartbeat instead of an answer (github.com/jmccrohan/pysolarmanv5 issue 19),
# or reset the first connection: one more try helps.
_PASSING: Final = (BadAnswerError, LinkLostError, NoAnswerError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address and what the user said about what is there."""

    host: str
    port: int = DEFAULT_PORT
    serial: int | None = None
    """The logger's serial number if it was typed: a stick must have it. Else it is learned."""
    unit: int = DEFAULT_UNIT
    """The Modbus unit of the inverter, 1..247."""
    family: Family | None = None
    """None: the inverter tells it."""
    transport: TransportKind | None = None
    """None: the logger tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was found: an identity, or an error. A sleeping inverter may give both."""

    transport: TransportKind = TransportKind.SOLARMAN_V5
    """How it was asked in the end."""
    serial: int | None = None
    """The logger's serial number; None if nothing that has one answered."""
    identity: Identity | None = None
    error: ClientError | None = None

    @property
    def hardware_id(self) -> str | None:
        """The serial number that names the entry: the stick's, or without one the inverter's."""
        if self.serial is not None:
            return str(self.serial)
        return None if self.identity is None else self.identity.serial


async def async_probe(hass: HomeAssistant, target: Target) -> Probe:
    """Ask a target who it is; every outcome is a `Probe`, within `PROBE_LIMIT_S` plus the close.

    An entry that talks to the same host and port shares its link: a logger serves one connection
    well and two badly. A link of ours is closed at the end in any case.

    Where the transport is to be found out, it is the one already used there, or Solarman V5, or
    Modbus TCP for an Ethernet logger, which tells by its answer. RTU over TCP cannot be told from
    silence, so it is used by choice only.
    """
    deadline = hass.loop.time() + PROBE_LIMIT_S
    if target.transport is not None:
        return await _async_probe_over(hass, target, target.transport, deadline)
    used = async_link_pool(hass).kind_at(target.host, target.port)
    probe = await _async_probe_over(hass, target, used or TransportKind.SOLARMAN_V5, deadline)
    if isinstance(probe.error, EthernetLoggerError):
        probe = await _async_probe_over(hass, target, TransportKind.MODBUS_TCP, deadline)
    return probe


async def _async_probe_over(
    hass: HomeAssistant, target: Target, transport: TransportKind, deadline: float
) -> Probe:
    """Ask a target in one way."""
    target = replace(target, transport=transport)
    link = async_acquire_link(hass, target.host, target.port, target.serial, transport)
    try:
        probe = await _async_ask(hass, link, target, deadline)
    finally:
        await async_link_pool(hass).release(link)
    if isinstance(probe.error, WrongSerialError) and target.serial in {None, probe.serial}:
        # It was not our serial that is wrong: the link belongs to an entry whose stick has been
        # replaced. That one is of no use to anybody, so a second connection does no harm.
        link = new_link(target.host, target.port, probe.serial, transport)
        try:
            probe = await _async_ask(hass, link, target, deadline)
        finally:
            await link.close()
    return replace(probe, transport=transport)


async def _async_ask(
    hass: HomeAssistant, link: Transport, target: Target, deadline: float
) -> Probe:
    """Ask over a link, and say what came of it."""
    foreign_before = link.stats.foreign_answers
    inverter = Inverter(link, target.unit, target.family)
    error: ClientError
    try:
        async with asyncio.timeout_at(deadline):
            identity = await _async_identify(inverter)
        return Probe(serial=_checked_serial(link, target, identity), identity=identity)
    except TimeoutError, NoAnswerError:
        busy = link.stats.foreign_answers > foreign_before
        error = BusyError() if busy else NoAnswerError()
    except WrongSerialError as err:
        return Probe(serial=err.serial, error=err)
    except AsleepError as err:
        return Probe(serial=link.serial, identity=inverter.identity, error=err)
    except UnitSilentError as err:
        error = AsleepError() if is_night(hass) else err
    except ClientError as err:
        error = err
    return Probe(serial=link.serial, error=error)


def _checked_serial(link: Transport, target: Target, identity: Identity) -> int | None:
    """Give the serial number of the logger that answered; a shared link does not know ours.

    Without a Solarman stick there is none, and the inverter has to tell its own.
    """
    if target.transport is not TransportKind.SOLARMAN_V5:
        if not identity.serial:
            raise BadAnswerError("the inverter does not tell its serial number")
        return None
    if link.serial is None:
        raise BadAnswerError("the logger does not tell its serial number")
    if target.serial not in {None, link.serial}:
        raise WrongSerialError(serial=link.serial)
    return link.serial


async def _async_identify(inverter: Inverter) -> Identity:
    """Read who the inverter is; what may pass is tried once more."""
    try:
        return await inverter.identify()
    except _PASSING:
        return await inverter.identify()
