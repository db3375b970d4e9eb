"""Reads of what is put up, of objections, and of what a round still waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from basic_info.organization.models import Appointment, PersonVersion, SectionVersion, UnitVersion
from basic_info.organization.scope import within
from duty_eval.permissions import Permission
from duty_eval.publicity.models import Publicity, PublicityName, PublicityObjection
from duty_eval.records.queries import name_today
from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineRound, RoutineState
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import day, today_in_china
from host.kernel.versions import in_force


@dataclass(frozen=True)
class Unsettled:
    """What keeps a round from closing; ``until``: the last day of a publicity that still runs."""

    undecided: int
    objections: int
    unpublished: int
    until: date | None

    @property
    def words(self) -> list[str]:
        """For the person who wants to close it; empty: it may close."""
        said = []
        if self.undecided:
            said.append(f"{self.undecided} 人没有确定等次")
        if self.objections:
            said.append(f"{self.objections} 条异议没有答复")
        if self.unpublished:
            said.append(f"{self.unpublished} 人的“好”等次还没有公示")
        if self.until:
            said.append(f"公示到 {day(self.until, short=True)} 才结束")
        return said


def unsettled(round_id: int, today: date | None = None) -> Unsettled:
    """What the round still waits for on ``today``; the same conditions as in the database's guard. Two statements."""
    forms = select(
        func.count().filter(RoutineAssessment.final_grade.is_(None), RoutineAssessment.not_assessed.is_(None)),
        func.count().filter(RoutineAssessment.routine_state == RoutineState.OBJECTED),
        func.count().filter(RoutineAssessment.final_grade == RoutineGrade.GOOD, ~_is_up(RoutineAssessment.id)),
    ).where(RoutineAssessment.round_id == round_id)
    undecided, own, unpublished = db.session.execute(forms).one()
    of_round = select(Publicity.id).where(Publicity.round_id == round_id)
    others = select(
        select(func.count())
        .select_from(PublicityObjection)
        .where(PublicityObjection.publicity_id.in_(of_round), PublicityObjection.answered_at.is_(None))
        .scalar_subquery(),
        select(func.max(Publicity.ends_on))
        .where(Publicity.round_id == round_id, Publicity.ends_on >= (today or today_in_china()), _names_count())
        .scalar_subquery(),
    )
    objections, until = db.session.execute(others).one()
    return Unsettled(undecided, own + objections, unpublished, until)


def _is_up(form: ColumnElement[int] | object) -> ColumnElement[bool]:
    """Whether the form's grade was put up after it was decided."""
    return exists().where(
        PublicityName.assessment_id == form,
        Publicity.id == PublicityName.publicity_id,
        Publicity.published_at >= RoutineAssessment.decided_at,
    )


def _names_count() -> ColumnElement[bool]:
    """Whether the publicity still has a name that counts."""
    form = aliased(RoutineAssessment)
    return exists().where(
        PublicityName.publicity_id == Publicity.id,
        form.id == PublicityName.assessment_id,
        form.final_grade == RoutineGrade.GOOD,
        form.decided_at <= Publicity.published_at,
    )


def good_not_put_up(round_id: int) -> Select[int]:
    """Ids of the forms whose 好 is not up yet."""
    return (
        select(RoutineAssessment.id)
        .where(
            RoutineAssessment.round_id == round_id,
            RoutineAssessment.final_grade == RoutineGrade.GOOD,
            ~_is_up(RoutineAssessment.id),
        )
        .order_by(RoutineAssessment.id)
    )


def last_put_up(form_ids: list[int]) -> dict[int, tuple[date, date]]:
    """Form → first and last day of the publicity in which its grade stands."""
    rows = db.session.execute(
        select(RoutineAssessment.id, Publicity.starts_on, Publicity.ends_on)
        .join(PublicityName, PublicityName.assessment_id == RoutineAssessment.id)
        .join(Publicity, Publicity.id == PublicityName.publicity_id)
        .where(RoutineAssessment.id.in_(form_ids), *_counts())
        .order_by(Publicity.id)
    )
    return {row.id: (row.starts_on, row.ends_on) for row in rows}


def publicities_of_round(round_id: int) -> AnySelect:
    """(Publicity, names that count), the latest first."""
    names = (
        select(func.count())
        .select_from(PublicityName)
        .join(RoutineAssessment, RoutineAssessment.id == PublicityName.assessment_id)
        .where(PublicityName.publicity_id == Publicity.id, *_counts())
        .correlate(Publicity)
        .scalar_subquery()
    )
    return (
        select(Publicity, names.label("names"))
        .where(Publicity.round_id == round_id)
        .order_by(Publicity.starts_on.desc(), Publicity.id.desc())
    )


def put_up_for(person_id: int, today: date) -> AnySelect:
    """(Publicity, RoutineRound, RoutineAssessment, person_name, section_name) that run in the person's own units.

    Names and nothing else of the form: a publicity says who is 好, by section and name.
    """
    own_units = select(Appointment.unit_id).where(Appointment.person_id == person_id, in_force(Appointment, today))
    return (
        select(
            Publicity,
            RoutineRound,
            RoutineAssessment.id.label("form_id"),
            RoutineAssessment.person_id,
            PersonVersion.name.label("person_name"),
            SectionVersion.name.label("section_name"),
            UnitVersion.name.label("unit_name"),
        )
        .join(RoutineRound, RoutineRound.id == Publicity.round_id)
        .join(PublicityName, PublicityName.publicity_id == Publicity.id)
        .join(RoutineAssessment, RoutineAssessment.id == PublicityName.assessment_id)
        .join(PersonVersion, name_today(RoutineAssessment.person_id))
        .join(
            SectionVersion,
            and_(SectionVersion.section_id == RoutineAssessment.section_id, in_force(SectionVersion, today)),
        )
        .join(UnitVersion, and_(UnitVersion.unit_id == RoutineRound.unit_id, in_force(UnitVersion, today)))
        .where(RoutineRound.unit_id.in_(own_units), Publicity.ends_on >= today, *_counts())
        .order_by(
            Publicity.starts_on.desc(), Publicity.id, SectionVersion.sort_no, SectionVersion.section_id,
            PersonVersion.name_key, RoutineAssessment.id,
        )
    )  # fmt: skip


