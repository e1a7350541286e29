"""What the Monitoring API v4 may answer instead of data.

Texts hold neither a system's number nor anything else of an answer's body. That nobody answers,
or nothing that can be read, are the errors that all clients share.
"""

from enum import StrEnum

from ..errors import ClientError


class TokenRefusedError(ClientError):
    """401 on an endpoint that every plan has, also with a new token: sign in again."""

    key = "invalid_auth"
    text = "the access token was refused"
    answered = True


class KeyMismatchError(ClientError):
    """The API key and the access token are of different applications: ask for the key."""

    key = "key_mismatch"
    text = "the API key belongs to another application than the access token"
    answered = True


class NotInPlanError(ClientError):
    """401 or 403 on an optional endpoint, while the same token opens the others.

    The plan, or the access controls ticked for the application, do not include it. That is no
    reason to sign in again (github.com/danielpatenaude/python_enlighten_api, issue 4).
    """

    key = "not_in_plan"
    text = "the plan or the access controls of the application do not include this"
    answered = True


class SystemDeniedError(ClientError):
    """403 on an endpoint that every plan has: the owner does not share this system."""

    key = "system_denied"
    text = "the system is not shared with this application"
    answered = True


class NotFoundError(ClientError):
    """404: no such system, or an endpoint that is not (or no longer) there."""

    key = "not_found"
    text = "the cloud does not know what was asked for"
    answered = True


class Refusal(StrEnum):
    """Why a request was refused with 422, as far as its text tells."""

    ABSENT = "absent"
    """The system has no such device."""
    FUTURE = "future"
    RANGE = "range"
    MISSING = "missing"
    """A parameter is missing."""
    OTHER = "other"


class RequestRefusedError(ClientError):
    """422: will never succeed unchanged; no such meter or battery, or a window out of range."""

    key = "request_refused"
    text = "the cloud refused the request"
    answered = True

    def __init__(self, message: str | None = None, *, refusal: Refusal = Refusal.OTHER) -> None:
        """Keep the reason."""
        super().__init__(message or f"{self.text} ({refusal})")
        self.refusal = refusal


class Period(StrEnum):
    """What a quota is counted over; the values are the API's."""

    MINUTE = "minute"
    MONTH = "month"


class RateLimitedError(ClientError):
    """429: the quota of a minute or a month is used up; the API often does not say which."""

    key = "rate_limited"
    text = "too many requests"
    answered = True

    def __init__(
        self,
        message: str | None = None,
        *,
        period: Period | None = None,
        period_end: float | None = None,
        limit: int | None = None,
    ) -> None:
        """Keep what the answer told: the period, its end (unix s), calls allowed within it."""
        super().__init__(message or f"{self.text} (period: {period or 'not told'})")
        self.period = period
        self.period_end = period_end
        self.limit = limit


class BudgetSpentError(ClientError):
    """Nothing was sent: the call would exceed the budget, or a pause is on."""

    key = "budget_spent"
    text = "no call is left for this at the moment"
    answered = True

    def __init__(self, message: str | None = None, *, retry_at: float) -> None:
        """Keep when the next call may be made, unix s."""
        super().__init__(message)
        self.retry_at = retry_at


class CloudFaultError(ClientError):
    """5xx: the cloud has a problem of its own; try later."""

    key = "cloud_fault"
    text = "the cloud has a problem"

    def __init__(self, message: str | None = None, *, status: int) -> None:
        """Keep the HTTP status, 500..599."""
        super().__init__(message or f"{self.text} (status {status})")
        self.status = status


class UnexpectedStatusError(ClientError):
    """Any other status: a redirect, a wrong verb. Not to be expected from this API."""

    key = "unexpected_status"
    text = "the cloud answered with an unexpected status"

    def __init__(self, message: str | None = None, *, status: int) -> None:
        """Keep the HTTP status."""
        super().__init__(message or f"{self.text} ({status})")
        self.status = status
