"""The repair that lets the Energy dashboard use the site: shows what would be, asks, and writes.

Where the dashboard is not as we know it, it shows which entities to pick by hand instead.
"""

from typing import Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode
import voluptuous as vol

from ..logic.energy_dashboard import Choice, Kind
from .energy_manager import UnknownDashboardError
from .energy_offer import CAPACITY, FIELDS, entities_for
from .energy_wiring import ENERGY_WIRING, EnergyWiring, Plan
from .names import called
from .source import SiteSource

NOTHING: Final = "–"

PLACEHOLDERS: Final = (
    "name",
    *(f"{kind}_{field}" for kind, fields in FIELDS.items() for field in fields),
    f"{Kind.BATTERY}_{CAPACITY}",
    *(f"{kind}_now" for kind in Kind),
)
"""What the texts may leave open: the entity of each field, and what the dashboard has now."""


class WireEnergyFlow(RepairsFlow):
    """Writes the dashboard's preferences, as the user has confirmed them."""

    _shown: Plan | None = None

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin; what comes in is what Home Assistant starts the flow with."""
        del user_input
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show what the dashboard would use; carry it out if it is still what was shown."""
        errors: dict[str, str] = {}
        wiring = self._wiring
        if wiring is None:
            return self.async_abort(reason="not_loaded")
        try:
            plan = await wiring.async_plan()
            if not plan.decisions:
                return self.async_create_entry(data={})  # the user was faster, or nothing is left
            if user_input is not None:
                if _same(plan, self._shown):
                    await wiring.async_carry_out(plan, _chosen(plan, user_input))
                    return self.async_create_entry(data={})
                errors["base"] = "dashboard_changed"
        except UnknownDashboardError:
            return self.async_abort(
                reason="by_hand", description_placeholders=self._placeholders(None)
            )
        self._shown = plan
        return self.async_show_form(
            step_id="confirm",
            data_schema=_form(plan),
            errors=errors,
            description_placeholders=self._placeholders(plan),
        )

    @property
    def _wiring(self) -> EnergyWiring | None:
        """What compares the dashboard with the site, if that is loaded."""
        entry = self.hass.config_entries.async_get_entry(str((self.data or {})["entry_id"]))
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        source = entry.runtime_data.coordinator.source
        part = source.parts.get(ENERGY_WIRING) if isinstance(source, SiteSource) else None
        return part if isinstance(part, EnergyWiring) else None

    def _placeholders(self, plan: Plan | None) -> dict[str, str]:
        """Fill the texts: with a plan from that, else with all that the site has."""
        found = dict.fromkeys(PLACEHOLDERS, NOTHING)
        entry = self.hass.config_entries.async_get_entry(str((self.data or {})["entry_id"]))
        if entry is not None:
            found["name"] = entry.title
        offer = entities_for(self.hass) if plan is None else plan.offer
        for kind, fields in offer.items():
            for field, given in fields.items():
                found[f"{kind}_{field}"] = _told(self.hass, given, with_id=plan is None)
        if plan is not None:
            for kind in Kind:
                counters = plan.survey.present(kind).counters
                told = ", ".join(self._now(plan, each) for each in counters)
                found[f"{kind}_now"] = told or NOTHING
        return found

    def _now(self, plan: Plan, counter: str) -> str:
        """Write a counter of the dashboard; one that was renamed with both names."""
        new = plan.survey.renamed.get(counter)
        if new is None:
            return _told(self.hass, counter, with_id=True)
        return f"`{counter}` → {_told(self.hass, new, with_id=True)}"


def _same(plan: Plan, shown: Plan | None) -> bool:
    """Tell whether a plan is what the user has seen; a capacity may have been measured anew."""
    if shown is None or plan.survey.sources != shown.survey.sources:
        return False
    entities = [
        {kind: {**fields, CAPACITY: None} for kind, fields in each.offer.items()}
        for each in (plan, shown)
    ]
    return entities[0] == entities[1] and plan.decisions == shown.decisions


def _chosen(plan: Plan, user_input: dict[str, str]) -> dict[Kind, Choice]:
    """Read what the user has decided; the form takes nothing else."""
    return {kind: Choice(user_input[kind]) for kind in plan.decisions}


def _form(plan: Plan) -> vol.Schema:
    """Ask about each type that there is something to decide about."""
    return vol.Schema(
        {
            vol.Required(kind.value, default=choices[0].value): SelectSelector(
                SelectSelectorConfig(
                    options=[choice.value for choice in choices],
                    mode=SelectSelectorMode.LIST,
                    translation_key="energy_choice",
                )
            )
            for kind, choices in plan.decisions.items()
        }
    )


def _told(hass: HomeAssistant, given: str | float, *, with_id: bool) -> str:
    """Write an entity with its name, and its id if need be; a capacity with its unit."""
    if not isinstance(given, str):
        return f"{given:g} kWh"
    name = called(hass, given)
    if name == given:
        return f"`{given}`"
    return f"{name} (`{given}`)" if with_id else name
