"""Reads of schemes: which an actor may see, and their parts in the order of the tree."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select

from basic_info.regions.models import Region
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import db
from host.kernel.errors import NotFound
from performance.permissions import Permission
from performance.schemes.models import Indicator, IndicatorScheme


def regions_within(actor: Actor, permission: str) -> ColumnElement[bool]:
    """The condition on ``Region`` that the permission reaches the whole division."""
    reached = [
        Region.code.startswith(scope_prefix(grant.region_code or "-"), autoescape=True)
        for grant in actor.grants_for(permission)
        if grant.kind is ScopeKind.REGION
    ]
    return or_(false(), *reached)


def readable_schemes(actor: Actor) -> Select[IndicatorScheme]:
    """Schemes of the actor's regions, the newest year first."""
    return (
        select(IndicatorScheme)
        .join(Region, Region.id == IndicatorScheme.region_id)
        .where(regions_within(actor, Permission.SCHEME_READ))
        .order_by(IndicatorScheme.year.desc(), IndicatorScheme.id.desc())
    )


def scheme_of(
    actor: Actor, scheme_id: int, *, permission: str = Permission.SCHEME_READ, to_change: bool = False
) -> IndicatorScheme:
    """One scheme in the actor's regions, locked where it is ``to_change``. Raises NotFound."""
    wanted = (
        select(IndicatorScheme)
        .join(Region, Region.id == IndicatorScheme.region_id)
        .where(IndicatorScheme.id == scheme_id, regions_within(actor, permission))
    )
    if to_change:
        wanted = wanted.with_for_update(of=IndicatorScheme)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def indicators_of(scheme_id: int) -> list[Indicator]:
    """The parts of a scheme, each followed by those below it."""
    rows = db.session.scalars(
        select(Indicator).where(Indicator.scheme_id == scheme_id).order_by(Indicator.sort_no, Indicator.id)
    ).all()
    below: dict[int | None, list[Indicator]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return _downward(None, below)


def _downward(parent_id: int | None, below: dict[int | None, list[Indicator]]) -> list[Indicator]:
    return [one for child in below.get(parent_id, []) for one in (child, *_downward(child.id, below))]


def content_hash(scheme: IndicatorScheme, indicators: Sequence[Indicator]) -> str:
    """SHA-256 of all that decides a score: the same for a copy as for what it was copied from."""
    places = {indicator.id: place for place, indicator in enumerate(indicators)}
    content: dict[str, Any] = {
        "subject": scheme.subject.value,
        "full_mark": scheme.full_mark,
        "rounding": scheme.rounding.value,
        "indicators": [
            {
                "name": one.name,
                "parent": places[one.parent_id] if one.parent_id else None,
                "weight": f"{one.weight:.2f}",
                "rule_kind": one.rule_kind.value if one.rule_kind else None,
                "rule": one.rule,
                "data_source": one.data_source.value if one.data_source else None,
            }
            for one in indicators
        ],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
