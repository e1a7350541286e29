"""How an inverter is told: by register 0, and by live registers that have to agree."""

import asyncio
from collections.abc import Mapping

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye.family import Family
from custom_components.solar_monitor.clients.deye.inverter import Inverter
from custom_components.solar_monitor.clients.errors import (
    AsleepError,
    BadAnswerError,
    ClientError,
    LinkLostError,
    ModbusRefusedError,
    NoAnswerError,
    UnitSilentError,
    WrongFamilyError,
)
from tests.unit.deye.material import FIRST_ANSWER_WORDS, FakeTransport, fails, recorded, words_of

IDENTITY = dict(enumerate(FIRST_ANSWER_WORDS))
ONE_PHASE = words_of(recorded("dump_1p_zero_export_ct")["registers"])
THREE_PHASE = words_of(recorded("sg04lp3_bms_soc21")["expected"]["registers"])
HIGH_VOLTAGE = {587: 4021, 588: 60, 609: 5000, 590: 200, 591: 497}
PRODUCER = {63: 1234, 73: 2310, 79: 5001}
READS = {
    Family.HYBRID_1P: (150, 47),
    Family.HYBRID_3P_LV: (586, 98),
    Family.HYBRID_3P_HV: (586, 98),
    Family.STRING: (59, 58),
    Family.MICRO: (59, 58),
}


def words(device_type: int, *live: Mapping[int, int]) -> dict[int, int]:
    """Return the words of an inverter of this type with these live registers."""
    found = IDENTITY | {0: device_type}
    for block in live:
        found |= block
    return found


async def test_an_inverter_says_who_it_is() -> None:
    transport = FakeTransport(words(0x0103, ONE_PHASE))
    device = Inverter(transport, 3)
    identity = await device.identify()
    assert identity == device.identity
    assert (identity.family, identity.serial) == (Family.HYBRID_1P, "2502244848")
    assert transport.asked == [(0, 23), (150, 47)]
    assert transport.units == {3}
    assert "battery_soc" in device.registers
    assert "pv3_power" not in device.registers


def test_a_stranger_has_no_rows() -> None:
    device = Inverter(FakeTransport(), 1)
    assert device.identity is None
    assert device.family is None
    assert device.registers == {}


@pytest.mark.parametrize(
    ("device_type", "live", "family"),
    [
        (0x0003, ONE_PHASE, Family.HYBRID_1P),
        (0x0500, THREE_PHASE, Family.HYBRID_3P_LV),
        (0x0601, HIGH_VOLTAGE, Family.HYBRID_3P_HV),
        (0x0602, HIGH_VOLTAGE, Family.HYBRID_3P_HV),
        (0x0002, PRODUCER, Family.STRING),
        (0x0004, PRODUCER, Family.MICRO),
        # neither for nor against: register 0 is believed
        (0x0003, {183: 1014}, Family.HYBRID_1P),
        (0x0002, {63: 1234}, Family.STRING),
        # the types on which public projects disagree
        (0x0200, ONE_PHASE, Family.HYBRID_1P),
        (0x0200, THREE_PHASE, Family.HYBRID_3P_LV),
        (0x0200, PRODUCER, Family.STRING),
        (0x0104, ONE_PHASE, Family.HYBRID_1P),
        (0x0104, THREE_PHASE, Family.HYBRID_3P_LV),
    ],
)
async def test_register_0_and_live_registers_tell_the_family(
    device_type: int, live: Mapping[int, int], family: Family
) -> None:
    transport = FakeTransport(words(device_type, live))
    identity = await Inverter(transport, 1).identify()
    assert (identity.family, identity.device_type) == (family, device_type)
    assert READS[family] in transport.asked


@pytest.mark.parametrize(
    ("device_type", "live"),
    [
        (0x0009, ONE_PHASE),
        (0xFFFF, ONE_PHASE),
        # says hybrid, but does not have the registers of one
        (0x0003, dict.fromkeys(range(150, 197), 0xFFFF)),
        (0x0005, dict.fromkeys(range(586, 684), 0xFFFF)),
        (0x0002, dict.fromkeys(range(59, 117), 0xFFFF)),
        # has them, but with the battery of a high-voltage unit
        (0x0005, {587: 8012, 588: 60, 609: 5000}),
        # a balcony system whose values are elsewhere (davidrapan/ha-solarman issue 715)
        (0x0104, {150: 1, 160: 4900}),
    ],
)
async def test_a_map_that_does_not_fit_is_never_taken(
    device_type: int, live: Mapping[int, int]
) -> None:
    device = Inverter(FakeTransport(words(device_type, live)), 1)
    with pytest.raises(WrongFamilyError) as caught:
        await device.identify()
    assert caught.value.device_type == device_type
    assert device.registers == {}


