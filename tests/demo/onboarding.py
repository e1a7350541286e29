"""A first user, and our sources: all through the interfaces that a browser uses."""

from collections.abc import Mapping
from typing import Any

from tests.demo.client import Client, Json
from tests.demo.errors import DemoError

DOMAIN = "solar_monitor"
USERNAME = PASSWORD = "demo"  # noqa: S105 - printed for whoever opens the demo
TOKEN_DAYS = 365
LOCALE = {
    "language": "en",
    "number_format": "language",
    "time_format": "24",
    "date_format": "language",
    "first_weekday": "language",
    "time_zone": "server",
}
FLOWS = "/api/config/config_entries/flow"
OPTIONS_FLOWS = "/api/config/config_entries/options/flow"
WAYS = ("login", "browser")
"""The usual ways to sign in to a gateway and to an account."""


async def create_owner(client: Client) -> None:
    """Create the owner; gives the client a token that lasts."""
    user = {"name": "Demo", "username": USERNAME, "password": PASSWORD, "language": "en"}
    created = await client.post("/api/onboarding/users", {"client_id": client.url, **user})
    code = created["auth_code"]
    grant = {"grant_type": "authorization_code", "code": code, "client_id": client.url}
    client.token = (await client.post_form("/auth/token", grant))["access_token"]
    client.token = await client.command(
        "auth/long_lived_access_token", client_name="Demo", lifespan=TOKEN_DAYS
    )
    # Pages show the house's time, not that of whoever looks: its day is what was simulated.
    await client.command("frontend/set_user_data", key="language", value=LOCALE)


async def add_credential(client: Client, credential: Mapping[str, str]) -> None:
    """Store the ID and the secret of an application, as the dialog of Home Assistant does."""
    await client.command("application_credentials/create", domain=DOMAIN, **credential)


async def add_source(client: Client, kind: str, fields: Mapping[str, Any]) -> str:
    """Add a source through its config flow, as a user would; returns the entry's id."""
    step = await client.post(FLOWS, {"handler": DOMAIN})
    path = f"{FLOWS}/{step['flow_id']}"
    while step["type"] != "create_entry":
        if step["type"] == "external":
            await client.visit(step["url"])
            step = await client.get(path)
        else:
            step = await client.post(path, answer(step, kind, fields))
    entry_id: str = step["result"]["entry_id"]
    return entry_id


def answer(step: Mapping[str, Any], kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a step of a config flow; raises DemoError when it does not like the last answer."""
    if step["type"] == "menu":
        return {"next_step_id": next(way for way in (kind, *WAYS) if way in step["menu_options"])}
    if step["type"] != "form" or step.get("errors"):
        why = step.get("errors") or step.get("reason") or step
        raise DemoError(f"The {kind} could not be added, step {step.get('step_id')}: {why}")
    if step["step_id"] == "pick":  # real devices answered in this network: none of them
        return {"logger": "by_hand"}
    return fill(step["data_schema"], fields)


async def find_site(client: Client) -> str:
    """Find the entry that came by itself with the first source; returns its id.

    Raises DemoError when there is none.
    """
    entries = await client.command("config_entries/get", domain=DOMAIN)
    for entry in entries:
        if entry["source"] == "import":
            entry_id: str = entry["entry_id"]
            return entry_id
    raise DemoError("The site did not come by itself.")


async def set_options(
    client: Client, entry_id: str, fields: Mapping[str, Any], part: str | None = None
) -> None:
    """Change some of an entry's options through its options dialog; the others stay.

    `part` is what is chosen where the dialog begins with a menu.
    """
    step = await client.post(OPTIONS_FLOWS, {"handler": entry_id})
    path = f"{OPTIONS_FLOWS}/{step['flow_id']}"
    if part is not None:
        step = await client.post(path, {"next_step_id": part})
    await _submit(client, path, step, fields)


async def _submit(
    client: Client, path: str, form: Mapping[str, Any], fields: Mapping[str, Any]
) -> Json:
    """Fill a form in and send it; raises DemoError when it comes back."""
    if form["type"] != "form":
        raise DemoError(f"A form was expected: {form}")
    result = await client.post(path, fill(form["data_schema"], fields))
    if result["type"] != "create_entry":
        why = result.get("errors") or result.get("reason") or result
        raise DemoError(f"The form {form['step_id']} was not accepted: {why}")
    return result


def fill(schema: list[Mapping[str, Any]], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fill a form as the browser does: with what it suggests, and every section present.

    `fields` may be anywhere in it.
    """
    form: dict[str, Any] = {}
    for field in schema:
        name = field["name"]
        suggestion = (field.get("description") or {}).get("suggested_value", field.get("default"))
        if name in fields:
            form[name] = fields[name]
        elif field.get("type") == "expandable":
            form[name] = fill(field["schema"], fields)
        elif suggestion is not None:
            form[name] = suggestion
    return form
