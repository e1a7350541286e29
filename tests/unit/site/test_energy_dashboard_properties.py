"""What holds of every Energy dashboard, whatever is in it and whatever is chosen."""

from collections.abc import Sequence
import json
from typing import Any, Final

from hypothesis import given, strategies as st

from custom_components.solar_monitor.logic.energy_dashboard import (
    Choice,
    EnergySource,
    Kind,
    Offer,
    counters_of,
    kind_of,
    lacking,
    merged,
)
from tests.unit.site.energy import (
    COUNTED,
    OFFER,
    OURS,
    RENAMED,
    best,
    survey,
)

_IDS: Final = st.sampled_from(
    [
        *sorted(OURS),
        *COUNTED,
        *RENAMED,
        "sensor.fronius_pv",
        "sensor.meter_export",
        "utility:import",
    ]
)
_MAYBE: Final = st.none() | _IDS
_SOURCE: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {"type": st.sampled_from(["solar", "grid", "battery", "gas", "water", "home", "heat"])},
    optional={
        "stat_energy_from": _MAYBE,
        "stat_energy_to": _MAYBE,
        "stat_rate": _IDS,
        "stat_cost": _MAYBE,
        "number_energy_price": st.none() | st.floats(0, 1),
        "cost_adjustment_day": st.floats(0, 5) | st.integers(0, 5),
        "config_entry_solar_forecast": st.none() | st.lists(st.sampled_from("abc")),
        "name": st.sampled_from(["", "Street"]),
        "unheard_of": st.integers(),
    },
)
_SOURCES: Final = st.lists(_SOURCE, max_size=7)
_CHOICES: Final = st.dictionaries(st.sampled_from(Kind), st.sampled_from(Choice))
_OFFERS: Final = st.sets(st.sampled_from(Kind)).map(
    lambda kinds: {kind: OFFER[kind] for kind in kinds}
)


def is_foreign(source: EnergySource) -> bool:
    """Tell whether nothing of it is the site's or of its sources."""
    names = {RENAMED.get(each, each) for each in counters_of(source)}
    return kind_of(source) is None or not names & (OURS | COUNTED.keys())


def doubled(sources: Sequence[EnergySource], kind: Kind) -> bool:
    """Tell whether a type is counted by the site and by something that the site holds."""
    for way in ("stat_energy_from", "stat_energy_to"):
        names = [str(source.get(way)) for source in sources if kind_of(source) is kind]
        now = [RENAMED.get(name, name) for name in names]
        known = [name for name in now if name in OURS or name in COUNTED]
        if len(known) > 1 and OURS & {*known}:
            return True
    return False


@given(_SOURCES, _OFFERS, _CHOICES)
def test_foreign_sources_are_never_changed(
    sources: list[dict[str, Any]], offer: Offer, choices: dict[Kind, Choice]
) -> None:
    foreign = [each for each in sources if is_foreign(each)]
    before = json.dumps(foreign)
    result = merged(survey(*sources), offer, choices)
    kept = [each for each in result if any(each is one for one in foreign)]
    assert [id(each) for each in kept] == [id(each) for each in foreign]
    assert json.dumps(kept) == before


@given(_SOURCES, _OFFERS, _CHOICES)
def test_a_second_run_changes_nothing(
    sources: list[dict[str, Any]], offer: Offer, choices: dict[Kind, Choice]
) -> None:
    once = merged(survey(*sources), offer, choices)
    again = merged(survey(*once), offer, choices)
    assert [id(each) for each in again] == [id(each) for each in once]


@given(_SOURCES, _OFFERS, _CHOICES)
def test_no_choice_makes_anything_count_twice(
    sources: list[dict[str, Any]], offer: Offer, choices: dict[Kind, Choice]
) -> None:
    result = merged(survey(*sources), offer, choices)
    for kind in Kind:
        assert doubled(sources, kind) or not doubled(result, kind)


@given(_SOURCES, _OFFERS)
def test_after_what_is_proposed_nothing_is_lacking_but_what_the_user_left(
    sources: list[dict[str, Any]], offer: Offer
) -> None:
    seen = survey(*sources)
    chosen = best(seen, offer)
    left = {
        kind: seen.present(kind).state for kind, choice in chosen.items() if choice is Choice.LEAVE
    }
    after = survey(*merged(seen, offer, chosen))
    mixed = any(seen.present(kind).mixed for kind in offer)
    assert mixed or not lacking(after, offer, left)


@given(_SOURCES, _OFFERS)
def test_whatever_the_user_leaves_is_not_asked_for_again(
    sources: list[dict[str, Any]], offer: Offer
) -> None:
    seen = survey(*sources)
    assert not lacking(seen, offer, {kind: seen.present(kind).state for kind in offer})
