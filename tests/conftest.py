"""What all tests share: fixed seeds for property tests, and our integration as the custom one."""

import os

from hypothesis import HealthCheck, settings

# Imported early: otherwise the test plugin's own `custom_components` folder is found first.
import custom_components.solar_monitor  # noqa: F401

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "long",
    max_examples=20_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
