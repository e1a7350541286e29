"""Reading `/info`."""

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.envoy.info import GatewayInfo, parse_info
from custom_components.solar_monitor.clients.errors import UnsupportedGatewayError

from .gateway_7 import SERIAL, info_xml

DEVICE = f"<sn>{SERIAL}</sn><software>D8.3.5169</software>"


def test_a_gateway_tells_who_it_is() -> None:
    assert parse_info(info_xml().encode()) == GatewayInfo(
        serial=SERIAL,
        firmware="8.3.5169",
        part_number="800-00654-r08",
        metered=True,
        needs_token=True,
    )


@pytest.mark.parametrize(
    ("software", "firmware", "needs_token"),
    [
        ("R3.9.36", "3.9.36", False),
        ("R4.10.35", "4.10.35", False),
        ("D5.0.62", "5.0.62", False),
        ("D7.0.88", "7.0.88", True),
        ("D7.6.175 (f79c8d)", "7.6.175", True),
        ("M8.2.4264", "8.2.4264", True),
        ("8.3.6086", "8.3.6086", True),
        ("D10.0.1", "10.0.1", True),
    ],
)
def test_firmware_7_and_later_needs_a_token(
    software: str, firmware: str, *, needs_token: bool
) -> None:
    info = parse_info(info_xml(software).encode())
    assert info.firmware == firmware
    assert info.needs_token is needs_token


@pytest.mark.parametrize(
    ("more", "metered"),
    [
        ("", False),
        ("<imeter>false</imeter>", False),
        ("<imeter> true\n</imeter>", True),
        ("<imeter><b>true</b></imeter>", False),
    ],
)
def test_what_is_not_told_is_not_there(more: str, *, metered: bool) -> None:
    info = parse_info(f"<envoy_info><device>{DEVICE}{more}</device></envoy_info>".encode())
    assert info.metered is metered
    assert info.part_number == ""


def test_only_what_stands_directly_below_the_device_counts() -> None:
    body = f"<envoy_info><package><sn>1</sn></package><device>{DEVICE}</device></envoy_info>"
    assert parse_info(body.encode()).serial == SERIAL


ENTITIES = (
    '<!DOCTYPE envoy_info [<!ENTITY a "1222333444"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<envoy_info><device><sn>&b;</sn><software>D8.3.5169</software></device></envoy_info>"
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Router</body></html>",
        b"<!DOCTYPE html><html></html>",
        b'{"sn": "122233344455"}',
        info_xml().encode()[:-20],
        info_xml().encode() + b"more",
        info_xml(serial="router-7").encode(),
        info_xml(serial="1222333444551222333444551").encode(),
        info_xml(serial="").encode(),
        info_xml("unknown").encode(),
        f"<other><device>{DEVICE}</device></other>".encode(),
        b"<envoy_info><device><sn>122233344455</sn></device></envoy_info>",
        b"<envoy_info><device>\xff</device></envoy_info>",
        b"\x00",
        ENTITIES.encode(),
        b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>",
    ],
)
def test_what_is_not_from_a_gateway_is_refused(body: bytes) -> None:
    with pytest.raises(UnsupportedGatewayError):
        parse_info(body)


def test_long_texts_are_cut() -> None:
    body = info_xml().replace("800-00654-r08", "8" * 100_000)
    assert parse_info(body.encode()).part_number == "8" * 100


def test_a_document_of_any_depth_is_read() -> None:
    deep = "<a>" * 50_000 + "</a>" * 50_000
    body = info_xml().replace("</device>", f"</device>{deep}")
    assert parse_info(body.encode()).serial == SERIAL


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(UnsupportedGatewayError):
        parse_info(body)


@given(st.data())
def test_a_damaged_document_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(info_xml().encode())
    places = st.integers(0, len(body) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=4)):
        body[place] = byte
    try:
        info = parse_info(bytes(body[: data.draw(st.integers(0, len(body)))]))
    except UnsupportedGatewayError:
        return
    assert info.serial.isdigit()
    assert info.firmware[0].isdigit()
