"""The year, lived through by a real Home Assistant with load shedding armed.

The house is that of `tests/unit/shedding/year.py`: 365 days in steps of 150 s, one after the other.
The same days are lived through without load shedding, with the original rule, and by the decision
alone. Steps are coarse: what the inverter tells is pushed once in each, the site looks at nothing
but that, and only load shedding has entities. It takes some minutes; on the earlier release of
Home Assistant it is every thirteenth week, one after the other as if there were none between them,
and the year with `scripts/test --long`.
"""

from collections.abc import Sequence
from dataclasses import replace
import os
from typing import Final

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.solar_monitor import keeper
from custom_components.solar_monitor.logic.shedding import Config
from custom_components.solar_monitor.site import shedder, source
from custom_components.solar_monitor.sources.spec import Poll
from tests.integration.conftest import SetUp
from tests.integration.glue.toy import Toy, toy_entry
from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    LIVE_V,
    Battery,
    Shedding,
    repairs,
    site_with_loads,
)
from tests.integration.site_shedding.loads import Plug, plug_in
from tests.unit.shedding.year import (
    APPLIANCES,
    DAY_S,
    HEADER,
    OFF_GRID,
    RESTLESS,
    STEP_S,
    WHOLE,
    House,
    Moment,
    Nobody,
    Original,
    Ours,
    Year,
    after,
    live,
    steps,
)

WEEKS: Final = [7 * week + day for week in range(6, 52, 13) for day in range(7)]
"""The days of a week of each season."""
NEWEST: Final = (MAJOR_VERSION, MINOR_VERSION) >= (2026, 11)
LONG: Final = os.environ.get("HYPOTHESIS_PROFILE") == "long"
DAYS: Final[Sequence[int]] = WHOLE if NEWEST or LONG else WEEKS
LOOKED_S: Final = 6.0
"""The site looks a second after there is news, and five seconds after the last time."""
LEFT_S: Final = STEP_S - LOOKED_S - 0.001
"""The rest of a step, but for what the machine rounds up: three samples within 300 s."""
RARELY_S: Final = float(DAY_S)
ALIKE_H: Final = 0.5
"""So many hours a day the loads may be off longer or shorter than by the decision alone."""


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let polls be rare, for what is new is pushed, and disable all but load shedding."""

    def rare(toy: Toy) -> tuple[Poll, ...]:
        return (replace(polls(toy)[0], interval_s=RARELY_S),)

    def is_of_load_shedding(entity: Entity) -> bool:
        name = entity.unique_id or ""
        return name in APPLIANCES or "shed" in name or "restore" in name

    polls = vars(Toy)["polls"].fget
    monkeypatch.setattr(Toy, "polls", property(rare))
    monkeypatch.setattr(source, "POLL_S", RARELY_S)
    monkeypatch.setattr(keeper, "SAVE_EVERY_S", RARELY_S)
    monkeypatch.setattr(shedder, "LONGEST_PAUSE_S", RARELY_S)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(is_of_load_shedding))


def show(toy: Toy, battery: Battery, moment: Moment) -> None:
    """Let the inverter tell what can be seen of the house."""
    powers = moment.powers
    battery.soc = float(int(moment.soc))
    battery.pv_w, battery.battery_w = powers.pv, powers.battery
    battery.inverter_w = powers.inverter
    battery.volts = (LIVE_V if powers.grid_up else 0.0,)
    toy.tell({"production_power": powers.pv}, measured=True)


@pytest.mark.timeout(0 if LONG else 1_800)
@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("home", [OFF_GRID, RESTLESS], ids=lambda house: house.name)
async def test_a_year_protects_the_battery_and_leaves_loads_in_peace(
    home: House,
    hass: HomeAssistant,
    toy: Toy,
    battery: Battery,
    machine: TimeMachine,
    set_up: SetUp,
    shedding: Shedding,
) -> None:
    toy.panels = {}
    plugs = {name: Plug(name) for name in APPLIANCES}
    await plug_in(hass, "switch", *plugs.values())
    await set_up(toy_entry())
    await set_up(site_with_loads(*(plug.entity_id for plug in plugs.values())))
    await machine.finish(shedding.arm())
    ours = Year(len(DAYS))
    life = steps(home, ours, DAYS)
    off: frozenset[str] | None = None
    with machine.standing_still():
        while moment := after(life, off):
            show(toy, battery, moment)
            await machine.stride(LOOKED_S)
            await machine.stride(LEFT_S)
            off = frozenset(name for name, plug in plugs.items() if not plug.is_on)
    years = {
        "none": live(home, Nobody(), DAYS),
        "original": live(home, Original(), DAYS),
        "alone": live(home, Ours(Config(armed=True)), DAYS),
        "ours": ours,
    }
    print(f"\n{HEADER}")  # noqa: T201 - the table is what the closing note quotes; see with -s
    for rule, year in years.items():
        print(year.row(home.name, rule))  # noqa: T201 - the same
    ours.assert_it_is_good(years["none"], years["original"])
    for name, hours in ours.off_hours_a_day.items():
        assert hours == pytest.approx(years["alone"].off_hours_a_day[name], abs=ALIKE_H), name
    assert {told.what for told in shedding.told} == {"shed", "restored"}
    assert repairs(hass) == {}
