"""A small city to inspect: two bureaus with sections, their people, and the offices that look at them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from basic_info.duties.models import WorkSource
from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Person, Post, Section, Unit
from duty_eval.inspections.models import DrawRule, Inspection, InspectionSubject
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
