"""What one poll brought: which blocks are new and which failed, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import ClientError


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """The outcome of one poll, block by block.

    A block stands in one of the two, never in both; a block in neither was not asked for.
    """

    updated: frozenset[str]
    failed: Mapping[str, ClientError]

    @property
    def nothing_answered(self) -> bool:
        """Whether blocks were asked for and not one of them was answered."""
        return bool(self.failed) and not self.updated

    @property
    def heard(self) -> bool:
        """Whether anybody answered: the device itself, or its logger in its place."""
        return not self.nothing_answered or any(err.answered for err in self.failed.values())
