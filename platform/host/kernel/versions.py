"""As of any day: the base of effective-dated, bitemporal facts (R6).

An *identity* table (``unit``) is what everything refers to; its *versions* (``unit_version``) carry the facts, each
valid over a ``daterange`` and each with the time it was recorded and, once replaced, superseded. For one identity
no two versions in force overlap: an exclusion constraint in the database says so, not a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, select, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from host.kernel.access import Actor
from host.kernel.audit import plain, record_change
from host.kernel.db import db
from host.kernel.errors import Refused

V = TypeVar("V", bound="Version")


class Version:
    """Mixin of every version table. ``valid`` is [from, to): the end day is no longer covered; open = None."""

    valid: Mapped[Range[date]]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[int | None]
    superseded_at: Mapped[datetime | None]
    source_document_id: Mapped[int | None]
    remark: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def effective_from(self) -> date | None:
        return self.valid.lower

    @property
    def effective_to(self) -> date | None:
        return self.valid.upper


def never_two(*identity: str, name: str, where: str = "superseded_at IS NULL") -> ExcludeConstraint:
    """The constraint that no two versions in force of one identity overlap."""
    columns = [(column, "=") for column in identity]
    return ExcludeConstraint(*columns, ("valid", "&&"), where=text(where), name=name, using="gist")


def in_force(version: type[Version], day: date) -> ColumnElement[bool]:
    """The condition that picks the versions true on ``day`` as known now."""
    return and_(version.valid.contains(day), version.superseded_at.is_(None))


def current(version: type[V], key: InstrumentedAttribute[int], identity_id: int, day: date) -> Select[V]:
    """The version of one identity in force on ``day``."""
    return select(version).where(key == identity_id, in_force(version, day))


def wait_in_line(key: InstrumentedAttribute[int], identity_id: int) -> None:
    """Before ``change`` of what may have no version yet, and so no row to wait at: one after the other, to the end.

    Always and first: who waited at a row before would hold it while waiting here, and be waited for.
    """
    name = func.concat(func.current_schema(), f".{key.class_.__tablename__}:{identity_id}")
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def change(
    identity_id: int,
    *,
    version: type[V],
    key: InstrumentedAttribute[int],
    facts: Mapping[str, Any],
    on: date,
    actor: Actor,
    action: str,
    reason: str | None = None,
    source_document_id: int | None = None,
    remark: str = "",
) -> V:
    """From ``on`` other ``facts`` hold: every version reaching past ``on`` is superseded and what of it still
    holds before ``on`` is written anew; later, already dated changes give way to this one.

    ``facts`` need only name what changes; the rest comes from the version in force on ``on`` (or none: then all
    must be given). Returns the new open version. Raises Refused when nothing is in force and facts are missing.
    """
    now = datetime.now(UTC)
    reaching = select(version).where(
        key == identity_id,
        version.superseded_at.is_(None),
        func.upper(version.valid).is_(None) | (func.upper(version.valid) > on),
    )
    # Whoever changes an identity holds the tree or stood in line (``wait_in_line``); versions that others write
    # otherwise are waited for here.
    touched = db.session.scalars(reaching.order_by(func.lower(version.valid)).with_for_update()).all()
    before = next((row for row in touched if row.valid.lower is None or row.valid.lower <= on), None)
    names = fact_names(version, key.key)
    if before is None and (missing := names - facts.keys() - _defaulted(version)):
        raise Refused(f"{on} 之前没有登记信息，缺少：{'、'.join(sorted(missing))}")
    old = {} if before is None else {name: getattr(before, name) for name in names}
    for row in touched:
        row.superseded_at = now
    db.session.flush()  # the old ones must be out of force before the new ones go in
    if before is not None and (before.valid.lower is None or before.valid.lower < on):
        earlier = {**old, "remark": before.remark}
        _add(version, key.key, identity_id, earlier, Range(before.valid.lower, on), before.recorded_by, None)
    now_true = {**old, **facts, "remark": remark}
    new = _add(version, key.key, identity_id, now_true, Range(on, None), actor.account_id, source_document_id)
    record_change(
        f"{key.class_.__tablename__.removesuffix('_version')}:{identity_id}",
        action=action,
        actor=actor,
        before=plain({name: old[name] for name in facts if name in old}),
        after=plain({**facts, "from": on}),
        reason=reason,
    )
    return new


def end(
    identity_id: int,
    *,
    version: type[V],
    key: InstrumentedAttribute[int],
    on: date,
    actor: Actor,
    action: str,
    reason: str | None = None,
) -> None:
    """The identity is no more from ``on``: its history stays (R12: nothing is deleted)."""
    now = datetime.now(UTC)
    rows = db.session.scalars(
        select(version).where(key == identity_id, version.superseded_at.is_(None)).with_for_update()
    ).all()
    for row in rows:
        if row.valid.upper is None or row.valid.upper > on:
            row.superseded_at = now
    db.session.flush()  # as in change()
    for row in rows:
        if row.superseded_at is now and (row.valid.lower is None or row.valid.lower < on):
            facts = {name: getattr(row, name) for name in (*fact_names(version, key.key), "remark")}
            _add(version, key.key, identity_id, facts, Range(row.valid.lower, on), row.recorded_by, None)
    record_change(
        f"{key.class_.__tablename__.removesuffix('_version')}:{identity_id}",
        action=action,
        actor=actor,
        after={"to": on},
        reason=reason,
    )


_KEEPING = frozenset({"id", "valid", "recorded_at", "recorded_by", "superseded_at", "source_document_id", "remark"})


def fact_names(version: type[Version], key_name: str) -> set[str]:
    """The columns of a version table that are facts, not book-keeping."""
    columns = version.__table__.columns  # type: ignore[attr-defined]
    return {column.key for column in columns} - _KEEPING - {key_name}


def _defaulted(version: type[Version]) -> set[str]:
    columns = version.__table__.columns  # type: ignore[attr-defined]
    return {c.key for c in columns if c.nullable or c.default is not None or c.server_default is not None}


def _add(
    version: type[V],
    key_name: str,
    identity_id: int,
    facts: Mapping[str, Any],
    valid: Range[date],
    recorded_by: int | None,
    source_document_id: int | None,
) -> V:
    keeping = {"valid": valid, "recorded_by": recorded_by, "source_document_id": source_document_id}
    row = version(**{key_name: identity_id}, **facts, **keeping)
    db.session.add(row)
    db.session.flush()  # the exclusion constraint speaks here
    return row
