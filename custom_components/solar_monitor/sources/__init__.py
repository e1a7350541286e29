"""Sources: one package per vendor, each giving a `SourceSpec`. A new vendor is one line here."""

from collections.abc import Mapping
from typing import Final

from .deye import SPEC as DEYE
from .enlighten import SPEC as ENLIGHTEN
from .envoy import SPEC as ENVOY
from .spec import SourceSpec

SOURCES: Final[Mapping[str, SourceSpec]] = {spec.kind: spec for spec in (DEYE, ENVOY, ENLIGHTEN)}
