"""What holds for the energy of the day whatever midnights, clocks and restarts do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from custom_components.solar_monitor.logic.today import DayCounter

POWER_KW: Final = 4.0
ZONES: Final = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Kyiv", "America/Havana", "Australia/Lord_Howe", "UTC")]
)
# Around both changes of the clocks, in both hemispheres, and a quiet day.
STARTS: Final = st.sampled_from(
    [
        datetime(2026, month, day, 6, tzinfo=ZoneInfo("UTC"))
        for month, day in ((3, 7), (3, 28), (4, 4), (7, 1), (10, 3), (10, 24), (10, 31))
    ]
)


@dataclass(frozen=True)
class Move:
    """One poll: how long after the last one, at what power, and how it goes."""

    minutes: int
    load: float
    answered: bool
    firmware: bool
    restart: bool


MOVES: Final = st.lists(
    st.builds(
        Move,
        st.sampled_from([1, 5, 20, 30, 31, 120, 600, 1_500]),
        st.sampled_from([0.0, 0.5, 1.0]),
        st.sampled_from([True, True, True, False]),
        st.sampled_from([True, True, False]),
        st.sampled_from([False, False, True]),
    ),
    max_size=60,
)


@given(ZONES, STARTS, MOVES)
def test_the_value_rises_within_a_day_and_is_close_to_the_true_energy_of_the_day(
    zone: ZoneInfo, utc: datetime, moves: list[Move]
) -> None:
    counter = DayCounter(power_w=POWER_KW * 1_000)
    energy = offered = 500.0
    true_base, date = 500.0, utc.astimezone(zone).date()
    last: float | None = None
    sure = 0
    for move in moves:
        for _ in range(move.minutes):
            utc += timedelta(minutes=1)
            if utc.astimezone(zone).date() > date:
                date, true_base, sure = utc.astimezone(zone).date(), energy, 0
                last = 0.0 if counter.to_dict() else None
            energy += move.load * POWER_KW / 60
        if move.restart:
            counter = DayCounter(
                json.loads(json.dumps(counter.to_dict())), power_w=POWER_KW * 1_000
            )
        if move.answered:
            offered = round(energy, 1)
            sure += move.firmware
        value = counter.offer(
            offered,
            local_now=utc.astimezone(zone),
            firmware_today=round(energy - true_base, 1)
            if move.answered and move.firmware
            else None,
        )
        if value is None:
            assert last is None
            assert not sure
            continue
        assert last is None or value >= last
        assert value >= 0
        last = value
        if move.answered and move.firmware and sure == 1:
            assert value >= energy - true_base - 0.3
        if sure and move.answered:
            # a midnight in a gap of half an hour is seen from its early end
            assert value - (energy - true_base) >= -0.3


TOTALS: Final = st.one_of(st.none(), st.floats(0, 1e6))
TIMES: Final = st.datetimes(
    min_value=datetime.fromisoformat("1970-01-02"), max_value=datetime.fromisoformat("2090-01-01")
)


@given(st.lists(st.tuples(TOTALS, TIMES, st.one_of(st.none(), st.floats())), max_size=40), ZONES)
def test_whatever_comes_the_value_is_never_negative_and_falls_only_to_zero_with_a_later_date(
    offers: list[tuple[float | None, datetime, float | None]], zone: ZoneInfo
) -> None:
    counter = DayCounter()
    last: float | None = None
    for total, time, firmware in offers:
        before = counter.to_dict()
        now = time.replace(tzinfo=zone)
        value = counter.offer(total, local_now=now, firmware_today=firmware)
        if value is not None:
            assert value >= 0
        if last is not None and (value is None or value < last):
            assert before is not None
            assert now.date().isoformat() > before["day"]
        last = value
