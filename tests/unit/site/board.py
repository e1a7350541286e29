"""A board of alarms, with sources that say what a test lets them say."""

import json
from typing import Final

from custom_components.solar_monitor.logic.alarm_board import Board
from custom_components.solar_monitor.logic.alarms import About, Change, Kind, Statement

START: Final = 1_800_000_000.0
DAY_S: Final = 86_400.0
ENVOY: Final = "122302098765"
STICK: Final = "2700000001"
LOST: Final = About(Kind.GRID_LOST, STICK, "")
ALSO_LOST: Final = About(Kind.GRID_LOST, ENVOY, "")


class Site:
    """A site whose sources say what a test lets them say."""

    def __init__(self, memory: object = None) -> None:
        """Begin with two sources."""
        self.board = Board(memory)
        self.now = START
        self.sources = {ENVOY, STICK}
        self.kinds = frozenset(Kind)
        self.twins: dict[tuple[str, str], str] = {}
        self.devices: dict[str, set[str]] = {}

    def say(self, *said: tuple[About, bool | None], after: float = 0.0) -> list[tuple[str, str]]:
        """Look at what is said; gives what is told, in short."""
        self.now += after
        statements = [Statement(about, holds, self.now) for about, holds in said]
        changes = self.board.look(
            statements,
            self.now,
            sources=self.sources,
            kinds=self.kinds,
            twins=self.twins,
            devices=self.devices,
        )
        return [_short(change) for change in changes]

    def lose_grid(self) -> None:
        """Let a grid that was there be lost for so long that it is told."""
        self.say((LOST, False))
        self.say((LOST, True), after=30)
        assert self.say((LOST, True), after=30) == [("grid_lost", "raised")]

    def restart(self) -> None:
        """Stop and start again."""
        self.board = Board(json.loads(json.dumps(self.board.to_list())))


def _short(change: Change) -> tuple[str, str]:
    return change.alarm.about.kind.value, change.ended.value if change.ended else "raised"
