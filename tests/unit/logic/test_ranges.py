"""What is physical for a single reading."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.logic.ranges import Quantity, plausible


@pytest.mark.parametrize(
    ("quantity", "value", "expected"),
    [
        (Quantity.FREQUENCY, 0.0, True),
        (Quantity.FREQUENCY, 0.01, False),
        (Quantity.FREQUENCY, 29.99, False),
        (Quantity.FREQUENCY, 30.0, True),
        (Quantity.FREQUENCY, 50.02, True),
        (Quantity.FREQUENCY, 70.0, True),
        (Quantity.FREQUENCY, 70.01, False),
        (Quantity.FREQUENCY, -50.0, False),
        (Quantity.SOC, -0.1, False),
        (Quantity.SOC, 0, True),
        (Quantity.SOC, 100, True),
        (Quantity.SOC, 100.1, False),
        (Quantity.TEMPERATURE, -40.1, False),
        (Quantity.TEMPERATURE, -40.0, True),
        (Quantity.TEMPERATURE, 150.0, True),
        (Quantity.TEMPERATURE, 150.1, False),
        (Quantity.VOLTAGE, -0.1, False),
        (Quantity.VOLTAGE, 0.0, True),
        (Quantity.VOLTAGE, 1_500.0, True),
        (Quantity.VOLTAGE, 6_553.5, False),
        (Quantity.BATTERY_VOLTAGE, -0.1, False),
        (Quantity.BATTERY_VOLTAGE, 0.0, True),
        (Quantity.BATTERY_VOLTAGE, 1_000.0, True),
        (Quantity.BATTERY_VOLTAGE, 1_000.1, False),
        (Quantity.CURRENT, -5_000.0, True),
        (Quantity.CURRENT, 5_000.0, True),
        (Quantity.POWER, -65_535.0, True),
        (Quantity.POWER, 65_535, True),
    ],
)
def test_a_reading_outside_its_range_is_not_plausible(
    quantity: Quantity, value: float, *, expected: bool
) -> None:
    assert plausible(quantity, value) is expected


@pytest.mark.parametrize(
    ("quantity", "value", "limit", "expected"),
    [
        (Quantity.POWER, 16_000.0, 16_000.0, True),
        (Quantity.POWER, 16_000.1, 16_000.0, False),
        (Quantity.POWER, -16_000.0, 16_000.0, True),
        (Quantity.POWER, -16_000.1, 16_000.0, False),
        (Quantity.CURRENT, -190.0, 190.0, True),
        (Quantity.CURRENT, -190.1, 190.0, False),
        (Quantity.VOLTAGE, -0.1, 300.0, False),
        (Quantity.VOLTAGE, 300.0, 300.0, True),
        (Quantity.VOLTAGE, 300.1, 300.0, False),
        (Quantity.BATTERY_VOLTAGE, 65.0, 65.0, True),
        (Quantity.BATTERY_VOLTAGE, 65.1, 65.0, False),
        (Quantity.TEMPERATURE, 120.0, 100.0, False),
    ],
)
def test_the_plants_own_limit_narrows_the_range(
    quantity: Quantity, value: float, limit: float, *, expected: bool
) -> None:
    assert plausible(quantity, value, limit=limit) is expected


@given(
    st.sampled_from(Quantity),
    st.sampled_from([math.nan, math.inf, -math.inf]),
    st.one_of(st.none(), st.floats()),
)
def test_what_is_no_finite_number_is_never_plausible(
    quantity: Quantity, value: float, limit: float | None
) -> None:
    assert not plausible(quantity, value, limit=limit)