@pytest.mark.parametrize(
    ("device_type", "family", "live"),
    [
        (0x0009, Family.HYBRID_1P, ONE_PHASE),
        (0x0005, Family.HYBRID_1P, ONE_PHASE),
        (0x0003, Family.HYBRID_3P_LV, THREE_PHASE),
        (0x0005, Family.HYBRID_3P_HV, HIGH_VOLTAGE),
        (0x0003, Family.STRING, PRODUCER),
        (0x0002, Family.MICRO, PRODUCER),
        # register 0 allows it, so that nothing has to be proved
        (0x0200, Family.STRING, {63: 1234}),
        (0x0200, Family.HYBRID_1P, {183: 1014}),
    ],
)
async def test_a_family_chosen_by_hand_wins(
    device_type: int, family: Family, live: Mapping[int, int]
) -> None:
    transport = FakeTransport(words(device_type, live))
    identity = await Inverter(transport, 1, family).identify()
    assert (identity.family, identity.device_type) == (family, device_type)


@pytest.mark.parametrize(
    ("device_type", "family", "live"),
    [
        # nothing but zeros where a battery and a frequency should be
        (0x0005, Family.HYBRID_1P, THREE_PHASE),
        (0x0003, Family.HYBRID_3P_LV, ONE_PHASE),
        (0x0003, Family.MICRO, ONE_PHASE),
        # something, but nothing that only this map explains
        (0x0003, Family.STRING, {72: 5, 79: 5000}),
        (0x0005, Family.HYBRID_1P, {150: 1100, 160: 4900}),
        # the battery or the power of the other voltage
        (0x0006, Family.HYBRID_3P_LV, {587: 1200, 588: 60, 609: 5000}),
        (0x0006, Family.HYBRID_3P_LV, {609: 5000, 676: 6000, 677: 50, 672: 300}),
        (0x0005, Family.HYBRID_3P_HV, {609: 5000, 676: 6000, 677: 50, 672: 3000}),
    ],
)
async def test_a_wrong_family_chosen_by_hand_is_refused(
    device_type: int, family: Family, live: Mapping[int, int]
) -> None:
    with pytest.raises(WrongFamilyError):
        await Inverter(FakeTransport(words(device_type, live)), 1, family).identify()


@pytest.mark.parametrize(
    "error", [ModbusRefusedError(code=2), UnitSilentError()], ids=lambda error: error.key
)
async def test_a_doubted_map_that_is_refused_is_the_wrong_one(error: ClientError) -> None:
    hook = fails({150: error, 586: error})
    device = Inverter(FakeTransport(words(0x0200, PRODUCER), hook), 1)
    assert (await device.identify()).family is Family.STRING
    by_hand = Inverter(FakeTransport(words(2, PRODUCER), hook), 1, Family.HYBRID_1P)
    with pytest.raises(WrongFamilyError):
        await by_hand.identify()


async def test_a_map_that_is_refused_for_good_is_wrong() -> None:
    transport = FakeTransport(words(0x0003), fails({150: ModbusRefusedError(code=2)}))
    with pytest.raises(WrongFamilyError):
        await Inverter(transport, 1).identify()


@pytest.mark.parametrize(
    "error",
    [
        UnitSilentError(),
        ModbusRefusedError(code=6),
        NoAnswerError(),
        LinkLostError(),
        BadAnswerError(),
    ],
    ids=lambda error: error.key,
)
@pytest.mark.parametrize("address", [0, 150])
async def test_errors_that_say_nothing_about_the_family_come_out(
    address: int, error: ClientError
) -> None:
    device = Inverter(FakeTransport(words(0x0003, ONE_PHASE), fails({address: error})), 1)
    with pytest.raises(type(error)):
        await device.identify()
    assert device.identity is None


# --- Asleep ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", [None, *Family])
async def test_nothing_but_zeros_is_sleep(family: Family | None) -> None:
    device = Inverter(FakeTransport(), 1, family)
    with pytest.raises(AsleepError):
        await device.identify()
    assert device.family is family
    assert bool(device.registers) is bool(family)


