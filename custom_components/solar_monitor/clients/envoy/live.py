"""The live data: `/ivp/livedata/status`, in thousandths of W, fresh only while the stream is on."""

from . import raw
from .readings import Live

ENABLED = "enabled"


def read_live(doc: object) -> Live:
    """Read the live data; raises BadAnswerError when it is no object.

    The gateway's signs are ours: grid + importing, storage + discharging.
    """
    doc = raw.need_table(doc)
    connection = raw.table(doc.get("connection"))
    meters = raw.table(doc.get("meters"))

    def power(name: str) -> float | None:
        return raw.milli(raw.table(meters.get(name)).get("agg_p_mw"))

    return Live(
        pv_w=power("pv"),
        grid_w=power("grid"),
        battery_w=power("storage"),
        load_w=power("load"),
        generator_w=power("generator"),
        soc=raw.number(meters.get("soc")),
        streaming=connection.get("sc_stream") == ENABLED,
        measured_at=raw.moment(meters.get("last_update")),
    )


def read_stream(doc: object) -> bool:
    """Read whether the stream is on, from the answer to switching it."""
    return bool(raw.need_table(doc).get("sc_stream") == ENABLED)
