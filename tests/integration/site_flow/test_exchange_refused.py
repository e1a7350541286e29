"""Exported options that were damaged or do not fit here: refused before anything is changed."""

from copy import deepcopy
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.integration.conftest import SetUp
from tests.integration.site_flow.exchange_kit import export, message, rich_site, take_in
from tests.integration.site_flow.kit import GATEWAY, INVERTER, sensor


def damage(data: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Give data with another value in one place."""
    damaged = deepcopy(data)
    place: Any = damaged
    *way, last = path.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return damaged


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 2),
        ("version", None),
        ("surprise", 1),
        ("options", []),
        ("options.surprise", 1),
        ("options.excluded", "all"),
        ("options.grid_meter", ""),
        ("options.feeds", {GATEWAY: {"feed": "roof"}}),
        ("options.others.0.id", GATEWAY),
        ("options.others.0.id", INVERTER),
        ("options.others.0.id", "grid"),
        ("options.others.0.id", "other_"),
        ("options.others.0.id", "other_1\n"),
        ("options.others.0.id", "other_1/x"),
        ("options.others.0.id", 5),
        ("options.others.0.kind", "fridge"),
        ("options.others.0.power", "sensor.power"),
        ("options.others.0.power", {"entity_id": "sensor.power", "unique_id": "power"}),
        ("options.others.0.power", {"entity_id": "no entity"}),
        ("options.others.0.floor", 91),
        ("options.others.0.capacity", "large"),
        ("options.others.0.inverted", "yes"),
        ("options.arrays.0.kwp", float("nan")),
        ("options.arrays.0.kwp", True),
        ("options.arrays.0.panels", [5]),
        ("options.common_bank", 1),
        ("options.capacity", 0),
        ("options.alarms.low_battery.at", "late"),
        ("options.alarms.high_import.above", -1),
        ("options.on_peak.weekdays", []),
        ("options.on_peak.weekdays", ["7"]),
        ("options.shedding.step", 51),
        ("options.shedding.min_on_s", "15 min"),
        ("options.shedding.surprise", 1),
    ],
)
async def test_damaged_data_is_refused_and_changes_nothing(
    hass: HomeAssistant, set_up: SetUp, path: str, value: object
) -> None:
    entry = await rich_site(hass, set_up)
    before = entry.options
    damaged = damage(await export(hass), path, value)
    with pytest.raises(ServiceValidationError) as refused:
        await take_in(hass, damaged)
    assert refused.value.translation_key == "import_damaged"
    assert "Nothing was changed" in message(refused.value)
    assert entry.options == before


@pytest.mark.parametrize(
    ("field", "reason"), [("others", "the same id"), ("arrays", "the same id")]
)
async def test_two_of_one_id_are_refused(
    hass: HomeAssistant, set_up: SetUp, field: str, reason: str
) -> None:
    await rich_site(hass, set_up)
    exported = await export(hass)
    exported["options"][field] *= 2
    with pytest.raises(ServiceValidationError) as refused:
        await take_in(hass, exported)
    assert reason in message(refused.value)


async def test_an_id_that_is_not_ours_is_named(hass: HomeAssistant, set_up: SetUp) -> None:
    await rich_site(hass, set_up)
    damaged = damage(await export(hass), "options.others.0.id", GATEWAY)
    with pytest.raises(ServiceValidationError) as refused:
        await take_in(hass, damaged)
    assert "an id that begins with other_" in message(refused.value)


async def test_two_arrays_of_one_name_are_refused(hass: HomeAssistant, set_up: SetUp) -> None:
    await rich_site(hass, set_up)
    exported = await export(hass)
    array = exported["options"]["arrays"][0]
    exported["options"]["arrays"] = [array, array | {"id": "array_2"}]
    with pytest.raises(ServiceValidationError) as refused:
        await take_in(hass, exported)
    assert "the same name" in message(refused.value)


@pytest.mark.parametrize(
    ("path", "value", "key", "says"),
    [
        ("options.others.0.power", {"entity_id": "switch.yaml"}, "import_unsuitable", "P1"),
        ("options.others.0.power", {"entity_id": "sensor.energy"}, "import_unsuitable", "P1"),
        ("options.others.0.power", {"entity_id": "sensor.own"}, "import_unsuitable", "P1"),
        ("options.shedding.loads", [{"entity_id": "sensor.power"}], "import_loads", "Loads are"),
        ("options.shedding.loads", [{"entity_id": "switch.own"}], "import_loads", "Loads are"),
        ("options.shedding.critical", 45, "import_levels", "contradict"),
        ("options.shedding.critical", 40, "import_levels", "below Shed below"),
        ("options.shedding.offgrid_restore_above", 49, "import_levels", "5 points"),
    ],
)
async def test_what_the_forms_refuse_is_refused_here_as_well(
    hass: HomeAssistant, set_up: SetUp, path: str, value: object, key: str, says: str
) -> None:
    entry = await rich_site(hass, set_up)
    sensor(hass, "own", 5, "W", platform="solar_monitor")
    sensor(hass, "own", "on", None, domain="switch", platform="solar_monitor")
    before = entry.options
    damaged = damage(await export(hass), path, value)
    with pytest.raises(ServiceValidationError) as refused:
        await take_in(hass, damaged)
    assert refused.value.translation_key == key
    assert says in message(refused.value)
    assert entry.options == before