@pytest.mark.parametrize(
    ("device_type", "family"),
    [(0x0002, Family.STRING), (0x0004, Family.MICRO), (0x0003, Family.HYBRID_1P)],
)
@pytest.mark.parametrize("by_hand", [False, True])
async def test_a_sleeper_that_says_who_it_is_is_remembered(
    device_type: int,
    family: Family,
    by_hand: bool,  # noqa: FBT001  a table
) -> None:
    device = Inverter(FakeTransport(words(device_type)), 1, family if by_hand else None)
    with pytest.raises(AsleepError):
        await device.identify()
    assert device.identity is not None
    assert (device.identity.family, device.identity.serial) == (family, "2502244848")
    assert "running_state" in device.registers


@pytest.mark.parametrize(
    ("device_type", "family"),
    [
        # which one it is can only be seen by day
        (0x0104, None),
        (0x0009, Family.STRING),
        (0x0009, Family.HYBRID_3P_HV),
    ],
)
async def test_a_sleeper_that_has_to_prove_its_family_is_asked_again_later(
    device_type: int, family: Family | None
) -> None:
    device = Inverter(FakeTransport(words(device_type)), 1, family)
    with pytest.raises(AsleepError):
        await device.identify()
    assert device.identity is None


async def test_the_same_inverter_is_not_doubted_again() -> None:
    first = Inverter(FakeTransport(words(0x0002, PRODUCER)), 1)
    identity = await first.identify()
    transport = FakeTransport(words(0x0002))
    again = Inverter(transport, 1, Family.STRING, identity=identity)
    assert await again.identify() == identity
    assert transport.asked == [(0, 23)]


@pytest.mark.parametrize(("address", "word"), [(3, 0x3131), (0, 0x0003), (12, 5)])
async def test_another_inverter_in_its_place_is_looked_at(address: int, word: int) -> None:
    identity = await Inverter(FakeTransport(words(0x0002, PRODUCER)), 1).identify()
    transport = FakeTransport(words(0x0002, PRODUCER) | {address: word})
    await Inverter(transport, 1, Family.STRING, identity=identity).identify()
    assert transport.asked == [(0, 23), (59, 58)]


# --- Battery packs --------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "packs"), [(0, 0), (1, 1), (20, 20), (21, 0), (0xFFFF, 0)])
async def test_the_packs_of_a_three_phase_hybrid_are_counted(count: int, packs: int) -> None:
    transport = FakeTransport(words(0x0006, HIGH_VOLTAGE, {10002: count}))
    device = Inverter(transport, 1)
    assert (await device.identify()).pack_count == packs
    assert transport.asked[-1] == (10002, 1)
    numbers = {register.pack for register in device.registers.values()}
    assert numbers == set(range(packs + 1))


@pytest.mark.parametrize("error", [ModbusRefusedError(code=2), UnitSilentError()])
async def test_older_firmware_has_no_packs(error: ClientError) -> None:
    transport = FakeTransport(words(0x0005, THREE_PHASE), fails({10002: error}))
    assert (await Inverter(transport, 1).identify()).pack_count == 0


async def test_packs_are_not_forgotten_for_one_answer_that_is_missing() -> None:
    everything = words(0x0005, THREE_PHASE, {10002: 3})
    identity = await Inverter(FakeTransport(everything), 1).identify()
    silent = FakeTransport(everything, fails({10002: NoAnswerError()}))
    again = Inverter(silent, 1, identity=identity)
    assert (await again.identify()).pack_count == 3
    assert (await Inverter(silent, 1).identify()).pack_count == 0


async def test_packs_are_read_with_the_settings() -> None:
    packs = {10002: 2, 0x2730 + 15: 987, 0x2730 + 38 + 15: 1000}
    transport = FakeTransport(words(0x0005, THREE_PHASE, packs))
    device = Inverter(transport, 1)
    await device.identify()
    result = await device.poll(("pack1_soc", "pack2_soc", "pack3_soc"), time_limit_s=5)
    assert result.values == {"pack1_soc": 98.7, "pack2_soc": 100.0}
    assert not result.all_zero


async def test_packs_that_are_refused_cost_nothing_else() -> None:
    hook = fails({0x2730 + 15: ModbusRefusedError(code=2)})
    device = Inverter(FakeTransport(words(0x0005, THREE_PHASE, {10002: 1}), hook), 1)
    await device.identify()
    result = await device.poll(("pack1_soc", "battery_soc"), time_limit_s=5)
    assert result.values == {"battery_soc": 21}


