"""Which addresses the platform may speak to: those that the operator names in the environment, never an administrator.

An address typed on a page would otherwise reach whatever the server reaches (V1.3.6, SSRF).
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from host.kernel.errors import Refused
from host.kernel.outgoing.errors import AddressNotAllowed

_PORTS = {"http": 80, "https": 443, "smtp": 25, "smtps": 465}


def origin_of(address: str) -> tuple[str, str, int]:
    """``https://gateway.example/notices`` → (https, gateway.example, 443). Raises Refused for what is no address."""
    parts = parsed(address)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


def parsed(address: str) -> SplitResult:
    """The parts of an address with scheme and host. Raises Refused."""
    try:
        parts = urlsplit(address)
        if parts.scheme in _PORTS and parts.hostname and (parts.port is None or parts.port > 0):
            return parts
    except ValueError:
        pass
    raise Refused("地址应写成 https://主机/路径，邮件写成 smtps://用户@主机:465")


def require_allowed(address: str, origins: Collection[str]) -> None:
    """Raises AddressNotAllowed unless scheme, host and port of ``address`` are those of one of ``origins``."""
    if origin_of(address) not in {origin_of(origin) for origin in origins}:
        raise AddressNotAllowed
