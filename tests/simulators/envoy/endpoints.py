"""Everything a gateway can be asked for, who may ask, and since which firmware."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from tests.simulators.envoy import (
    devices,
    ensemble,
    identity,
    live,
    meters,
    production,
    settings,
)
from tests.simulators.envoy.view import Doc, View


class Role(IntEnum):
    """Who a token belongs to, by how much it may (Matthew1471, Authentication.adoc)."""

    ANYBODY = 1
    OWNER = 2
    SUPPORT = 4
    INSTALLER = 6

    @property
    def claim(self) -> str:
        """Return the `enphaseUser` of a token."""
        return self.name.lower()


class Endpoint(StrEnum):
    """Paths, without their queries."""

    INFO = "/info"
    INFO_XML = "/info.xml"
    CHECK_JWT = "/auth/check_jwt"
    V1_PRODUCTION = "/api/v1/production"
    V1_INVERTERS = "/api/v1/production/inverters"
    PRODUCTION_JSON = "/production.json"
    PRODUCTION = "/production"
    METERS = "/ivp/meters"
    READINGS = "/ivp/meters/readings"
    REPORTS = "/ivp/meters/reports"
    REPORTS_PRODUCTION = "/ivp/meters/reports/production"
    REPORTS_CONSUMPTION = "/ivp/meters/reports/consumption"
    GRID_READING = "/ivp/meters/gridReading"
    PV_READING = "/ivp/meters/pvReading"
    METERS_CTS = "/ivp/meters/cts"
    PDM_ENERGY = "/ivp/pdm/energy"
    DEVICE_DATA = "/ivp/pdm/device_data"
    INVENTORY = "/inventory.json"
    INVENTORY_PLAIN = "/inventory"
    INV = "/inv"
    HOME = "/home"
    HOME_JSON = "/home.json"
    ENSEMBLE_INVENTORY = "/ivp/ensemble/inventory"
    SECCTRL = "/ivp/ensemble/secctrl"
    ENSEMBLE_POWER = "/ivp/ensemble/power"
    ENSEMBLE_STATUS = "/ivp/ensemble/status"
    RELAY = "/ivp/ensemble/relay"
    DRY_CONTACTS = "/ivp/ensemble/dry_contacts"
    GENERATOR = "/ivp/ensemble/generator"
    DRY_CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
    GEN_CONFIG = "/ivp/ss/gen_config"
    GEN_SCHEDULE = "/ivp/ss/gen_schedule"
    GEN_MODE = "/ivp/ss/gen_mode"
    PEL_SETTINGS = "/ivp/ss/pel_settings"
    DPEL = "/ivp/ss/dpel"
    DER_SETTINGS = "/ivp/ss/der_settings"
    PV_LIMIT = "/ivp/sc/pvlimit"
    SCHED = "/ivp/sc/sched"
    SC_STATUS = "/ivp/sc/status"
    LIVEDATA = "/ivp/livedata/status"
    LIVE_STREAM = "/ivp/livedata/stream"
    STREAM_METER = "/stream/meter"
    TARIFF = "/admin/lib/tariff"
    ACB_CONFIG = "/admin/lib/acb_config"
    NETWORK_DISPLAY = "/admin/lib/network_display"
    WIRELESS_DISPLAY = "/admin/lib/wireless_display"
    DEVSTATUS = "/ivp/peb/devstatus"
    NEWSCAN = "/ivp/peb/newscan"
    REPORT_SETTINGS = "/ivp/peb/reportsettings"
    COMM_CHECK = "/installer/pcu_comm_check"
    POWER_MODE = "/ivp/mod/603980032/mode/power"
    EVENTS = "/datatab/event_dt.rb"
    AGF = "/installer/agf/index.json"
    TPM = "/ivp/tpm/capability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one endpoint is answered."""

    write: Callable[[View], Doc]
    since: tuple[int, ...] = (7,)
    role: Role = Role.OWNER
    locked: bool = True
    """Whether a firmware that locks owners out locks this."""
    digest: bool = False
    """Whether a firmware before 7 wants a password for it."""


_OPEN = (3,)
_INSTALLER = Role.INSTALLER

