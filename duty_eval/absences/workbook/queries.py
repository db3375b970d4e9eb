"""Reads of leave that came from workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import PersonVersion, Section, SectionVersion
from basic_info.organization.scope import within
from duty_eval.absences.models import Absence
from duty_eval.permissions import Permission
from duty_eval.records.queries import name_today
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month
from host.kernel.versions import in_force

#: Files to choose from: the last ones.
MOST_FILES = 50


def imported(actor: Actor, *, month: date | None = None, file: str = "") -> AnySelect:
    """(Absence, person_name, section_name, entered_by_name) within reach, what came last first.

    ``month``: only what has days in the month that begins there; ``file``: only what came from a file of that name.
    What was corrected or taken back since is among them, in its state of today.
    """
    rows = (
        select(
            Absence,
            PersonVersion.name.label("person_name"),
            SectionVersion.name.label("section_name"),
            func.coalesce(Account.display_name, "系统命令").label("entered_by_name"),
        )
        .join(Section, Section.id == Absence.section_id)
        .join(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, today_in_china())))
        .join(PersonVersion, name_today(Absence.person_id))
        .outerjoin(Account, Account.id == Absence.entered_by)
        .where(Absence.is_imported, _reach(actor))
        .order_by(Absence.entered_at.desc(), Absence.id.desc())
    )
    if month is not None:
        rows = rows.where(Absence.span.overlaps(Range(month, first_of_month(month, plus=1))))
    return rows.where(Absence.import_file == file) if file else rows


def files(actor: Actor) -> Sequence[str]:
    """The names of the files from which leave within reach came, the latest first. One statement."""
    return db.session.scalars(
        select(Absence.import_file)
        .join(Section, Section.id == Absence.section_id)
        .where(Absence.is_imported, Absence.import_file != "", _reach(actor))
        .group_by(Absence.import_file)
        .order_by(func.max(Absence.entered_at).desc())
        .limit(MOST_FILES)
    ).all()


def _reach(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.ABSENCE_IMPORT, unit=Section.unit_id, section=Absence.section_id)
