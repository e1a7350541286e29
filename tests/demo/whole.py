"""The whole house as Home Assistant sees it: the entry that comes with the first source."""

from typing import Final

from tests.demo.past import SITE_PAST
from tests.demo.site_truth import NOT_YET, SiteTruth
from tests.demo.watched import Watched, count_polls

SITE: Final = "site"


def watched_site(truth: SiteTruth) -> Watched:
    """Watch the site, which comes by itself and asks nobody: it is as old as its sources."""
    logger = truth.house.logger
    return Watched(
        kind=SITE,
        id_prefix=SITE,
        form={},
        options={},
        hurry={},
        truth=truth,
        polls=lambda: count_polls(logger),
        past=SITE_PAST,
        unknown_at_first=NOT_YET,
        required=truth.required,
    )
