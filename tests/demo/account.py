"""The Enphase account of the demo's house: the systems in it, and what goes wrong with them."""

from collections.abc import Collection
from dataclasses import dataclass, field

from tests.demo.gateway import FIRST_SERIAL, Roof
from tests.simulators.enlighten import (
    Application,
    Call,
    Endpoint,
    EnlightenSimulator,
    EnlightenSystem,
    Kind,
    SystemTruth,
    Trouble,
)
from tests.simulators.envoy import CtKind, EnvoySimulator, Fittings, Panel
from tests.simulators.envoy.simulator import SERIAL
from tests.simulators.place import Place
from tests.simulators.site import Site

HOUSE_ID, BEACH_ID = 698_957_008, 698_957_009
BEACH = Place(-37.81, 144.96, "Australia/Melbourne")
BEACH_GATEWAY = "122302098766"
SILENT_PANEL = 5
"""The one with which an alarm is about."""
LONG_S = 3 * 86_400
COMPANION, CLOUD_ONLY = "companion", "cloud_only"


@dataclass(eq=False)
class Account:
    """The account: the demo's house, and a house at the beach that Home Assistant is not to see."""

    cloud: EnlightenSimulator
    profile: str
    """What the cloud is for, as the integration calls it."""
    by_hand: bool = False
    """Whether it is left to the user to add the account."""
    told: dict[Endpoint, SystemTruth] = field(default_factory=dict)
    """What was true of the house when a call about it was answered last."""

    def __post_init__(self) -> None:
        """Listen."""
        self.cloud.answered.append(self._note)

    @property
    def keys(self) -> dict[str, str]:
        """Return what the owner copies from the page of the application."""
        application = self.cloud.application
        return {
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            "api_key": application.api_key,
        }

    @property
    def house(self) -> EnlightenSystem:
        """Return the system of the demo's house."""
        return self.cloud.system

    def _note(self, call: Call) -> None:
        """Remember what is true while a call is answered."""
        if call.endpoint is not None and call.system_id == HOUSE_ID and call.status == 200:
            self.told[call.endpoint] = self.cloud.truth(HOUSE_ID)

    def raise_alarm(self) -> None:
        """Let the cloud miss a panel, and raise an alarm at once."""
        self.house.life.hurry = 0
        self.house.panel_falls_silent(SILENT_PANEL)
        self._notice()

    def clear_alarm(self) -> None:
        """Let the cloud hear the panel again."""
        self.house.panel_is_heard(SILENT_PANEL)
        self._notice()

    def alarm_stands(self) -> None:
        """Let an alarm stand that is some days old."""
        serial = self.house.panels[SILENT_PANEL].serial
        self.house.begin(Kind.PANEL_SILENT, serial, since=self.house.now - LONG_S)

    def _notice(self) -> None:
        """Let the gateway tell the cloud at once."""
        self.house.reporting.notice(self.house.now)


def build_account(
    site: Site, roof: Roof, fittings: Fittings, gateway: EnvoySimulator | None
) -> Account:
    """Give a house that was made for a gateway an account; without the gateway it is all there is.

    What is wrong with a panel of the gateway, the cloud hears of as well.
    """
    serials = [str(FIRST_SERIAL + number) for number in range(roof.panels)]
    house = EnlightenSystem(
        site.clock,
        system_id=HOUSE_ID,
        name="Main house",
        site=site,
        seed=site.seed,
        panel_serials=serials,
        batteries=fittings.encharges,
        production_meter=CtKind.PRODUCTION in fittings.cts,
        consumption_meter=bool(fittings.cts & {CtKind.NET_CONSUMPTION, CtKind.TOTAL_CONSUMPTION}),
        net_meter=CtKind.NET_CONSUMPTION in fittings.cts,
        gateway_serial=SERIAL,
        loses_dead_panels=False,
        incidents=True,
    )
    if gateway is not None:
        house.watches.append(lambda: troubles_of(gateway.field.panels))
    beach = EnlightenSystem(
        site.clock,
        system_id=BEACH_ID,
        name="Beach house",
        place=BEACH,
        seed=site.seed + 1,
        gateway_serial=BEACH_GATEWAY,
    )
    cloud = EnlightenSimulator(
        site.clock, [house, beach], applications=[Application(plan=roof.plan)]
    )
    return Account(cloud, COMPANION if gateway else CLOUD_ONLY, by_hand=roof.by_hand)


def troubles_of(panels: Collection[Panel]) -> list[Trouble]:
    """List what is wrong with panels that are on the roof."""
    return [
        Trouble(Kind.PANEL_SILENT if panel.silent else Kind.PANEL_DEAD, panel.serial)
        for panel in panels
        if not panel.retired and panel.last_heard is None and (panel.silent or panel.gain == 0)
    ]
