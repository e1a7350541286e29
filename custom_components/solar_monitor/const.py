"""Names and defaults that the whole integration shares."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "solar_monitor"

# Keys of a config entry's data. `host`, `port` and `mac` are Home Assistant's own constants.
CONF_SOURCE: Final = "source"
CONF_SERIAL: Final = "serial"
CONF_UNIT: Final = "unit"
CONF_TRANSPORT: Final = "transport"
CONF_FAMILY: Final = "family"
CONF_ID_PREFIX: Final = "id_prefix"
CONF_IDENTITY: Final = "identity"
CONF_TLS_FINGERPRINT: Final = "tls_fingerprint"
CONF_TOKEN_ORIGIN: Final = "token_origin"  # noqa: S105 - the name of a key, not a secret
CONF_PLAN: Final = "plan"
CONF_SYSTEMS: Final = "systems"

# Keys of a config entry's options.
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_SETTINGS_INTERVAL: Final = "settings_interval"
CONF_GROUPS: Final = "groups"
CONF_GRID_POWER_LIMIT: Final = "grid_power_limit"
CONF_PANELS_INTERVAL: Final = "panels_interval"
CONF_SLOW_INTERVAL: Final = "slow_interval"
CONF_LIVE_INTERVAL: Final = "live_interval"
CONF_LIVE_DURATION: Final = "live_duration"
CONF_RECORD_FIXTURES: Final = "record_fixtures"
CONF_PROFILE: Final = "profile"
CONF_PAUSED: Final = "paused"

DEFAULT_POLL_INTERVAL: Final = 30
DEFAULT_SETTINGS_INTERVAL: Final = 300
DEFAULT_PANELS_INTERVAL: Final = 60
DEFAULT_SLOW_INTERVAL: Final = 600
DEFAULT_LIVE_INTERVAL: Final = 2
DEFAULT_LIVE_DURATION: Final = 15

PANEL_MODEL: Final = "Microinverter"
"""The model of the device of one panel, whoever made it: what an array may be made of."""

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
)
