import pytest

from custom_components.solar_monitor.clients.deye.family import (
    Family,
    detect,
    needs_check,
    second_check,
)

HYBRID_BATTERY = {183: 5258, 184: 96}
NOTHING = {183: 0, 184: 0}
ABSENT = {183: 0xFFFF, 184: 0xFFFF}


@pytest.mark.parametrize(
    ("device_type", "family"),
    [
        (0x0002, Family.STRING),
        (0x0200, Family.STRING),
        (0x0003, Family.HYBRID_1P),
        (0x0300, Family.HYBRID_1P),
        (0x0103, Family.HYBRID_1P),
        (0x0104, Family.HYBRID_1P),
        (0x0004, Family.MICRO),
        (0x0400, Family.MICRO),
        (0x0005, Family.HYBRID_3P_LV),
        (0x0500, Family.HYBRID_3P_LV),
        (0x0006, Family.HYBRID_3P_HV),
        (0x0600, Family.HYBRID_3P_HV),
        (0x0007, Family.HYBRID_3P_HV),
        (0x0008, Family.HYBRID_3P_HV),
        (0x0601, Family.HYBRID_3P_HV),
        (0x0602, Family.HYBRID_3P_HV),
        (0x0000, None),
        (0x0001, None),
        (0xFFFF, None),
    ],
)
def test_the_device_type_names_the_family(device_type: int, family: Family | None) -> None:
    assert detect(device_type) is family


@pytest.mark.parametrize(
    ("device_type", "needed"),
    [(0x0200, True), (0x0003, True), (0x0002, False), (0x0005, False), (0x1234, False)],
)
def test_a_second_look_is_taken_where_a_wrong_map_could_go_unnoticed(
    device_type: int,
    needed: bool,  # noqa: FBT001  a table
) -> None:
    assert needs_check(device_type) is needed


@pytest.mark.parametrize(
    ("device_type", "words", "family"),
    [
        # a battery makes the ambiguous type a hybrid
        (0x0200, HYBRID_BATTERY, Family.HYBRID_1P),
        (0x0200, {183: 800, 184: 0}, Family.HYBRID_1P),
        (0x0200, {183: 6500, 184: 100}, Family.HYBRID_1P),
        (0x0200, {183: 799, 184: 50}, Family.STRING),
        (0x0200, {183: 6501, 184: 50}, Family.STRING),
        (0x0200, {183: 5000, 184: 101}, Family.STRING),
        (0x0200, NOTHING, Family.STRING),
        (0x0200, ABSENT, Family.STRING),
        # a hybrid may have no battery, but it has the registers
        (0x0003, HYBRID_BATTERY, Family.HYBRID_1P),
        (0x0003, NOTHING, Family.HYBRID_1P),
        (0x0003, {183: 1014, 184: 0}, Family.HYBRID_1P),
        (0x0003, {183: 0xFFFF, 184: 50}, Family.HYBRID_1P),
        (0x0003, ABSENT, None),
        # a plain string inverter is not doubted
        (0x0002, HYBRID_BATTERY, Family.STRING),
    ],
)
def test_the_battery_confirms_or_corrects_the_family(
    device_type: int, words: dict[int, int], family: Family | None
) -> None:
    assert second_check(device_type, words) is family
