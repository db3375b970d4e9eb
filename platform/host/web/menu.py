"""The side menu by system and what waits for the actor, as every page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Flask, current_app, g, request, url_for

from host.kernel.access import Actor
from host.kernel.notifications.queries import MOST_COUNTED
from host.kernel.system import MenuItem, System
from host.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class Entry:
    title: str
    url: str
    active: bool
    badge: int | None
    is_daily: bool
    part: str


@dataclass(frozen=True, kw_only=True)
class Group:
    title: str
    icon: str
    items: tuple[Entry, ...]

    @property
    def parts(self) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
        """(heading, entries under it) in order; without headings where there would be only one."""
        found = tuple((part, tuple(items)) for part, items in groupby(self.items, key=lambda item: item.part))
        return found if len(found) > 1 else (("", self.items),)

    @property
    def daily(self) -> tuple[Entry, ...]:
        return tuple(item for item in self.items if item.is_daily)

    @property
    def has_daily(self) -> bool:
        return bool(self.daily)


HOST_MENU: tuple[MenuItem, ...] = (
    MenuItem(title="工作日历", endpoint="calendar.year", permission=Permission.CALENDAR_READ),
    MenuItem(title="账号与授权", endpoint="accounts.list_accounts", permission=Permission.ACCOUNT_READ),
    MenuItem(title="审计日志", endpoint="audit.list_entries", permission=Permission.AUDIT_READ),
    MenuItem(title="后台任务", endpoint="jobs.list_jobs", permission=Permission.JOB_READ),
    MenuItem(title="定时任务", endpoint="jobs.list_schedules", permission=Permission.SCHEDULE_EDIT),
    MenuItem(title="对外通知", endpoint="outgoing.list_channels", permission=Permission.OUTGOING_MANAGE),
)


def register_menu(app: Flask) -> None:
    @app.context_processor
    def page_context() -> dict[str, Any]:
        actor: Actor | None = g.get("actor")
        return {
            "actor": actor,
            "navigation": () if actor is None else navigation(actor),
            "unread": g.get("unread", 0),
            "most_unread": MOST_COUNTED,
        }


def navigation(actor: Actor) -> tuple[Group, ...]:
    """The groups in which the actor has something to open; a badge counts what waits there."""
    systems: tuple[System, ...] = current_app.extensions["systems"]
    groups = [_group(system.title, system.icon, system.menu, actor) for system in systems]
    groups.append(_group("系统", "settings", HOST_MENU, actor))
    return tuple(group for group in groups if group.items)


def _group(title: str, icon: str, menu: tuple[MenuItem, ...], actor: Actor) -> Group:
    items = tuple(
        Entry(
            title=item.title,
            url=url_for(item.endpoint),
            active=request.endpoint in {item.endpoint, *item.also},
            badge=item.badge(actor) if item.badge else None,
            is_daily=item.is_daily,
            part=item.part,
        )
        for item in menu
        if actor.may(item.permission) and (actor.person_id is not None or not item.is_own)
    )
    return Group(title=title, icon=icon, items=items)
