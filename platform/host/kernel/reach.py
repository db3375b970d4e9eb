"""Whether an administrator's reach is the whole city, and whose accounts it holds.

Some things are one for all: the calendar, the schedules, jobs that nobody started. What knows of grants and of the
people behind them lies above (``host.auth.reach``); the app hands it in.
"""

from __future__ import annotations

from typing import Protocol

from flask import current_app
from sqlalchemy import Select

from host.kernel.access import Actor
from host.kernel.errors import NotPermitted


class Reach(Protocol):
    """What the app keeps under ``extensions["reach"]``."""

    def governs_all(self, actor: Actor, permission: str) -> bool: ...

    def account_ids_within(self, actor: Actor, permission: str) -> Select[int]: ...


def _reach() -> Reach:
    found: Reach = current_app.extensions["reach"]
    return found


def governs_all(actor: Actor, permission: str) -> bool:
    """Whether ``permission`` holds in every division there is."""
    return _reach().governs_all(actor, permission)


def account_ids_within(actor: Actor, permission: str) -> Select[int]:
    """The ids of the accounts that ``permission`` reaches for ``actor``."""
    return _reach().account_ids_within(actor, permission)


def require_all(actor: Actor, permission: str, *, what: str) -> None:
    """Raises NotPermitted unless the actor governs the whole city: ``what`` is one for all."""
    if not governs_all(actor, permission):
        raise NotPermitted(f"{what}全市统一，只能由管理全市的系统管理员修改")
