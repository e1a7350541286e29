"""/info and /home: who the gateway is.

Shapes as in the recordings of pyenphase (3.17.3: no `imeter`; 4.10.35; 8.3.5169: `web-tokens`).
"""

from typing import Any

from tests.simulators.envoy.view import Doc, View


def info(view: View) -> bytes:
    """Return /info."""
    firmware = view.firmware
    app = "".join(character for character in firmware.version if character in "0123456789.")
    imeter = str(view.fittings.metered).lower()
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<envoy_info>",
        f"  <time>{view.now}</time>",
        "  <device>",
        f"    <sn>{view.serial}</sn>",
        f"    <pn>{firmware.part_number}</pn>",
        f"    <software>{firmware.version}</software>",
        "    <euaid>4c8675</euaid>",
        "    <seqnum>0</seqnum>",
        "    <apiver>1</apiver>",
        *([f"    <imeter>{imeter}</imeter>"] if firmware.number >= (4,) else []),
        "  </device>",
        *(["  <web-tokens>true</web-tokens>"] if firmware.needs_token else []),
        '  <package name="app">',
        "    <pn>500-00002-r01</pn>",
        f"    <version>{app}</version>",
        "    <build>6ed292</build>",
        "  </package>",
        "  <build_info>",
        "    <build_id>release-8.3.x-103-Nov-12-18-18:25:06</build_id>",
        "    <build_time_gmt>1719503966</build_time_gmt>",
        "  </build_info>",
        "</envoy_info>",
    ]
    return "\n".join(lines).encode()


def home(view: View) -> Doc:
    """Return /home."""
    local = view.site.place.local(view.moment.at)
    heard = sum(view.field.communicates(panel) for panel in view.panels)
    encharges = view.fittings.encharges
    interface: dict[str, Any] = {
        "type": "ethernet",
        "interface": "eth0",
        "mac": "00:1D:C0:99:99:01",
        "dhcp": True,
        "ip": "127.0.0.1",
        "signal_strength": 1,
        "signal_strength_max": 1,
        "carrier": True,
    }
    wifi = interface | {
        "type": "wifi",
        "interface": "wlan0",
        "mac": "90:48:46:99:99:02",
        "ip": None,
        "carrier": False,
    }
    return {
        "software_build_epoch": 1_719_503_966,
        "timezone": view.site.place.time_zone,
        "current_date": f"{local:%m/%d/%Y}",
        "current_time": f"{local:%H:%M}",
        "network": {
            "web_comm": True,
            "ever_reported_to_enlighten": True,
            "last_enlighten_report_time": view.now // 900 * 900,
            "primary_interface": "eth0",
            "interfaces": [interface, wifi],
        },
        "tariff": "single_rate",
        "comm": {
            "num": heard,
            "level": 5,
            "pcu": {"num": heard, "level": 5 if heard else 0},
            "acb": {"num": view.fittings.acbs, "level": 5 if view.fittings.acbs else 0},
            "nsrb": {"num": 0, "level": 0},
            "esub": {"num": int(view.fittings.enpower), "level": 5},
            "encharge": [{"num": encharges, "level": 5 if encharges else 0}],
        },
        "alerts": [],
        "update_status": "satisfied",
    }
