"""Reads of collection, cut to the divisions that the actor administers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import contains_eager

from basic_info.regions.models import Region, RegionVersion
from function_monitor.collection.models import (
    BusinessSystem,
    CollectedFile,
    CollectorSource,
    QuarantineRow,
    QuarantineState,
)
from function_monitor.permissions import Permission
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound

PAGE = 50
#: So many reasons are named; a feed that fails in more ways fails as a whole.
REASONS = 12


@dataclass(frozen=True)
class Page:
    """A page of quarantined rows and the key of the next one."""

    rows: Sequence[AnyRow]
    next_key: int | None


def regions_of(actor: Actor, permission: Permission) -> Select[int]:
    """Ids of the divisions that grants of a division reach: systems and folders belong to no smaller place."""
    reached: list[ColumnElement[bool]] = [
        Region.code.startswith(scope_prefix(grant.region_code or "-"), autoescape=True)
        for grant in actor.grants_for(permission)
        if grant.kind is ScopeKind.REGION
    ]
    return select(Region.id).where(or_(false(), *reached))


def region_choices(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the divisions in which the actor may register systems."""
    rows = db.session.execute(
        select(Region.id, RegionVersion.name)
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(
            Region.id.in_(regions_of(actor, Permission.SOURCE_EDIT)),
            RegionVersion.valid.contains(func.current_date()),
            RegionVersion.superseded_at.is_(None),
        )
        .order_by(Region.code)
        .limit(500)
    )
    return [(row.id, row.name) for row in rows]


def systems(actor: Actor) -> Sequence[BusinessSystem]:
    return db.session.scalars(
        select(BusinessSystem)
        .where(BusinessSystem.region_id.in_(regions_of(actor, Permission.SOURCE_EDIT)))
        .order_by(BusinessSystem.id)
    ).all()


def system_of(actor: Actor, system_id: int) -> BusinessSystem:
    """The system, locked for a change. Raises NotFound."""
    found = db.session.scalars(
        select(BusinessSystem)
        .where(BusinessSystem.id == system_id, BusinessSystem.region_id.in_(regions_of(actor, Permission.SOURCE_EDIT)))
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def sources(actor: Actor) -> Sequence[AnyRow]:
    """The rows of ``watched_folders``."""
    return db.session.execute(watched_folders(actor)).all()


def watched_folders(actor: Actor) -> AnySelect:
    """(CollectorSource, system_name, files, last_collected_at)."""
    return (
        select(
            CollectorSource,
            BusinessSystem.name.label("system_name"),
            func.count(CollectedFile.id).label("files"),
            func.max(CollectedFile.collected_at).label("last_collected_at"),
        )
        .join(BusinessSystem, BusinessSystem.id == CollectorSource.system_id)
        .outerjoin(CollectedFile, CollectedFile.source_id == CollectorSource.id)
        .where(BusinessSystem.region_id.in_(regions_of(actor, Permission.SOURCE_EDIT)))
        .group_by(CollectorSource.id, BusinessSystem.name)
        .order_by(CollectorSource.id)
    )


def recent_files(actor: Actor) -> Sequence[AnyRow]:
    """(file, source_name) of the latest files."""
    return db.session.execute(
        select(CollectedFile, CollectorSource.name.label("source_name"))
        .join(CollectorSource, CollectorSource.id == CollectedFile.source_id)
        .join(BusinessSystem, BusinessSystem.id == CollectorSource.system_id)
        .where(BusinessSystem.region_id.in_(regions_of(actor, Permission.SOURCE_EDIT)))
        .order_by(CollectedFile.id.desc())
        .limit(20)
    ).all()


@dataclass(frozen=True)
class Sieve:
    """What the list of quarantined rows is narrowed to."""

    state: QuarantineState = QuarantineState.WAITING
    reason: str = ""
    file_id: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """From the fields of the page's address; unknown words narrow nothing."""
        file_id = values.get("file", "")
        return cls(
            state=QuarantineState.of_word(values.get("state", "")) or QuarantineState.WAITING,
            reason=values.get("reason", ""),
            file_id=int(file_id[:18]) if file_id.isascii() and file_id.isdigit() else None,
        )


def quarantine(actor: Actor, sieve: Sieve, *, after: int | None = None) -> Page:
    """A page of ``quarantined_rows``, by key; one statement."""
    rows = quarantined_rows(actor, sieve)
    if after:
        rows = rows.where(QuarantineRow.id < after)
    found = db.session.execute(rows.limit(PAGE + 1)).all()
    return Page(found[:PAGE], found[PAGE - 1][0].id if len(found) > PAGE else None)


def quarantined_rows(actor: Actor, sieve: Sieve) -> AnySelect:
    """(row, system_name, file_name), newest first."""
    return (
        select(QuarantineRow, BusinessSystem.name.label("system_name"), CollectedFile.name.label("file_name"))
        .join(BusinessSystem, BusinessSystem.id == QuarantineRow.system_id)
        .outerjoin(CollectedFile, CollectedFile.id == QuarantineRow.file_id)
        .where(*_sifted(actor, sieve))
        .order_by(QuarantineRow.id.desc())
    )


def _sifted(actor: Actor, sieve: Sieve) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        QuarantineRow.quarantine_state == sieve.state,
        BusinessSystem.region_id.in_(regions_of(actor, Permission.QUARANTINE_RESOLVE)),
    ]
    if sieve.reason:
        wanted.append(QuarantineRow.reason == sieve.reason)
    if sieve.file_id:
        wanted.append(QuarantineRow.file_id == sieve.file_id)
    return wanted


def quarantine_reasons(actor: Actor, sieve: Sieve) -> Sequence[AnyRow]:
    """(reason, rows) of the list without its reason, the most frequent first: what to mend first."""
    return db.session.execute(
        select(QuarantineRow.reason, func.count().label("rows"))
        .join(BusinessSystem, BusinessSystem.id == QuarantineRow.system_id)
        .where(*_sifted(actor, replace(sieve, reason="")))
        .group_by(QuarantineRow.reason)
        .order_by(func.count().desc(), QuarantineRow.reason)
        .limit(REASONS)
    ).all()


def chosen_waiting(actor: Actor, row_ids: Sequence[int]) -> Sequence[QuarantineRow]:
    """Those of the rows that still wait, with their systems, locked in id order."""
    return db.session.scalars(
        select(QuarantineRow)
        .join(QuarantineRow.system)
        .options(contains_eager(QuarantineRow.system))
        .where(QuarantineRow.id.in_(row_ids), *_sifted(actor, Sieve()))
        .order_by(QuarantineRow.id)
        .with_for_update(of=QuarantineRow)
    ).all()


def quarantined(actor: Actor, row_id: int) -> QuarantineRow:
    """The row with its system, locked. Raises NotFound."""
    found = db.session.scalars(
        select(QuarantineRow)
        .join(QuarantineRow.system)
        .options(contains_eager(QuarantineRow.system))
        .where(
            QuarantineRow.id == row_id,
            BusinessSystem.region_id.in_(regions_of(actor, Permission.QUARANTINE_RESOLVE)),
        )
        .with_for_update(of=QuarantineRow)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