ROUTES: dict[Endpoint, Route] = {
    Endpoint.V1_PRODUCTION: Route(write=production.v1_production, since=_OPEN, locked=False),
    Endpoint.V1_INVERTERS: Route(write=devices.v1_inverters, since=_OPEN, digest=True),
    Endpoint.PRODUCTION_JSON: Route(write=production.production_json, since=(4,)),
    Endpoint.PRODUCTION: Route(write=production.production_json, since=(4,)),
    Endpoint.METERS: Route(write=meters.meters, since=(4,), locked=False),
    Endpoint.READINGS: Route(write=meters.readings, since=(4,), locked=False),
    Endpoint.REPORTS: Route(write=meters.reports, since=(4,)),
    Endpoint.REPORTS_PRODUCTION: Route(write=meters.reports_production, since=(4,)),
    Endpoint.REPORTS_CONSUMPTION: Route(write=meters.reports_consumption, since=(4,)),
    Endpoint.GRID_READING: Route(write=meters.grid_reading, since=(8,)),
    Endpoint.PV_READING: Route(write=meters.pv_reading, since=(8,)),
    Endpoint.METERS_CTS: Route(write=meters.cts, role=_INSTALLER),
    Endpoint.PDM_ENERGY: Route(write=production.pdm_energy, since=(5,)),
    Endpoint.DEVICE_DATA: Route(write=devices.device_data, since=(8, 2, 4300)),
    Endpoint.INVENTORY: Route(write=devices.inventory, since=_OPEN),
    Endpoint.INVENTORY_PLAIN: Route(write=devices.inventory, since=(7,)),
    Endpoint.INV: Route(write=devices.inv, since=(4,)),
    Endpoint.HOME: Route(write=identity.home, since=(5,)),
    Endpoint.HOME_JSON: Route(write=identity.home, since=(5,)),
    Endpoint.ENSEMBLE_INVENTORY: Route(write=ensemble.inventory, since=(5,)),
    Endpoint.SECCTRL: Route(write=ensemble.secctrl),
    Endpoint.ENSEMBLE_POWER: Route(write=ensemble.power),
    Endpoint.ENSEMBLE_STATUS: Route(write=ensemble.status),
    Endpoint.RELAY: Route(write=ensemble.relay),
    Endpoint.DRY_CONTACTS: Route(write=settings.dry_contacts),
    Endpoint.GENERATOR: Route(write=settings.generator),
    Endpoint.DRY_CONTACT_SETTINGS: Route(write=settings.dry_contact_settings),
    Endpoint.GEN_CONFIG: Route(write=settings.gen_config),
    Endpoint.GEN_SCHEDULE: Route(write=settings.gen_schedule),
    Endpoint.GEN_MODE: Route(write=settings.gen_mode),
    Endpoint.PEL_SETTINGS: Route(write=settings.pel_settings),
    Endpoint.DPEL: Route(write=settings.dpel, role=_INSTALLER),
    Endpoint.DER_SETTINGS: Route(write=settings.der_settings),
    Endpoint.PV_LIMIT: Route(write=settings.pv_limit),
    Endpoint.SCHED: Route(write=ensemble.sched),
    Endpoint.SC_STATUS: Route(write=ensemble.sc_status),
    Endpoint.LIVEDATA: Route(write=live.live_status),
    Endpoint.TARIFF: Route(write=settings.tariff, since=(4,)),
    Endpoint.ACB_CONFIG: Route(write=settings.acb_config),
    Endpoint.NETWORK_DISPLAY: Route(write=settings.nothing),
    Endpoint.WIRELESS_DISPLAY: Route(write=settings.nothing),
    Endpoint.DEVSTATUS: Route(write=devices.devstatus, role=_INSTALLER),
    Endpoint.NEWSCAN: Route(write=settings.nothing, role=_INSTALLER),
    Endpoint.REPORT_SETTINGS: Route(write=settings.nothing, role=_INSTALLER),
    Endpoint.COMM_CHECK: Route(write=settings.nothing, role=_INSTALLER),
    Endpoint.POWER_MODE: Route(write=settings.power_mode, role=_INSTALLER),
    Endpoint.AGF: Route(write=settings.nothing, role=_INSTALLER),
    Endpoint.TPM: Route(write=settings.nothing, role=_INSTALLER),
    Endpoint.EVENTS: Route(write=devices.events, since=_OPEN),
}
"""Answers in JSON; /info, check_jwt, the streams and writes are the pages' own."""


def route_to(path: str) -> Route | None:
    """Return how an endpoint is answered; None for a path that no gateway has."""
    return ROUTES.get(Endpoint(path)) if path in _PATHS else None


_PATHS = frozenset(Endpoint)
