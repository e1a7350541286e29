"""Register table of string inverters: SUN-xxK-G0x with two or four inputs, one or three phases.

Sources (register numbers, scales and meanings are facts taken from them; no code is):
github.com/davidrapan/ha-solarman (deye_string.yaml), github.com/kbialek/deye-inverter-mqtt
(metric_group_string.md), github.com/StephanJoubert/home_assistant_solarman (deye_string.yaml).
"""

from collections.abc import Mapping

from .registers import (
    Register,
    bits,
    celsius,
    clock,
    daily,
    identity,
    measured,
    number,
    product,
    status,
    switch,
    text,
    total,
    version,
)
from .shared import (
    BUS,
    CORE,
    DAY,
    DEVICE,
    DISPUTED,
    FAULTS,
    MAIN,
    RUNNING_STATES,
    SHOWN,
    TWO_WAY,
    WARNINGS,
)

NOTES: Mapping[str, str] = {
    "active_power_limit": "0–120",
    "dc_input_power": "of all inputs; is pv_power where there are more than four",
    "grid_power": "with an energy meter; + importing, − exporting",
    "inverter_power": "active power fed into the house and grid",
    "load_power": "with an energy meter",
    "operating_power": "what exactly it counts is not known; inverter_power is the active power",
}

REGISTERS: tuple[Register, ...] = (
    # --- Identity: read once ----------------------------------------------------------------------
    identity(0, "device_type", marks=DEVICE),
    identity(1, "modbus_address", marks=BUS),
    identity(2, "protocol_version", marks=BUS),
    text((3, 4, 5, 6, 7), "inverter_serial", marks=DEVICE),
    version((11, 12, 13), "control_board_version", marks=DEVICE),
    identity((16, 17), "rated_power", "W", 0.1, marks=DEVICE),
    identity(18, "mppt_and_phases", marks=BUS),
    # --- Clock and settings -----------------------------------------------------------------------
    number(21, "self_check_time", "s"),
    clock((22, 23, 24), "clock"),
    number(40, "active_power_limit", "%"),
    switch(43, "inverter_power_switch", mask=1, marks=DISPUTED),
    # --- State and counters -----------------------------------------------------------------------
    status(59, "running_state", options=RUNNING_STATES, marks=MAIN),
    daily(60, "pv_energy_today", marks=DAY | CORE),
    total((63, 64), "pv_energy_total", marks=MAIN),
    # --- Grid -------------------------------------------------------------------------------------
    measured(70, "grid_l12_voltage", "V", 0.1, phases=3),
    measured(71, "grid_l23_voltage", "V", 0.1, phases=3),
    measured(72, "grid_l31_voltage", "V", 0.1, phases=3),
    measured(73, "grid_l1_voltage", "V", 0.1, marks=MAIN),
    measured(74, "grid_l2_voltage", "V", 0.1, phases=3, marks=MAIN),
    measured(75, "grid_l3_voltage", "V", 0.1, phases=3, marks=MAIN),
    measured(76, "grid_l1_current", "A", 0.1, marks=TWO_WAY),
    measured(77, "grid_l2_current", "A", 0.1, phases=3, marks=TWO_WAY),
    measured(78, "grid_l3_current", "A", 0.1, phases=3, marks=TWO_WAY),
    measured(79, "grid_frequency", "Hz", 0.01, marks=SHOWN),
    # --- Power ------------------------------------------------------------------------------------
    measured((80, 81), "operating_power", "W", 0.1),
    measured((82, 83), "dc_input_power", "W", 0.1, marks=CORE),
    measured((84, 85), "apparent_power", "VA", 0.1),
    measured((86, 87), "inverter_power", "W", 0.1, marks=MAIN),
    measured((88, 89), "reactive_power", "var", 0.1),
    celsius(90, "dc_temperature", marks=SHOWN),
    celsius(91, "heatsink_temperature", marks=SHOWN),
    bits((101, 102), "warning_bits", bits=WARNINGS, marks=MAIN),
    bits((103, 104, 105, 106), "fault_bits", bits=FAULTS, marks=MAIN),
    # --- Panels: power is voltage x current, as all public clients count it -----------------------
    measured(109, "pv1_voltage", "V", 0.1),
    measured(110, "pv1_current", "A", 0.1),
    product((109, 110), "pv1_power", marks=MAIN),
    measured(111, "pv2_voltage", "V", 0.1, mppt=2),
    measured(112, "pv2_current", "A", 0.1, mppt=2),
    product((111, 112), "pv2_power", mppt=2, marks=MAIN),
    measured(113, "pv3_voltage", "V", 0.1, mppt=3),
    measured(114, "pv3_current", "A", 0.1, mppt=3),
    product((113, 114), "pv3_power", mppt=3, marks=MAIN),
    measured(115, "pv4_voltage", "V", 0.1, mppt=4),
    measured(116, "pv4_current", "A", 0.1, mppt=4),
    product((115, 116), "pv4_power", mppt=4, marks=MAIN),
    # --- With an energy meter on the inverter -----------------------------------------------------
    measured((198, 199), "load_power", "W", marks=TWO_WAY),
    daily(200, "load_energy_today", "kWh", 0.01, marks=DAY),
    total((201, 202), "load_energy_total"),
    measured((203, 204), "grid_power", "W", marks=TWO_WAY),
    daily(205, "grid_export_energy_today", "kWh", 0.01, marks=DAY),
    total((206, 207), "grid_export_energy_total"),
    daily(208, "grid_import_energy_today", "kWh", 0.01, marks=DAY),
    total((209, 210), "grid_import_energy_total"),
)
