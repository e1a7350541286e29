"""What a gateway's alarms make of counters that come at different times."""

from datetime import UTC, datetime
from typing import Final

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.readings import Readings, Sums
from custom_components.solar_monitor.logic.panels import Light
from custom_components.solar_monitor.sources.envoy.alarms import Alarms
from custom_components.solar_monitor.sources.envoy.guards import EnvoyGuards, Limits, Moment
from custom_components.solar_monitor.sources.envoy.sky import Sky
from custom_components.solar_monitor.sources.envoy.values import samples

NOON: Final = datetime(2026, 6, 21, 12, tzinfo=UTC).timestamp()
DAY: Final = Sky(night=False, light=Light(NOON - 18_000.0))
QUARTER_S: Final = 900
BLOCK: Final = Block.PRODUCTION


def sums_agree(*, panels: int, every_s: int, seen: float = 1.0) -> bool:
    """Let panels at 290 W report all at once for four hours, while the meter counts all along.

    `seen` is how much of what they make the meter sees.
    """
    guards, alarms = EnvoyGuards(Limits.size(panels)), Alarms()
    power_kw = 0.29 * panels
    faults = set()
    for second in range(0, 4 * 3_600, every_s):
        made = power_kw * second / 3_600
        told = power_kw * (second // QUARTER_S * QUARTER_S) / 3_600
        sums = Sums(
            ct_energy_kwh=9_000.0 + seen * made, inverter_energy_kwh=8_700.0 + told, block=BLOCK
        )
        readings = Readings(sums=sums)
        local = datetime.fromtimestamp(NOON + second, UTC)
        now = Moment(monotonic=float(second), unix=NOON + second, local=local)
        guards.admit(samples(readings, {BLOCK}), {"ct_production_energy_sum"}, now)
        alarms.look(readings, {BLOCK}, DAY, guards, now.unix)
        faults |= set(alarms.faulty_meters.values())
    assert not guards.refusals.total
    return "sums_disagree" not in faults


@pytest.mark.parametrize("panels", [4, 20, 80])
@pytest.mark.parametrize("every_s", [60, 300, 600])
def test_panels_that_report_all_at_once_are_no_fault_of_the_meter(
    panels: int, every_s: int
) -> None:
    assert sums_agree(panels=panels, every_s=every_s)


@pytest.mark.parametrize("panels", [20, 80])
def test_a_meter_that_sees_half_of_the_panels_is_noticed_all_the_same(panels: int) -> None:
    assert not sums_agree(panels=panels, every_s=60, seen=0.5)
