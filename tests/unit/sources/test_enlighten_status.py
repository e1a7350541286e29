"""The words that the cloud has for the status of a system or a device."""

import pytest

from custom_components.solar_monitor.sources.enlighten.status import (
    OPTIONS,
    OTHER,
    is_fault,
    option_of,
    tells,
)

WORDS = [
    "normal",
    "comm",
    "micro",
    "power",
    "meter",
    "meter_issue",
    "battery",
    "storage_idle",
    "encharge",
    "encharge_issue",
    "enpower",
    "enpower_issue",
    "nsr",
    "iq_collar",
    "evse_not_reporting",
    "evse_faulted",
    "on_grid",
    "off_grid",
    "grid_unknown",
    "data_upload",
    "unknown",
    "no_data",
    "warning",
    "error",
    "any",
    "deactivated",
    "retired",
    "not_monitored",
    "monitored",
    "unused",
    "disabled",
    "debug",
    "info",
    "muted",
    "rma",
]


def test_every_word_of_the_vendor_s_table_is_an_option_once() -> None:
    assert sorted(OPTIONS) == sorted([*WORDS, OTHER])


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_table_is_shown_as_it_is(word: str) -> None:
    assert option_of(word) == word
    assert option_of(f" {word.upper()} ") == word


@pytest.mark.parametrize(
    ("status", "option"),
    [(None, None), ("", None), ("Error", "error"), ("flux_lost", OTHER), (OTHER, OTHER)],
)
def test_any_other_word_is_shown_as_other(status: str | None, option: str | None) -> None:
    assert option_of(status) == option


@pytest.mark.parametrize("word", ["data_upload", "unknown", "no_data", "Data Upload", "", None])
def test_a_transient_word_tells_nothing(word: str | None) -> None:
    assert not tells(word)
    assert not is_fault(word)


@pytest.mark.parametrize("word", ["normal", "micro", "off_grid", "retired", "flux_lost"])
def test_any_other_word_tells_something(word: str) -> None:
    assert tells(word)


@pytest.mark.parametrize("word", ["micro", "power", "comm", "not_reporting", "Error", "warning"])
def test_a_device_is_at_fault_by_any_word_that_is_not_harmless(word: str) -> None:
    assert is_fault(word)


@pytest.mark.parametrize("word", ["normal", "Normal", "retired", "muted", "on_grid", "off_grid"])
def test_a_device_is_not_at_fault_by_a_harmless_word(word: str) -> None:
    assert not is_fault(word)
