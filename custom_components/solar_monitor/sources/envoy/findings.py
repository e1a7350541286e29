"""What goes wrong between us and a gateway that the user can do something about."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ...clients.envoy.pin import fetch_fingerprint, probe_gateway
from ...clients.errors import CertificateChangedError, ClientError
from ...clients.report import UpdateReport
from ..spec import Finding
from .token_care import TokenCare

if TYPE_CHECKING:
    from homeassistant.helpers.device_registry import DeviceEntry

    from ...clients.envoy.info import GatewayInfo

CERTIFICATE_CHANGED: Final = "certificate_changed"
PANELS_RETIRED: Final = "panels_retired"
# Whether it shows the known certificate again is looked at with a handshake; nothing is sent.
LOOK_AGAIN_S: Final = 900.0


class CertificateWatch:
    """Stops everything when the gateway shows another certificate than the known one."""

    def __init__(self, host: str, known: str | None) -> None:
        """Take the address and the fingerprint of the known certificate (SHA-256, hex)."""
        self._host = host
        self._known = known
        self._looked_at = 0.0
        self._judged = False
        self.error: CertificateChangedError | None = None
        """Not None: nothing may be sent until the user has decided."""

    def note(self, report: UpdateReport, now: float) -> None:
        """Take in how a poll ended (monotonic seconds)."""
        for error in report.failed.values():
            if isinstance(error, CertificateChangedError):
                self.error, self._looked_at = error, now
        self._judged |= self.error is not None or bool(report.updated)

    async def look_again(self, now: float) -> None:
        """Go on if the known certificate is back: another device had the address for a while."""
        if self.error is None or now - self._looked_at < LOOK_AGAIN_S:
            return
        self._looked_at = now
        try:
            shown = await fetch_fingerprint(self._host)
        except ClientError:
            return
        if shown == self._known:
            self.error = None
        elif shown != self.error.fingerprint:
            self.error = CertificateChangedError(fingerprint=shown)

    def undecided(self) -> frozenset[str]:
        """Name what may hold since before the start and has not been judged anew."""
        return frozenset() if self._judged else frozenset({CERTIFICATE_CHANGED})

    def findings(self) -> Iterator[Finding]:
        """Say which certificate is shown, so that the user can decide."""
        if self.error is None:
            return
        shown = self.error.fingerprint
        yield Finding(
            key=CERTIFICATE_CHANGED,
            placeholders={"fingerprint": shown, "old_fingerprint": self._known or ""},
            data={"fingerprint": shown},
            fixable=True,
        )


class UpgradeWatch:
    """Notices that a gateway without TLS has got firmware that opens to a token only.

    Nothing of it says so where it was asked so far: its pages are locked there, or gone.
    """

    def __init__(self, host: str, serial: str, known: str | None) -> None:
        """Take the address and the fingerprint of the known certificate; with one it is over."""
        self._host = host
        self._serial = serial
        self._has_pin = known is not None
        self._looked_at: float | None = None
        self._upgraded = False

    async def look(self, now: float) -> None:
        """Look who is there if all pages fail, now and then (monotonic seconds)."""
        recently = self._looked_at is not None and now - self._looked_at < LOOK_AGAIN_S
        if self._has_pin or self._upgraded or recently:
            return
        self._looked_at = now
        with suppress(ClientError):
            self.note((await probe_gateway(self._host, fingerprint=None)).info)

    def note(self, info: GatewayInfo | None) -> None:
        """Take in what a gateway says of itself."""
        if info is not None and info.serial == self._serial and not self._has_pin:
            self._upgraded |= info.needs_token

    @property
    def upgraded(self) -> bool:
        """Whether the user has to sign in to it from now on."""
        return self._upgraded


def retired_findings(retired: Mapping[str, DeviceEntry]) -> Iterator[Finding]:
    """Offer to remove the devices of panels that are gone for good, by serial number.

    A device that the user has disabled is one that he wants to keep. Each set of panels is a
    repair of its own: one that is ignored does not hide the next panel.
    """
    offered = {
        serial: device.name_by_user or device.name or serial
        for serial, device in sorted(retired.items())
        if device.disabled_by is None
    }
    if not offered:
        return
    serials = ",".join(offered)
    names = (name if serial in name else f"{name} ({serial})" for serial, name in offered.items())
    yield Finding(
        key=PANELS_RETIRED,
        stage=f"_{sha256(serials.encode()).hexdigest()[:12]}",
        placeholders={"panels": "\n".join(f"- {name}" for name in names)},
        data={"serials": serials},
        fixable=True,
    )


def findings(certificate: CertificateWatch, token: TokenCare, now: float) -> tuple[Finding, ...]:
    """List what holds now (unix seconds)."""
    return (*certificate.findings(), *token.findings(now))
