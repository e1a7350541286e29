"""What the gateway states about the whole system, read without judging it.

`/production.json` has inverters and CTs side by side, as `/ivp/pdm/energy` has. Which of the
figures can be believed is for pyenphase (adapter.py); here are those that it has no place for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import raw
from .endpoints import Block
from .readings import Home, Sums, Tariff

_SAVINGS: Final = {"savings-mode": "economy"}
"""Two names for one mode (pyenphase, models/tariff.py)."""


@dataclass(frozen=True, slots=True)
class Acbs:
    """All AC batteries together; power + discharging."""

    power_w: float | None
    stored_kwh: float | None
    soc: float | None


@dataclass(frozen=True, slots=True)
class Production:
    """What `/production.json` states: both sums, and the AC batteries if there are any."""

    sums: Sums
    acbs: Acbs | None

    @property
    def counting(self) -> bool:
        """Whether not all of it is zero."""
        sums = self.sums
        return any(
            (
                sums.ct_power_w,
                sums.ct_energy_kwh,
                sums.inverter_power_w,
                sums.inverter_energy_kwh,
            )
        )


@dataclass(frozen=True, slots=True)
class V1:
    """What `/api/v1/production` states; `counting` if not all of it is zero."""

    power_w: float
    counting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PdmEnergy:
    """What `/ivp/pdm/energy` states: both sums, and the counters of the day, kWh."""

    sums: Sums
    ct_today_kwh: float | None = None
    inverter_today_kwh: float | None = None
    consumption_today_kwh: float | None = None


def read_production(doc: object) -> Production:
    """Read the sums; raises BadAnswerError when it is no object."""
    doc = raw.need_table(doc)
    inverters: Mapping[str, Any] = {}
    eim: Mapping[str, Any] = {}
    for row in raw.rows(doc.get("production")):
        if row.get("type") == "inverters":
            inverters = row
        elif row.get("type") == "eim" and row.get("activeCount"):
            eim = row
    sums = Sums(
        ct_power_w=raw.number(eim.get("wNow")),
        ct_energy_kwh=raw.kwh(eim.get("whLifetime")),
        inverter_power_w=raw.number(inverters.get("wNow")),
        inverter_energy_kwh=raw.kwh(inverters.get("whLifetime")),
        block=Block.PRODUCTION,
    )
    return Production(sums, _acbs(next(raw.rows(doc.get("storage")), {})))


def _acbs(row: Mapping[str, Any]) -> Acbs | None:
    """Read the AC batteries; there are none where the firmware tells no state of charge."""
    if not row.get("activeCount") or "percentFull" not in row:
        return None
    return Acbs(
        power_w=raw.number(row.get("wNow")),
        stored_kwh=raw.kwh(row.get("whNow")),
        soc=raw.number(row.get("percentFull")),
    )


def read_v1(doc: object) -> V1:
    """Read the power alone; raises BadAnswerError when there is none."""
    doc = raw.need_table(doc)
    return V1(raw.need_number(doc.get("wattsNow")), counting=any(doc.values()))


def read_pdm_energy(doc: object) -> PdmEnergy:
    """Read the sums of CTs and inverters; a CT that counts nothing is not there."""
    doc = raw.need_table(doc)
    production = raw.table(doc.get("production"))
    pcu = raw.table(production.get("pcu"))
    eim = _counting(production.get("eim"))
    sums = Sums(
        ct_power_w=raw.number(eim.get("wattsNow")),
        ct_energy_kwh=raw.kwh(eim.get("wattHoursLifetime")),
        inverter_power_w=raw.number(pcu.get("wattsNow")),
        inverter_energy_kwh=raw.kwh(raw.need_number(pcu.get("wattHoursLifetime"))),
        block=Block.PDM_ENERGY,
    )
    consumption = _counting(raw.table(doc.get("consumption")).get("eim"))
    return PdmEnergy(
        sums=sums,
        ct_today_kwh=raw.kwh(eim.get("wattHoursToday")),
        inverter_today_kwh=raw.kwh(pcu.get("wattHoursToday")),
        consumption_today_kwh=raw.kwh(consumption.get("wattHoursToday")),
    )


def _counting(value: object) -> Mapping[str, Any]:
    """Take a meter that has counted something in its life."""
    meter = raw.table(value)
    return meter if raw.present(meter.get("wattHoursLifetime")) else {}


def read_tariff(doc: object) -> Tariff | None:
    """Read the storage settings; None for a system that has none."""
    settings = raw.table(raw.table(raw.need_table(doc).get("tariff")).get("storage_settings"))
    if not settings:
        return None
    mode = raw.text(settings.get("mode"))
    return Tariff(
        storage_mode=_SAVINGS.get(mode, mode) if mode else None,
        reserve_soc=raw.number(settings.get("reserved_soc")),
        charge_from_grid=raw.flag(settings.get("charge_from_grid")),
        ai_optimisation=raw.flag(settings.get("opt_schedules")),
    )


def read_home(doc: object) -> Home:
    """Read what the gateway says of itself."""
    doc = raw.need_table(doc)
    network = raw.table(doc.get("network"))
    primary = raw.text(network.get("primary_interface"))
    interface: Mapping[str, Any] = next(
        (row for row in raw.rows(network.get("interfaces")) if row.get("interface") == primary), {}
    )
    return Home(
        timezone=raw.text(doc.get("timezone")),
        interface=raw.text(interface.get("type")),
        mac=raw.text(interface.get("mac")),
        cloud_reported_at=raw.moment(network.get("last_enlighten_report_time")),
    )
