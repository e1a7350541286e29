"""Registers of a grid-tied string inverter (Deye SUN-xxK-G0x).

Written down a second time, apart from the integration's own table, so that one slip of the pen
cannot cancel out. Sources: the profile deye_string.yaml of github.com/davidrapan/ha-solarman and
metric_group_string.md of github.com/kbialek/deye-inverter-mqtt.
"""

from tests.simulators.rows import Kind, Quantity, Row

TENTH, HUNDREDTH = 0.1, 0.01

MEASURED = (
    Row("device_type", (0,)),
    Row("modbus_address", (1,)),
    Row("protocol_version", (2,)),
    Row("inverter_serial", (3, 4, 5, 6, 7), kind=Kind.TEXT),
    Row("control_board_version", (11, 12, 13), kind=Kind.VERSION),
    Row("rated_power", (16, 17), TENTH),
    Row("mppt_and_phases", (18,)),
    Row("clock", (22, 23, 24), kind=Kind.CLOCK),
    Row("running_state", (59,)),
    Row("pv_energy_today", (60,), TENTH, kind=Kind.COUNTER),
    Row("pv_energy_total", (63, 64), TENTH, kind=Kind.COUNTER),
    Row("grid_l12_voltage", (70,), TENTH),
    Row("grid_l23_voltage", (71,), TENTH),
    Row("grid_l31_voltage", (72,), TENTH),
    Row("grid_l1_voltage", (73,), TENTH),
    Row("grid_l2_voltage", (74,), TENTH),
    Row("grid_l3_voltage", (75,), TENTH),
    Row("grid_l1_current", (76,), TENTH, signed=True),
    Row("grid_l2_current", (77,), TENTH, signed=True),
    Row("grid_l3_current", (78,), TENTH, signed=True),
    Row("grid_frequency", (79,), HUNDREDTH),
    Row("operating_power", (80, 81), TENTH),
    Row("dc_input_power", (82, 83), TENTH),
    Row("apparent_power", (84, 85), TENTH),
    Row("inverter_power", (86, 87), TENTH),
    Row("reactive_power", (88, 89), TENTH),
    Row("dc_temperature", (90,), TENTH, offset=-100),
    Row("heatsink_temperature", (91,), TENTH, offset=-100),
    Row("warning_bits", (101, 102)),
    Row("fault_bits", (103, 104, 105, 106)),
    Row("pv1_voltage", (109,), TENTH),
    Row("pv1_current", (110,), TENTH),
    Row("pv2_voltage", (111,), TENTH),
    Row("pv2_current", (112,), TENTH),
    Row("pv3_voltage", (113,), TENTH),
    Row("pv3_current", (114,), TENTH),
    Row("pv4_voltage", (115,), TENTH),
    Row("pv4_current", (116,), TENTH),
)
"""What the inverter measures, counts and says of itself."""

METER = (
    Row("load_power", (198, 199), signed=True),
    Row("load_energy_today", (200,), HUNDREDTH, kind=Kind.COUNTER),
    Row("load_energy_total", (201, 202), TENTH, kind=Kind.COUNTER),
    Row("grid_power", (203, 204), signed=True),
    Row("grid_export_energy_today", (205,), HUNDREDTH, kind=Kind.COUNTER),
    Row("grid_export_energy_total", (206, 207), TENTH, kind=Kind.COUNTER),
    Row("grid_import_energy_today", (208,), HUNDREDTH, kind=Kind.COUNTER),
    Row("grid_import_energy_total", (209, 210), TENTH, kind=Kind.COUNTER),
)
"""What it has with an energy meter."""

SETTINGS = (
    Row("self_check_time", (21,)),
    Row("active_power_limit", (40,)),
    Row("inverter_power_switch", (43,), kind=Kind.SWITCH),
)
"""What a client may write; kept until it is written again."""

DEFAULT_SETTINGS: dict[str, Quantity] = {
    "self_check_time": 60,
    "active_power_limit": 100,
    "inverter_power_switch": 1,
}
