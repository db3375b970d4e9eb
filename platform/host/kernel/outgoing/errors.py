from __future__ import annotations

from host.kernel.errors import Refused


class AddressNotAllowed(Refused):
    """The address is none of those that the operator opened."""

    message = (
        "这个地址不在允许的外部地址之内；请运维人员先在 LVZHI_OUTGOING_ORIGINS 中列出，例如 https://gateway.example"
    )


class NotDelivered(Exception):
    """The receiver did not take the message; ``is_final``: it never will."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


class Unreachable(NotDelivered):
    """There was no receiver at all: the others that wait need not be tried now."""