# --- Scales ---------------------------------------------------------------------------------------


async def test_a_large_high_voltage_unit_uses_both_words() -> None:
    live = HIGH_VOLTAGE | {20: 0xA120, 21: 7, 625: 0x86A0, 690: 1}
    device = Inverter(FakeTransport(words(0x0602, live)), 1)
    assert (await device.identify()).rated_power_w == 50_000.0
    result = await device.poll(("grid_power", "battery_voltage", "battery_power"), time_limit_s=5)
    assert result.values == {
        "grid_power": 100_000,
        "battery_voltage": 402.1,
        "battery_power": 2000,
    }


async def test_a_smaller_unit_uses_the_low_word() -> None:
    live = THREE_PHASE | {20: 0x86A0, 21: 1, 625: 0xFFFB, 690: 0}
    transport = FakeTransport(words(0x0005, live))
    device = Inverter(transport, 1)
    assert (await device.identify()).rated_power_w == 10_000.0
    assert (await device.poll(("grid_power",), time_limit_s=5)).values == {"grid_power": -5}
    assert transport.asked[-1] == (625, 1)


LARGE = ONE_PHASE | {16: 0x7100, 17: 2}  # 16 kW
PROVEN = {"grid": 1, "load": 1}


async def test_what_was_proven_of_the_same_inverter_still_holds() -> None:
    transport = FakeTransport(words(0x0003, LARGE))
    identity = await Inverter(transport, 1).identify()
    assert identity.rated_power_w == 16_000.0
    again = Inverter(transport, 1, identity=identity, proven_steps=PROVEN)
    await again.identify()
    assert again.scale.proven == PROVEN


@pytest.mark.parametrize(("address", "word"), [(3, 0x3131), (12, 5), (17, 1)])
async def test_what_was_proven_of_another_inverter_is_forgotten(address: int, word: int) -> None:
    identity = await Inverter(FakeTransport(words(0x0003, LARGE)), 1).identify()
    other = FakeTransport(words(0x0003, LARGE) | {address: word})
    again = Inverter(other, 1, identity=identity, proven_steps=PROVEN)
    await again.identify()
    assert again.scale.proven == {}


async def test_a_damaged_identity_replaces_none_that_is_known() -> None:
    damaged = FakeTransport(words(0x0003, LARGE) | dict.fromkeys(range(23), 0xFFFF))
    identity = await Inverter(FakeTransport(words(0x0003, LARGE)), 1).identify()
    again = Inverter(damaged, 1, Family.HYBRID_1P, identity=identity, proven_steps=PROVEN)
    assert (await again.identify()).serial == ""
    assert again.identity == identity
    assert again.scale.proven == PROVEN
    stranger = Inverter(damaged, 1, Family.HYBRID_1P)
    assert await stranger.identify() == stranger.identity


async def test_samples_correct_the_scale_of_a_three_phase_hybrid() -> None:
    live = HIGH_VOLTAGE | {676: 6000, 677: 50, 672: 3000}
    device = Inverter(FakeTransport(words(0x0006, live)), 1)
    await device.identify()
    assert device.registers["pv1_power"].scale == 10
    keys = ("pv1_voltage", "pv1_current", "pv1_power")
    shown = [(await device.poll(keys, time_limit_s=5)).values["pv1_power"] for _ in range(3)]
    assert shown == [None, None, 3000]
    assert device.registers["pv1_power"].scale == 1


@given(
    st.one_of(st.none(), st.sampled_from(Family)),
    st.integers(0, 0xFFFF),
    st.dictionaries(
        st.one_of(st.integers(0, 22), st.integers(59, 116), st.integers(150, 196)),
        st.integers(0, 0xFFFF),
        max_size=20,
    ),
    st.dictionaries(st.integers(586, 683), st.integers(0, 0xFFFF), max_size=20),
)
def test_any_inverter_is_told_or_refused(
    family: Family | None, device_type: int, low: dict[int, int], high: dict[int, int]
) -> None:
    device = Inverter(FakeTransport(low | high | {0: device_type}), 1, family)
    try:
        identity = asyncio.run(device.identify())
    except AsleepError, WrongFamilyError:
        return
    assert identity.family is (family or identity.family)
    assert device.registers
