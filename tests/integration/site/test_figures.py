"""Every further figure of the site, against the truth of the simulated house."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import STATE_UNKNOWN
from homeassistant.util import dt as dt_util
import pytest

from tests.integration.machine import TimeMachine
from tests.integration.site.kit import GATEWAY, INVERTER, PANELS, House, Topology
from tests.integration.states import state_with
from tests.simulators.envoy import EVERYWHERE, Fault as GatewayFault

HOUR_S: Final = 3_600
NET_CT: Final = Topology(ct=False, net_ct=True)
ALONE: Final = Topology(feed=None, ct=False)
ARRAYS: Final = {
    "arrays": [
        {"name": "Roof", "kwp": 5.0, "source": INVERTER},
        {"name": "Shed", "kwp": 1.5, "source": GATEWAY},
        {"name": "Wall", "kwp": 1.5, "source": GATEWAY},
        {"name": "Of nobody", "kwp": 9.0},
    ]
}
FOUR: Final = tuple(str(482_208_990_001 + index) for index in range(0, PANELS, 2))
HALF_OF_THEM: Final = {
    "arrays": [
        {"name": "Shed", "kwp": 1.0, "source": GATEWAY, "panels": list(FOUR[:2])},
        {"name": "Wall", "kwp": 1.0, "source": GATEWAY, "panels": list(FOUR[2:])},
    ]
}
DEAR_HOURS: Final = {
    "on_peak": {"weekdays": list("0123456"), "begin": "13:00:00", "end": "14:30:00"}
}


def midnight() -> float:
    """Give the last local midnight, unix s."""
    return dt_util.start_of_local_day().timestamp()


def at_hour(hour: float) -> float:
    """Give an hour of this local day, unix s."""
    return midnight() + HOUR_S * hour


async def run_until(house: House, machine: TimeMachine, hour: float) -> None:
    """Let it become an hour of the day."""
    await machine.run(at_hour(hour) - house.site.clock.timestamp())


@pytest.mark.parametrize("house", [Topology(net_ct=True, options=ARRAYS)], indirect=True)
async def test_the_yield_of_each_source_is_that_of_today_per_kilowatt_peak(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(7_200)
    gone = living.site.energies_at(midnight()).until(living.site.energies())
    inverter = state_with(living.hass, f"site_{INVERTER}_specific_yield")
    gateway = state_with(living.hass, f"site_{GATEWAY}_specific_yield")
    assert float(inverter.state) == pytest.approx(gone.pv_dc / 5, abs=0.05)
    assert float(gateway.state) == pytest.approx(gone.pv_ac / 3, abs=0.05)
    assert inverter.attributes["unit_of_measurement"] == "kWh/kWp"
    assert str(inverter.attributes["friendly_name"]).endswith("Roof")
    assert str(gateway.attributes["friendly_name"]).endswith("Shed, Wall")


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize("house", [Topology(net_ct=True, options=HALF_OF_THEM)], indirect=True)
async def test_the_yield_of_some_panels_of_a_gateway_is_made_of_their_own_energy(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(7_200)
    gone = living.site.energies_at(midnight()).until(living.site.energies())
    panels = [float(state_with(living.hass, f"{serial}_energy_today").state) for serial in FOUR]
    shown = float(state_with(living.hass, f"site_{GATEWAY}_specific_yield").state)
    assert shown == pytest.approx(sum(panels) / 2, abs=0.05)
    assert 0.3 * gone.pv_ac < sum(panels) < 0.7 * gone.pv_ac


@pytest.mark.parametrize(
    "house", [Topology(feed=None, ct=False, options=DEAR_HOURS)], indirect=True
)
async def test_the_highest_means_of_import_are_those_of_the_clock_and_of_the_dear_hours(
    living: House, machine: TimeMachine
) -> None:
    site = living.site
    for index in range(len(site.plant.arrays)):
        site.set_array_gain(index, 0)
    site.set_soc(site.plant.battery.soc_min)
    assert living.shown("import_peak_60min") == STATE_UNKNOWN
    # The dear half hours before 14:30; what runs at 14:40 is none of theirs.
    for hour, watts in ((11.7, 2_000), (12.4, 200), (13.2, 1_500), (13.7, 300), (14.7, 2_500)):
        await run_until(living, machine, hour)
        site.extra_load = watts
    await run_until(living, machine, 15.1)

    def truth(begin: float, hours: float) -> float:
        first, last = site.energies_at(at_hour(begin)), site.energies_at(at_hour(begin + hours))
        return 1_000 * first.until(last).grid_import / hours

    halves = {begin: truth(begin, 0.5) for begin in (11.5, 12.0, 12.5, 13.0, 13.5, 14.0, 14.5)}
    whole = {begin: truth(begin, 1) for begin in (12.0, 13.0, 14.0)}
    expected = {
        "import_peak_30min": max(halves.values()),
        "import_peak_60min": max(whole.values()),
        "import_peak_30min_on_peak": max(halves[begin] for begin in (13.0, 13.5, 14.0)),
        "import_peak_60min_on_peak": whole[13.0],
    }
    shown = {key: living.number(key) for key in expected}
    assert shown == pytest.approx(expected, rel=0.02)
    assert len(set(expected.values())) == len(expected)
    began = state_with(living.hass, "site_import_peak_60min_on_peak").attributes["at"]
    assert datetime.fromisoformat(began).timestamp() == at_hour(13)


@pytest.mark.parametrize("house", [ALONE], indirect=True)
async def test_the_conversion_is_what_comes_out_of_what_goes_in(
    living: House, machine: TimeMachine
) -> None:
    living.site.set_soc(100)  # so that all that the panels give goes on into the house
    await machine.run(60)
    before = living.site.energies()
    assert living.shown("conversion_efficiency") == STATE_UNKNOWN
    await machine.run(HOUR_S)
    gone = before.until(living.site.energies())
    taken = gone.pv_dc + gone.battery_discharge - gone.battery_charge
    true = 100 * (taken - gone.losses) / taken
    assert 70 < true < 99
    assert living.number("conversion_efficiency") == pytest.approx(true, abs=1)


@pytest.mark.parametrize("house", [Topology(feed=None, ct=False, household=2)], indirect=True)
async def test_the_round_trip_of_the_battery_is_known_after_some_days(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(100)
    for day in range(8):
        known = living.shown("battery_efficiency")
        assert (known == STATE_UNKNOWN) is (day < 7)
        for _ in range(8):
            await machine.leap(3 * HOUR_S - 100)
            await machine.run(100)
    spec = living.site.plant.battery
    true = 100 * spec.charge_efficiency * spec.discharge_efficiency
    assert living.number("battery_efficiency") == pytest.approx(true, abs=2)


@pytest.mark.parametrize("house", [Topology(net_ct=True, household=5)], indirect=True)
async def test_the_shares_of_the_day_are_those_of_the_house(
    living: House, machine: TimeMachine
) -> None:
    before = living.site.energies()
    await machine.run(HOUR_S)
    for index in range(len(living.site.plant.arrays)):
        living.site.set_array_gain(index, 0.1)
    await machine.run(HOUR_S)
    gone = before.until(living.site.energies())
    taken = gone.load + gone.losses
    assert living.number("self_consumption") == pytest.approx(
        100 * (gone.pv - gone.grid_export) / gone.pv, abs=3
    )
    assert living.number("autarky") == pytest.approx(
        100 * (taken - gone.grid_import) / taken, abs=3
    )


@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize("house", [NET_CT], indirect=True)
async def test_the_oldest_input_is_that_of_who_was_heard_longest_ago(
    living: House, machine: TimeMachine
) -> None:
    await machine.run(100)
    assert living.gateway is not None
    living.gateway.fault(EVERYWHERE, GatewayFault.SILENT)
    fell_silent = dt_util.utcnow()
    await machine.run(70)
    oldest = state_with(living.hass, "site_oldest_input")
    assert oldest.attributes["source"] == "Enphase Envoy"
    age = fell_silent - datetime.fromisoformat(oldest.state)
    assert timedelta(seconds=-1) <= age <= timedelta(seconds=31)
