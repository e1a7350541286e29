"""Registers of a micro-inverter with up to four inputs (Deye SUN300 to SUN2000G3, SUN-M60 to M225).

Written down a second time, apart from the integration's own table, so that one slip of the pen
cannot cancel out. Sources: the profile deye_micro.yaml of github.com/davidrapan/ha-solarman and
metric_group_micro.md of github.com/kbialek/deye-inverter-mqtt.
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
    Row("pv1_energy_today", (65,), TENTH, kind=Kind.COUNTER),
    Row("pv2_energy_today", (66,), TENTH, kind=Kind.COUNTER),
    Row("pv3_energy_today", (67,), TENTH, kind=Kind.COUNTER),
    Row("pv4_energy_today", (68,), TENTH, kind=Kind.COUNTER),
    Row("pv1_energy_total", (69,), TENTH, kind=Kind.COUNTER),
    Row("pv2_energy_total", (71,), TENTH, kind=Kind.COUNTER),
    Row("grid_voltage", (73,), TENTH),
    Row("pv3_energy_total", (74,), TENTH, kind=Kind.COUNTER),
    Row("grid_current", (76,), TENTH, signed=True),
    Row("pv4_energy_total", (77,), TENTH, kind=Kind.COUNTER),
    Row("grid_frequency", (79,), HUNDREDTH),
    Row("inverter_power", (86, 87), TENTH),
    Row("heatsink_temperature", (90,), HUNDREDTH, offset=-10),
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
"""What the inverter measures, counts and says of itself; 69, 71, 74 and 77 are single words."""

SETTINGS = (
    Row("self_check_time", (21,)),
    Row("grid_voltage_upper_limit", (27,), TENTH),
    Row("grid_voltage_lower_limit", (28,), TENTH),
    Row("grid_frequency_upper_limit", (29,), HUNDREDTH),
    Row("grid_frequency_lower_limit", (30,), HUNDREDTH),
    Row("active_power_limit", (40,)),
    Row("inverter_power_switch", (43,), kind=Kind.SWITCH),
    Row("island_protection", (46,), kind=Kind.SWITCH),
    Row("soft_start", (47,), kind=Kind.SWITCH),
)
"""What a client may write; kept until it is written again."""

DEFAULT_SETTINGS: dict[str, Quantity] = {
    "self_check_time": 60,
    "grid_voltage_upper_limit": 253,
    "grid_voltage_lower_limit": 195.5,
    "grid_frequency_upper_limit": 51.5,
    "grid_frequency_lower_limit": 47.5,
    "active_power_limit": 100,
    "inverter_power_switch": 1,
    "island_protection": 1,
    "soft_start": 1,
}
