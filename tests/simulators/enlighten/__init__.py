"""A simulated Enphase cloud: API v4 with its quotas and plans, and OAuth with rotating tokens.

clock = Clock(datetime(2026, 6, 21, 10, tzinfo=UTC))
cloud = EnlightenSimulator(clock)                    # one system by formula, one free application
base = await cloud.start()                           # "http://127.0.0.1:44321"
cloud.authorize_url, cloud.token_url, cloud.redirect_uri
cloud.application.client_id, .client_secret, .api_key
tokens = cloud.sign_in()                             # without a browser
cloud.system.panel_dies(3); clock.advance(86_400)
cloud.truth(); cloud.calls; cloud.used(); cloud.oauth.calls
cloud.fault(Endpoint.SUMMARY, Fault.MINUTE_QUOTA, times=1)
await cloud.stop()
"""

from tests.simulators.enlighten.asked import USUAL, Quirk
from tests.simulators.enlighten.catalogue import CATALOGUE, EventType
from tests.simulators.enlighten.endpoints import Endpoint
from tests.simulators.enlighten.faults import EVERYWHERE, Fault
from tests.simulators.enlighten.gate import Told
from tests.simulators.enlighten.grants import OWNER, Application, InvalidGrantError
from tests.simulators.enlighten.oauth import Consent, TokenCall, TokenFault
from tests.simulators.enlighten.plans import FREE, Access, Plan
from tests.simulators.enlighten.quota import Period
from tests.simulators.enlighten.registers import Registers
from tests.simulators.enlighten.simulator import Call, EnlightenSimulator
from tests.simulators.enlighten.system import Connection, EnlightenSystem, Window
from tests.simulators.enlighten.troubles import Alarm, Event, Kind, Trouble
from tests.simulators.enlighten.truth import SystemTruth

__all__ = [
    "CATALOGUE",
    "EVERYWHERE",
    "FREE",
    "OWNER",
    "USUAL",
    "Access",
    "Alarm",
    "Application",
    "Call",
    "Connection",
    "Consent",
    "Endpoint",
    "EnlightenSimulator",
    "EnlightenSystem",
    "Event",
    "EventType",
    "Fault",
    "InvalidGrantError",
    "Kind",
    "Period",
    "Plan",
    "Quirk",
    "Registers",
    "SystemTruth",
    "TokenCall",
    "TokenFault",
    "Told",
    "Trouble",
    "Window",
]
