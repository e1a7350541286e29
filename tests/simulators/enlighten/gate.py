"""Who may ask: the checks before an answer, in the order of the API's gateway."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum, auto

from tests.simulators.enlighten.endpoints import Endpoint
from tests.simulators.enlighten.grants import OWNER, Application, Grants
from tests.simulators.enlighten.quota import Period
from tests.simulators.enlighten.refusals import RefusedError, forbidden, mismatch, unauthorized


class Told(StrEnum):
    """Which 429 say what period was exceeded."""

    AS_DOCUMENTED = auto()
    """Those of some endpoints."""
    ALWAYS = auto()
    NEVER = auto()
    MINUTE_ONLY = auto()
    """As documented for the minute; a month's is always bare."""


@dataclass(eq=False)
class Gate:
    """The checks, with what is not documented as knobs."""

    grants: Grants
    applications: list[Application]
    _: KW_ONLY
    count_refused: bool = True
    """Whether requests that are refused count against the quota."""
    plan_status: int = 401
    """Of calls outside the plan: 401 in the field, 403 in the documentation."""
    told: Told = Told.AS_DOCUMENTED
    users: dict[str, frozenset[int]] = field(default_factory=dict)
    """Which systems another user than the owner may see, by the user's id."""

    def application(self, key: str | None) -> Application | None:
        """Return whose key it is."""
        return next((each for each in self.applications if each.api_key == key), None)

    def admit(
        self, endpoint: Endpoint, key: str | None, headers: Mapping[str, str], now: float
    ) -> Application:
        """Count a request and let it in; raises RefusedError."""
        application = self.application(key)
        if application is None:
            raise unauthorized()
        try:
            over = application.quota.exceeded(now)
            self._check(application, endpoint, headers)
            if over is not None:
                raise self.too_many(application, endpoint, over, now)
        except RefusedError:
            if self.count_refused:
                application.quota.count(now)
            raise
        application.quota.count(now)
        return application

    def user(self, headers: Mapping[str, str]) -> str:
        """Return the user whose token a request carries."""
        grant = self.grants.allowed(_bearer(headers))
        return grant.user if grant else OWNER

    def sees(self, headers: Mapping[str, str], system_id: int) -> bool:
        """Return whether the user of a request may see a system."""
        allowed = self.users.get(self.user(headers))
        return allowed is None or system_id in allowed

    def too_many(
        self, application: Application, endpoint: Endpoint, period: Period, now: float
    ) -> RefusedError:
        """Return a 429."""
        documented = endpoint.told and not (
            self.told is Told.MINUTE_ONLY and period is Period.MONTH
        )
        told = self.told is Told.ALWAYS or (documented and self.told is not Told.NEVER)
        return RefusedError(429, application.quota.refusal(period, now, told=told))

    def _check(
        self, application: Application, endpoint: Endpoint, headers: Mapping[str, str]
    ) -> None:
        """Check the token, whose it is, and the plan."""
        grant = self.grants.allowed(_bearer(headers))
        if grant is None:
            raise unauthorized()
        if grant.application is not application:
            raise mismatch()
        if not application.may(endpoint.access):
            raise unauthorized() if self.plan_status == 401 else forbidden()


def _bearer(headers: Mapping[str, str]) -> str:
    """Return the token of a request; empty without one."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
