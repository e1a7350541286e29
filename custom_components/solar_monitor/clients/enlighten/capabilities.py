"""What a system's plan, devices and the API's version offer, as far as answers have told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from ..errors import ClientError
from .endpoints import CORE, DAILY, TELEMETRY, Endpoint
from .errors import NotFoundError, NotInPlanError, Refusal, RequestRefusedError
from .series import Window

ASK_AGAIN_S: Final = 30 * 86_400.0
"""How long something that is not offered is left alone."""


class Lack(StrEnum):
    """Why an endpoint is not asked."""

    NOT_IN_PLAN = "not_in_plan"
    NOT_FOUND = "not_found"
    NO_DEVICE = "no_device"
    """422: the system has nothing that the endpoint could tell of."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing, and until when it is not asked for again (unix s)."""

    why: Lack
    until: float


class Capabilities:
    """Which endpoints a system has not, and which series refuse a week at once."""

    def __init__(self) -> None:
        """Start with everything on offer."""
        self._missing: dict[Endpoint, Missing] = {}
        self._day_only: set[Endpoint] = set()

    def offers(self, endpoint: Endpoint, now: float) -> bool:
        """Tell whether an endpoint may be asked."""
        missing = self._missing.get(endpoint)
        return missing is None or not now < missing.until <= now + ASK_AGAIN_S

    def lacks(self) -> Mapping[Endpoint, Lack]:
        """Give what was not offered when it was last asked for."""
        return {endpoint: missing.why for endpoint, missing in self._missing.items()}

    def window(self, endpoint: Endpoint) -> Window:
        """Give the largest window that a series takes."""
        return Window.DAY if endpoint in self._day_only else Window.WEEK

    def answered(self, endpoint: Endpoint) -> None:
        """Take in that an endpoint is there after all."""
        self._missing.pop(endpoint, None)

    def failed(self, endpoint: Endpoint, error: ClientError, now: float) -> bool:
        """Take in a failure; tell whether it has taught something that changes what to ask."""
        if endpoint in CORE:
            return False
        match error:
            case NotInPlanError():
                why = Lack.NOT_IN_PLAN
            case NotFoundError():
                why = Lack.NOT_FOUND
            case RequestRefusedError() if endpoint in TELEMETRY or endpoint in DAILY:
                if endpoint in TELEMETRY and self._can_shrink(endpoint, error):
                    self._day_only.add(endpoint)
                    return True
                why = Lack.NO_DEVICE
            case _:
                return False
        self._missing[endpoint] = Missing(why, now + ASK_AGAIN_S)
        return True

    def _can_shrink(self, endpoint: Endpoint, error: RequestRefusedError) -> bool:
        """Tell whether a window of one day may be taken where one of a week was refused."""
        return error.refusal is not Refusal.ABSENT and endpoint not in self._day_only

    def to_dict(self) -> dict[str, Any]:
        """Give what must survive a restart as JSON."""
        return {
            "missing": {
                endpoint.value: {"why": missing.why.value, "until": missing.until}
                for endpoint, missing in self._missing.items()
            },
            "day_only": sorted(endpoint.value for endpoint in self._day_only),
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read it back; what cannot be read is on offer."""
        found = cls()
        if isinstance(data, Mapping):
            try:
                found._missing = {
                    Endpoint(name): Missing(Lack(missing["why"]), float(missing["until"]))
                    for name, missing in data["missing"].items()
                }
                found._day_only = {Endpoint(name) for name in data["day_only"]}
            except AttributeError, KeyError, TypeError, ValueError:
                return cls()
        return found
