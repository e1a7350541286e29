"""What people and their automations do with a load counts more than load shedding."""

from collections.abc import Sequence
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from tests.integration.machine import TimeMachine
from tests.integration.site_shedding.kit import (
    ALL,
    CAR,
    FRIDGE,
    HOUR,
    MINUTE,
    POOL,
    Battery,
    Shedding,
    states_of,
)
from tests.integration.site_shedding.loads import Lamp, Plug, plug_in

pytestmark = pytest.mark.usefixtures("armed")


async def call(hass: HomeAssistant, service: str, domain: str = "switch", **data: object) -> None:
    """Call an action as somebody else."""
    await hass.services.async_call(domain, service, data, blocking=True, context=Context())


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("by_hand", [True, False])
async def test_a_load_that_somebody_turns_on_stays_on_for_two_hours(
    hass: HomeAssistant,
    machine: TimeMachine,
    shedding: Shedding,
    plugs: Sequence[Plug],
    *,
    by_hand: bool,
) -> None:
    if by_hand:
        plugs[0].flip(on=True)
    else:
        await call(hass, "turn_on", entity_id=POOL)
    await machine.run(119 * MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.short == [("overridden", POOL, "turned_on")]
    assert shedding.about["released"] == ["pool"]
    await machine.run(3 * MINUTE)
    assert states_of(hass, [POOL]) == ["off"]


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize(
    ("domain", "data"),
    [
        ("switch", {"entity_id": POOL}),
        ("switch", {"entity_id": [CAR, POOL]}),
        ("switch", {"entity_id": "all"}),
        ("homeassistant", {"entity_id": POOL}),
    ],
)
async def test_a_load_that_somebody_turns_off_once_more_stays_off(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    domain: str,
    data: dict[str, Any],
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    await machine.finish(call(hass, "turn_off", domain, **data))
    await machine.run(MINUTE)
    assert shedding.short == [("overridden", POOL, "turned_off")]
    battery.recovers(90)
    await machine.run(HOUR)
    assert states_of(hass, [POOL]) == ["off"]
    assert "on" not in plugs[0].asked


@pytest.mark.usefixtures("off")
async def test_whoever_turns_off_a_whole_room_means_the_load_as_well(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding
) -> None:
    await plug_in(hass, "light", Lamp("lamp"))
    cellar = ar.async_get(hass).async_create("Cellar")
    er.async_get(hass).async_update_entity(POOL, area_id=cellar.id)
    await call(hass, "turn_off", "light", area_id=cellar.id)
    assert shedding.short == []
    await call(hass, "turn_off", area_id=cellar.id)
    await machine.run(5)
    assert shedding.short == [("overridden", POOL, "turned_off")]


@pytest.mark.usefixtures("off")
async def test_to_turn_off_something_else_says_nothing_of_the_load(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery
) -> None:
    await call(hass, "turn_off", entity_id=CAR)
    await call(hass, "turn_on", entity_id=CAR)
    battery.recovers(90)
    await machine.run(15 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]


async def test_our_own_calls_are_nobodys_wish(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.empties(20)
    await machine.run(20 * MINUTE)
    battery.recovers(90)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "on"]
    assert "overridden" not in [each.what for each in shedding.told]


@pytest.mark.parametrize("ours", [True, False])
async def test_what_an_automation_does_because_of_us_is_nobodys_wish(
    hass: HomeAssistant,
    machine: TimeMachine,
    battery: Battery,
    shedding: Shedding,
    plugs: Sequence[Plug],
    *,
    ours: bool,
) -> None:
    battery.empties(38)
    await machine.run(10 * MINUTE)
    state = hass.states.get(POOL)
    assert state is not None
    plugs[0].async_set_context(Context(parent_id=state.context.id if ours else None))
    plugs[0].flip(on=True)
    await machine.run(2 * MINUTE)
    assert states_of(hass, [POOL]) == ["off" if ours else "on"]
    told = [("shed", POOL, "soc")]
    assert shedding.short[1:] == (told if ours else [("overridden", POOL, "turned_on")])


async def test_what_somebody_had_turned_off_before_is_not_turned_on(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, plugs: Sequence[Plug]
) -> None:
    plugs[0].flip(on=False)
    battery.empties(30)
    await machine.run(10 * MINUTE)
    assert states_of(hass, ALL) == ["off", "off", "on"]
    battery.recovers(90)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["off", "on", "on"]


@pytest.mark.usefixtures("off")
async def test_somebody_may_ask_for_a_load(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding
) -> None:
    await shedding.release(POOL)
    await machine.run(5)
    assert states_of(hass, [POOL]) == ["on"]
    assert shedding.short == [("restored", POOL, "released")]
    assert shedding.status == ("normal", "overridden")
    await machine.run(119 * MINUTE)
    assert states_of(hass, [POOL]) == ["on"]
    await machine.run(4 * MINUTE)
    assert states_of(hass, [POOL]) == ["off"]


async def test_loads_that_are_on_may_be_asked_for_before_they_are_shed(
    hass: HomeAssistant, machine: TimeMachine, battery: Battery, shedding: Shedding
) -> None:
    battery.recovers(44)
    await machine.run(MINUTE)
    await shedding.release(POOL, CAR)
    battery.empties(20)
    await machine.run(20 * MINUTE)
    assert states_of(hass, ALL) == ["on", "on", "off"]
    assert shedding.about["released"] == ["pool", "car"]


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("stranger", ["switch.nowhere", "switch.solar_site_load_shedding"])
async def test_only_loads_can_be_released_and_nothing_is_done_otherwise(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding, stranger: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await shedding.release(POOL, stranger)
    assert caught.value.translation_key == "no_load"
    assert caught.value.translation_placeholders == {"entities": stranger, "name": "Solar site"}
    assert stranger in str(caught.value)
    await machine.run(5 * MINUTE)
    assert states_of(hass, [POOL]) == ["off"]


@pytest.mark.usefixtures("off")
async def test_nothing_can_be_released_while_the_site_is_not_loaded(
    hass: HomeAssistant, machine: TimeMachine, shedding: Shedding, armed: MockConfigEntry
) -> None:
    assert await machine.finish(hass.config_entries.async_unload(armed.entry_id))
    with pytest.raises(ServiceValidationError) as caught:
        await shedding.release(POOL)
    assert caught.value.translation_key == "site_not_loaded"
    assert await machine.finish(hass.config_entries.async_remove(armed.entry_id))
    with pytest.raises(ServiceValidationError) as caught:
        await shedding.release(POOL)
    assert caught.value.translation_key == "no_site"


@pytest.mark.usefixtures("off")
async def test_whoever_may_not_control_a_load_cannot_release_it(
    hass: HomeAssistant, machine: TimeMachine, hass_read_only_user: MockUser
) -> None:
    for user_id, error in ((hass_read_only_user.id, Unauthorized), ("nobody", UnknownUser)):
        with pytest.raises(error):
            await hass.services.async_call(
                "solar_monitor",
                "release_load",
                {"entity_id": [POOL]},
                blocking=True,
                context=Context(user_id=user_id),
            )
    await machine.run(MINUTE)
    assert states_of(hass, [POOL]) == ["off"]


@pytest.mark.usefixtures("off")
async def test_a_person_who_may_control_a_load_can_release_it(
    hass: HomeAssistant, machine: TimeMachine, hass_admin_user: MockUser
) -> None:
    await hass.services.async_call(
        "solar_monitor",
        "release_load",
        {"entity_id": POOL},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    await machine.run(5)
    assert states_of(hass, [POOL, FRIDGE]) == ["on", "on"]
