"""Thresholds of alarms."""

from datetime import time
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_monitor.site.options_data import (
    AlarmOptions,
    BatteryAlarm,
    ImportAlarm,
    ProductionAlarm,
    TemperatureAlarm,
)
from tests.integration.site_flow.kit import (
    assert_form,
    assert_kept,
    filled_in,
    open_step,
    options_of,
    submit,
)

CHOSEN: dict[str, dict[str, Any]] = {
    "low_battery": {"enabled": True, "below": 70, "at": "19:30:00"},
    "high_import": {
        "enabled": True,
        "above": 3000,
        "for": 10,
        "begin": "16:00:00",
        "end": "21:00:00",
        "cooldown": 120,
    },
    "hot_inverter": {"enabled": False, "above": 75},
    "no_production": {"enabled": False, "for": 90},
}


def collapsed(shown: ConfigFlowResult) -> dict[str, bool]:
    """Tell which sections of a form are folded."""
    schema = shown["data_schema"]
    assert schema is not None
    return {str(marker): section.options["collapsed"] for marker, section in schema.schema.items()}


async def test_at_first_only_what_annoys_nobody_is_on(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_step(hass, site_entry, "alarms")
    assert_form(form, "alarms")
    on = {name: fields["enabled"] for name, fields in filled_in(form).items()}
    assert on == {
        "low_battery": False,
        "high_import": False,
        "hot_inverter": True,
        "no_production": True,
    }
    assert collapsed(form) == {name: not enabled for name, enabled in on.items()}
    assert_kept(await submit(hass, form, filled_in(form)))
    assert options_of(site_entry).alarms == AlarmOptions()


async def test_thresholds_are_kept_and_shown_again(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    form = await open_step(hass, site_entry, "alarms")
    assert_kept(await submit(hass, form, CHOSEN))
    assert options_of(site_entry).alarms == AlarmOptions(
        battery=BatteryAlarm(enabled=True, below=70, at=time(19, 30)),
        grid_import=ImportAlarm(
            enabled=True,
            above_w=3000,
            for_s=600,
            begin=time(16),
            end=time(21),
            cooldown_s=7200,
        ),
        temperature=TemperatureAlarm(enabled=False, above=75),
        production=ProductionAlarm(enabled=False, after_s=5400),
    )
    assert filled_in(await open_step(hass, site_entry, "alarms")) == CHOSEN


async def test_a_section_that_is_not_sent_is_as_before(
    hass: HomeAssistant, site_entry: MockConfigEntry
) -> None:
    await submit(hass, await open_step(hass, site_entry, "alarms"), CHOSEN)
    form = await open_step(hass, site_entry, "alarms")
    changed = {"hot_inverter": {"enabled": True, "above": 80}}
    assert_kept(await submit(hass, form, changed))
    assert filled_in(await open_step(hass, site_entry, "alarms")) == CHOSEN | changed


@pytest.mark.parametrize(
    ("section", "outside"),
    [
        ("low_battery", {"below": 96}),
        ("low_battery", {"at": "late"}),
        ("high_import", {"above": 99}),
        ("hot_inverter", {"above": 121}),
        ("no_production", {"for": 29}),
    ],
)
async def test_what_is_out_of_range_is_refused(
    hass: HomeAssistant, site_entry: MockConfigEntry, section: str, outside: dict[str, Any]
) -> None:
    form = await open_step(hass, site_entry, "alarms")
    with pytest.raises(InvalidData):
        await submit(hass, form, CHOSEN | {section: CHOSEN[section] | outside})
    assert site_entry.options == {}
