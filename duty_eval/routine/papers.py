"""What 公务员平时考核登记表 says of a person in a round (R93)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from basic_info.organization.kinds import Identity
from basic_info.organization.models import Appointment, PersonVersion, PostVersion, SectionVersion, UnitVersion
from basic_info.organization.queries import in_post_since
from basic_info.organization.scope import within
from duty_eval.permissions import Permission
from duty_eval.publicity.queries import last_put_up
from duty_eval.routine.models import RoutineAssessment, RoutineRound
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import CHINA_TIME, month

CIVIL = (Identity.CIVIL_SERVANT, Identity.CIVIL_MANAGED)


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What somebody said or decided, by name and day; empty where the step was not taken."""

    words: str = ""
    name: str = ""
    day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The boxes of the form as text. ``duties``: (duty, records, minutes)."""

    title: str
    round_name: str
    first_day: date
    last_day: date
    name: str
    sex: str
    birth: str
    political_status: str
    since: str
    unit_and_post: str
    section_name: str
    summary: str
    attendance: str
    duties: list[tuple[str, int, int]] = field(default_factory=list)
    reviewed: Opinion
    decided: Opinion
    publicity: str
    own: Opinion
    answer: Opinion
    not_assessed: str


def own_paper(actor: Actor, form_id: int) -> Paper:
    """One's own form; raises NotFound."""
    return _one(_papers().where(RoutineAssessment.id == form_id, RoutineAssessment.person_id == (actor.person_id or 0)))


def paper_of(actor: Actor, form_id: int) -> Paper:
    """A form within the reach of who reads rounds; raises NotFound."""
    return _one(_papers().where(RoutineAssessment.id == form_id, _reach(actor)))


def papers_of_round(actor: Actor, round_id: int, *, section_id: int | None = None) -> list[Paper]:
    """The forms of a round, or of one section in it, by section and name; raises NotFound where there are none."""
    rows = _papers().where(RoutineAssessment.round_id == round_id, _reach(actor))
    if section_id is not None:
        rows = rows.where(RoutineAssessment.section_id == section_id)
    found = db.session.execute(rows).all()
    if not found:
        raise NotFound
    return _drawn_up(found)


def _reach(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.ROUTINE_READ, unit=RoutineRound.unit_id)


def _papers() -> AnySelect:
    """All that the forms need: as things stood on the last day of the round."""
    proposer, decider, answerer = (aliased(Account) for _ in range(3))
    return (
        select(
            RoutineAssessment,
            RoutineRound,
            PersonVersion,
            Appointment,
            UnitVersion.name.label("unit_name"),
            SectionVersion.name.label("section_name"),
            PostVersion.title.label("post_title"),
            in_post_since().label("since"),
            proposer.display_name.label("proposer"),
            decider.display_name.label("decider"),
            answerer.display_name.label("answerer"),
        )
        .join(RoutineRound, RoutineRound.id == RoutineAssessment.round_id)
        .join(PersonVersion, and_(PersonVersion.person_id == RoutineAssessment.person_id, _stood(PersonVersion)))
        .join(
            Appointment,
            and_(Appointment.person_id == RoutineAssessment.person_id, Appointment.is_primary, _stood(Appointment)),
        )
        .join(UnitVersion, and_(UnitVersion.unit_id == RoutineRound.unit_id, _stood(UnitVersion)))
        .join(
            SectionVersion,
            and_(SectionVersion.section_id == RoutineAssessment.section_id, _stood(SectionVersion)),
        )
        .join(PostVersion, and_(PostVersion.post_id == Appointment.post_id, _stood(PostVersion)))
        .outerjoin(proposer, proposer.id == RoutineAssessment.proposed_by)
        .outerjoin(decider, decider.id == RoutineAssessment.decided_by)
        .outerjoin(answerer, answerer.id == RoutineAssessment.answered_by)
        .order_by(SectionVersion.sort_no, SectionVersion.section_id, PersonVersion.name_key, RoutineAssessment.id)
    )


def _stood(version: Any) -> ColumnElement[bool]:
    """The version that held on the last day of the round."""
    return and_(version.valid.contains(RoutineRound.last_day), version.superseded_at.is_(None))


def _one(rows: AnySelect) -> Paper:
    found = db.session.execute(rows).first()
    if found is None:
        raise NotFound
    return _drawn_up([found])[0]


def _drawn_up(rows: Any) -> list[Paper]:
    put_up = last_put_up([row.RoutineAssessment.id for row in rows])
    return [_paper(row, put_up.get(row.RoutineAssessment.id)) for row in rows]


def _paper(row: AnyRow, put_up: tuple[date, date] | None) -> Paper:
    form, held, person = row.RoutineAssessment, row.RoutineRound, row.PersonVersion
    facts = form.facts
    return Paper(
        title="公务员平时考核登记表" if person.identity in CIVIL else "工作人员平时考核登记表",
        round_name=held.name,
        first_day=held.first_day,
        last_day=held.last_day,
        name=person.name,
        sex=person.sex.label,
        birth=month(person.birth_on, ""),
        political_status=person.political_status,
        since=month(row.since, ""),
        unit_and_post=f"{row.unit_name} {row.section_name} {row.Appointment.job_title or row.post_title}",
        section_name=row.section_name,
        summary=form.summary,
        attendance=_attendance(facts),
        duties=[(text, count, minutes) for text, count, minutes in facts["duties"]],
        reviewed=Opinion(words=_proposed(form), name=row.proposer or "", day=_day(form.proposed_at)),
        decided=Opinion(
            words=f"确定等次：{form.final_grade.label}" if form.final_grade else "",
            name=row.decider or "",
            day=_day(form.decided_at),
        ),
        publicity=f"{put_up[0]:%Y-%m-%d} 至 {put_up[1]:%Y-%m-%d} 在本单位公示" if put_up else "",
        own=Opinion(
            words=form.objection or ("已知悉，没有异议" if form.noted_at else ""),
            name=person.name if form.noted_at else "",
            day=_day(form.noted_at),
        ),
        answer=Opinion(words=form.answer, name=row.answerer or "", day=_day(form.answered_at)),
        not_assessed=_why_not(form),
    )


def _why_not(form: RoutineAssessment) -> str:
    if form.not_assessed is None:
        return ""
    return f"{form.not_assessed.label}{f'：{form.not_assessed_note}' if form.not_assessed_note else ''}"


def _attendance(facts: dict[str, Any]) -> str:
    expected = f"应出勤 {facts['days_expected']} 天（本期在任 {facts['days_in_all']} 个工作日）"
    days = f"{expected}，{facts['days_logged']} 天有履职纪实"
    tasks = f"交办任务到期 {facts['tasks']} 项，完成 {facts['tasks_done']} 项"
    return f"{days}，共 {facts['records']} 项；{tasks}"


def _proposed(form: RoutineAssessment) -> str:
    grade = f"建议等次：{form.proposed_grade.label}" if form.proposed_grade else ""
    return "\n".join(text for text in (form.comment, grade) if text)


def _day(at: datetime | None) -> date | None:
    return at.astimezone(CHINA_TIME).date() if at else None
