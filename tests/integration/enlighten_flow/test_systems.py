"""Which systems of an account are read: chosen where there is a choice, and each by one entry."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.enlighten.kit import SYSTEM, entry_for
from tests.integration.enlighten_flow.kit import (
    ask_again,
    assert_form,
    choices,
    key_input,
    show_key_form,
    submit_later,
)
from tests.integration.envoy_flow.kit import (
    assert_aborted,
    created,
    error_text,
    step_text,
    submit,
    suggestions,
)
from tests.integration.machine import TimeMachine
from tests.simulators.enlighten import Connection, EnlightenSimulator, EnlightenSystem

pytestmark = pytest.mark.usefixtures("current_request_with_host", "no_set_up")

THREE = pytest.mark.parametrize("cloud", [({}, {}, {})], indirect=True)
TWO = pytest.mark.parametrize("cloud", [({}, {})], indirect=True)


async def show_choice(
    hass: HomeAssistant, cloud: EnlightenSimulator, **typed: str
) -> ConfigFlowResult:
    """Sign in and enter the key."""
    form = await show_key_form(hass, cloud)
    return await submit(hass, form, key_input(cloud.application, **typed))


def fill(cloud: EnlightenSimulator, count: int) -> None:
    """Let the account have so many systems."""
    for index in range(len(cloud.systems), count):
        cloud.systems.append(EnlightenSystem(cloud.clock, system_id=700_000 + index, panel_count=1))


@THREE
async def test_all_systems_are_offered_by_name_and_chosen(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_choice(hass, cloud)
    assert_form(form, "systems_free")
    assert choices(form) == {
        str(each.system_id): f"{each.name} ({each.system_id})" for each in cloud.systems
    }
    assert suggestions(form) == {"systems": [str(each.system_id) for each in cloud.systems]}

    entry = created(await submit(hass, form, suggestions(form)))
    assert entry.data["systems"] == [SYSTEM, SYSTEM + 1, SYSTEM + 2]
    assert cloud.count() == 1


@THREE
async def test_only_those_that_were_chosen_are_remembered(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_choice(hass, cloud)
    chosen = [str(SYSTEM + 2), str(SYSTEM)]
    entry = created(await submit(hass, form, {"systems": chosen}))
    assert entry.data["systems"] == [SYSTEM, SYSTEM + 2]
    assert entry.data["identity"].keys() == set(chosen)


@TWO
async def test_at_least_one_has_to_be_chosen(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_choice(hass, cloud)
    shown = await submit(hass, form, {"systems": []})
    assert_form(shown, "systems_free")
    assert shown["errors"] == {"systems": "no_system_chosen"}
    assert error_text(shown)
    created(await submit(hass, shown, {"systems": [str(SYSTEM)]}))


@TWO
async def test_a_choice_that_is_loaded_again_costs_no_call(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_choice(hass, cloud)
    again = await ask_again(hass, form)
    assert choices(again) == choices(form)
    assert cloud.count() == 1


@TWO
async def test_the_free_plan_says_how_little_each_system_gets(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    text = step_text(await show_choice(hass, cloud))
    assert "eight systems can share the 1,000 calls" in text
    assert "once a day" in text


@TWO
async def test_a_paid_plan_does_not(hass: HomeAssistant, cloud: EnlightenSimulator) -> None:
    form = await show_choice(hass, cloud, plan="kilowatt")
    assert_form(form, "systems")
    assert "1,000" not in step_text(form)
    created(await submit(hass, form, suggestions(form)))


@pytest.mark.parametrize(
    ("count", "plan", "chosen"),
    [(8, "watt", 8), (9, "watt", 0), (9, "kilowatt", 9)],
)
async def test_more_systems_than_the_free_plan_serves_are_not_chosen_by_default(
    hass: HomeAssistant, cloud: EnlightenSimulator, count: int, plan: str, chosen: int
) -> None:
    fill(cloud, count)
    form = await show_choice(hass, cloud, plan=plan)
    assert len(choices(form)) == count
    assert len(suggestions(form)["systems"]) == chosen


@pytest.mark.parametrize(("count", "calls"), [(100, 1), (101, 2)])
async def test_a_hundred_systems_take_one_call_and_one_more_takes_two(
    hass: HomeAssistant, machine: TimeMachine, cloud: EnlightenSimulator, count: int, calls: int
) -> None:
    fill(cloud, count)
    form = await show_key_form(hass, cloud)
    shown = await submit_later(machine, hass, form, key_input(cloud.application))
    assert len(choices(shown)) == count
    assert cloud.count() == cloud.used() == calls


@pytest.mark.parametrize(
    "cloud",
    [({"connection": Connection.CELLULAR, "time_zone_name": "US/Arizona"}, {})],
    indirect=True,
)
async def test_what_is_told_of_a_system_is_remembered(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    form = await show_choice(hass, cloud)
    identity = created(await submit(hass, form, suggestions(form))).data["identity"]
    assert identity[str(SYSTEM)] == {
        "name": "Acacia Road 12",
        "time_zone": "US/Arizona",
        "cellular": True,
        "gateways": [],
    }
    assert identity[str(SYSTEM + 1)]["cellular"] is False


@THREE
async def test_a_system_of_another_entry_is_not_offered(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry_for(cloud, systems=[SYSTEM + 1]).add_to_hass(hass)
    cloud.oauth.user = "777"
    form = await show_choice(hass, cloud)
    assert choices(form).keys() == {str(SYSTEM), str(SYSTEM + 2)}


@TWO
async def test_the_only_one_that_is_left_needs_no_choice(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry_for(cloud, systems=[SYSTEM + 1]).add_to_hass(hass)
    cloud.oauth.user = "777"
    assert created(await show_choice(hass, cloud)).data["systems"] == [SYSTEM]


@TWO
async def test_an_account_of_which_all_systems_are_taken_is_not_added(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    entry_for(cloud).add_to_hass(hass)
    cloud.oauth.user = "777"
    assert_aborted(await show_choice(hass, cloud), "systems_taken")
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


@TWO
async def test_a_system_that_was_taken_meanwhile_cannot_be_chosen(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    cloud.oauth.user = "777"
    form = await show_choice(hass, cloud)
    entry_for(cloud, systems=[SYSTEM + 1]).add_to_hass(hass)
    chosen = {"systems": [str(SYSTEM), str(SYSTEM + 1)]}
    assert_aborted(await submit(hass, form, chosen), "systems_taken")


@TWO
async def test_two_accounts_with_one_key_agree_on_its_plan(
    hass: HomeAssistant, cloud: EnlightenSimulator
) -> None:
    other = entry_for(cloud, systems=[SYSTEM + 1])
    other.add_to_hass(hass)
    cloud.oauth.user = "777"
    entry = created(await show_choice(hass, cloud, plan="kilowatt"))
    assert entry.data["plan"] == other.data["plan"] == "kilowatt"
