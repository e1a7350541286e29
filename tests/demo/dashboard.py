"""The dashboard that the site makes, taken over as a user does it."""

from typing import Final

import yaml

from tests.demo.client import Client
from tests.demo.onboarding import DOMAIN

URL_PATH: Final = "solar-site"


async def add_dashboard(client: Client) -> None:
    """Ask for the dashboard, and paste its text into a new one."""
    answer = await client.post(f"/api/services/{DOMAIN}/get_dashboard?return_response", {})
    config = yaml.safe_load(answer["service_response"]["yaml"])
    await client.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        mode="storage",
        title="Solar site",
        icon="mdi:solar-power",
        require_admin=False,
        show_in_sidebar=True,
    )
    await client.command("lovelace/config/save", url_path=URL_PATH, config=config)
