from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_monitor.clients.deye.planner import MAX_COUNT, MAX_GAP, Block, plan
from custom_components.solar_monitor.clients.deye.registers import Register, measured

ROWS = st.lists(
    st.tuples(st.integers(0, 600), st.lists(st.integers(1, 60), max_size=3)).map(
        lambda drawn: measured(
            tuple(drawn[0] + sum(drawn[1][:place]) for place in range(len(drawn[1]) + 1)),
            f"row_{drawn[0]}",
        )
    ),
    max_size=60,
)


def row(*words: int) -> Register:
    """Return a row of these words."""
    return measured(words, "row")


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([], []),
        ([row(5)], ["5-5"]),
        ([row(7), row(5)], ["5-7"]),
        # a gap of 25 registers is read for nothing, one of 26 is not
        ([row(0), row(26)], ["0-26"]),
        ([row(0), row(27)], ["0-0", "27-27"]),
        # 125 registers fit, 126 do not
        ([row(word) for word in range(0, 125, 4)], ["0-124"]),
        ([row(word) for word in range(0, 126, 5)], ["0-120", "125-125"]),
        # the halves of a counter stay together when a block is full
        ([*(row(word) for word in range(123)), row(124, 126), row(125)], ["0-122", "124-126"]),
        # halves that are far apart cannot
        ([row(604, 700)], ["604-604", "700-700"]),
    ],
)
def test_blocks_are_few_and_small(rows: list[Register], names: list[str]) -> None:
    assert [block.name for block in plan(rows)] == names


def test_a_block_knows_its_addresses() -> None:
    assert Block(59, 3).name == "59-61"
    assert list(Block(59, 3).addresses) == [59, 60, 61]


@given(ROWS)
def test_every_word_is_in_exactly_one_small_block(rows: list[Register]) -> None:
    blocks = plan(rows)
    addresses = [address for block in blocks for address in block.addresses]
    wanted = {word for register in rows for word in register.words}
    assert wanted <= set(addresses)
    assert len(addresses) == len(set(addresses))
    assert list(blocks) == sorted(blocks)
    assert all(1 <= block.count <= MAX_COUNT for block in blocks)
    assert {block.address for block in blocks} <= wanted
    assert {block.addresses[-1] for block in blocks} <= wanted


@given(ROWS)
def test_no_block_reads_more_than_the_gap_for_nothing(rows: list[Register]) -> None:
    wanted = sorted({word for register in rows for word in register.words})
    for block in plan(rows):
        inside = [word for word in wanted if word in block.addresses]
        assert all(high - low <= MAX_GAP + 1 for low, high in pairwise(inside))


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3)), max_size=60))
def test_halves_that_are_close_come_in_one_answer(starts: list[tuple[int, int]]) -> None:
    rows = [row(start, start + distance) for start, distance in starts[:20]]
    blocks = plan(rows)
    assert all(
        any(set(register.words) <= set(block.addresses) for block in blocks) for register in rows
    )
