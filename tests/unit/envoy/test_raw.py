"""JSON taken as it comes."""

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.envoy import raw
from custom_components.solar_monitor.clients.errors import BadAnswerError

ODDITIES: list[object] = [None, True, "unknown", "12", float("nan"), float("inf"), [], {}]


@pytest.mark.parametrize("odd", ODDITIES)
def test_only_a_number_is_a_number(odd: object) -> None:
    assert raw.number(odd) is None
    assert raw.milli(odd) is None
    assert raw.kwh(odd) is None
    assert raw.joules_as_kwh(odd) is None
    assert raw.joules_as_wh(odd) is None
    with pytest.raises(BadAnswerError):
        raw.need_number(odd)


def test_units_come_out_right() -> None:
    assert raw.need_number(0) == 0
    assert raw.milli(230_795) == 230.795
    assert raw.kwh(5_100_000.5) == 5_100.0005
    assert raw.joules_as_kwh(3_610_249_425) == 1_002.847062
    assert raw.joules_as_wh(230_400) == 64.0


def test_a_zero_that_means_nothing_is_absent() -> None:
    assert raw.present(0) is None
    assert raw.present(0.0) is None
    assert raw.present(-3) == -3


def test_times_may_be_text() -> None:
    assert raw.moment("1782039251") == 1_782_039_251
    assert raw.moment(1_782_039_251) == 1_782_039_251
    for nothing in (0, "0", "", "soon", "-5", "١٢", None):
        assert raw.moment(nothing) is None


def test_serial_numbers_may_be_numbers() -> None:
    assert raw.serial(482_208_990_001) == "482208990001"
    assert raw.serial("482208990001") == "482208990001"
    for nothing in (0, True, "", None, 4.5):
        assert raw.serial(nothing) is None


def test_words_flags_tables_and_rows_pass_over_the_rest() -> None:
    assert raw.words(["a", 1, "", "b"]) == ("a", "b")
    assert raw.words("ab") == ()
    assert raw.flag(value=True) is True
    assert raw.flag(1) is None
    assert raw.table([]) == {}
    assert raw.table({"a": 1}) == {"a": 1}
    assert list(raw.rows([{"a": 1}, 3, None])) == [{"a": 1}]
    assert list(raw.rows({"a": 1})) == []


@pytest.mark.parametrize("doc", [None, [], 3, "text", {"error": "503"}])
def test_what_must_be_an_object_is_refused_otherwise(doc: object) -> None:
    with pytest.raises(BadAnswerError):
        raw.need_table(doc)


@pytest.mark.parametrize("doc", [None, {}, 3, "text", {"error": "503"}])
def test_what_must_be_a_list_is_refused_otherwise(doc: object) -> None:
    with pytest.raises(BadAnswerError):
        raw.need_list(doc)


def test_json_is_read() -> None:
    assert raw.parse(b'[{"a": 1.5}]') == [{"a": 1.5}]


@given(st.binary())
def test_whatever_the_bytes_only_a_bad_answer_comes_out_and_tells_nothing(body: bytes) -> None:
    try:
        raw.parse(body)
    except BadAnswerError as err:
        bad = err
    else:
        return
    assert str(bad) == "the answer is not JSON"
    assert bad.__cause__ is None
    assert bad.__suppress_context__