def one_put_up(person_id: int, publicity_id: int, form_id: int, today: date) -> tuple[Publicity, RoutineAssessment]:
    """A running publicity of the person's own unit and a form in it, which is locked; raises NotFound."""
    row = db.session.execute(
        put_up_for(person_id, today)
        .where(Publicity.id == publicity_id, RoutineAssessment.id == form_id)
        .with_only_columns(Publicity, RoutineAssessment)
        .with_for_update(of=RoutineAssessment)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.Publicity, row.RoutineAssessment


def own_objections(person_id: int) -> AnySelect:
    """(PublicityObjection, RoutineRound, person_name) that the person raised, the latest first."""
    return _objections().where(PublicityObjection.raised_by_person == person_id)


def objections_to_answer(actor: Actor) -> AnySelect:
    """(PublicityObjection, RoutineRound, person_name, unit_name) within reach that nobody answered, the oldest first.

    Without those that concern the actor: they are for somebody else.
    """
    return (
        _objections()
        .where(
            PublicityObjection.answered_at.is_(None),
            within(actor, Permission.ROUTINE_ANSWER, unit=RoutineRound.unit_id),
            _of_others(actor),
        )
        .order_by(None)
        .order_by(PublicityObjection.id)
    )


def objections_of_round(round_id: int) -> AnySelect:
    """(PublicityObjection, RoutineRound, person_name, unit_name) of a round, the latest first."""
    return _objections().where(RoutineRound.id == round_id)


def objection_to_answer(actor: Actor, objection_id: int) -> PublicityObjection:
    """One objection within reach, also one that concerns the actor; raises NotFound."""
    found = db.session.scalars(
        select(PublicityObjection)
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .join(RoutineRound, RoutineRound.id == Publicity.round_id)
        .where(
            PublicityObjection.id == objection_id,
            within(actor, Permission.ROUTINE_ANSWER, unit=RoutineRound.unit_id),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def own_results_to_answer(actor: Actor) -> AnySelect:
    """(RoutineAssessment, RoutineRound, person_name, unit_name): objections to one's own result that wait, by time."""
    today = today_in_china()
    concerned = [RoutineAssessment.decided_by.is_distinct_from(actor.account_id)]
    if actor.person_id is not None:
        concerned.append(RoutineAssessment.decided_by_person.is_distinct_from(actor.person_id))
        concerned.append(RoutineAssessment.person_id != actor.person_id)
    return (
        select(
            RoutineAssessment,
            RoutineRound,
            PersonVersion.name.label("person_name"),
            UnitVersion.name.label("unit_name"),
        )
        .join(RoutineRound, RoutineRound.id == RoutineAssessment.round_id)
        .join(PersonVersion, name_today(RoutineAssessment.person_id))
        .join(UnitVersion, and_(UnitVersion.unit_id == RoutineRound.unit_id, in_force(UnitVersion, today)))
        .where(
            RoutineAssessment.routine_state == RoutineState.OBJECTED,
            within(actor, Permission.ROUTINE_ANSWER, unit=RoutineRound.unit_id),
            *concerned,
        )
        .order_by(RoutineAssessment.noted_at, RoutineAssessment.id)
    )


def count_to_answer(actor: Actor) -> int:
    """Objections of either kind that wait for the actor."""
    if not actor.may(Permission.ROUTINE_ANSWER):
        return 0
    waiting = 0
    for rows in (objections_to_answer(actor), own_results_to_answer(actor)):
        waiting += db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    return waiting


def round_to_run(actor: Actor, round_id: int, permission: str) -> RoutineRound:
    """A round in the reach of ``permission``; raises NotFound."""
    found = db.session.scalars(
        select(RoutineRound).where(RoutineRound.id == round_id, within(actor, permission, unit=RoutineRound.unit_id))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _counts() -> tuple[ColumnElement[bool], ...]:
    """Of the names that were put up those that are 好 by the decision of then."""
    return (
        RoutineAssessment.final_grade == RoutineGrade.GOOD,
        RoutineAssessment.decided_at <= Publicity.published_at,
    )


def _objections() -> AnySelect:
    today = today_in_china()
    return (
        select(
            PublicityObjection,
            RoutineRound,
            PersonVersion.name.label("person_name"),
            UnitVersion.name.label("unit_name"),
        )
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .join(RoutineRound, RoutineRound.id == Publicity.round_id)
        .join(PersonVersion, name_today(PublicityObjection.about_person))
        .join(UnitVersion, and_(UnitVersion.unit_id == RoutineRound.unit_id, in_force(UnitVersion, today)))
        .order_by(PublicityObjection.id.desc())
    )


def _of_others(actor: Actor) -> ColumnElement[bool]:
    same_person = [] if actor.person_id is None else [
        or_(
            PublicityObjection.decided_by_person == actor.person_id,
            PublicityObjection.about_person == actor.person_id,
            PublicityObjection.raised_by_person == actor.person_id,
        )
    ]  # fmt: skip
    mine = or_(PublicityObjection.decided_by == actor.account_id, *same_person)
    return func.coalesce(mine, False).is_(False)
