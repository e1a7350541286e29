"""Writes answers of the cloud as JSON, and reads them back from a store that may hold anything."""

from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from ...logic.stored import is_number


def dump(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Give an answer as JSON: a dataclass of the client's models, or a tuple of them."""
    if is_dataclass(value):
        return {field.name: dump(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [dump(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def load[T](kind: type[T], data: object) -> T | None:
    """Read a dataclass back; None for anything that `dump` did not write of this kind."""
    try:
        found = _read(kind, data)
    except KeyError, TypeError, ValueError:
        return None
    return found if isinstance(found, kind) else None


def load_all[T](kind: type[T], data: object) -> tuple[T, ...] | None:
    """Read a tuple of dataclasses back; None if one of them cannot be read."""
    if not isinstance(data, list):
        return None
    found = [load(kind, each) for each in data]
    read = tuple(each for each in found if each is not None)
    return read if len(read) == len(found) else None


def _read(kind: Any, data: Any) -> object:  # noqa: ANN401 - any annotation, any JSON
    """Read a value by its annotation. Raises KeyError, TypeError or ValueError."""
    if isinstance(kind, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return None if data is None else _read(kind, data)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in _checked(list, data))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        stored = _checked(dict, data)
        return kind(**{name: _read(hint, stored[name]) for name, hint in hints.items()})
    if kind is float and is_number(data):
        return float(data)
    if kind is date:
        return date.fromisoformat(data)
    return kind(data) if issubclass(kind, StrEnum) else _checked(kind, data)


def _checked[T](kind: type[T], data: object) -> T:
    """Give a value of the expected type. Raises TypeError."""
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise TypeError
    return data
