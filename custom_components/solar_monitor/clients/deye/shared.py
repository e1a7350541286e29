"""What several families' tables have in common: options, bits, marks of rows, notes."""

from collections.abc import Mapping
from typing import Final

from .registers import Cadence, Factor, Marks, numbered

# --- Options and bits -----------------------------------------------------------------------------

RUNNING_STATES: Mapping[int, str] = {
    0: "standby",
    1: "self_test",
    2: "normal",
    3: "alarm",  # 3 and 4 as in ha-solarman and sunsynk; an early client took 3 for the fault
    4: "fault",
}
BATTERY_CONTROL_MODES: Mapping[int, str] = {0: "lead_acid", 1: "lithium"}
BATTERY_OPERATION_MODES: Mapping[int, str] = {0: "voltage", 1: "capacity", 2: "no_battery"}
ENERGY_PATTERNS: Mapping[int, str] = {0: "battery_first", 1: "load_first"}
WORK_MODES: Mapping[int, str] = {
    0: "selling_first",
    1: "zero_export_to_load",
    2: "zero_export_to_ct",
}
# Numbers as the display and the manual print them: number n is bit n - 1 (ha-solarman gives
# bits, sunsynk numbers, and they agree).
WARNINGS: Mapping[int, str] = numbered(
    "warning",
    32,
    {
        2: "fan",
        3: "grid_phase",
        4: "meter_communication",
        31: "battery_loss",
        32: "parallel_communication",
    },
)
FAULTS: Mapping[int, str] = numbered(
    "fault",
    64,
    {
        7: "dc_soft_start",
        10: "auxiliary_power_supply",
        13: "working_mode_changed",
        18: "ac_overcurrent",
        20: "dc_overcurrent",
        23: "ac_leakage_current",
        24: "dc_insulation",
        26: "dc_bus_unbalanced",
        29: "parallel_communication",
        35: "no_ac_grid",
        42: "ac_undervoltage",
        47: "ac_frequency",
        56: "dc_bus_undervoltage",
        63: "arc",
        64: "heatsink_overheated",
    },
)
TIME_OF_USE: Mapping[int, str] = {
    0: "enabled",
    1: "mon",
    2: "tue",
    3: "wed",
    4: "thu",
    5: "fri",
    6: "sat",
    7: "sun",
}

# --- Why some rows are not shown ------------------------------------------------------------------

DEVICE: Final[Marks] = {"why_not": "shown with the device, not as an entity"}
BUS: Final[Marks] = {"why_not": "tells a person nothing"}
DAY: Final[Marks] = {
    "why_not": "the firmware's own day, which ends by the inverter's clock; we count today "
    "ourselves from the guarded total and show this one in the diagnostics",
}
BARE_DAY: Final[Marks] = {
    "why_not": "the firmware's own day, without a total to check it by; in the diagnostics",
}
MONTH: Final[Marks] = {
    "why_not": "the firmware's own month; Home Assistant's statistics make months of the total",
}
JUNK: Final[Marks] = {"why_not": "holds garbage on many firmwares"}
DISPUTED: Final[Marks] = {
    "why_not": "off is 2 in ha-solarman and 0 in sunsynk; running_state tells what the unit does",
}

# --- What rows have in common ---------------------------------------------------------------------

CORE: Final[Marks] = {"core": True}
MAIN: Final[Marks] = {"core": True, "default": True}
SHOWN: Final[Marks] = {"default": True}
ANY_BIT: Final = 0xFFFF
TWO_WAY: Final[Marks] = {"signed": True}
GRID: Final[Marks] = {"signed": True, "factor": Factor.GRID}
GRID_PHASE: Final[Marks] = {"signed": True, "factor": Factor.GRID_PHASE}
LOAD: Final[Marks] = {"signed": True, "factor": Factor.LOAD}
AMPS_STEP: Final[Marks] = {"factor": Factor.BATTERY_CURRENT}
BMS: Final[Marks] = {"cadence": Cadence.SETTINGS}

# --- What a person has to know to read a value, where it is the same in all families --------------

NOTES: Mapping[str, str] = {
    "device_type": "decides the family",
    "protocol_version": "high byte.low byte",
    "mppt_and_phases": "bits 8–11 PV inputs, bits 0–3 phases; valid above 0x0100",
    "clock": "the inverter's local time; its daily counters end by it",
    "active_energy_total": "net energy of the inverter; signed, may fall",
    "generator_energy_today": "AUX/GEN port",
    "generator_power": "AUX/GEN port: generator, micro-inverters or smart load",
    "grid_power": "at the grid port; + importing, − exporting",
    "external_ct_power": "at the external CT: the house's meter where one is fitted; + importing, "
    "− exporting",
    "inverter_power": "+ from the inverter, − charging from the grid",
    "battery_power": "+ discharging, − charging",
    "battery_current": "+ discharging, − charging",
    "bms_alarm": "bits differ by battery maker",
    "bms_fault": "bits differ by battery maker",
}
