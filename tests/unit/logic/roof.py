"""A roof of panels, as the tests of their watch tell its days."""

from collections.abc import Collection, Iterable
import json
from typing import Final

from custom_components.solar_monitor.logic.panels import Change, Light, PanelWatch, Report

NOON: Final = 1_782_043_200.0
MINUTE: Final = 60.0
HOUR: Final = 3_600.0
QUARTER: Final = 900.0
NAMES: Final = tuple("abcdefgh")


class Roof:
    """Eight panels that report every quarter of an hour, looked at once a minute."""

    def __init__(self, names: Collection[str] = NAMES, *, pause_s: float = QUARTER) -> None:
        """Begin at noon, in the light since nine."""
        self.watch = PanelWatch()
        self.names = tuple(names)
        self.pause_s = pause_s
        self.now = NOON
        self.light = Light(NOON - 3 * HOUR)
        self.clock_off_s = 0.0
        self.producing = False
        self.silent: set[str] = set()
        self.powers: dict[str, float | None] = {}
        self.faults: dict[str, bool] = {}
        self.reports = dict.fromkeys(self.names, NOON - 60.0)
        self.watch.keep(self.names)

    def run(self, minutes: float) -> list[Change]:
        """Let time pass; returns the changes."""
        changes: list[Change] = []
        for _ in range(round(minutes)):
            self.now += MINUTE
            for name in self.names:
                if name not in self.silent and self.now - self.reports[name] >= self.pause_s:
                    self.reports[name] = self.now
            changes += self.look()
        return changes

    def look(self, names: Iterable[str] | None = None) -> tuple[Change, ...]:
        """Look at some of the panels."""
        self.watch.hear(
            [
                Report(
                    serial=name,
                    reported_at=self.reports[name] + self.clock_off_s,
                    power_w=self.powers.get(name, 200.0),
                    fault=self.faults.get(name, False),
                )
                for name in names or self.names
            ],
            self.now,
            self.light,
        )
        return self.watch.judge(self.now, self.light, producing=self.producing)

    def fall_dark(self) -> None:
        """Let the night begin: all fall silent."""
        self.light = Light()
        self.silent = set(self.names)

    def become_light(self) -> None:
        """Let the day begin: all report again."""
        self.light = Light(self.now)
        self.silent = set()

    def restart(self) -> None:
        """Do what a restart of Home Assistant does to it."""
        self.watch = PanelWatch(json.loads(json.dumps(self.watch.to_dict())))

    @property
    def reporting(self) -> frozenset[str]:
        """The panels whose last report stands."""
        return self.watch.reporting(self.now, self.light)
