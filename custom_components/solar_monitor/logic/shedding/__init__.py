"""Load shedding: `decide` turns settings, memory, a reading and loads into the next call.

- A load is shed below its level of charge and given back from another, higher one on. The loads
  of the list stand on a staircase: each next, more important one has levels `step` lower.
- Why a load was shed is remembered, and decides when it is given back. Powers and the grid are
  conditions for shedding; charge alone is enough for giving back.
- Only what was shed is given back, after a restart too: what is about to be done is stored before.
- One load turns at a time, and none too soon after it has turned before.
- Too few, too old or impossible readings decide nothing.

`deciding.py` leads through: `senses.py` and `grid.py` hear, `ledger.py` finds out what became of
loads and calls, `rules.py` judges, `plan.py` chooses, `status.py` names it.
"""

from .config import Config, Levels
from .deciding import decide
from .inputs import Load, Reading, Request, Result
from .memory import Memory
from .outputs import Call, Decision, Event
from .terms import Cause, Grid, Happening, Reason, Status, Turn, Wish

__all__ = [
    "Call",
    "Cause",
    "Config",
    "Decision",
    "Event",
    "Grid",
    "Happening",
    "Levels",
    "Load",
    "Memory",
    "Reading",
    "Reason",
    "Request",
    "Result",
    "Status",
    "Turn",
    "Wish",
    "decide",
]
