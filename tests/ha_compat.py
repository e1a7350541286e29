"""Lets pytest-homeassistant-custom-component load on the newest Home Assistant.

Its newest release is made for 2026.10. On 2026.11 two things differ: Home Assistant must be
imported before any other plugin imports httpx, which it replaces, and one helper has moved. Loaded
as the very first plugin (`-p` in pyproject.toml); on 2026.10 it changes nothing.
"""

from importlib import import_module

import_module("homeassistant")
_logger = import_module("homeassistant.components.logger")
_MOVED = "_clear_logger_overwrites"
if not hasattr(_logger, _MOVED):
    _helpers = import_module("homeassistant.components.logger.helpers")
    setattr(_logger, _MOVED, getattr(_helpers, _MOVED))
