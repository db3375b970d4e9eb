"""What a system declares to the host. The host collects; no system knows the others' declarations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask import Blueprint
from flask_smorest import Blueprint as ApiBlueprint

from host.kernel.access import Actor, Role


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Scheduled work: at each tick of ``cron`` (Asia/Shanghai) the job named ``job`` is put into the queue once."""

    name: str
    title: str
    cron: str
    job: str


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One entry of the side menu; shown to those who hold ``permission``. ``badge`` counts what waits."""

    title: str
    endpoint: str
    permission: StrEnum
    badge: Callable[[Actor], int] | None = None
    #: only for accounts that belong to a person: the page is about one's own things
    is_own: bool = False
    #: further endpoints under the same entry
    also: tuple[str, ...] = ()
    #: what its people open every day: it stands first on their home page
    is_daily: bool = False
    #: the heading that it stands under with its neighbours, where a menu is long enough to need some
    part: str = ""


@dataclass(frozen=True, kw_only=True)
class TraceLine:
    """One thing on a trace page: where it stands on the golden thread and where it leads."""

    layer: str
    title: str
    url: str
    detail: str = ""
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class TodoItem:
    """Something that waits for the actor: a sentence, how many, and where to do it."""

    title: str
    count: int
    url: str
    is_urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class System:
    """One of the four systems as the host mounts it.

    ``trace(kind, id, actor)`` gives what this system knows of a thing of a lower layer (``kind`` is a table
    name such as ``post_duty``): that is how records, alerts and scores appear on basic_info's trace pages.
    ``about(kind, id, actor)`` gives the same of a thing of the register that is no layer of the thread (``post``).
    """

    name: str
    title: str
    icon: str
    blueprint: Blueprint
    permissions: type[StrEnum]
    role_permissions: dict[Role, frozenset[str]]
    apis: tuple[ApiBlueprint, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    trace: Callable[[str, int, Actor], list[TraceLine]] | None = None
    about: Callable[[str, int, Actor], list[TraceLine]] | None = None
    todo: Callable[[Actor], list[TodoItem]] | None = None
    commands: tuple[Any, ...] = field(default=())
