"""Times as a text shows them."""

from datetime import UTC, datetime
import math

from homeassistant.util import dt as dt_util


def on_the_clock(at: float) -> str:
    """Write a time (unix s) on Home Assistant's clock, rounded up: by then it has come."""
    local = dt_util.as_local(datetime.fromtimestamp(60 * math.ceil(at / 60), UTC))
    return f"{local:%Y-%m-%d %H:%M}"
