"""`/info`: who the gateway is. XML, readable without signing in on every firmware."""

from dataclasses import dataclass
import re
from typing import Final
from xml.parsers import expat

from ..errors import UnsupportedGatewayError

# From here on requests need HTTPS and a token; pyenphase draws the same line.
_TOKEN_FIRMWARE: Final = 7
SERIAL: Final = re.compile(r"[0-9]{6,20}")
"""How serial numbers of gateways look."""

_VERSION: Final = re.compile(r"[A-Za-z]*([0-9]+(?:\.[0-9]+)*)")
_LONGEST_TEXT: Final = 100


@dataclass(frozen=True, slots=True)
class GatewayInfo:
    """What a gateway says of itself."""

    serial: str
    firmware: str
    """Version without the letter of its build, as `8.3.5169`."""
    part_number: str
    metered: bool
    """Whether it is of the kind that has meters; CTs need not be connected."""
    needs_token: bool
    """Whether requests need HTTPS and a token (firmware 7 and later)."""


class _Refused(Exception):  # noqa: N818  never leaves this module
    """The document holds what no gateway sends."""


class _Reader:
    """Collects the texts below `<device>`. Without document types there are no entities."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.texts: dict[str, str] = {}
        self._path: list[str] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, body: bytes) -> None:
        """Take a whole document."""
        self._parser.Parse(body, True)  # noqa: FBT003  takes no keywords

    def _doctype(self, *_: object) -> None:
        raise _Refused

    def _start(self, name: str, _: object) -> None:
        self._path.append(name)

    def _end(self, _: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        match self._path:
            case ["envoy_info", "device", name]:
                self.texts[name] = (self.texts.get(name, "") + text)[:_LONGEST_TEXT]
            case _:
                pass


def parse_info(body: bytes) -> GatewayInfo:
    """Read the body of `/info`; raises UnsupportedGatewayError for all that is no gateway's."""
    reader = _Reader()
    try:
        reader.read(body)
    except (_Refused, expat.ExpatError, ValueError) as err:
        raise UnsupportedGatewayError(f"no readable /info: {type(err).__name__}") from None
    texts = {name: text.strip() for name, text in reader.texts.items()}
    version = _VERSION.match(texts.get("software", ""))
    serial = texts.get("sn", "")
    if version is None or not SERIAL.fullmatch(serial):
        raise UnsupportedGatewayError("/info tells no serial number or firmware")
    firmware = version[1]
    return GatewayInfo(
        serial=serial,
        firmware=firmware,
        part_number=texts.get("pn", ""),
        metered=texts.get("imeter", "").lower() == "true",
        needs_token=int(firmware.partition(".")[0]) >= _TOKEN_FIRMWARE,
    )
