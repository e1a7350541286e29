"""A simulated Enphase Envoy (IQ Gateway) and the cloud that signs its tokens.

site = envoy_house(Clock(start), panels=20)
envoy = EnvoySimulator(site, shape=Shape.D8_3_METERED, panels=20)
host = await envoy.start()          # "127.0.0.1:44321"
envoy.token(); envoy.fingerprint; envoy.cloud.login_url; envoy.truth()
envoy.fault(Endpoint.READINGS, Fault.FAIL)
await envoy.stop()
"""

from tests.simulators.envoy.cloud import CloudFault, CloudSimulator
from tests.simulators.envoy.endpoints import Endpoint, Role
from tests.simulators.envoy.faults import EVERYWHERE, Fault
from tests.simulators.envoy.panels import Panel, row_of
from tests.simulators.envoy.plant import envoy_house, envoy_plant
from tests.simulators.envoy.shapes import Bug, CtKind, Fittings, Shape
from tests.simulators.envoy.simulator import EnvoySimulator
from tests.simulators.envoy.truth import Truth

__all__ = [
    "EVERYWHERE",
    "Bug",
    "CloudFault",
    "CloudSimulator",
    "CtKind",
    "Endpoint",
    "EnvoySimulator",
    "Fault",
    "Fittings",
    "Panel",
    "Role",
    "Shape",
    "Truth",
    "envoy_house",
    "envoy_plant",
    "row_of",
]
