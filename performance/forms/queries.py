"""What the register form of a person's year says before anybody writes into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, and_, func, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment, PersonVersion, PostVersion, SectionVersion, UnitVersion
from basic_info.organization.queries import in_post_since
from basic_info.organization.scope import within
from duty_eval.api import DutyRecord, person_facts, routine_results
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import month
from host.kernel.partitions import first_of_month
from host.kernel.versions import in_force
from performance.grading.models import AnnualAssessment, Regime
from performance.grading.quotas import CIVIL
from performance.grading.settings import assessment_day
from performance.permissions import Permission

#: So many duties are named in the draft: the form stays on its pages.
NAMED_DUTIES = 8
#: States of records that count for nothing, as duty_eval stores them.
UNFINISHED = ("draft", "returned")


@dataclass(frozen=True, kw_only=True)
class RegisterForm:
    """The boxes of 年度考核登记表, as text."""

    year: int
    regime: Regime
    name: str
    sex: str
    birth: str
    political_status: str
    since: str
    unit_and_post: str
    work: str
    report: str
    comment: str = ""
    proposed: str = ""
    final: str = ""
    no_grade: str = ""
    routine: str = ""


def register_form_of(actor: Actor, person_id: int, year: int, *, today: date) -> RegisterForm:
    """The form of a person in the actor's reach. Raises NotFound."""
    day = assessment_day(year, today)
    row = db.session.execute(
        select(
            PersonVersion,
            Appointment,
            UnitVersion.name.label("unit_name"),
            SectionVersion.name.label("section_name"),
            PostVersion.title.label("post_title"),
            in_post_since().label("since"),
            AnnualAssessment,
        )
        .join(Appointment, and_(Appointment.person_id == PersonVersion.person_id, Appointment.is_primary))
        .join(UnitVersion, and_(UnitVersion.unit_id == Appointment.unit_id, in_force(UnitVersion, day)))
        .join(SectionVersion, and_(SectionVersion.section_id == Appointment.section_id, in_force(SectionVersion, day)))
        .join(PostVersion, and_(PostVersion.post_id == Appointment.post_id, in_force(PostVersion, day)))
        .outerjoin(
            AnnualAssessment,
            and_(AnnualAssessment.person_id == PersonVersion.person_id, AnnualAssessment.year == year),
        )
        .where(
            PersonVersion.person_id == person_id,
            in_force(PersonVersion, day),
            in_force(Appointment, day),
            within(
                actor,
                Permission.FORM_PRINT,
                unit=Appointment.unit_id,
                section=Appointment.section_id,
                person=Appointment.person_id,
            ),
        )
    ).first()
    if row is None:
        raise NotFound
    person, held, assessment = row.PersonVersion, row.Appointment, row.AnnualAssessment
    regime = Regime.CIVIL_SERVANT if person.identity in CIVIL else Regime.INSTITUTION
    return RegisterForm(
        year=year,
        regime=regime,
        name=person.name,
        sex=person.sex.label,
        birth=month(person.birth_on, ""),
        political_status=person.political_status,
        since=month(row.since, ""),
        unit_and_post=f"{row.unit_name} {row.section_name} {held.job_title or row.post_title}",
        work=_work_of(held.post_id, day),
        report=draft_report(person_id, year, day),
        routine=_routine(person_id, year),
        **_graded(assessment, regime),
    )


def draft_report(person_id: int, year: int, day: date) -> str:
    """本人述职 as a draft out of the year's records: numbers and duties, to be rewritten by the person."""
    first, end = date(year, 1, 1), first_of_month(day, plus=1)
    counts = person_facts(first, end).subquery()
    # Only what is said: parts of the statement that nobody asks for are left out by PostgreSQL.
    said = ("record_count", "days_logged", "approved_count", "tasks_due", "tasks_done_in_time")
    facts = db.session.execute(
        select(*(counts.c[name] for name in said)).where(counts.c.person_id == person_id)
    ).first()
    if facts is None or facts.record_count == 0:
        return ""
    text = (
        f"本年度记录履职纪实 {facts.record_count} 条，涉及 {facts.days_logged} 天，审核通过 {facts.approved_count} 条。"
    )
    if facts.tasks_due:
        text += f"到期交办任务 {facts.tasks_due} 项，按时完成 {facts.tasks_done_in_time} 项。"
    lines = [
        f"{place}. {duty.text}：{duty.records} 条{_quantity(duty.quantity, duty.measure_unit)}；"
        for place, duty in enumerate(_work_by_duty(person_id, first, end), start=1)
    ]
    return "\n".join([text, *(["主要履行以下职责："] if lines else []), *lines])


def _work_by_duty(person_id: int, first: date, end: date) -> Sequence[Row[str, str, int, Decimal | None]]:
    """(duty's words, measure unit, records, quantity) of what a person handed in, the most usual duties first."""
    records = func.count().label("records")
    return db.session.execute(
        select(
            PostDuty.text,
            PostDuty.measure_unit,
            records,
            func.sum(DutyRecord.quantity).label("quantity"),
        )
        .join(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on >= first,
            DutyRecord.worked_on < end,
            DutyRecord.record_state.not_in(UNFINISHED),
        )
        .group_by(PostDuty.id, PostDuty.text, PostDuty.measure_unit)
        .order_by(records.desc(), PostDuty.id)
        .limit(NAMED_DUTIES)
    ).all()


def _quantity(quantity: Decimal | None, measure_unit: str) -> str:
    return f"，{quantity.normalize():f} {measure_unit}" if quantity else ""


def _work_of(post_id: int, day: date) -> str:
    texts = db.session.scalars(
        select(PostDuty.text)
        .where(PostDuty.post_id == post_id, PostDuty.valid.contains(day))
        .order_by(PostDuty.is_lead.desc(), PostDuty.sort_no)
        .limit(3)
    )
    return "；".join(text.rstrip("；。") for text in texts)


def _graded(assessment: AnnualAssessment | None, regime: Regime) -> dict[str, str]:
    if assessment is None:
        return {}
    proposed, final, reason = assessment.proposed_grade, assessment.final_grade, assessment.no_grade_reason
    return {
        "comment": assessment.comment,
        "proposed": proposed.word(regime) if proposed else "",
        "final": final.word(regime) if final else "",
        "no_grade": reason.label if reason else "",
    }


def _routine(person_id: int, year: int) -> str:
    """The closed rounds of the year, as they are named on the form."""
    return "；".join(
        f"{one.name}：{one.grade.label if one.grade else '不确定等次'}" for one in routine_results(person_id, year)
    )
