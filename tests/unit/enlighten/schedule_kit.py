"""What the tests of the schedule share."""

from datetime import UTC, datetime
import json

import orjson

from custom_components.solar_monitor.clients.enlighten.budget import Budget
from custom_components.solar_monitor.clients.enlighten.daylight import Daylight
from custom_components.solar_monitor.clients.enlighten.jobs import Job, Profile
from custom_components.solar_monitor.clients.enlighten.models import Summary
from custom_components.solar_monitor.clients.enlighten.plans import Plan
from custom_components.solar_monitor.clients.enlighten.schedule import Schedule, Task
from custom_components.solar_monitor.clients.errors import ClientError

from .paper_cloud import PaperTime

DAY = 86_400.0
HOUR = 3_600.0
SYSTEM = 700_000  # no minutes after the full hour
FULL = {
    "devices": {
        "meters": [{"config_type": "Production"}, {"config_type": "Net"}],
        "encharges": [{"serial_number": "492"}],
    }
}


class Desk:
    """A schedule with one system, at noon on the first of March in UTC."""

    def __init__(
        self, profile: Profile = Profile.CLOUD_ONLY, memory: object = None, *, hour: int = 12
    ) -> None:
        """Include the system."""
        self.profile = profile
        self.time = PaperTime(datetime(2027, 3, 1, hour, tzinfo=UTC))
        stored = {"clean": True, "months": {"2027-02": {}}}
        self.budget = Budget(Plan.WATT, stored, now=self.time, sleep=self.time.sleep)
        self.schedule = Schedule(self.budget, memory, now=self.time)
        self.schedule.include(SYSTEM, profile, Daylight(UTC))

    def due(self) -> list[Task]:
        """Do everything that is due, without an answer of interest."""
        done = []
        while task := self.schedule.due([SYSTEM]):
            done.append(task)
            self.schedule.succeeded(task, None)
        return done

    def jobs(self) -> list[Job]:
        """Do everything that is due and name it."""
        return [task.job for task in self.due()]

    def learn(self, payload: object) -> None:
        """Let the schedule know something, as an answer of no special job."""
        self.schedule.site(SYSTEM).memory.knowledge.learn(payload)

    def fail(self, job: Job, error: ClientError) -> float:
        """Let a job fail; gives in how many seconds it is due again."""
        task = self.schedule.task(SYSTEM, job)
        assert task is not None
        self.schedule.failed(task, error)
        return self.at(job) - self.time.now

    def at(self, job: Job) -> float:
        """When a job is due."""
        return self.schedule.site(SYSTEM).memory.due[job]

    def again(self) -> Schedule:
        """Restart."""
        memory = json.loads(orjson.dumps(self.schedule.to_dict()))
        self.schedule = Schedule(self.budget, memory, now=self.time)
        self.schedule.include(SYSTEM, self.profile, Daylight(UTC))
        return self.schedule


def summary(**more: object) -> Summary:
    """Make a summary."""
    return Summary.read({"system_id": SYSTEM, "status": "normal"} | more)
