"""Checks answers against openapi.yaml, so that client and simulator cannot drift together."""

from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
import yaml

CONTRACT = Path(__file__).with_name("openapi.yaml")
_BASE = "urn:contract"


@cache
def contract() -> dict[str, Any]:
    """Return the contract."""
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return loaded


def problems(template: str, status: int, answer: Any, verb: str = "get") -> list[str]:  # noqa: ANN401 - any JSON
    """Return what is wrong with an answer to a call (its path as in the contract).

    Raises KeyError for a call or status that the contract does not have.
    """
    return [
        f"{error.json_path}: {error.message}"
        for error in _validator(template, verb, status).iter_errors(answer)
    ]


@cache
def _validator(template: str, verb: str, status: int) -> Validator:
    """Return the validator of the answers of a call with a status."""
    pointer = ["paths", template, verb, "responses", str(status)]
    response = _at(pointer)
    if "$ref" in response:
        pointer = response["$ref"].removeprefix("#/").split("/")
        response = _at(pointer)
    (media,) = response["content"]
    pointer += ["content", media, "schema"]
    whole = Resource.from_contents(contract(), default_specification=DRAFT202012)
    registry = Registry().with_resource(_BASE, whole)
    path = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
    return Draft202012Validator(
        {"$ref": f"{_BASE}#/{path}"}, registry=registry, format_checker=FormatChecker()
    )


def _at(pointer: list[str]) -> dict[str, Any]:
    """Return a part of the contract."""
    node = contract()
    for part in pointer:
        node = node[part]
    return node
