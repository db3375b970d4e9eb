"""Rows that several tests of this system start from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert

from basic_info.duties.models import WorkSource
from basic_info.organization.models import Person, Post, Section, Unit
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.rollups import APPROVED, COUNTED, apply, delta_of
from duty_eval.review.models import RecordReview, Verdict
from host.kernel.access import SYSTEM
from host.kernel.db import db
from performance.schemes.models import IndicatorScheme
from performance.schemes.operations import default_scheme, publish_scheme
from tests.factories import a_person, a_post, a_post_duty, a_region, a_section, a_unit

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def a_published_scheme(**over: Any) -> IndicatorScheme:
    scheme = default_scheme(a_region().id, year=2026, actor=SYSTEM, **over)
    publish_scheme(scheme, actor=SYSTEM)
    return scheme


class Office:
    """One section with a post of two duties and the people given."""

    def __init__(self, *names: str, unit: Unit | None = None) -> None:
        self.unit = unit or a_unit()
        self.section: Section = a_section(unit=self.unit)
        self.post: Post = a_post(section=self.section, seat_count=50)
        self.duties = [a_post_duty(post=self.post), a_post_duty(post=self.post, sort_no=2)]
        self.people: list[Person] = [a_person(name=name, post=self.post) for name in names]

    def log(
        self,
        person: Person,
        day: date,
        *,
        duty: int = 0,
        state: RecordState = RecordState.APPROVED,
        minutes: int | None = None,
    ) -> int:
        values = {
            "worked_on": day,
            "person_id": person.id,
            "post_id": self.post.id,
            "section_id": self.section.id,
            "unit_id": self.unit.id,
            "post_duty_id": self.duties[duty].id,
            "work_source": WorkSource.MANDATE,
            "content": "起草文稿",
            "record_state": state,
            "minutes": minutes,
            "submitted_at": datetime(2026, 4, 1, tzinfo=UTC),
        }
        record = db.session.scalars(insert(DutyRecord).values(values).returning(DutyRecord)).one()
        if state in COUNTED:
            apply([delta_of(record, records=1, approved=1 if state in APPROVED else 0)])
        return record.id

    def review(self, person: Person, day: date, record_id: int, quality: int) -> None:
        db.session.add(
            RecordReview(
                record_id=record_id,
                worked_on=day,
                person_id=person.id,
                reviewer_person_id=a_person(name="审核人").id,
                verdict=Verdict.APPROVED,
                quality=quality,
            )
        )
        db.session.flush()

    def task(self, person: Person, due_on: date, done_on: date | None) -> None:
        db.session.add(
            AssignedTask(
                person_id=person.id,
                section_id=self.section.id,
                title="报送材料",
                due_on=due_on,
                task_state=TaskState.DONE if done_on else TaskState.OPEN,
                done_at=datetime(done_on.year, done_on.month, done_on.day, 4, tzinfo=UTC) if done_on else None,
            )
        )
        db.session.flush()


def workdays_of_march() -> list[date]:
    return [date(2026, 3, day) for day in range(1, 32) if date(2026, 3, day).weekday() < 5]
