"""Register table of three-phase hybrids: SG04LP3, SG05LP3 (low voltage), SG01HP3, SG02HP3 (high).

Both have one map; on high-voltage units the rows that carry a `Factor` count in other steps (see
`scale`). Sources (register numbers, scales and meanings are facts taken from them; no code is):
github.com/davidrapan/ha-solarman (deye_p3.yaml), github.com/kellerza/sunsynk (three_phase_lv.py,
three_phase_hv.py), github.com/evcc-io/evcc (deye-hybrid-3p), github.com/kbialek/deye-inverter-mqtt.
Where they disagree, the row's comment or note says what was decided.
"""

from collections.abc import Mapping
from typing import Final

from .registers import (
    Factor,
    Marks,
    Register,
    bits,
    celsius,
    clock,
    daily,
    hhmm,
    identity,
    measured,
    number,
    select,
    set_bits,
    status,
    switch,
    text,
    total,
    version,
)
from .shared import (
    ANY_BIT,
    BARE_DAY,
    BATTERY_CONTROL_MODES,
    BATTERY_OPERATION_MODES,
    BMS,
    BUS,
    CORE,
    DAY,
    DEVICE,
    ENERGY_PATTERNS,
    FAULTS,
    MAIN,
    RUNNING_STATES,
    SHOWN,
    TIME_OF_USE,
    TWO_WAY,
    WARNINGS,
    WORK_MODES,
)

# --- What only this family has --------------------------------------------------------------------

AUX_PORT_MODES: Mapping[int, str] = {0: "generator", 1: "smart_load", 2: "micro_inverter"}
RELAYS: Mapping[int, str] = {
    0: "inverter",
    1: "load",
    2: "grid",
    3: "generator",
    4: "grid_feeds",
    5: "dry_contact_1",
    6: "dry_contact_2",
}
SLOT_CHARGE: Mapping[int, str] = {0: "grid", 1: "generator"}
# Fields of two bits, 10 off and 11 on: the upper bit only says that the lower one counts.
PEAK_SHAVING: Mapping[int, str] = dict.fromkeys(range(1, 16, 2), "") | {
    0: "micro_export_cutoff",
    2: "generator_peak_shaving",
    4: "grid_peak_shaving",
    6: "always_on_grid",
}

WAKE_UP: Final[Marks] = {
    "why_not": "sunsynk reads 112 and takes 0 for on, ha-solarman writes 257 to 129",
}
PACKS: Final[Marks] = {"why_not": "every pack is a device of its own"}

# The low word holds up to 32 kW; only larger high-voltage units need the high one, far behind it.
FAR: Final[Marks] = {"signed": True, "far_high": True}
VOLTS: Final[Marks] = {"factor": Factor.BATTERY_VOLTAGE}
BATTERY_WATTS: Final[Marks] = {"factor": Factor.BATTERY_POWER}
PV_WATTS: Final[Marks] = {"factor": Factor.PV_POWER}
WATTS: Final[Marks] = {"factor": Factor.SETTING_POWER}
BMS_AMPS: Final[Marks] = {"factor": Factor.BMS_CURRENT}
ENERGY: Final[Marks] = {"factor": Factor.ENERGY}

# --- What a person has to know to read a value ----------------------------------------------------

NOTES: Mapping[str, str] = {
    "battery_pack_count": "0 or refused by older firmware",
    "control_board_version": "its middle part, from 1098 on, tells the scale of the energy on "
    "high-voltage units",
    "dc_temperature": "25.0 °C also where there is no sensor",
    "generator_energy_total": "AUX/GEN port",
    "grid_connected": "bit 2 of 552: the grid relay is closed",
    "generator_relay": "bit 3 of 552: the relay of the AUX/GEN port is closed",
    "load_power": "as the inverter says; ha-solarman shows inverter + external CT instead",
}

