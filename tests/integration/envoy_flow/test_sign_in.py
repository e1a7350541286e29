"""What goes wrong while signing in: it is named, and nothing secret is shown again."""

from collections.abc import Callable

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_monitor.sources.envoy import probe
from custom_components.solar_monitor.sources.envoy.entries import TokenOrigin
from tests.integration.envoy_flow.kit import (
    LOGIN,
    OTHER_SERIAL,
    created,
    error_text,
    find,
    log_in,
    paste,
    submit,
    suggestions,
)
from tests.simulators.envoy import CloudFault, Endpoint, EnvoySimulator, Fault

pytestmark = pytest.mark.usefixtures("no_set_up")

type Arrange = Callable[[EnvoySimulator, pytest.MonkeyPatch], None]


def _wrong_password(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
    gateway.cloud.password = "another"  # noqa: S105 - nobody's


def _second_factor(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
    gateway.cloud.mfa = True


def _no_internet(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
    gateway.cloud.down = True


def _silent_cloud(gateway: EnvoySimulator, patcher: pytest.MonkeyPatch) -> None:
    patcher.setattr(probe, "CLOUD_LIMIT_S", 0.2)
    gateway.cloud.fault = CloudFault.SILENT


def _cloud(fault: CloudFault) -> Arrange:
    """Let the cloud go wrong."""

    def arrange(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
        gateway.cloud.fault = fault

    return arrange


def _ended_token(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
    gateway.cloud.expires_in = -1


def _closed(gateway: EnvoySimulator, _: pytest.MonkeyPatch) -> None:
    gateway.close()


def _silent(gateway: EnvoySimulator, patcher: pytest.MonkeyPatch) -> None:
    patcher.setattr(probe, "SIGN_IN_LIMIT_S", 0.2)
    gateway.fault(Endpoint.METERS, Fault.SILENT)


def _mend(gateway: EnvoySimulator) -> None:
    """Let everything be right again."""
    gateway.clear_faults()
    cloud = gateway.cloud
    cloud.fault, cloud.mfa, cloud.down = CloudFault.NONE, False, False
    cloud.password, cloud.expires_in = LOGIN["password"], None


@pytest.mark.parametrize(
    ("arrange", "key"),
    [
        (_wrong_password, "invalid_auth"),
        (_cloud(CloudFault.NO_TOKEN), "invalid_auth"),
        (_second_factor, "mfa_required"),
        (_no_internet, "cloud_unreachable"),
        (_silent_cloud, "cloud_unreachable"),
        (_cloud(CloudFault.FAIL), "cloud_unreachable"),
        (_cloud(CloudFault.GARBAGE), "cloud_unreachable"),
        (_cloud(CloudFault.RESET), "cloud_unreachable"),
        (_cloud(CloudFault.FOREIGN_TOKEN), "wrong_token"),
        (_ended_token, "token_expired"),
        (_closed, "port_closed"),
        (_silent, "no_answer"),
    ],
)
async def test_a_fault_of_the_account_is_named_and_the_form_goes_on(
    hass: HomeAssistant, gateway: EnvoySimulator, arrange: Arrange, key: str
) -> None:
    menu = await find(hass, gateway)
    with pytest.MonkeyPatch.context() as patcher:
        arrange(gateway, patcher)
        shown = await log_in(hass, menu, store_password=True)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "login")
    assert shown["errors"] == {"base": key}
    assert error_text(shown)
    assert suggestions(shown) == {"username": LOGIN["username"], "store_password": True}

    _mend(gateway)
    again = suggestions(shown) | {"password": LOGIN["password"]}
    assert created(await submit(hass, shown, again)).data["password"] == LOGIN["password"]


@pytest.mark.parametrize("arrange", [_second_factor, _no_internet])
async def test_a_token_can_be_pasted_where_the_account_is_of_no_use(
    hass: HomeAssistant, gateway: EnvoySimulator, arrange: Arrange, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = await find(hass, gateway)
    arrange(gateway, monkeypatch)
    shown = await log_in(hass, menu)
    refused = await submit(hass, shown, {"token": gateway.token(audience=OTHER_SERIAL)})
    assert refused["errors"] == {"base": "wrong_token"}
    assert suggestions(refused) == {"store_password": False}

    token = gateway.token()
    entry = created(await submit(hass, refused, {"token": token}))
    assert entry.data["token"] == token
    assert entry.data["token_origin"] == TokenOrigin.PASTED


async def test_an_empty_form_is_a_refused_sign_in(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    gateway.cloud.mfa = True
    shown = await log_in(hass, await find(hass, gateway))
    gateway.cloud.requests.clear()
    shown = await submit(hass, shown, {})
    assert shown["errors"] == {"base": "invalid_auth"}
    assert gateway.cloud.requests == []


type MakeToken = Callable[[EnvoySimulator], str]


def _refused(gateway: EnvoySimulator) -> str:
    token = gateway.token()
    gateway.revoke()
    return token


def _forged(gateway: EnvoySimulator) -> str:
    """Take the signature of another token: only the gateway can tell."""
    body, _, _ = gateway.token().rpartition(".")
    _, _, signature = gateway.token().rpartition(".")
    return f"{body}.{signature}"


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda _: "", "wrong_token"),
        (lambda _: "secret", "wrong_token"),
        (lambda gateway: gateway.token()[:200], "wrong_token"),
        (lambda gateway: gateway.token(audience=OTHER_SERIAL), "wrong_token"),
        (lambda gateway: gateway.token(audience="un-commissioned"), "wrong_token"),
        (lambda gateway: gateway.token(expires_in=-1), "token_expired"),
        (_refused, "invalid_auth"),
        (_forged, "invalid_auth"),
    ],
)
async def test_a_token_of_no_use_is_named_and_the_form_goes_on(
    hass: HomeAssistant, gateway: EnvoySimulator, make: MakeToken, key: str
) -> None:
    shown = await paste(hass, await find(hass, gateway), make(gateway))
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "token")
    assert shown["errors"] == {"base": key}
    assert error_text(shown)
    assert suggestions(shown) == {}

    token = gateway.token()
    assert created(await submit(hass, shown, {"token": token})).data["token"] == token


async def test_a_token_for_another_gateway_is_not_sent_to_this_one(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    shown = await paste(hass, await find(hass, gateway), gateway.token(audience=OTHER_SERIAL))
    assert gateway.serial in error_text(shown)
    assert gateway.keeper.jwt_checks == 0


async def test_nothing_is_sent_to_a_certificate_that_was_not_shown(
    hass: HomeAssistant, gateway: EnvoySimulator
) -> None:
    menu = await find(hass, gateway)
    gateway.change_certificate()
    asked = len(gateway.requests)
    shown = await paste(hass, menu, gateway.token())
    assert shown["errors"] == {"base": "certificate_changed"}
    assert error_text(shown)
    assert len(gateway.requests) == asked


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.FORBIDDEN])
async def test_one_page_that_is_locked_does_not_make_a_good_token_bad(
    hass: HomeAssistant, gateway: EnvoySimulator, fault: Fault
) -> None:
    gateway.fault(Endpoint.METERS, fault)
    token = gateway.token()
    entry = created(await paste(hass, await find(hass, gateway), token))
    assert entry.data["token"] == token


@pytest.mark.parametrize("fault", [Fault.FAIL, Fault.NOT_FOUND])
async def test_a_gateway_that_cannot_check_a_token_now_has_to_do_it_later(
    hass: HomeAssistant, gateway: EnvoySimulator, fault: Fault
) -> None:
    gateway.fault(Endpoint.METERS, fault)
    shown = await paste(hass, await find(hass, gateway), gateway.token())
    assert shown["errors"] == {"base": "bad_status"}
    gateway.clear_faults()
    assert created(await submit(hass, shown, {"token": gateway.token()})).version == 1
