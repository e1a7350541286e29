"""The fault matrix: an endpoint that fails alone takes only its own values with it, for so long."""

from collections.abc import Callable
from typing import Final

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.conftest import MATRIX, SetUp
from tests.integration.envoy.matrix import (
    CADENCE_S,
    COME_IN_S,
    GRACE_S,
    KINDS,
    POLL_S,
    ROUND_S,
    TWO_PHASES,
    Row,
    cases,
    house_of,
    missing,
    stale,
    strange,
)
from tests.integration.machine import TimeMachine
from tests.simulators.envoy import Endpoint, Fault, Shape
from tests.simulators.envoy.gateway import FIRST_ACB, FIRST_ENCHARGE

PANEL: Final = r"48220899000\d_"
METERED: Final = (
    r"ct_(?!.*(_sum|_status|_flags)$).*|grid_(voltage|frequency|import|export).*|.*_l\d"
    r"|consumption_energy.*|battery_(power|charge|discharge).*"
)
ALONE: Final = (
    Row(
        Endpoint.METERS,
        r"ct_.*_(metering_status|status_flags)|metering_problem",
        at_start=METERED,
    ),
    Row(Endpoint.READINGS, METERED, fittings=TWO_PHASES),
    Row(
        Endpoint.PRODUCTION_JSON,
        r".*_production_.*_sum|battery_(soc|energy_stored|power)",
        fittings=TWO_PHASES,
    ),
    Row(Endpoint.PRODUCTION_JSON, "production_.*", shape=Shape.D8_3_STANDARD, fittings=None),
    Row(
        Endpoint.V1_PRODUCTION,
        "production_energy.*",
        shape=Shape.D7_6_STANDARD,
        fittings=None,
        panels=8,
    ),
    Row(
        Endpoint.V1_INVERTERS,
        rf"{PANEL}.*",
        shape=Shape.D7_6_STANDARD,
        fittings=None,
        panels=8,
    ),
    Row(Endpoint.V1_INVERTERS, rf"{FIRST_ACB}_(power|soc)"),
    Row(
        Endpoint.DEVICE_DATA,
        rf"{PANEL}(?!power$|power_max|last_report|problem).*",
        outlives_s=CADENCE_S + POLL_S,
    ),
    Row(Endpoint.SECCTRL, r"battery_(soc|energy_stored|capacity|reserve_soc)"),
    Row(Endpoint.ENSEMBLE_POWER, rf"{FIRST_ENCHARGE}_(power|soc)"),
    Row(Endpoint.RELAY, "enpower_mains_.*"),
    Row(
        Endpoint.ENSEMBLE_INVENTORY,
        rf"(enpower|collar|c6)_.*|{FIRST_ENCHARGE}_(temperature|communicating|last_report)",
        at_start=rf"{FIRST_ENCHARGE}_.*",
    ),
    Row(
        Endpoint.INVENTORY,
        rf"{FIRST_ACB}_(soc|temperature|communicating|last_report)",
        at_start=rf"{FIRST_ACB}_.*",
    ),
    Row(Endpoint.PDM_ENERGY),
    Row(Endpoint.TARIFF, "storage_mode|reserve|charge_from_grid|ai_optimisation"),
    Row(Endpoint.GENERATOR, "generator_.*"),
    Row(Endpoint.GEN_MODE, "generator_mode"),
)
# To refuse the token is no fault of one page alone, and without a first check no page opens.
TOKEN: Final = Row(
    Endpoint.CHECK_JWT, kinds=[kind for kind in KINDS if kind is not Fault.UNAUTHORIZED]
)
RARE: Final = (Row(Endpoint.INFO), Row(Endpoint.LIVEDATA), Row(Endpoint.HOME))


@pytest.fixture(autouse=True)
def in_matrix(row: Row, record_property: Callable[[str, object], None]) -> None:
    """Count the test in its row of the matrix."""
    record_property(MATRIX, str(row))


@pytest.fixture(autouse=True)
def brief(caplog: pytest.LogCaptureFixture) -> None:
    """Let nobody tell every request: there are many."""
    caplog.set_level("WARNING")


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize(("row", "kind"), list(cases((*ALONE, TOKEN))))
async def test_a_page_that_fails_alone_takes_nothing_else_with_it(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, row: Row, kind: Fault
) -> None:
    async with house_of(row, hass, machine) as house:
        await set_up(house.entry)
        await machine.run(COME_IN_S)
        before = house.states()

        house.gateway.fault(row.endpoint, kind)
        house.turn()
        await machine.run(POLL_S)
        house.gateway.site.clock.freeze()
        await machine.run(ROUND_S)
        held = house.states()
        await machine.run(GRACE_S + row.outlives_s - 2 * POLL_S)
        gone = house.states()

        house.gateway.clear_faults()
        await house.until_asked(row.endpoint, within_s=2 * POLL_S)
        back = house.states()
        assert not house.wrong()
        assert missing(back) == missing(before)
        assert len({key for key in back if back[key] != before[key]}) > 10

        assert missing(held) == missing(before), "what it said last is held"
        assert not strange(row, before, held, back)
        assert not {key for key in missing(gone) - missing(before) if not row.owns(key)}
        assert not strange(row, before, gone, back)
        assert not stale(before, gone, back), "it is not held past its grace"
        assert not hass.config_entries.flow.async_progress()


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize(("row", "kind"), list(cases((*ALONE, *RARE), (Fault.FAIL, Fault.MOVED))))
async def test_a_page_that_fails_at_a_restart_keeps_nothing_else_away(
    hass: HomeAssistant, machine: TimeMachine, set_up: SetUp, row: Row, kind: Fault
) -> None:
    async with house_of(row, hass, machine) as house:
        await set_up(house.entry)
        await machine.run(COME_IN_S)
        before = house.states()
        assert await machine.finish(hass.config_entries.async_unload(house.entry.entry_id))

        house.gateway.fault(row.endpoint, kind)
        house.turn()
        await machine.run(2 * CADENCE_S)
        house.gateway.site.clock.freeze()
        assert await machine.finish(hass.config_entries.async_setup(house.entry.entry_id))
        await machine.run(COME_IN_S)
        during = house.states()

        house.gateway.clear_faults()
        await machine.run(POLL_S)
        back = house.states()
        assert not house.wrong()
        assert missing(back) == missing(before)

        started = row.just_started
        assert not {key for key in missing(during) - missing(before) if not started.owns(key)}
        assert not strange(started, before, during, back)
        assert not stale(before, during, back)
