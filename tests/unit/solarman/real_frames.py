"""The real frames of tests/unit/data/deye_frames.json, as test cases."""

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "data" / "deye_frames.json"


@dataclass(frozen=True)
class Stream:
    """Bytes seen on the wire in one direction, and what another program made of them."""

    name: str
    data: bytes
    frames: list[dict[str, Any]]
    skipped: bytes
    unfinished: bytes
    expected: dict[str, Any]

    def __str__(self) -> str:
        """Return the name pytest shows."""
        return self.name


def streams() -> list[Stream]:
    """Return every Solarman V5 request and answer of the file."""
    cases = json.loads(_FILE.read_text())["frames"]
    return [
        Stream(
            f"{case['id']}_{side}",
            bytes.fromhex(case[f"{side}_hex"]),
            case[side],
            bytes.fromhex(case.get("skipped_bytes_hex", "")) if side == "response" else b"",
            bytes.fromhex(case.get("unparsed_tail_hex", "")) if side == "response" else b"",
            case.get("expected", {}),
        )
        for case in cases
        if case["transport"] == "solarman_v5"
        for side in ("request", "response")
        if f"{side}_hex" in case
    ]


def stream(name: str) -> Stream:
    """Return one stream by its name, `<id>_request` or `<id>_response`."""
    return next(it for it in streams() if it.name == name)
