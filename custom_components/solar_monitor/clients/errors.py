"""One error family for all clients.

Every error names a fault a person can act on. `key` is stable for ever: it is the translation key
of the config flow's errors and of the exceptions shown by Home Assistant. The text of an error
is for the log only and holds no secret and no serial number.
"""

from typing import ClassVar


class ClientError(Exception):
    """A device could not be read or written; the root of the family."""

    key: ClassVar[str] = "unknown_error"
    text: ClassVar[str] = "the device could not be read"
    answered: ClassVar[bool] = False
    """Whether the way to the device works all the same: its logger, say, has answered."""

    def __init__(self, message: str | None = None) -> None:
        """Take an optional text that says more than the default one."""
        super().__init__(message or self.text)


class CannotConnectError(ClientError):
    """The host is unreachable, its name is unknown, or the connection timed out."""

    key = "cannot_connect"
    text = "the host cannot be reached"


class PortClosedError(CannotConnectError):
    """The host is there and refuses the port (newer loggers have no local port)."""

    key = "port_closed"
    text = "the host refuses connections on this port"


class LinkLostError(ClientError):
    """The connection was closed or reset while it was in use."""

    key = "link_lost"
    text = "the connection was lost"


class NoAnswerError(ClientError):
    """Nothing that answers our request came within the time limit."""

    key = "no_answer"
    text = "no answer in time"


class BusyError(NoAnswerError):
    """No answer in time, while answers to another client's requests arrived."""

    key = "busy"
    text = "no answer in time, and another client is talking to the device"


class WrongSerialError(ClientError):
    """The logger has another serial number than the one it was asked with."""

    key = "wrong_serial"
    text = "the logger has another serial number"

    def __init__(self, message: str | None = None, *, serial: int) -> None:
        """Keep the logger's own serial number, 0..2^32-1, as its answer told it."""
        super().__init__(message)
        self.serial = serial


class UnitSilentError(ClientError):
    """The logger answered, the inverter behind it did not (unit number or function)."""

    key = "unit_silent"
    text = "the logger answers, the Modbus unit behind it does not"
    answered = True


class EthernetLoggerError(ClientError):
    """The device speaks Modbus TCP, not Solarman V5."""

    key = "ethernet_logger"
    text = "the device speaks Modbus TCP instead of Solarman V5"


class BadAnswerError(ClientError):
    """An answer that does not fit its request: CRC, unit, function, length or content."""

    key = "bad_answer"
    text = "the answer does not fit the request"


class ModbusRefusedError(ClientError):
    """The inverter answered with a Modbus exception."""

    key = "refused"
    text = "the inverter refused the request"
    answered = True

    def __init__(self, message: str | None = None, *, code: int) -> None:
        """Keep the Modbus exception code, 0..255 (2: illegal address, 3: illegal value)."""
        super().__init__(message or f"{self.text} (Modbus exception {code})")
        self.code = code


class WrongFamilyError(ClientError):
    """The inverter is of a family whose registers we do not know."""

    key = "wrong_family"
    text = "the inverter is of another family"
    answered = True

    def __init__(self, message: str | None = None, *, device_type: int) -> None:
        """Keep the device type register, 0..65535, that names the family."""
        super().__init__(message or f"{self.text} (device type 0x{device_type:04x})")
        self.device_type = device_type


class AsleepError(ClientError):
    """The device answers with nothing but zeros, as a sleeping inverter does."""

    key = "asleep"
    text = "the inverter is asleep"
    answered = True


class InvalidAuthError(ClientError):
    """The gateway refused the token itself, or Enphase's cloud e-mail address and password.

    A token that is valid and may not read one endpoint is an HttpStatusError of that endpoint.
    """

    key = "invalid_auth"
    text = "the credentials were refused"
    answered = True


class MfaRequiredError(ClientError):
    """The cloud wants a second factor: a token can only be fetched by hand."""

    key = "mfa_required"
    text = "the account asks for a second factor"


class CloudUnreachableError(ClientError):
    """The manufacturer's cloud cannot be reached, or its answer makes no sense."""

    key = "cloud_unreachable"
    text = "the cloud cannot be reached"


class TokenExpiredError(ClientError):
    """The token's time is over; known from the token itself, without asking anybody."""

    key = "token_expired"
    text = "the token has expired"


class WrongTokenError(ClientError):
    """What was given is no token, or one for another gateway."""

    key = "wrong_token"
    text = "the token is not one for this gateway"


class CertificateChangedError(ClientError):
    """The device shows another TLS certificate than the pinned one; nothing was sent to it."""

    key = "certificate_changed"
    text = "the device shows another certificate than the known one"

    def __init__(self, message: str | None = None, *, fingerprint: str) -> None:
        """Keep the SHA-256 (hex) of the certificate now shown (DER)."""
        super().__init__(message)
        self.fingerprint = fingerprint


class UnsupportedGatewayError(ClientError):
    """The device is no Enphase gateway, or its firmware has nothing we can read."""

    key = "unsupported_gateway"
    text = "the device is not a gateway that can be read"


class WrongGatewayError(ClientError):
    """Another gateway answers than the one that was set up."""

    key = "wrong_gateway"
    text = "the gateway has another serial number"

    def __init__(self, message: str | None = None, *, serial: str) -> None:
        """Keep the serial number of the gateway that answered."""
        super().__init__(message)
        self.serial = serial


class HttpStatusError(ClientError):
    """An HTTP status other than success: redirects, missing or forbidden pages, server faults."""

    key = "bad_status"
    text = "the device answered with an HTTP error"
    answered = True

    def __init__(self, message: str | None = None, *, status: int) -> None:
        """Keep the HTTP status, 300..599."""
        super().__init__(message or f"{self.text} (status {status})")
        self.status = status


class TokenUncheckedError(HttpStatusError):
    """The device cannot check the token now, as while it starts: it says nothing of the pages."""

    text = "the device cannot check the token"
