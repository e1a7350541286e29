"""Whatever a gateway answers, only our errors come out, and what was good stays good."""

import asyncio
from contextlib import suppress
from copy import deepcopy
from typing import Any

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.solar_monitor.clients.envoy.endpoints import ENDPOINTS, Block
from custom_components.solar_monitor.clients.envoy.exchanges import Masker
from custom_components.solar_monitor.clients.envoy.parts import READERS
from custom_components.solar_monitor.clients.envoy.shape import Shape
from custom_components.solar_monitor.clients.errors import BadAnswerError

from .paper_link import ask, ask_all, failed, gateway_on, metered, updated, with_batteries

ODDITIES = [None, True, 0, -1, 2**63, 1e308, -1e308, "", "unknown", "-5", [], {}, [None], {"a": 1}]
JSON = st.recursive(
    st.sampled_from(ODDITIES).map(deepcopy) | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FUZZED = [block for block in Block if block not in {Block.INFO, Block.GENERATOR_MODE}]


@st.composite
def spoilt(draw: st.DrawFn, good: object) -> object:
    """A good document of which some places hold something else, or are gone."""
    doc = orjson.loads(orjson.dumps(good))
    for _ in range(draw(st.integers(1, 3))):
        doc = _spoil(draw, doc)
    return doc


def _spoil(draw: st.DrawFn, node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Change one place of a document."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node) if _is_list(node) else 0))
    if not keys or draw(st.integers(0, 3)) == 0:
        return draw(JSON)
    key = draw(st.sampled_from(keys))
    if draw(st.integers(0, 5)) == 0:
        del node[key]
    else:
        node[key] = _spoil(draw, node[key])
    return node


def _is_list(node: object) -> bool:
    return isinstance(node, list)


GOOD = with_batteries(metered(phases=2)).pages
FEW = settings(max_examples=settings().max_examples // 5)
"""A whole conversation for each example takes its time."""


@pytest.mark.parametrize("block", FUZZED)
@given(data=st.data())
def test_a_reader_reads_or_refuses_whatever_it_is_given(block: Block, data: st.DataObject) -> None:
    doc = data.draw(spoilt(GOOD[ENDPOINTS[block].path]))
    with suppress(BadAnswerError):
        READERS[block](doc)


@pytest.mark.parametrize("block", FUZZED)
@FEW
@given(data=st.data())
def test_a_spoilt_answer_is_read_or_refused_and_harms_no_other(
    block: Block, data: st.DataObject
) -> None:
    asyncio.run(_poll_with_a_spoilt_answer(block, data))


async def _poll_with_a_spoilt_answer(block: Block, data: st.DataObject) -> None:
    link = with_batteries(metered(phases=2))
    gateway = gateway_on(link)
    await ask_all(gateway)
    good = link.pages[ENDPOINTS[block].path]
    before = gateway.readings
    link.put(block, data.draw(spoilt(good)))
    link.times.pass_by(4 * 3_600)
    polls = await ask_all(gateway)
    errors = failed(polls)
    assert set(errors) <= {block, Block.GENERATOR_MODE}  # there is none
    errors.pop(Block.GENERATOR_MODE, None)
    assert all(isinstance(error, BadAnswerError) for error in errors.values())
    assert Shape.from_data(gateway.shape.to_data()) == gateway.shape
    link.put(block, good)
    link.times.pass_by(4 * 3_600)
    assert failed(await ask_all(gateway)) == {}
    assert gateway.readings.production
    assert before.production
    assert gateway.readings.production.energy_kwh == before.production.energy_kwh
    assert gateway.readings.battery == before.battery
    await gateway.close()


@FEW
@given(junk=JSON)
def test_nothing_but_junk_is_no_reason_to_fall_over(junk: object) -> None:
    asyncio.run(_poll_junk(junk))


async def _poll_junk(junk: object) -> None:
    link = metered()
    good = dict(link.pages)
    gateway = gateway_on(link)
    await ask(gateway)
    for block in FUZZED:
        link.put(block, junk)
    for _ in range(3):
        link.times.pass_by(600)
        await ask_all(gateway)
    link.pages = good
    link.times.pass_by(4 * 3_600)
    assert Block.READINGS in updated(await ask_all(gateway))
    production = gateway.readings.production
    assert production
    assert production.power_w == 2_100
    await gateway.close()


@given(st.text())
def test_any_text_can_be_masked_and_masking_again_changes_nothing(text: str) -> None:
    mask = Masker("122302098765")
    once = mask(text)
    assert mask(once) == once
