from custom_components.solar_monitor.sources.deye.words import active_codes, alarm_text

NAMES = {"none": "No alarm", "fault_18": "AC overcurrent", "warning_02": "Fan"}


def test_faults_come_before_warnings() -> None:
    values = {"warning_bits": ("warning_02",), "fault_bits": ("fault_18",)}
    assert active_codes(values) == ["fault_18", "warning_02"]
    assert alarm_text(values, NAMES) == "AC overcurrent, Fan"


def test_nothing_active_is_said_in_words() -> None:
    assert alarm_text({"warning_bits": (), "fault_bits": ()}, NAMES) == "No alarm"


def test_a_code_without_a_name_stands_for_itself() -> None:
    assert alarm_text({"warning_bits": ("bit_40",), "fault_bits": ()}, NAMES) == "bit_40"


def test_unknown_bits_are_not_taken_for_quiet() -> None:
    assert alarm_text({"warning_bits": (), "fault_bits": None}, NAMES) is None
    assert alarm_text({"warning_bits": None, "fault_bits": ()}, NAMES) is None
    assert alarm_text({"warning_bits": None, "fault_bits": ("fault_18",)}, NAMES) == (
        "AC overcurrent"
    )


def test_a_long_list_is_cut_at_a_word_and_the_rest_is_counted() -> None:
    codes = tuple(f"fault_{number:02d}_with_a_long_name" for number in range(64))
    text = alarm_text({"warning_bits": (), "fault_bits": codes}, {})
    assert text is not None
    assert len(text) <= 255
    shown = text.removesuffix(f", … +{64 - text.count('fault_')}").split(", ")
    assert shown == list(codes[: len(shown)])
    assert len(shown) >= 9
