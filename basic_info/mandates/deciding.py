"""What a reply leaves open, decided by a person on the review page: who takes duties, whose an order is (R44).

Who decides is among those who may not confirm, as after any correction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from basic_info.mandates.addressee import for_unit
from basic_info.mandates.amending import amended
from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.effects import EffectKind
from basic_info.mandates.errors import ChangedMeanwhile
from basic_info.mandates.models import ClauseKind, FieldKind, Mandate, MandateClause
from basic_info.mandates.numbers import leader_key, quota_key
from basic_info.mandates.parts import TABLES, Parts, Row, copied_parts, keep_parts
from basic_info.mandates.previewing import Preview, parsed_again, preview_of
from basic_info.mandates.readings import correct_reading, remove_reading, require_open, restate
from basic_info.mandates.regrouping import section_key, with_tasks
from basic_info.mandates.replies import reply_of
from basic_info.mandates.wording import same_words
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused


@dataclass(frozen=True)
class OpenDuties:
    """Duties whose section the reply doesn't name: ``takers`` are the bodies that may get them."""

    giver: MandateClause
    words: str
    tasks: tuple[str, ...]
    takers: tuple[MandateClause, ...]


def open_duties(mandate: Mandate, change: Preview | None) -> list[OpenDuties]:
    """What of the list of changes is to be decided, once a giver; ``mandate`` has its clauses loaded."""
    bodies = {_key(one): one for one in mandate.clauses if one.is_section}
    standing = [one for one in bodies.values() if not one.is_removed]
    found: dict[str, OpenDuties] = {}
    for effect in change.effects if change else ():
        giver = bodies.get(effect.giver)
        if giver is None or effect.giver in found:
            continue
        placed = {same_words(task) for one in standing if one is not giver for task in tasks_of(one.value)}
        tasks = tuple(task for task in tasks_of(giver.value) if same_words(task) not in placed)
        takers = tuple(one for one in standing if one is not giver)
        if tasks and takers:
            found[effect.giver] = OpenDuties(giver, effect.words, tasks, takers)
    return list(found.values())


def place_duties(
    mandate: Mandate,
    giver: MandateClause,
    taker: MandateClause,
    tasks: Sequence[str],
    *,
    revision: int,
    actor: Actor,
) -> None:
    """The tasks go from one body to the other; a body that the reply abolishes ends with its last task.

    ``revision`` is the one on the person's screen. Raises NotOpen, ChangedMeanwhile, Refused, NotPermitted.
    """
    _require_seen(mandate, revision, actor)
    has = tasks_of(giver.value)
    if not tasks or not set(tasks) <= set(has):
        raise Refused("请勾选要划入的职责")
    if taker.is_removed or taker.id == giver.id or {giver.mandate_id, taker.mandate_id} != {mandate.id}:
        raise Refused("请选择承接职责的机构")
    change = preview_of(mandate)
    effects = change.effects if change else ()
    ends = any(one.kind is EffectKind.ABOLISHED and one.giver == _key(giver) for one in effects)
    known = {same_words(task) for task in tasks_of(taker.value)}
    new = [task for task in tasks if same_words(task) not in known]
    value = with_tasks(taker.value, [*tasks_of(taker.value), *new])
    correct_reading(mandate, taker, value, version=taker.lock_version, actor=actor)
    left = [task for task in has if task not in tasks]
    if not giver.is_removed and (left or not ends):
        correct_reading(mandate, giver, with_tasks(giver.value, left), version=giver.lock_version, actor=actor)
    elif not giver.is_removed:
        remove_reading(mandate, giver, version=giver.lock_version, actor=actor)


def decide_order(mandate: Mandate, order: str, *, is_ours: bool, revision: int, actor: Actor) -> None:
    """An order that names no unit is this unit's or not; the reply is applied anew, what persons corrected stays.

    Raises NotOpen, ChangedMeanwhile, NotFound (the reply has no such open order), NotPermitted.
    """
    _require_seen(mandate, revision, actor)
    change, base = preview_of(mandate), db.session.get(Mandate, mandate.base_id) if mandate.base_id else None
    if base is None or change is None or order not in change.undecided:
        raise NotFound
    before = dict(mandate.decided_orders)
    mandate.decided_orders = {**before, order: is_ours}
    parsed = parsed_again(mandate)
    if parsed is None:
        raise NotFound
    reply = reply_of(for_unit(parsed, mandate.unit_id), unit_id=mandate.unit_id, words=mandate.source_text)
    _reapply(mandate, amended(copied_parts(base), reply))
    assert actor.account_id is not None  # require_open refuses whoever has none
    mandate.corrected_by = sorted({*mandate.corrected_by, actor.account_id})
    mandate.revision += 1
    db.session.flush()
    restate(mandate)
    record_change(
        mandate, action="mandate.order_decided", actor=actor, before=before, after={"order": order, "is_ours": is_ours}
    )


def _require_seen(mandate: Mandate, revision: int, actor: Actor) -> None:
    require_open(mandate, actor)
    if mandate.revision != revision:
        raise ChangedMeanwhile("打开本页后内容又有修改，请重新核对后再决定")


def _reapply(mandate: Mandate, fresh: Parts) -> None:
    """The rows as they are now; those that a person looked at stay in the place of what was read anew."""
    kept = Parts()
    for (name, table), rows in zip(
        TABLES.items(), (fresh.fields, fresh.clauses, fresh.quotas, fresh.leaders), strict=True
    ):
        kind: Any = table
        db.session.execute(delete(kind).where(kind.mandate_id == mandate.id, kind.corrected_by.is_(None)))
        touched = db.session.scalars(select(kind).where(kind.mandate_id == mandate.id)).all()
        known = {key for one in touched for key in _identities(one)}
        numbered = (
            [{"sort_no": number, **row} for number, row in enumerate(rows, start=1)] if name == "clause" else rows
        )
        getattr(kept, _PART[name]).extend(row for row in numbered if _identity(row) not in known)
    keep_parts(mandate.id, kept)
    db.session.expire_all()  # the rows were written by statements of their own


_PART = {"field": "fields", "clause": "clauses", "quota": "quotas", "leader": "leaders"}


def _identity(row: Row) -> object:
    """By what a row is the same read anew."""
    value = row["extracted_value"]
    if "field_kind" in row:
        return row["field_kind"], value.get("value") if row["field_kind"] is FieldKind.PLATE else None
    if "kind" in row:
        return quota_key(row)
    if "title" in row:
        return leader_key(row)
    if row["clause_kind"] is ClauseKind.SECTION and "name" in value:
        return section_key(row)
    return row["clause_kind"], same_words(row["text"])


def _identities(one: Any) -> Collection[object]:
    """As it was read, and as a person corrected it."""
    names = ("field_kind", "clause_kind")
    facts = {name: getattr(one, name) for name in names if hasattr(one, name)}
    values = [value for value in (one.extracted_value, one.corrected_value) if value]
    if "clause_kind" in facts:
        return {_identity({**facts, "text": value.get("text", ""), "extracted_value": value}) for value in values}
    return {_identity({**value, **facts, "extracted_value": value}) for value in values}


def _key(clause: MandateClause) -> str:
    return section_key({"extracted_value": clause.value})
