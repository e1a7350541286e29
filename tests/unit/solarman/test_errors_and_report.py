"""The error family and the report of a poll."""

from typing import Any

import pytest

from custom_components.solar_monitor.clients import errors
from custom_components.solar_monitor.clients.errors import (
    BusyError,
    CannotConnectError,
    CertificateChangedError,
    ClientError,
    HttpStatusError,
    ModbusRefusedError,
    NoAnswerError,
    PortClosedError,
    UnitSilentError,
    WrongFamilyError,
    WrongGatewayError,
    WrongSerialError,
)
from custom_components.solar_monitor.clients.report import UpdateReport

KEYS = {
    "ClientError": "unknown_error",
    "CannotConnectError": "cannot_connect",
    "PortClosedError": "port_closed",
    "LinkLostError": "link_lost",
    "NoAnswerError": "no_answer",
    "BusyError": "busy",
    "WrongSerialError": "wrong_serial",
    "UnitSilentError": "unit_silent",
    "EthernetLoggerError": "ethernet_logger",
    "BadAnswerError": "bad_answer",
    "ModbusRefusedError": "refused",
    "WrongFamilyError": "wrong_family",
    "AsleepError": "asleep",
    "InvalidAuthError": "invalid_auth",
    "MfaRequiredError": "mfa_required",
    "CloudUnreachableError": "cloud_unreachable",
    "TokenExpiredError": "token_expired",
    "WrongTokenError": "wrong_token",
    "CertificateChangedError": "certificate_changed",
    "UnsupportedGatewayError": "unsupported_gateway",
    "WrongGatewayError": "wrong_gateway",
    "HttpStatusError": "bad_status",
    "TokenUncheckedError": "bad_status",
}
DETAILS: dict[str, dict[str, Any]] = {
    "WrongSerialError": {"serial": 2_712_345_678},
    "ModbusRefusedError": {"code": 2},
    "WrongFamilyError": {"device_type": 5},
    "CertificateChangedError": {"fingerprint": "ab" * 32},
    "WrongGatewayError": {"serial": "122233344455"},
    "HttpStatusError": {"status": 503},
    "TokenUncheckedError": {"status": 404},
}


def test_the_keys_are_stable() -> None:
    classes = [it for it in vars(errors).values() if isinstance(it, type)]
    assert {it.__name__: getattr(it, "key", None) for it in classes} == KEYS
    assert all(issubclass(it, ClientError) for it in classes)


def test_more_special_errors_are_caught_with_the_general_ones() -> None:
    assert issubclass(PortClosedError, CannotConnectError)
    assert issubclass(BusyError, NoAnswerError)


@pytest.mark.parametrize("name", KEYS)
def test_every_error_has_a_text_and_takes_another(name: str) -> None:
    error_class = getattr(errors, name)
    details = DETAILS.get(name, {})
    assert str(error_class(**details)) not in {"", "None"}
    assert str(error_class("said better", **details)) == "said better"


def test_no_serial_number_stands_in_the_text() -> None:
    error = WrongSerialError(serial=2_712_345_678)
    assert error.serial == 2_712_345_678
    assert "2712345678" not in str(error) + repr(error)
    gateway = WrongGatewayError(serial="122233344455")
    assert gateway.serial == "122233344455"
    assert "122233344455" not in str(gateway) + repr(gateway)


def test_details_stand_in_attributes_and_texts() -> None:
    assert ModbusRefusedError(code=3).code == 3
    assert "exception 3" in str(ModbusRefusedError(code=3))
    assert WrongFamilyError(device_type=0x0104).device_type == 0x0104
    assert "0x0104" in str(WrongFamilyError(device_type=0x0104))
    assert CertificateChangedError(fingerprint="ab" * 32).fingerprint == "ab" * 32
    assert HttpStatusError(status=503).status == 503
    assert "503" in str(HttpStatusError(status=503))


@pytest.mark.parametrize(
    ("updated", "failed", "nothing"),
    [
        (set(), {}, False),
        ({"59-116"}, {}, False),
        ({"59-116"}, {"150-196": NoAnswerError()}, False),
        (set(), {"150-196": NoAnswerError()}, True),
    ],
)
def test_a_report_knows_whether_anything_answered(
    updated: set[str], failed: dict[str, ClientError], *, nothing: bool
) -> None:
    assert UpdateReport(frozenset(updated), failed).nothing_answered is nothing


@pytest.mark.parametrize(
    ("updated", "failed", "heard"),
    [
        (set(), {}, True),
        ({"59-116"}, {"150-196": NoAnswerError()}, True),
        (set(), {"59-116": NoAnswerError(), "150-196": UnitSilentError()}, True),
        (set(), {"59-116": NoAnswerError()}, False),
        (set(), {"59-116": WrongSerialError(serial=1)}, False),
    ],
)
def test_a_logger_that_answers_for_a_silent_inverter_is_heard(
    updated: set[str], failed: dict[str, ClientError], *, heard: bool
) -> None:
    assert UpdateReport(frozenset(updated), failed).heard is heard


def test_behind_these_errors_the_way_to_the_device_works() -> None:
    classes = [it for it in vars(errors).values() if isinstance(it, type)]
    working = {it.__name__ for it in classes if getattr(it, "answered", False)}
    assert working == {
        "UnitSilentError",
        "ModbusRefusedError",
        "WrongFamilyError",
        "AsleepError",
        "InvalidAuthError",
        "HttpStatusError",
        "TokenUncheckedError",
    }
