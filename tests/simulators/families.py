"""The families of inverters that can be simulated."""

from tests.simulators.face import Face
from tests.simulators.face_hybrid_1p import HybridOnePhase
from tests.simulators.face_hybrid_3p_lv import HybridThreePhaseLv
from tests.simulators.face_micro import MicroInverter
from tests.simulators.face_string import StringInverter

FACES: dict[str, type[Face]] = {
    "hybrid_1p": HybridOnePhase,
    "hybrid_3p_lv": HybridThreePhaseLv,
    "string": StringInverter,
    "micro": MicroInverter,
}
"""A face by the name that the integration has for its family."""
