"""Where the rows of the site belong."""

from typing import Final

from ..sources.rows_kit import Place

DEVICE_SITE: Final = "site"
PLACE: Final = Place(device=DEVICE_SITE, text_prefix="site_")
"""One device for everything. The texts have a name of their own: sources have the same keys."""
