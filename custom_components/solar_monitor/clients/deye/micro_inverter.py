"""Register table of micro-inverters: SUN300 to SUN2000 G3, SUN-M60 to SUN-M225 G4.

Sources (register numbers, scales and meanings are facts taken from them; no code is):
github.com/davidrapan/ha-solarman (deye_micro.yaml), github.com/kbialek/deye-inverter-mqtt
(metric_group_micro.md), github.com/StephanJoubert/home_assistant_solarman (deye_4mppt.yaml).
"""

from collections.abc import Mapping
from typing import Final

from .registers import (
    Marks,
    Register,
    bits,
    clock,
    daily,
    identity,
    measured,
    number,
    numbered,
    product,
    status,
    switch,
    text,
    total,
    version,
)
from .shared import (
    ANY_BIT,
    BUS,
    CORE,
    DAY,
    DEVICE,
    DISPUTED,
    MAIN,
    RUNNING_STATES,
    SHOWN,
    TWO_WAY,
    WARNINGS,
)

# Other meanings than in the larger inverters (ha-solarman; number n is bit n - 1).
MICRO_FAULTS: Mapping[int, str] = numbered(
    "fault",
    64,
    {
        1: "dc_overvoltage",
        2: "dc_bus_overvoltage",
        3: "dc_bus_uneven",
        4: "dc_bus_undervoltage",
        5: "dc_bus2_uneven",
        6: "dc_a_overcurrent",
        7: "dc_b_overcurrent",
        8: "dc_input_disturbance",
        9: "grid_overcurrent",
        10: "igbt_overcurrent",
        11: "grid_disturbance",
        12: "arc_self_test",
        14: "grid_current_sensor",
    },
)

INPUT_DAY: Final[Marks] = {
    "why_not": "the firmware's own day, which ends by the inverter's clock; we count today "
    "ourselves from the guarded total of the input",
}

NOTES: Mapping[str, str] = {
    "active_power_limit": "0–120",
    "heatsink_temperature": "the raw register minus 1000",
    "inverter_power": "fed into the house and grid",
    "pv_energy_total": "reads 0 for some minutes after waking up",
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
    number(27, "grid_voltage_upper_limit", "V", 0.1),
    number(28, "grid_voltage_lower_limit", "V", 0.1),
    number(29, "grid_frequency_upper_limit", "Hz", 0.01),
    number(30, "grid_frequency_lower_limit", "Hz", 0.01),
    number(40, "active_power_limit", "%"),
    switch(43, "inverter_power_switch", mask=1, marks=DISPUTED),
    switch(46, "island_protection", mask=ANY_BIT),
    switch(47, "soft_start", mask=ANY_BIT),
    # --- State, counters, grid --------------------------------------------------------------------
    status(59, "running_state", options=RUNNING_STATES, marks=MAIN),
    daily(60, "pv_energy_today", marks=DAY | CORE),
    total((63, 64), "pv_energy_total", marks=MAIN),
    daily(65, "pv1_energy_today", mppt=2, marks=INPUT_DAY),
    daily(66, "pv2_energy_today", mppt=2, marks=INPUT_DAY),
    daily(67, "pv3_energy_today", mppt=3, marks=INPUT_DAY),
    daily(68, "pv4_energy_today", mppt=4, marks=INPUT_DAY),
    # One word each: what follows is another value (73 the grid voltage, 76 its current).
    total(69, "pv1_energy_total", mppt=2, marks=MAIN),
    total(71, "pv2_energy_total", mppt=2, marks=MAIN),
    measured(73, "grid_voltage", "V", 0.1, marks=MAIN),
    total(74, "pv3_energy_total", mppt=3, marks=MAIN),
    measured(76, "grid_current", "A", 0.1, marks=TWO_WAY),
    total(77, "pv4_energy_total", mppt=4, marks=MAIN),
    measured(79, "grid_frequency", "Hz", 0.01, marks=SHOWN),
    measured((86, 87), "inverter_power", "W", 0.1, marks=MAIN),
    # Not the formula of the other families: 5470 is 44.7 °C on a real unit.
    measured(90, "heatsink_temperature", "°C", 0.01, offset=-10, marks=SHOWN),
    bits((101, 102), "warning_bits", bits=WARNINGS, marks=MAIN),
    bits((103, 104, 105, 106), "fault_bits", bits=MICRO_FAULTS, marks=MAIN),
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
)
