"""The address of a gateway, as users type it and as gateways announce it."""

from ipaddress import ip_address

import pytest

from custom_components.solar_monitor.sources.envoy.forms import (
    InvalidHostError,
    host_of,
    parse_host,
    port_of,
)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("192.168.1.60", "192.168.1.60"),
        ("  envoy.local ", "envoy.local"),
        ("envoy", "envoy"),
        ("192.168.1.60:8443", "192.168.1.60:8443"),
        ("envoy.local:1", "envoy.local:1"),
        ("2001:db8::60", "[2001:db8::60]"),
        ("[2001:db8::60]", "[2001:db8::60]"),
        ("[2001:db8::60]:65535", "[2001:db8::60]:65535"),
    ],
)
def test_an_address_is_taken(typed: str, host: str) -> None:
    assert parse_host(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "https://192.168.1.60",
        "192.168.1.60/home",
        "192.168.1.600",
        "a b",
        "192.168.1.60:",
        "192.168.1.60:0",
        "192.168.1.60:65536",
        "192.168.1.60:https",
        "192.168.1.60:٤٤٣",
        ":443",
        "[192.168.1.60]",
        "[envoy.local]:443",
        "[2001:db8::60",
        "2001:db8::60]",
        "2001:db8::zz",
        "user@envoy.local",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidHostError):
        parse_host(typed)


@pytest.mark.parametrize(
    ("address", "port", "host"),
    [
        ("192.168.1.60", None, "192.168.1.60"),
        ("192.168.1.60", 0, "192.168.1.60"),
        ("192.168.1.60", 80, "192.168.1.60"),
        ("192.168.1.60", 443, "192.168.1.60"),
        ("192.168.1.60", 8443, "192.168.1.60:8443"),
        ("2001:db8::60", 443, "[2001:db8::60]"),
        ("2001:db8::60", 8443, "[2001:db8::60]:8443"),
    ],
)
def test_an_announced_address_is_one_that_could_be_typed(
    address: str, port: int | None, host: str
) -> None:
    assert host_of(ip_address(address), port) == host
    assert parse_host(host) == host


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("192.168.1.60", "443"),
        ("192.168.1.60:8443", "8443"),
        ("[2001:db8::60]", "443"),
        ("[2001:db8::60]:8443", "8443"),
        ("", "443"),
    ],
)
def test_the_port_is_that_of_https_unless_the_address_has_one(host: str, port: str) -> None:
    assert port_of(host) == port
