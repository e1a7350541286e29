"""What diagnostics may show of the site: no names, no serial numbers, no entities."""

from dataclasses import asdict
from typing import Any

from ..sources.spec import Source
from .shedder import shedding_of
from .source import SiteSource


def diagnostics(source: Source) -> dict[str, Any]:
    """Describe what the site has and what is missing, by counts and by words of our own."""
    if not isinstance(source, SiteSource) or source.moment is None:
        return {}
    moment = source.moment
    plant = moment.plant
    return {
        "features": source.model.shape.to_list(),
        "status": moment.status.value,
        "meter": moment.meter_kind.value,
        "sources": len(moment.contributions),
        "hybrids": [
            {
                "port_use": hybrid.port_use.value,
                "ct": hybrid.ct is not None,
                "rated_w": hybrid.rated_w,
            }
            for hybrid in plant.hybrids
        ],
        "arrays": [array.feed.value for array in plant.arrays],
        "batteries": len(plant.batteries),
        "missing": len(moment.missing),
        "held": moment.held,
        "faults": sorted(moment.faults),
        "flows": {
            name: value for name, value in asdict(moment.flows).items() if name.endswith("_w")
        },
        "load_shedding": shedding_of(source).described(),
    }
