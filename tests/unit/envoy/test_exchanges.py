"""The last answers, bounded, and masked when they leave."""

import json

import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import Block
from custom_components.solar_monitor.clients.envoy.exchanges import Exchange, Exchanges, Masker

KIB = 1024


def exchange(body: bytes, at: float = 1_782_039_600.4) -> Exchange:
    return Exchange("/ivp/meters", at, 0.12345, 200, None, body)


def test_the_last_two_answers_of_each_endpoint_are_kept() -> None:
    kept = Exchanges()
    for number in range(5):
        kept.note(Block.METERS, exchange(str(number).encode()))
    kept.note(Block.HOME, Exchange("/home", 5, 1, None, "no_answer", b""))
    shown = kept.export()
    assert [each["body"] for each in shown["meters"]] == ["3", "4"]
    assert shown["meters"][0] == {
        "path": "/ivp/meters",
        "at": 1_782_039_600,
        "took_s": 0.123,
        "status": 200,
        "error": None,
        "body": "3",
    }
    assert (shown["home"][0]["status"], shown["home"][0]["error"]) == (None, "no_answer")


def test_a_long_answer_is_kept_in_part() -> None:
    kept = Exchanges()
    kept.note(Block.METERS, exchange(b"x" * 900 * KIB))
    assert kept.size == 128 * KIB


def test_all_of_them_together_stay_below_a_megabyte() -> None:
    kept = Exchanges()
    for number, block in enumerate(Block):
        kept.note(block, exchange(b"x" * 120 * KIB, at=number))
    assert kept.size <= KIB * KIB
    assert list(kept.export().values())[-1][0]["body"]
    assert kept.export()["info"] == []  # the oldest made room


def test_bytes_that_are_no_text_are_shown_all_the_same() -> None:
    kept = Exchanges()
    kept.note(Block.METERS, exchange(b"\xff\xfeabc"))
    assert kept.export()["meters"][0]["body"].endswith("abc")


SECRETS = {
    "token": "eyJraWQiOiI3Z.eyJhdWQiOiIxMjIz.MEUCIQD-x_1",
    "mail": "jane.doe+solar@example.org",
    "mac": "00:1D:C0:7F:B6:3B",
    "mac2": "60-E8-5B-AB-9D-64",
    "ip": "192.168.3.112",
    "ip6": "fe80::21d:c0ff:fe7f:b63b",
    "serial": "482208990001",
    "eim": "122302098765EIM1",
    "long": "12345678901006",
}


def test_everything_private_is_replaced_and_the_rest_still_is_json() -> None:
    doc = SECRETS | {
        "serial_num": 482_208_990_002,
        "ssid": 'my "home" net',
        "psk": "geheim",
        "firmware": "8.3.5167",
        "eid": 704_643_328,
        "timestamp": 1_782_039_600,
        "joules": 3_610_249_425,
        "energy": 123456789012.25,
        "time": "12:34:56",
    }
    shown = json.loads(Masker("122302098765")(json.dumps(doc)))
    text = json.dumps(shown)
    for secret in (*SECRETS.values(), "122302098765", "482208990002", "home", "geheim"):
        assert secret not in text
    for name in ("firmware", "eid", "timestamp", "joules", "energy", "time"):
        assert shown[name] == doc[name]
    assert shown["ssid"] == "masked"
    assert len(str(shown["serial_num"])) == 12


def test_the_same_is_replaced_by_the_same_over_one_export() -> None:
    mask = Masker("122302098765", "")
    first = mask("482208990001 122302098765 482208990002")
    assert mask(first) == first
    assert mask("482208990002 482208990001").split() == [first.split()[2], first.split()[0]]


@pytest.mark.parametrize("plain", ["17.5.3", "1.2.3.4.5", "a:b", "521-00005-r06-v02.61.01", "::1"])
def test_what_only_looks_private_stays(plain: str) -> None:
    assert Masker()(plain) == plain
