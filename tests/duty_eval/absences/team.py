"""A section with a clerk and a head, and their leave."""

from __future__ import annotations

from datetime import date

from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Section
from duty_eval.absences.models import Absence, AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.expectations import away_days
from host.kernel.access import Role
from host.kernel.db import db
from tests.factories import a_person, a_post, a_section, an_actor, an_appointment

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


class Team:
    """A section with a clerk and a head, both able to act."""

    def __init__(self) -> None:
        self.section: Section = a_section()
        self.post = a_post(section=self.section)
        self.clerk = an_actor(Role.STAFF, person=a_person(name="王芳", post=self.post))
        leading = a_person(name="李科长")
        an_appointment(leading, a_post(section=self.section), leader_kind=LeaderKind.SECTION_HEAD)
        self.head = an_actor(Role.SECTION_HEAD, person=leading, section=self.section)
        db.session.flush()

    def ask(self, first: date = MONDAY, last: date = FRIDAY, kind: AbsenceKind = AbsenceKind.ANNUAL) -> Absence:
        return request_absence(self.clerk.person_id or 0, kind, first, last, actor=self.clerk)

    def granted(self, first: date = MONDAY, last: date = FRIDAY) -> Absence:
        """Leave that the head confirmed."""
        absence = self.ask(first, last)
        decide_absence(absence, is_confirmed=True, actor=self.head)
        return absence

    def away(self, **over: date) -> frozenset[date]:
        return away_days(self.clerk.person_id or 0, over.get("first", MONDAY), over.get("last", FRIDAY))
