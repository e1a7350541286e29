"""What a user does at the Energy dashboard and at its repair, as the frontend does it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.solar_monitor.const import DOMAIN
from tests.integration.machine import TimeMachine
from tests.integration.site.kit import House
from tests.integration.states import entity_of

REPAIR: Final = "energy_dashboard"
_FIX: Final = "/api/repairs/issues/fix"


@dataclass
class Desk:
    """The user's place."""

    hass: HomeAssistant
    house: House
    machine: TimeMachine
    browser: TestClient[Any, Any]
    connect: WebSocketGenerator

    async def command(self, kind: str, **more: object) -> dict[str, Any]:
        """Send a command over a websocket of its own: one would not outlast hours."""
        socket = await self.connect()
        await socket.send_json_auto_id({"type": kind, **more})
        answer: dict[str, Any] = await self.machine.finish(socket.receive_json())
        await socket.close()
        return answer

    async def save(self, *sources: dict[str, Any]) -> None:
        """Save the dashboard's energy sources as its page does."""
        answer = await self.command("energy/save_prefs", energy_sources=list(sources))
        assert answer["success"], answer

    async def stored(self) -> list[dict[str, Any]]:
        """Give the dashboard's energy sources."""
        answer = await self.command("energy/get_prefs")
        sources: list[dict[str, Any]] = answer["result"]["energy_sources"]
        return sources

    async def complaints(self) -> dict[str, Any]:
        """Give what Home Assistant has against the energy sources, by their counters."""
        answer = await self.command("energy/validate")
        assert answer["success"]
        found: list[list[dict[str, Any]]] = answer["result"]["energy_sources"]
        return {
            str([source.get("stat_energy_from"), source.get("stat_energy_to")]): complaints
            for source, complaints in zip(await self.stored(), found, strict=True)
            if complaints
        }

    async def wait_for_statistics(self) -> None:
        """Let the recorder compile its first statistics, and everybody look at them."""
        await self.machine.run(400)
        await async_wait_recording_done(self.hass)
        await self.machine.run(120)

    async def reload(self) -> None:
        """Reload the site."""
        entry_id = self.house.site_entry.entry_id
        assert await self.machine.finish(self.hass.config_entries.async_reload(entry_id))

    async def set_options(self, options: dict[str, Any]) -> None:
        """Give the site other options."""
        self.hass.config_entries.async_update_entry(self.house.site_entry, options=options)
        await self.reload()

    def repair(self) -> ir.IssueEntry | None:
        """Give the repair, if it is raised."""
        entry_id = self.house.site_entry.entry_id
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, f"{entry_id}_{REPAIR}")
        return issue if issue is not None and issue.active else None

    async def open_repair(self) -> dict[str, Any]:
        """Open the repair."""
        issue = self.repair()
        assert issue is not None
        return await self._post(_FIX, {"handler": DOMAIN, "issue_id": issue.issue_id})

    async def submit(self, step: dict[str, Any], **choices: str) -> dict[str, Any]:
        """Submit what is shown; what is not chosen is as the form proposes it."""
        proposed = proposal(step)
        assert choices.keys() <= proposed.keys()
        return await self._post(f"{_FIX}/{step['flow_id']}", proposed | choices)

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send something and give the answer."""
        answer = await self.machine.finish(self.browser.post(path, json=data))
        assert answer.status == HTTPStatus.OK, await answer.text()
        shown: dict[str, Any] = await answer.json()
        return shown

    def of_site(self, key: str) -> str:
        """Give the entity id of one of the site's sensors."""
        return entity_of(self.hass, f"site_{key}")

    def of_source(self, prefix: str, key: str) -> str:
        """Give the entity id of a sensor of a source."""
        return entity_of(self.hass, f"{prefix}_{key}")

    def solar(self) -> dict[str, Any]:
        """Give the energy source that the site is for the sun."""
        return {
            "type": "solar",
            "stat_energy_from": self.of_site("pv_energy_total"),
            "stat_rate": self.of_site("pv_power"),
            "config_entry_solar_forecast": None,
        }

    def grid(self, **tariff: object) -> dict[str, Any]:
        """Give the energy source that the site is for the grid."""
        return {
            "type": "grid",
            "stat_energy_from": self.of_site("grid_import_energy_total"),
            "stat_energy_to": self.of_site("grid_export_energy_total"),
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "stat_rate": self.of_site("grid_power"),
            "cost_adjustment_day": 0.0,
        } | tariff

    def battery(self, capacity_kwh: float) -> dict[str, Any]:
        """Give the energy source that the site is for the battery."""
        return {
            "type": "battery",
            "stat_energy_from": self.of_site("battery_discharge_energy_total"),
            "stat_energy_to": self.of_site("battery_charge_energy_total"),
            "stat_rate": self.of_site("battery_power"),
            "stat_soc": self.of_site("battery_soc"),
            "capacity": capacity_kwh,
        }


def proposal(step: dict[str, Any]) -> dict[str, str]:
    """Give what a form proposes."""
    return {field["name"]: field["default"] for field in step["data_schema"]}


def options(step: dict[str, Any]) -> dict[str, list[str]]:
    """Give what a form lets one choose."""
    return {field["name"]: field["selector"]["select"]["options"] for field in step["data_schema"]}
