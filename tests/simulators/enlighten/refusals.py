"""Answers with an error status, as the API words them."""

from dataclasses import dataclass
from typing import Any


@dataclass
class RefusedError(Exception):
    """A request that gets an error in place of an answer."""

    status: int
    body: dict[str, Any]


def refused(status: int, message: str, details: str) -> RefusedError:
    """Return an error in the usual form."""
    return RefusedError(status, {"message": message, "details": details, "code": status})


def unauthorized() -> RefusedError:
    """Return what a missing, wrong or expired token or key gets, and a call outside the plan."""
    return refused(401, "Not Authorized", "User is not authorized")


def mismatch() -> RefusedError:
    """Return what a key gets that is not of the token's application."""
    details = "API Key and Client ID of the access token do not match"
    return refused(401, "API Key -Client mismatch", details)


def forbidden() -> RefusedError:
    """Return what a system gets that was not granted."""
    return refused(403, "Forbidden", "Not authorized to access this resource")


def not_found(what: str, key: str) -> RefusedError:
    """Return what an unknown thing gets; the wording is Ruby's."""
    return refused(404, "Not Found", f'{what} not found for {{:id=>"{key}"}}')


def unprocessable(details: str) -> RefusedError:
    """Return what a wrong, missing or impossible parameter gets."""
    return refused(422, "Unprocessable Entity", details)


def wrong_verb(status: int) -> RefusedError:
    """Return what another verb than GET gets: its message is a list."""
    text = "Method not allowed" if status == 405 else "Not implemented"
    return RefusedError(status, {"reason": str(status), "message": [text]})
