"""A small city to inspect: two bureaus with sections, their people, and the offices that look at them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.duties.models import WorkSource
from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Person, Post, Section, Unit
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.evidence.operations import Evidence
from duty_eval.inspections import queries
from duty_eval.inspections.closing import close_inspection
from duty_eval.inspections.finding import Found, Judgement, judge_lines
from duty_eval.inspections.models import DrawRule, FindingVerdict, Inspection, InspectionSubject
from duty_eval.inspections.operations import PlanDraft, draw_sample, make_plan, start_inspection
from duty_eval.records.models import DutyRecord, RecordState
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.factories import a_person, a_post, a_post_duty, a_region, a_section, a_unit, an_actor, an_appointment

#: A Monday.
DAY = date(2026, 3, 2)
CITY = "371300"


class Bureau:
    """A unit with ``count`` sections, in each a post with a duty and one person; the first section has a head."""

    def __init__(self, name: str, count: int = 4) -> None:
        self.unit: Unit = a_unit(name=name)
        self.sections: list[Section] = [a_section(unit=self.unit, name=f"{name}{n}科") for n in range(count)]
        self.posts = [a_post(section=section, title="经办岗") for section in self.sections]
        self.duties = [a_post_duty(post=post, text="办理来件") for post in self.posts]
        self.people = [a_person(name=f"{name}职工{n}", post=post) for n, post in enumerate(self.posts)]
        leading = a_person(name=f"{name}李科长")
        an_appointment(leading, a_post(section=self.sections[0]), leader_kind=LeaderKind.SECTION_HEAD)
        self.head: Actor = an_actor(Role.SECTION_HEAD, person=leading, section=self.sections[0])
        self.clerk: Actor = an_actor(Role.UNIT_CLERK, unit=self.unit)
        self.chief: Actor = an_actor(Role.UNIT_HEAD, unit=self.unit)


class City:
    """Two bureaus, the office that makes plans and the one that closes them."""

    def __init__(self) -> None:
        self.region = a_region(CITY)
        self.finance = Bureau("财政局")
        self.trade = Bureau("商务局")
        self.office: Actor = an_actor(Role.OFFICE_CLERK, region=CITY)
        self.reviewer: Actor = an_actor(Role.OFFICE_REVIEWER, region=CITY)
        db.session.flush()

    def draft(self, **over: Any) -> PlanDraft:
        facts = {"name": "一季度履职检查", "region_id": self.region.id, "starts_on": DAY, "ends_on": date(2026, 3, 20)}
        return PlanDraft(**{**facts, "draw_rule": DrawRule.SHARE, "draw_amount": 100, **over})

    def plan(self, **over: Any) -> Inspection:
        return make_plan(self.draft(**over), actor=self.office)

    def drawn(self, **over: Any) -> Inspection:
        plan = self.plan(**over)
        draw_sample(plan, day=DAY, actor=self.office, seed=7)
        return plan

    def under_way(self, **over: Any) -> Inspection:
        plan = self.drawn(**over)
        start_inspection(plan, today=plan.starts_on, actor=self.office)
        return plan


def subjects_of(plan: Inspection) -> list[InspectionSubject]:
    """In the order in which they came."""
    rows = select(InspectionSubject).where(InspectionSubject.inspection_id == plan.id).order_by(InspectionSubject.id)
    return list(db.session.scalars(rows))


def a_record(person: Person, post: Post, *, worked_on: date = DAY, **over: Any) -> DutyRecord:
    section = db.session.get_one(Section, post.section_id)
    facts = {
        "work_source": WorkSource.MANDATE,
        "content": "办理来件三件",
        "record_state": RecordState.SUBMITTED,
        **over,
    }
    record = DutyRecord(
        worked_on=worked_on, person_id=person.id, post_id=post.id, section_id=section.id, unit_id=section.unit_id,
        submitted_at=datetime.now(UTC), **facts,
    )  # fmt: skip
    db.session.add(record)
    db.session.flush()
    return record


PROOF = Evidence(link="https://example.org/photo")
OK = Judgement(verdict=FindingVerdict.OK)
PROBLEM = Judgement(verdict=FindingVerdict.PROBLEM, words="分工不清")


class Check:
    """A plan under way over both bureaus, looked at through the trade bureau's second section."""

    def __init__(self) -> None:
        self.city = City()
        self.plan = self.city.under_way()
        self.lines = queries.lines_of_inspection(self.plan.id)
        self.place = 1
        section = self.city.trade.sections[1]
        self.subject = next(one for one in subjects_of(self.plan) if one.section_id == section.id)
        self.person = self.city.trade.people[1]
        self.post = self.city.trade.posts[1]
        self.office, self.reviewer = self.city.office, self.city.reviewer

    def found(self, words: str = "与台账不符", **over: object) -> Found:
        return Found(**{"line_id": self.lines[2].id, "words": words, "evidence": PROOF, **over})  # type: ignore[arg-type]

    def judge_all(self, judgement: Judgement = OK) -> None:
        for subject in subjects_of(self.plan):
            if subject.removed_at is None:
                judge_lines(self.plan, subject, {line.id: judgement for line in self.lines}, actor=self.office)

    def close(self, day: date = DAY) -> None:
        close_inspection(self.plan, today=day, actor=self.reviewer)

    def away(self, kind: AbsenceKind, state: AbsenceState = AbsenceState.CONFIRMED) -> None:
        span, when = Range(DAY, DAY + timedelta(days=1)), func.now() if state is AbsenceState.CONFIRMED else None
        place = {"person_id": self.person.id, "section_id": self.subject.section_id}
        db.session.add(Absence(**place, absence_kind=kind, span=span, absence_state=state, decided_at=when))
        db.session.flush()
