"""What all steps of the site's options share."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.core import callback

from .options_choices import Choices
from .options_data import SiteOptions


class SiteSteps(OptionsFlowWithReload):
    """Each form is kept on its own, at once: nobody loses what was entered in another one."""

    @property
    def options(self) -> SiteOptions:
        """The options as they are now."""
        return SiteOptions.read(self.config_entry.options)

    @property
    def choices(self) -> Choices:
        """What there is to choose from now."""
        return Choices(self.hass, self.config_entry)

    @callback
    def finish(self, **changes: Any) -> ConfigFlowResult:  # noqa: ANN401 - JSON of any kind
        """Keep what was entered and close the dialog; None is as if it had never been set."""
        return self.async_create_entry(data=self._changed(changes))

    @callback
    def keep(self, **changes: Any) -> None:  # noqa: ANN401 - JSON of any kind
        """Keep what was entered while the dialog goes on."""
        entry, options = self.config_entry, self._changed(changes)
        if self.hass.config_entries.async_update_entry(entry, options=options):
            self.hass.config_entries.async_schedule_reload(entry.entry_id)

    def _changed(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Give the options with what was entered."""
        whole = {**self.config_entry.options, **changes}
        return {key: value for key, value in whole.items() if value is not None}
