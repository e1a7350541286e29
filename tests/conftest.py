"""What all tests share: fixed seeds for property tests, and our integration as the custom one."""

from collections.abc import Generator
import os

from hypothesis import HealthCheck, settings
import pytest

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Drop what passed tests have logged, unless it is asked for (-rP).

    Days that are lived through log a lot, and the process that gathers all reports would grow to
    gigabytes.
    """
    report = yield
    if report.passed and "P" not in item.config.getoption("reportchars"):
        report.sections.clear()
    return report