REGISTERS: tuple[Register, ...] = (
    # --- Identity: read once ----------------------------------------------------------------------
    identity(0, "device_type", marks=DEVICE),
    identity(1, "modbus_address", marks=BUS),
    identity(2, "protocol_version", marks=BUS),
    text((3, 4, 5, 6, 7), "inverter_serial", marks=DEVICE),
    # High word first on the display: "MAIN 3002-1098-1E08" is 14, 15, 11 and "HMI 2001-C048-0804"
    # is 17, 18, 16 (davidrapan/ha-solarman deye_p3.yaml and issue 782, evcc-io/evcc PR 23428).
    version((11, 15, 14), "control_board_version", marks=DEVICE),
    version((16, 18, 17), "communication_board_version", marks=BUS),
    identity((20, 21), "rated_power", "W", 0.1, marks=DEVICE),
    identity(22, "mppt_and_phases", marks=BUS),
    # --- Clock and switches -----------------------------------------------------------------------
    number(61, "self_check_time", "s"),
    clock((62, 63, 64), "clock"),
    switch(80, "inverter_power_switch", mask=1),
    # --- Battery settings -------------------------------------------------------------------------
    select(98, "battery_control_mode", options=BATTERY_CONTROL_MODES),
    number(99, "battery_equalization_voltage", "V", 0.01, marks=VOLTS),
    number(100, "battery_absorption_voltage", "V", 0.01, marks=VOLTS),
    number(101, "battery_float_voltage", "V", 0.01, marks=VOLTS),
    number(102, "battery_capacity_ah", "Ah"),
    number(104, "zero_export_power", "W", marks=TWO_WAY | WATTS),
    number(108, "battery_max_charge_current", "A"),
    number(109, "battery_max_discharge_current", "A"),
    select(111, "battery_operation_mode", options=BATTERY_OPERATION_MODES),
    switch(112, "battery_wake_up", mask=1, marks=WAKE_UP),
    number(115, "battery_shutdown_soc", "%"),
    number(116, "battery_restart_soc", "%"),
    number(117, "battery_low_soc", "%"),
    number(118, "battery_shutdown_voltage", "V", 0.01, marks=VOLTS),
    number(119, "battery_restart_voltage", "V", 0.01, marks=VOLTS),
    number(120, "battery_low_voltage", "V", 0.01, marks=VOLTS),
    # --- Charging and the AUX port ----------------------------------------------------------------
    number(124, "generator_charge_start_soc", "%"),
    number(125, "generator_charge_current", "A"),
    number(127, "grid_charge_start_soc", "%"),
    number(128, "grid_charge_current", "A"),
    switch(129, "generator_charge_enabled", mask=1),
    switch(130, "grid_charge_enabled", mask=1),
    select(133, "aux_port_mode", options=AUX_PORT_MODES),
    number(134, "smart_load_off_voltage", "V", 0.01, marks=VOLTS),
    number(135, "smart_load_off_soc", "%"),
    number(136, "smart_load_on_voltage", "V", 0.01, marks=VOLTS),
    number(137, "smart_load_on_soc", "%"),
    number(139, "generator_min_pv_power", "W"),
    # --- Work mode and time of use ----------------------------------------------------------------
    select(141, "energy_pattern", options=ENERGY_PATTERNS),
    select(142, "work_mode", options=WORK_MODES),
    number(143, "max_sell_power", "W", marks=WATTS),
    switch(145, "solar_sell", mask=1),
    set_bits(146, "time_of_use", bits=TIME_OF_USE),
    hhmm(148, "slot1_time"),
    hhmm(149, "slot2_time"),
    hhmm(150, "slot3_time"),
    hhmm(151, "slot4_time"),
    hhmm(152, "slot5_time"),
    hhmm(153, "slot6_time"),
    number(154, "slot1_power", "W", marks=WATTS),
    number(155, "slot2_power", "W", marks=WATTS),
    number(156, "slot3_power", "W", marks=WATTS),
    number(157, "slot4_power", "W", marks=WATTS),
    number(158, "slot5_power", "W", marks=WATTS),
    number(159, "slot6_power", "W", marks=WATTS),
    number(160, "slot1_voltage", "V", 0.01, marks=VOLTS),
    number(161, "slot2_voltage", "V", 0.01, marks=VOLTS),
    number(162, "slot3_voltage", "V", 0.01, marks=VOLTS),
    number(163, "slot4_voltage", "V", 0.01, marks=VOLTS),
    number(164, "slot5_voltage", "V", 0.01, marks=VOLTS),
    number(165, "slot6_voltage", "V", 0.01, marks=VOLTS),
    number(166, "slot1_soc", "%"),
    number(167, "slot2_soc", "%"),
    number(168, "slot3_soc", "%"),
    number(169, "slot4_soc", "%"),
    number(170, "slot5_soc", "%"),
    number(171, "slot6_soc", "%"),
    # Bits 2-4 are a mode: anyone who writes has to keep them.
    set_bits(172, "slot1_charge", bits=SLOT_CHARGE),
    set_bits(173, "slot2_charge", bits=SLOT_CHARGE),
    set_bits(174, "slot3_charge", bits=SLOT_CHARGE),
    set_bits(175, "slot4_charge", bits=SLOT_CHARGE),
    set_bits(176, "slot5_charge", bits=SLOT_CHARGE),
    set_bits(177, "slot6_charge", bits=SLOT_CHARGE),
    # --- Peak shaving, off-grid, limits -----------------------------------------------------------
    set_bits(178, "peak_shaving_bits", bits=PEAK_SHAVING),
    switch(179, "off_grid", mask=ANY_BIT),
    number(190, "generator_peak_shaving_power", "W", marks=WATTS),
    number(191, "grid_peak_shaving_power", "W", marks=WATTS),
    number(231, "max_grid_export_power", "W", 10),
    number(233, "max_grid_import_power", "W", 10),
    number(340, "max_solar_power", "W", marks=WATTS),
    # --- State and counters -----------------------------------------------------------------------
    status(500, "running_state", options=RUNNING_STATES, marks=MAIN),
    daily(502, "active_energy_today", marks=TWO_WAY | BARE_DAY),
    total((506, 507), "active_energy_total", marks=TWO_WAY),
    daily(514, "battery_charge_energy_today", marks=ENERGY | DAY | CORE),
    daily(515, "battery_discharge_energy_today", marks=ENERGY | DAY | CORE),
    total((516, 517), "battery_charge_energy_total", marks=ENERGY | MAIN),
    total((518, 519), "battery_discharge_energy_total", marks=ENERGY | MAIN),
    daily(520, "grid_import_energy_today", marks=ENERGY | DAY | CORE),
    daily(521, "grid_export_energy_today", marks=ENERGY | DAY | CORE),
    total((522, 523), "grid_import_energy_total", marks=ENERGY | MAIN),
    total((524, 525), "grid_export_energy_total", marks=ENERGY | MAIN),
    daily(526, "load_energy_today", marks=ENERGY | DAY | CORE),
    total((527, 528), "load_energy_total", marks=ENERGY | MAIN),
    daily(529, "pv_energy_today", marks=ENERGY | DAY | CORE),
    total((534, 535), "pv_energy_total", marks=ENERGY | MAIN),
    daily(536, "generator_energy_today", marks=ENERGY | DAY),
    total((537, 538), "generator_energy_total", marks=ENERGY),
    celsius(540, "dc_temperature"),
    celsius(541, "heatsink_temperature", marks=SHOWN),
    status(551, "inverter_on", mask=1),
    bits(552, "relay_bits", bits=RELAYS),
    # The same word again, bit by bit, under the names that the single-phase family has too.
    status(552, "grid_connected", mask=1 << 2, derived=True, marks=SHOWN),
    bits(552, "generator_relay", mask=1 << 3, derived=True),
    bits((553, 554), "warning_bits", bits=WARNINGS, marks=MAIN),
    bits((555, 556, 557, 558), "fault_bits", bits=FAULTS, marks=MAIN),
    # --- Battery ----------------------------------------------------------------------------------
    celsius(586, "battery_temperature", marks=SHOWN),
    measured(587, "battery_voltage", "V", 0.01, marks=VOLTS | MAIN),
    measured(588, "battery_soc", "%", marks=MAIN),
    measured(589, "battery2_soc", "%"),
    measured(590, "battery_power", "W", marks=TWO_WAY | BATTERY_WATTS | MAIN),
    measured(591, "battery_current", "A", 0.01, marks=TWO_WAY | MAIN),
    measured(592, "battery_corrected_capacity", "Ah"),
    measured(593, "battery2_voltage", "V", 0.01, marks=VOLTS),
    measured(594, "battery2_current", "A", 0.01, marks=TWO_WAY),
    measured(595, "battery2_power", "W", marks=TWO_WAY | BATTERY_WATTS),
    celsius(596, "battery2_temperature"),
    # --- Grid -------------------------------------------------------------------------------------
    measured(598, "grid_l1_voltage", "V", 0.1, marks=MAIN),
    measured(599, "grid_l2_voltage", "V", 0.1, marks=MAIN),
    measured(600, "grid_l3_voltage", "V", 0.1, marks=MAIN),
    measured((604, 700), "internal_ct1_power", "W", marks=FAR),
    measured((605, 701), "internal_ct2_power", "W", marks=FAR),
    measured((606, 702), "internal_ct3_power", "W", marks=FAR),
    measured((607, 703), "internal_ct_power", "W", marks=FAR),
    measured(609, "grid_frequency", "Hz", 0.01, marks=SHOWN),
    measured(610, "internal_ct1_current", "A", 0.01, marks=TWO_WAY),
    measured(611, "internal_ct2_current", "A", 0.01, marks=TWO_WAY),
    measured(612, "internal_ct3_current", "A", 0.01, marks=TWO_WAY),
    measured(613, "external_ct1_current", "A", 0.01, marks=TWO_WAY),
    measured(614, "external_ct2_current", "A", 0.01, marks=TWO_WAY),
    measured(615, "external_ct3_current", "A", 0.01, marks=TWO_WAY),
    measured((616, 705), "external_ct1_power", "W", marks=FAR),
    measured((617, 706), "external_ct2_power", "W", marks=FAR),
    measured((618, 707), "external_ct3_power", "W", marks=FAR),
    measured((619, 708), "external_ct_power", "W", marks=FAR | MAIN),
    # Signed from firmware 1184 on (davidrapan/ha-solarman issue 1145).
    measured(621, "grid_power_factor", "%", 0.1, marks=TWO_WAY),
    measured((622, 687), "grid_l1_power", "W", marks=FAR),
    measured((623, 688), "grid_l2_power", "W", marks=FAR),
    measured((624, 689), "grid_l3_power", "W", marks=FAR),
    measured((625, 690), "grid_power", "W", marks=FAR | MAIN),
    # --- Inverter ---------------------------------------------------------------------------------
    measured(627, "inverter_l1_voltage", "V", 0.1),
    measured(628, "inverter_l2_voltage", "V", 0.1),
    measured(629, "inverter_l3_voltage", "V", 0.1),
    measured(630, "inverter_l1_current", "A", 0.01, marks=TWO_WAY),
    measured(631, "inverter_l2_current", "A", 0.01, marks=TWO_WAY),
    measured(632, "inverter_l3_current", "A", 0.01, marks=TWO_WAY),
    measured((633, 691), "inverter_l1_power", "W", marks=FAR),
    measured((634, 692), "inverter_l2_power", "W", marks=FAR),
    measured((635, 693), "inverter_l3_power", "W", marks=FAR),
    measured((636, 694), "inverter_power", "W", marks=FAR | MAIN),
    measured(638, "inverter_frequency", "Hz", 0.01),
    # --- Backup output and load -------------------------------------------------------------------
    measured((640, 696), "ups_l1_power", "W", marks=FAR),
    measured((641, 697), "ups_l2_power", "W", marks=FAR),
    measured((642, 698), "ups_l3_power", "W", marks=FAR),
    measured((643, 699), "ups_power", "W", marks=FAR),
    measured(644, "load_l1_voltage", "V", 0.1),
    measured(645, "load_l2_voltage", "V", 0.1),
    measured(646, "load_l3_voltage", "V", 0.1),
    measured((650, 656), "load_l1_power", "W", marks=FAR),
    measured((651, 657), "load_l2_power", "W", marks=FAR),
    measured((652, 658), "load_l3_power", "W", marks=FAR),
    measured((653, 659), "load_power", "W", marks=FAR | MAIN),
    measured(655, "load_frequency", "Hz", 0.01),
    # --- AUX port ---------------------------------------------------------------------------------
    measured(661, "generator_l1_voltage", "V", 0.1),
    measured(662, "generator_l2_voltage", "V", 0.1),
    measured(663, "generator_l3_voltage", "V", 0.1),
    measured((664, 668), "generator_l1_power", "W", marks=FAR),
    measured((665, 669), "generator_l2_power", "W", marks=FAR),
    measured((666, 670), "generator_l3_power", "W", marks=FAR),
    measured((667, 671), "generator_power", "W", marks=FAR | CORE),
    # --- Panels -----------------------------------------------------------------------------------
    measured(672, "pv1_power", "W", marks=PV_WATTS | MAIN),
    measured(673, "pv2_power", "W", mppt=2, marks=PV_WATTS | MAIN),
    measured(674, "pv3_power", "W", mppt=3, marks=PV_WATTS | MAIN),
    measured(675, "pv4_power", "W", mppt=4, marks=PV_WATTS | MAIN),
    measured(676, "pv1_voltage", "V", 0.1, marks=CORE),
    measured(677, "pv1_current", "A", 0.1, marks=CORE),
    measured(678, "pv2_voltage", "V", 0.1, mppt=2, marks=CORE),
    measured(679, "pv2_current", "A", 0.1, mppt=2, marks=CORE),
    measured(680, "pv3_voltage", "V", 0.1, mppt=3, marks=CORE),
    measured(681, "pv3_current", "A", 0.1, mppt=3, marks=CORE),
    measured(682, "pv4_voltage", "V", 0.1, mppt=4, marks=CORE),
    measured(683, "pv4_current", "A", 0.1, mppt=4, marks=CORE),
    # Junk on units without these inputs (kellerza/sunsynk issue 671): `mppt` decides.
    measured(719, "pv5_voltage", "V", 0.1, mppt=5),
    measured(720, "pv6_voltage", "V", 0.1, mppt=6),
    measured(721, "pv7_voltage", "V", 0.1, mppt=7),
    measured(722, "pv8_voltage", "V", 0.1, mppt=8),
    measured(723, "pv5_current", "A", 0.1, mppt=5),
    measured(724, "pv6_current", "A", 0.1, mppt=6),
    measured(725, "pv7_current", "A", 0.1, mppt=7),
    measured(726, "pv8_current", "A", 0.1, mppt=8),
    measured(727, "pv5_power", "W", mppt=5, marks=PV_WATTS | MAIN),
    measured(728, "pv6_power", "W", mppt=6, marks=PV_WATTS | MAIN),
    measured(729, "pv7_power", "W", mppt=7, marks=PV_WATTS | MAIN),
    measured(730, "pv8_power", "W", mppt=8, marks=PV_WATTS | MAIN),
    # --- What the battery's own management says: changes slowly -----------------------------------
    measured(210, "bms_charge_voltage", "V", 0.01, marks=VOLTS | BMS),
    measured(211, "bms_discharge_voltage", "V", 0.01, marks=VOLTS | BMS),
    measured(212, "bms_charge_current_limit", "A", marks=BMS),
    measured(213, "bms_discharge_current_limit", "A", marks=BMS),
    measured(214, "bms_soc", "%", marks=BMS),
    measured(215, "bms_voltage", "V", 0.01, marks=VOLTS | BMS),
    measured(216, "bms_current", "A", marks=TWO_WAY | BMS_AMPS | BMS),
    celsius(217, "bms_temperature", marks=BMS),
    measured(218, "bms_max_charge_current", "A", marks=BMS),
    measured(219, "bms_max_discharge_current", "A", marks=BMS),
    bits(220, "bms_alarm", marks=BMS),
    bits(221, "bms_fault", marks=BMS),
    # --- Battery packs: see battery_packs.py ------------------------------------------------------
    identity(10002, "battery_pack_count", marks=PACKS),
)
