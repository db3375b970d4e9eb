"""A section whose people log a duty with a standard."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from basic_info.organization.models import Section, Unit
from duty_eval.records.operations import Entry, log_records
from host.kernel.access import Role
from tests.factories import a_person, a_post, a_post_duty, a_section, a_section_duty, an_actor


class Team:
    """A section with people who log a duty of 30 standard minutes."""

    def __init__(
        self, unit: Unit, name: str, people: int, *, standard: int | None = 30, text: str = "审核材料"
    ) -> None:
        self.section: Section = a_section(unit=unit, name=name)
        a_section_duty(section=self.section, text=text)
        post = a_post(section=self.section, seat_count=20)
        self.duty = a_post_duty(post=post, text=text, standard_minutes=standard)
        self.people = [an_actor(Role.STAFF, person=a_person(name="赵某某", post=post)) for _ in range(people)]

    def log(self, quantity: int | None, day: date = date(2026, 3, 2), *, who: int = 0) -> int:
        """The number of the record."""
        entry = Entry(
            post_duty_id=self.duty.id, content="审核", quantity=None if quantity is None else Decimal(quantity)
        )
        key = f"{self.section.id}-{who}-{day}-{quantity}"
        made = log_records([entry], worked_on=day, client_key=key, actor=self.people[who], today=day)
        return made.record_ids[0]
