"""The V5 codec against everything hypothesis can think of."""

from collections.abc import Iterable

from hypothesis import given, strategies as st

from custom_components.solar_monitor.clients.solarman import v5
from custom_components.solar_monitor.clients.solarman.v5 import Frame, FrameParser

from .real_frames import streams

REAL = [it.data for it in streams()]
SERIALS = st.integers(0, (1 << 32) - 1)
BYTES = st.integers(0, 0xFF)
RTUS = st.binary(max_size=256)
CHUNKS = st.lists(st.integers(1, 300), min_size=1)
NOISE = st.lists(
    st.one_of(st.binary(max_size=40), st.sampled_from(REAL), st.just(b"\xa5"), st.just(b"\xa5\x17"))
).map(b"".join)


def cut(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    """Cut bytes into pieces of the given sizes, the rest in one."""
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


def good_frame(sequence: int) -> Frame:
    """Return a frame whose body holds no start byte."""
    return Frame(v5.ANSWER, sequence, 1, 0x01020304, bytes(range(40)))


@given(SERIALS, BYTES, RTUS, CHUNKS)
def test_a_request_comes_out_as_it_went_in(
    serial: int, sequence: int, rtu: bytes, sizes: list[int]
) -> None:
    parser = FrameParser()
    data = v5.encode_request(serial, sequence, rtu)
    frames = [frame for piece in cut(data, sizes) for frame in parser.feed(piece)]
    assert frames == [Frame(v5.REQUEST, sequence, 0, serial, b"\2" + bytes(14) + rtu)]
    assert parser.skipped_bytes == parser.buffered == 0


@given(SERIALS, BYTES, BYTES, RTUS, CHUNKS)
def test_an_answer_comes_out_as_it_went_in(
    serial: int, sequence: int, counter: int, rtu: bytes, sizes: list[int]
) -> None:
    frame = Frame(v5.ANSWER, sequence, counter, serial, bytes(14) + rtu)
    parser = FrameParser()
    frames = [it for piece in cut(v5.encode(frame), sizes) for it in parser.feed(piece)]
    assert frames == [frame]
    assert frames[0].rtu == rtu


@given(NOISE, CHUNKS)
def test_noise_raises_nothing_and_stays_in_bounds(noise: bytes, sizes: list[int]) -> None:
    parser = FrameParser()
    taken = 0
    for piece in cut(noise, sizes):
        taken += sum(len(v5.encode(frame)) for frame in parser.feed(piece))
        assert parser.buffered <= 4096
    assert taken + parser.skipped_bytes + parser.buffered == len(noise)


@given(NOISE, CHUNKS, CHUNKS)
def test_it_does_not_matter_how_a_stream_is_cut(
    noise: bytes, sizes: list[int], other_sizes: list[int]
) -> None:
    one, other = FrameParser(), FrameParser()
    frames = [frame for piece in cut(noise, sizes) for frame in one.feed(piece)]
    assert frames == [frame for piece in cut(noise, other_sizes) for frame in other.feed(piece)]
    assert (one.skipped_bytes, one.buffered) == (other.skipped_bytes, other.buffered)


@given(st.binary(min_size=1, max_size=100))
def test_a_flood_stays_in_bounds(flood: bytes) -> None:
    parser = FrameParser()
    parser.feed(flood * (10_000 // len(flood)))
    assert parser.buffered <= 4096


@given(st.sampled_from(REAL), st.data())
def test_a_mutated_frame_raises_nothing(real: bytes, data: st.DataObject) -> None:
    mutated = bytearray(real)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(real) - 1))] = data.draw(BYTES)
    parser = FrameParser()
    for frame in parser.feed(bytes(mutated)):
        assert v5.encode(frame) in mutated
        assert frame.short_error is None or len(frame.rtu) == 2
    assert parser.buffered <= len(mutated)


@given(NOISE, CHUNKS)
def test_a_good_frame_behind_any_garbage_is_found(noise: bytes, sizes: list[int]) -> None:
    # The first of two may be taken for the end of a frame that the garbage only began.
    data = noise + v5.encode(good_frame(1)) + v5.encode(good_frame(2))
    parser = FrameParser()
    frames = [frame for piece in cut(data, sizes) for frame in parser.feed(piece)]
    assert frames[-1] == good_frame(2)


@given(st.integers(0, 0xFFFF))
def test_no_wrong_length_swallows_the_next_frame(length: int) -> None:
    damaged = bytearray(v5.encode(good_frame(1)))
    damaged[1:3] = length.to_bytes(2, "little")
    parser = FrameParser()
    frames = parser.feed(bytes(damaged) + v5.encode(good_frame(2)))
    assert frames[-1] == good_frame(2)
