"""Register table of single-phase hybrids: SG01–05LP1, OG01LP1, Sunsynk and Sol-Ark.

Sources (register numbers, scales and meanings are facts taken from them; no code is):
github.com/davidrapan/ha-solarman (deye_hybrid.yaml), github.com/kellerza/sunsynk
(single_phase.py, single_phase_16kw.py), github.com/kbialek/deye-inverter-mqtt (sg02lp1),
github.com/StephanJoubert/home_assistant_solarman (deye_hybrid.yaml). Where they disagree, the
row's comment or note says what was decided.
"""

from collections.abc import Mapping
from typing import Final

from .registers import (
    Cadence,
    Factor,
    Gate,
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
    numbered,
    period,
    select,
    set_bits,
    status,
    switch,
    text,
    total,
    version,
)

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
    1: "monday",
    2: "tuesday",
    3: "wednesday",
    4: "thursday",
    5: "friday",
    6: "saturday",
    7: "sunday",
}
SLOT_CHARGE: Mapping[int, str] = {0: "grid", 1: "generator", 6: "sell"}
PEAK_SHAVING: Mapping[int, str] = {
    0: "micro_export_cutoff",
    4: "generator_peak_shaving",
    8: "grid_peak_shaving",
    12: "always_on_grid",
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
LOAD: Final[Marks] = {"signed": True, "factor": Factor.LOAD}
AMPS_STEP: Final[Marks] = {"factor": Factor.BATTERY_CURRENT}
BMS: Final[Marks] = {"cadence": Cadence.SETTINGS}
# AUX port mode 0 is the generator in ha-solarman, the source that has a total in 92/95; in sunsynk
# these words are the SD card's state and a temperature.
GENERATOR: Final[Marks] = {"gate": Gate(235, frozenset({0}))}

# --- What a person has to know to read a value ----------------------------------------------------

NOTES: Mapping[str, str] = {
    "device_type": "decides the family",
    "protocol_version": "high byte.low byte",
    "rated_phase": "0–2 single-phase, 3 three-phase, 8 single-phase storage",
    "mppt_and_phases": "bits 8–11 PV inputs, bits 0–3 phases; valid above 0x0100",
    "clock": "the inverter's local time; its daily counters end by it",
    "active_energy_total": "net energy of the inverter; signed, may fall",
    "pv_energy_year": "40 GWh in kellerza/sunsynk issue 650",
    "grid_export_energy_year": "0xFFFFF2B7 on a real unit (davidrapan/ha-solarman issue 322)",
    "generator_energy_today": "AUX/GEN port",
    "generator_energy_total": "only while the AUX port is a generator (aux_port_mode 0)",
    "generator_power": "AUX/GEN port: generator, micro-inverters or smart load",
    "grid_power": "at the grid port; + importing, − exporting",
    "external_ct_power": "at the external CT: the house's meter where one is fitted; + importing, "
    "− exporting",
    "inverter_power": "+ from the inverter, − charging from the grid",
    "load_power": "= inverter_power + grid_power",
    "battery_power": "+ discharging, − charging",
    "battery_current": "+ discharging, − charging",
    "grid_connected": "the grid relay is closed",
    "generator_relay": "bit 8: the relay of the AUX/GEN port is closed",
    "zero_export_power": "−20…500",
    "aux_port_mode": "the plain number: public sources disagree on 0 and 2; 1 is smart load",
    "bms_alarm": "bits differ by battery maker",
    "bms_fault": "bits differ by battery maker",
}

REGISTERS: tuple[Register, ...] = (
    # --- Identity: read once ----------------------------------------------------------------------
    identity(0, "device_type", marks=DEVICE),
    identity(1, "modbus_address", marks=BUS),
    identity(2, "protocol_version", marks=BUS),
    text((3, 4, 5, 6, 7), "inverter_serial", marks=DEVICE),
    identity(8, "rated_phase", marks=BUS),
    identity(9, "chip_type", marks=BUS),
    version((11, 12, 13), "control_board_version", marks=DEVICE),
    version(14, "communication_board_version", marks=BUS),
    identity((16, 17), "rated_power", "W", 0.1, marks=DEVICE),
    identity(18, "mppt_and_phases", marks=BUS),
    # --- Clock and switches -----------------------------------------------------------------------
    number(21, "self_check_time", "s"),
    clock((22, 23, 24), "clock"),
    switch(43, "inverter_power_switch", mask=1, marks=DISPUTED),
    number(53, "max_solar_power", "W"),
    # --- State and counters -----------------------------------------------------------------------
    status(59, "running_state", options=RUNNING_STATES, marks=MAIN),
    daily(60, "active_energy_today", marks=TWO_WAY | BARE_DAY),
    daily(61, "reactive_energy_today", "kvarh", 0.1, marks=TWO_WAY | BARE_DAY),
    daily(62, "generator_energy_today", marks=DAY),
    total((63, 64), "active_energy_total", marks=TWO_WAY),
    period(65, "pv_energy_month", marks=MONTH),
    period(66, "load_energy_month", marks=MONTH),
    period(67, "grid_energy_month", marks=MONTH),
    period((68, 69), "pv_energy_year", marks=JUNK),
    daily(70, "battery_charge_energy_today", marks=DAY | CORE),
    daily(71, "battery_discharge_energy_today", marks=DAY | CORE),
    total((72, 73), "battery_charge_energy_total", marks=MAIN),
    total((74, 75), "battery_discharge_energy_total", marks=MAIN),
    daily(76, "grid_import_energy_today", marks=DAY | CORE),
    daily(77, "grid_export_energy_today", marks=DAY | CORE),
    # 79 lies between the halves and is the grid frequency; kbialek read 78/79 until PR 254 and 310.
    total((78, 80), "grid_import_energy_total", marks=MAIN),
    measured(79, "grid_frequency", "Hz", 0.01, marks=SHOWN),
    total((81, 82), "grid_export_energy_total", marks=MAIN),
    daily(83, "generator_hours_today", "h", 0.1, marks=BARE_DAY),
    daily(84, "load_energy_today", marks=DAY | CORE),
    total((85, 86), "load_energy_total", marks=MAIN),
    period((87, 88), "load_energy_year", marks=JUNK),
    celsius(90, "dc_temperature", marks=SHOWN),
    celsius(91, "heatsink_temperature", marks=SHOWN),
    total((92, 95), "generator_energy_total", marks=GENERATOR),
    measured(93, "power_factor", None, 0.001),
    total((96, 97), "pv_energy_total", marks=MAIN),
    period((98, 99), "grid_export_energy_year", marks=JUNK),
    bits((101, 102), "warning_bits", bits=WARNINGS, marks=MAIN),
    bits((103, 104, 105, 106), "fault_bits", bits=FAULTS, marks=MAIN),
    daily(108, "pv_energy_today", marks=DAY | CORE),
    # --- Panels -----------------------------------------------------------------------------------
    measured(109, "pv1_voltage", "V", 0.1),
    measured(110, "pv1_current", "A", 0.1),
    measured(111, "pv2_voltage", "V", 0.1, mppt=2),
    measured(112, "pv2_current", "A", 0.1, mppt=2),
    measured(113, "pv3_voltage", "V", 0.1, mppt=3),
    measured(114, "pv3_current", "A", 0.1, mppt=3),
    measured(115, "pv4_voltage", "V", 0.1, mppt=4),
    measured(116, "pv4_current", "A", 0.1, mppt=4),
    # --- Voltages ---------------------------------------------------------------------------------
    measured(150, "grid_l1_voltage", "V", 0.1, marks=MAIN),
    measured(151, "grid_l2_voltage", "V", 0.1, phases=2, marks=MAIN),
    measured(152, "grid_l12_voltage", "V", 0.1, phases=2),
    measured(154, "inverter_l1_voltage", "V", 0.1),
    measured(155, "inverter_l2_voltage", "V", 0.1, phases=2),
    measured(156, "inverter_l12_voltage", "V", 0.1, phases=2),
    measured(157, "load_l1_voltage", "V", 0.1, marks=SHOWN),
    measured(158, "load_l2_voltage", "V", 0.1, phases=2, marks=SHOWN),
    # --- Currents ---------------------------------------------------------------------------------
    measured(160, "grid_l1_current", "A", 0.01, marks=TWO_WAY),
    measured(161, "grid_l2_current", "A", 0.01, phases=2, marks=TWO_WAY),
    measured(162, "external_ct1_current", "A", 0.01, marks=TWO_WAY),
    measured(163, "external_ct2_current", "A", 0.01, phases=2, marks=TWO_WAY),
    measured(164, "inverter_l1_current", "A", 0.01, marks=TWO_WAY),  # unsigned in sunsynk
    measured(165, "inverter_l2_current", "A", 0.01, phases=2, marks=TWO_WAY),
    # --- Power: W, x10 on some units from 12 kW up (see scale.py) ---------------------------------
    # 166 is unsigned in ha-solarman and signed in sunsynk: a port that feeds a load is negative.
    measured(166, "generator_power", "W", marks=TWO_WAY | CORE),
    measured(167, "grid_l1_power", "W", marks=GRID),
    measured(168, "grid_l2_power", "W", phases=2, marks=GRID),
    # With "zero export to load" 169 is the grid port and 172 the external CT (ha-solarman PR 488).
    measured(169, "grid_power", "W", marks=GRID | MAIN),
    measured(170, "external_ct1_power", "W", marks=GRID),
    measured(171, "external_ct2_power", "W", phases=2, marks=GRID),
    measured(172, "external_ct_power", "W", marks=GRID | MAIN),
    measured(173, "inverter_l1_power", "W", marks=TWO_WAY),
    measured(174, "inverter_l2_power", "W", phases=2, marks=TWO_WAY),
    measured(175, "inverter_power", "W", marks=TWO_WAY | MAIN),
    measured(176, "load_l1_power", "W", marks=LOAD),
    measured(177, "load_l2_power", "W", phases=2, marks=LOAD),
    measured(178, "load_power", "W", marks=LOAD | MAIN),
    measured(179, "load_l1_current", "A", 0.01, marks=TWO_WAY),
    measured(180, "load_l2_current", "A", 0.01, phases=2, marks=TWO_WAY),
    measured(181, "generator_voltage", "V", 0.1),
    # --- Battery ----------------------------------------------------------------------------------
    celsius(182, "battery_temperature", marks=SHOWN),
    measured(183, "battery_voltage", "V", 0.01, marks=MAIN),
    measured(184, "battery_soc", "%", marks=MAIN),
    measured(186, "pv1_power", "W", marks=MAIN),
    measured(187, "pv2_power", "W", mppt=2, marks=MAIN),
    measured(188, "pv3_power", "W", mppt=3, marks=MAIN),
    measured(189, "pv4_power", "W", mppt=4, marks=MAIN),
    measured(190, "battery_power", "W", marks=TWO_WAY | MAIN),
    measured(191, "battery_current", "A", 0.01, marks=TWO_WAY | AMPS_STEP | SHOWN),
    # --- Frequencies and relays -------------------------------------------------------------------
    measured(192, "load_frequency", "Hz", 0.01),
    measured(193, "inverter_frequency", "Hz", 0.01),
    status(194, "grid_connected", mask=ANY_BIT, marks=SHOWN),
    # Bit 8 is the relay in ha-solarman; users also see 16 and 17, whose meaning nobody knows.
    bits(195, "generator_relay", mask=1 << 8),
    measured(196, "generator_frequency", "Hz", 0.01),
    # --- Battery settings -------------------------------------------------------------------------
    select(200, "battery_control_mode", options=BATTERY_CONTROL_MODES),
    number(201, "battery_equalization_voltage", "V", 0.01),
    number(202, "battery_absorption_voltage", "V", 0.01),
    number(203, "battery_float_voltage", "V", 0.01),
    number(204, "battery_capacity_ah", "Ah"),
    number(205, "battery_empty_voltage", "V", 0.01),
    number(206, "zero_export_power", "W", marks=TWO_WAY),
    number(210, "battery_max_charge_current", "A"),
    number(211, "battery_max_discharge_current", "A"),
    select(213, "battery_operation_mode", options=BATTERY_OPERATION_MODES),
    switch(214, "battery_wake_up", mask=ANY_BIT),
    number(217, "battery_shutdown_soc", "%"),
    number(218, "battery_restart_soc", "%"),
    number(219, "battery_low_soc", "%"),
    number(220, "battery_shutdown_voltage", "V", 0.01),
    number(221, "battery_restart_voltage", "V", 0.01),
    number(222, "battery_low_voltage", "V", 0.01),
    # --- Charging and the AUX port ----------------------------------------------------------------
    number(226, "generator_charge_start_soc", "%"),
    number(227, "generator_charge_current", "A"),
    number(229, "grid_charge_start_soc", "%"),
    number(230, "grid_charge_current", "A"),
    switch(231, "generator_charge_enabled", mask=ANY_BIT),
    switch(232, "grid_charge_enabled", mask=1),
    # ha-solarman: 0 generator, 1 smart load, 2 micro-inverter; sunsynk: 0 off, 2 generator.
    select(235, "aux_port_mode"),
    number(236, "smart_load_off_voltage", "V", 0.01),
    number(237, "smart_load_off_soc", "%"),
    number(238, "smart_load_on_voltage", "V", 0.01),
    number(239, "smart_load_on_soc", "%"),
    number(241, "generator_min_pv_power", "W"),
    # --- Work mode and time of use ----------------------------------------------------------------
    select(243, "energy_pattern", options=ENERGY_PATTERNS),
    select(244, "work_mode", options=WORK_MODES),
    number(245, "max_sell_power", "W"),
    switch(247, "solar_sell", mask=1),
    set_bits(248, "time_of_use", bits=TIME_OF_USE),
    hhmm(250, "slot1_time"),
    hhmm(251, "slot2_time"),
    hhmm(252, "slot3_time"),
    hhmm(253, "slot4_time"),
    hhmm(254, "slot5_time"),
    hhmm(255, "slot6_time"),
    number(256, "slot1_power", "W"),
    number(257, "slot2_power", "W"),
    number(258, "slot3_power", "W"),
    number(259, "slot4_power", "W"),
    number(260, "slot5_power", "W"),
    number(261, "slot6_power", "W"),
    number(262, "slot1_voltage", "V", 0.01),
    number(263, "slot2_voltage", "V", 0.01),
    number(264, "slot3_voltage", "V", 0.01),
    number(265, "slot4_voltage", "V", 0.01),
    number(266, "slot5_voltage", "V", 0.01),
    number(267, "slot6_voltage", "V", 0.01),
    number(268, "slot1_soc", "%"),
    number(269, "slot2_soc", "%"),
    number(270, "slot3_soc", "%"),
    number(271, "slot4_soc", "%"),
    number(272, "slot5_soc", "%"),
    number(273, "slot6_soc", "%"),
    # Bits 2-4 are a mode (kellerza/sunsynk issue 635): anyone who writes has to keep them.
    set_bits(274, "slot1_charge", bits=SLOT_CHARGE),
    set_bits(275, "slot2_charge", bits=SLOT_CHARGE),
    set_bits(276, "slot3_charge", bits=SLOT_CHARGE),
    set_bits(277, "slot4_charge", bits=SLOT_CHARGE),
    set_bits(278, "slot5_charge", bits=SLOT_CHARGE),
    set_bits(279, "slot6_charge", bits=SLOT_CHARGE),
    # --- Peak shaving and off-grid ----------------------------------------------------------------
    set_bits(280, "peak_shaving_bits", bits=PEAK_SHAVING),
    switch(281, "off_grid", mask=ANY_BIT),
    number(292, "generator_peak_shaving_power", "W"),
    number(293, "grid_peak_shaving_power", "W"),
    # --- What the battery's own management says: changes slowly -----------------------------------
    measured(312, "bms_charge_voltage", "V", 0.01, marks=BMS),
    measured(313, "bms_discharge_voltage", "V", 0.01, marks=BMS),
    measured(314, "bms_charge_current_limit", "A", marks=BMS),
    measured(315, "bms_discharge_current_limit", "A", marks=BMS),
    measured(316, "bms_soc", "%", marks=BMS),
    measured(317, "bms_voltage", "V", 0.01, marks=BMS),
    measured(318, "bms_current", "A", marks=TWO_WAY | BMS),
    celsius(319, "bms_temperature", marks=BMS),
    measured(320, "bms_max_charge_current", "A", marks=BMS),
    measured(321, "bms_max_discharge_current", "A", marks=BMS),
    bits(322, "bms_alarm", marks=BMS),
    bits(323, "bms_fault", marks=BMS),
)
