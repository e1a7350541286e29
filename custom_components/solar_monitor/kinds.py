"""All kinds of entries: the sources, one package per vendor, and the site that joins them."""

from collections.abc import Mapping
from typing import Final

from .site import SPEC as SITE
from .sources import SOURCES
from .sources.spec import SourceSpec

KINDS: Final[Mapping[str, SourceSpec]] = {**SOURCES, SITE.kind: SITE}
