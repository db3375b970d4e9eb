"""Reads of rounds: one's own forms, those of a section, a unit's round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from basic_info.organization.models import PersonVersion, SectionVersion, Unit, UnitVersion
from basic_info.organization.scope import within
from duty_eval.entry_rules.models import CapMode
from duty_eval.permissions import Permission
from duty_eval.records.queries import name_today
from duty_eval.review.queries import in_charge_of
from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineRound, RoutineState
from duty_eval.sanctions.models import Sanction
from duty_eval.sanctions.queries import blocking
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force


@dataclass(frozen=True)
class Places:
    """How many places of 好 a round has and how many would be taken by what is chosen on a page."""

    name: str
    places: int
    taken: int
    mode: CapMode

    @property
    def left(self) -> int:
        return self.places - self.taken


def own_forms(person_id: int) -> Select[RoutineAssessment, RoutineRound]:
    """One's own forms, the latest round first."""
    return (
        select(RoutineAssessment, RoutineRound)
        .join(RoutineRound, RoutineRound.id == RoutineAssessment.round_id)
        .where(RoutineAssessment.person_id == person_id)
        .order_by(RoutineRound.last_day.desc(), RoutineRound.id.desc())
    )


def own_form(actor: Actor, form_id: int) -> AnyRow:
    """(RoutineAssessment locked, RoutineRound) of the actor's own; raises NotFound."""
    row = db.session.execute(
        own_forms(actor.person_id or 0).where(RoutineAssessment.id == form_id).with_for_update(of=RoutineAssessment)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def count_own_open(person_id: int) -> int:
    """Forms that wait for the person: a summary to hand in, a result to take note of."""
    waits = RoutineAssessment.routine_state.in_([RoutineState.SUMMARY, RoutineState.DECIDED])
    return (
        db.session.scalar(
            select(func.count()).select_from(RoutineAssessment).where(RoutineAssessment.person_id == person_id, waits)
        )
        or 0
    )


def reviewable_forms(actor: Actor) -> ColumnElement[bool]:
    """The forms that the actor reviews: never one's own; a head's goes to those above (R89)."""
    return in_charge_of(
        actor,
        Permission.DUTY_RECORD_REVIEW,
        person=RoutineAssessment.person_id,
        unit=RoutineRound.unit_id,
        section=RoutineAssessment.section_id,
    )


def forms_to_review(actor: Actor) -> AnySelect:
    """(RoutineAssessment, RoutineRound, person_name, section_name) that are not decided yet, by name."""
    return _named().where(
        reviewable_forms(actor),
        RoutineAssessment.routine_state.in_([RoutineState.SUMMARY, RoutineState.SUBMITTED, RoutineState.PROPOSED]),
    )


def count_to_review(actor: Actor) -> int:
    """Forms that wait for the actor: to propose a grade, for those who decide them also to make it final."""
    states = [RoutineState.SUBMITTED]
    if actor.may(Permission.ROUTINE_DECIDE):
        states.append(RoutineState.PROPOSED)
    waiting = forms_to_review(actor).where(RoutineAssessment.routine_state.in_(states)).order_by(None)
    ids = waiting.with_only_columns(RoutineAssessment.id).subquery()
    return db.session.scalar(select(func.count()).select_from(ids)) or 0


def form_to_review(actor: Actor, form_id: int) -> RoutineAssessment:
    """One form, locked; raises NotFound beyond the actor's reach."""
    return _one(form_id, reviewable_forms(actor))


def rounds(actor: Actor) -> AnySelect:
    """(RoutineRound, unit_name, people, decided) within reach, the latest first."""
    forms = (
        select(
            RoutineAssessment.round_id,
            func.count().label("people"),
            func.count().filter(RoutineAssessment.final_grade.is_not(None)).label("decided"),
        )
        .group_by(RoutineAssessment.round_id)
        .subquery("forms")
    )
    return (
        select(RoutineRound, UnitVersion.name.label("unit_name"), forms.c.people, forms.c.decided)
        .join(forms, forms.c.round_id == RoutineRound.id)
        .join(UnitVersion, and_(UnitVersion.unit_id == RoutineRound.unit_id, in_force(UnitVersion, today_in_china())))
        .where(within(actor, Permission.ROUTINE_READ, unit=RoutineRound.unit_id))
        .order_by(RoutineRound.last_day.desc(), UnitVersion.name_key, RoutineRound.id)
    )


def round_of(actor: Actor, round_id: int) -> AnyRow:
    """One row of ``rounds``; raises NotFound."""
    row = db.session.execute(rounds(actor).where(RoutineRound.id == round_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def hold_round(round_id: int) -> None:
    """Lock the round against others who decide or close it, until the end of the transaction."""
    db.session.execute(select(RoutineRound.id).where(RoutineRound.id == round_id).with_for_update(key_share=True))


def forms_of_round(actor: Actor, round_id: int) -> AnySelect:
    """(RoutineAssessment, RoutineRound, person_name, section_name), by section and name: never by grade (R164)."""
    reach = within(actor, Permission.ROUTINE_READ, unit=RoutineRound.unit_id)
    return _named().where(RoutineAssessment.round_id == round_id, reach)


def form_to_decide(actor: Actor, form_id: int, permission: Permission = Permission.ROUTINE_DECIDE) -> RoutineAssessment:
    """One form, locked; raises NotFound beyond the reach of ``permission``."""
    return _one(form_id, within(actor, permission, unit=RoutineRound.unit_id))


def round_of_form(actor: Actor, form_id: int, permission: Permission) -> int:
    """The round of a form within the reach of ``permission``; raises NotFound."""
    found = db.session.scalar(
        select(RoutineAssessment.round_id)
        .join(RoutineRound, RoutineRound.id == RoutineAssessment.round_id)
        .where(RoutineAssessment.id == form_id, within(actor, permission, unit=RoutineRound.unit_id))
    )
    if found is None:
        raise NotFound
    return found


def blocks_of(rows: Sequence[AnyRow]) -> dict[int, Sanction]:
    """Form → what stands against its grade, for rows with RoutineAssessment and RoutineRound; a statement a round."""
    people: dict[int, tuple[RoutineRound, dict[int, int]]] = {}
    for row in rows:
        _, forms = people.setdefault(row.RoutineRound.id, (row.RoutineRound, {}))
        forms[row.RoutineAssessment.person_id] = row.RoutineAssessment.id
    found: dict[int, Sanction] = {}
    for held, forms in people.values():
        for person, sanction in blocking(forms, held.first_day, held.last_day).items():
            found[forms[person]] = sanction
    return found


def places_if(rows: Sequence[AnyRow], chosen: Mapping[int, RoutineGrade], *, deciding: bool) -> list[Places]:
    """The places of each round of the rows if ``chosen`` (form → grade) were saved; one statement.

    ``deciding``: of final grades; else of what is final or proposed, as heads propose.
    """
    held = {row.RoutineRound.id: row.RoutineRound for row in rows}
    good = RoutineAssessment.final_grade == RoutineGrade.GOOD
    if not deciding:
        proposed = RoutineAssessment.proposed_grade == RoutineGrade.GOOD
        good = or_(good, and_(RoutineAssessment.final_grade.is_(None), proposed))
    counts = (
        select(RoutineAssessment.round_id, func.count())
        .where(
            RoutineAssessment.round_id.in_(held),
            RoutineAssessment.not_assessed.is_(None),
            RoutineAssessment.id.not_in(chosen.keys()),
            good,
        )
        .group_by(RoutineAssessment.round_id)
    )
    taken = {round_id: count for round_id, count in db.session.execute(counts)}  # noqa: C416 - rows, not pairs
    for row in rows:
        if chosen.get(row.RoutineAssessment.id) is RoutineGrade.GOOD:
            taken[row.RoutineRound.id] = taken.get(row.RoutineRound.id, 0) + 1
    return [Places(one.name, one.good_places, taken.get(one.id, 0), one.cap_mode) for one in held.values()]


def units_to_open(actor: Actor, day: date) -> AnySelect:
    """(unit_id, name) of the units whose round the actor may open, by name."""
    return (
        select(Unit.id, UnitVersion.name)
        .join(UnitVersion, UnitVersion.unit_id == Unit.id)
        .where(within(actor, Permission.ROUTINE_DECIDE, unit=Unit.id), in_force(UnitVersion, day))
        .order_by(UnitVersion.name_key, Unit.id)
        .limit(500)
    )


def _named() -> AnySelect:
    today = today_in_china()
    return (
        select(
            RoutineAssessment,
            RoutineRound,
            PersonVersion.name.label("person_name"),
            SectionVersion.name.label("section_name"),
        )
        .join(RoutineRound, RoutineRound.id == RoutineAssessment.round_id)
        .join(PersonVersion, name_today(RoutineAssessment.person_id))
        .join(
            SectionVersion,
            and_(SectionVersion.section_id == RoutineAssessment.section_id, in_force(SectionVersion, today)),
        )
        .order_by(
            RoutineRound.last_day.desc(), SectionVersion.sort_no, SectionVersion.section_id, PersonVersion.name_key,
            RoutineAssessment.id,
        )
    )  # fmt: skip


def _one(form_id: int, reach: ColumnElement[bool]) -> RoutineAssessment:
    found = db.session.scalars(
        select(RoutineAssessment)
        .join(RoutineRound, RoutineRound.id == RoutineAssessment.round_id)
        .where(RoutineAssessment.id == form_id, reach)
        .with_for_update(of=RoutineAssessment)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
