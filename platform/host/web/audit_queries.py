"""Reads of the audit log (审计日志), newest first, by key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true

from host.auth.models import Account
from host.auth.reach import accounts_within, governs_all
from host.kernel.access import Actor
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import CHINA_TIME
from host.permissions import Permission
from host.web.audit_words import THINGS, VERBS, codes_of

PAGE = 50
USUAL_DAYS = 30
MOST = 2**63 - 1
SYSTEM_NAME = "系统"
_TEXTS = ("person", "subject", "action", "thing", "verb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. ``first`` and ``last`` are days in China time, both included."""

    first: date
    last: date
    person: str = ""
    subject: str = ""
    action: str = ""
    #: The words of the kind of thing and of what was done, as the page offers them.
    thing: str = ""
    verb: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str], *, today: date) -> Self:
        """From the filter's fields; a day that is none falls back to the last thirty days."""
        last = _day(values.get("last", "")) or today
        first = _day(values.get("first", "")) or last - timedelta(days=USUAL_DAYS)
        texts = {name: values.get(name, "").strip()[:200] for name in _TEXTS}
        return cls(first=min(first, last), last=last, **texts)

    def as_values(self) -> dict[str, str]:
        """The fields again, for links to the next page and the export."""
        texts = {name: str(getattr(self, name)) for name in _TEXTS}
        days = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return days | {name: value for name, value in texts.items() if value}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change. Absent on a side: None."""

    field: str
    before: str | None
    after: str | None


def page_of_entries(actor: Actor, search: Search, *, before: int | None) -> tuple[Sequence[AuditEntry], int | None]:
    """The newest entries below id ``before``, and the ``before`` of the next page.

    By id and not by time: ids follow the order of writing even when the machine's clock was set back.
    """
    query = found(actor, search).limit(PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.id < min(before, MOST))
    rows = db.session.scalars(query).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def entry_of(entry_id: int, *, actor: Actor) -> AuditEntry:
    """One entry within the actor's reach; raises NotFound."""
    found = db.session.scalar(select(AuditEntry).where(AuditEntry.id == min(entry_id, MOST), _within(actor)))
    if found is None:
        raise NotFound
    return found


def differences(entry: AuditEntry) -> list[Difference]:
    """Each field with what it was and what it became; fields that stayed are left out."""
    before, after = entry.before or {}, entry.after or {}
    names = [*before, *(name for name in after if name not in before)]
    return [
        Difference(name, _text(before, name), _text(after, name))
        for name in names
        if name not in before or name not in after or before[name] != after[name]
    ]


def as_words(values: Mapping[str, Any] | None) -> str:
    """A side of a change in one cell."""
    return "" if values is None else json.dumps(values, ensure_ascii=False)


def _within(actor: Actor) -> ColumnElement[bool]:
    """What the accounts within reach did, and what befell these accounts; all of it for who governs all."""
    if governs_all(actor, Permission.AUDIT_READ):
        return true()
    reached = select(Account.id).where(accounts_within(actor, Permission.AUDIT_READ))
    subjects = select(func.concat("account:", Account.id)).where(accounts_within(actor, Permission.AUDIT_READ))
    return or_(AuditEntry.actor_id.in_(reached), AuditEntry.subject.in_(subjects))


def found(actor: Actor, search: Search) -> Select[AuditEntry]:
    """The entries that are looked for within the actor's reach, newest first."""
    begin = datetime.combine(search.first, datetime.min.time(), CHINA_TIME)
    end = datetime.combine(search.last + timedelta(days=1), datetime.min.time(), CHINA_TIME)
    # The span of time also says which months' partitions are looked into.
    query = select(AuditEntry).where(AuditEntry.at >= begin, AuditEntry.at < end, _within(actor))
    if search.person == SYSTEM_NAME:
        query = query.where(AuditEntry.actor_id.is_(None))
    elif search.person:
        name = search.person
        ids = select(Account.id).where(
            or_(func.lower(Account.login_name) == name.lower(), Account.display_name == name)
        )
        query = query.where(AuditEntry.actor_id.in_(ids))
    if search.subject:
        is_one = ":" in search.subject
        matches = AuditEntry.subject == search.subject
        query = query.where(matches if is_one else AuditEntry.subject.startswith(f"{search.subject}:", autoescape=True))
    if search.action:
        query = query.where(AuditEntry.action.startswith(search.action, autoescape=True))
    if search.thing:
        kinds = [AuditEntry.subject.startswith(f"{kind}:", autoescape=True) for kind in codes_of(THINGS, search.thing)]
        query = query.where(or_(false(), *kinds))
    if search.verb:
        ends = [AuditEntry.action.endswith(f".{verb}", autoescape=True) for verb in codes_of(VERBS, search.verb)]
        query = query.where(or_(false(), *ends))
    return query.order_by(AuditEntry.id.desc())


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2999 else None


def _text(values: Mapping[str, Any], name: str) -> str | None:
    if name not in values:
        return None
    value = values[name]
    if isinstance(value, bool) or value is None:
        return {True: "是", False: "否", None: "空"}[value]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
