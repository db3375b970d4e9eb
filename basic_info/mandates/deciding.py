"""What a reply leaves open, decided by a person on the review page: who takes duties, whose an order is (R44).

Who decides is among those who may not confirm, as after any correction. What was decided may be taken back until the
version is confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.effects import EffectKind
from basic_info.mandates.errors import ChangedMeanwhile
from basic_info.mandates.handed_models import HandDirection
from basic_info.mandates.handing import name_unit, named_for, withdraw_name
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.mandates.previewing import Preview, preview_of
from basic_info.mandates.readings import correct_reading, remove_reading, require_open, restate
from basic_info.mandates.reapplying import apply_again
from basic_info.mandates.regrouping import section_key, with_tasks
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
    if ends:  # what other bodies do too, as 领导交办的其他任务, keeps none alive
        elsewhere = _tasks_beside(giver)
        left = [task for task in left if same_words(task) not in elsewhere]
    if not giver.is_removed and (left or not ends):
        correct_reading(mandate, giver, with_tasks(giver.value, left), version=giver.lock_version, actor=actor)
    elif not giver.is_removed:
        remove_reading(mandate, giver, version=giver.lock_version, actor=actor)


def _tasks_beside(giver: MandateClause) -> set[str]:
    """What the other bodies of the version do."""
    rows = db.session.scalars(
        select(MandateClause).where(
            MandateClause.mandate_id == giver.mandate_id,
            MandateClause.id != giver.id,
            MandateClause.is_removed.is_(False),
        )
    )
    return {same_words(task) for one in rows if one.is_section for task in tasks_of(one.value)}


def decide_order(mandate: Mandate, order: str, *, unit_id: int, revision: int, actor: Actor) -> None:
    """An order that names no unit is that of ``unit_id``; the reply is applied anew, what persons corrected stays.

    Another unit's waits there as a change. Raises NotOpen, ChangedMeanwhile, NotFound (the reply has no such open
    order), NotPermitted.
    """
    _require_seen(mandate, revision, actor)
    change = preview_of(mandate)
    if change is None or order not in change.undecided:
        raise NotFound
    before, is_ours = dict(mandate.decided_orders), unit_id == mandate.unit_id
    mandate.decided_orders = {**before, order: is_ours}
    _applied_again(mandate, actor)
    if not is_ours:
        name_unit(mandate, order, unit_id=unit_id, direction=HandDirection.OWN, actor=actor)
    after = {"order": order, "is_ours": is_ours, "unit_id": unit_id}
    record_change(mandate, action="mandate.order_decided", actor=actor, before=before, after=after)


def take_back_order(mandate: Mandate, order: str, *, reason: str, revision: int, actor: Actor) -> None:
    """The order is open again; what it brought goes, but for what persons corrected, which is listed.

    Raises NotOpen (it was confirmed: a new reply changes it), ChangedMeanwhile, NotFound, Refused (no reason; the
    other unit's change was begun), NotPermitted.
    """
    _require_seen(mandate, revision, actor)
    if order not in mandate.decided_orders:
        raise NotFound
    if not reason.strip():
        raise Refused("请填写收回原因").beside({"reason": "请填写收回原因"})
    before = dict(mandate.decided_orders)
    if (handed := named_for(mandate, order)) is not None and not before[order]:
        withdraw_name(handed, reason=reason, actor=actor)
    mandate.decided_orders = {one: is_ours for one, is_ours in before.items() if one != order}
    _applied_again(mandate, actor)
    record_change(
        mandate,
        action="mandate.order_taken_back",
        actor=actor,
        before={"order": order, "is_ours": before[order]},
        after={},
        reason=reason.strip(),
    )


def _applied_again(mandate: Mandate, actor: Actor) -> None:
    """The rows follow what was decided; who decided is among those who may not confirm."""
    db.session.flush()  # the reply is read anew with what was decided
    apply_again(mandate)
    assert actor.account_id is not None  # require_open refuses whoever has none
    mandate.corrected_by = sorted({*mandate.corrected_by, actor.account_id})
    mandate.revision += 1
    db.session.flush()
    restate(mandate)


def _require_seen(mandate: Mandate, revision: int, actor: Actor) -> None:
    require_open(mandate, actor)
    if mandate.revision != revision:
        raise ChangedMeanwhile("打开本页后内容又有修改，请重新核对后再决定")


def _key(clause: MandateClause) -> str:
    return section_key({"extracted_value": clause.value})
