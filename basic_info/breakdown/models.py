from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import SectionDuty, WorkSource
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Section, Unit
from basic_info.returning.models import Returnable, return_constraints
from host.kernel.db import Model
from host.kernel.versions import never_two


class BreakdownState(Worded):
    DRAFT = "draft", "待生效"
    IN_FORCE = "in_force", "现行"
    SUPERSEDED = "superseded", "已替代"


class Breakdown(Returnable, Model):
    """职能分解表: one version of a unit's form; one is in force at a time."""

    __tablename__ = "breakdown"
    __table_args__ = (
        UniqueConstraint("unit_id", "version_no"),
        never_two("unit_id", name="breakdown_in_force_once", where="breakdown_state = 'in_force'"),
        CheckConstraint("breakdown_state = 'draft' OR put_by IS NOT NULL", name="put_in_force_by_a_person"),
        # Four eyes: who takes a form in does not put it in force.
        CheckConstraint("put_by <> imported_by", name="put_by_a_second_person"),
        *return_constraints("breakdown_state = 'draft'"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    version_no: Mapped[int]
    breakdown_state: Mapped[BreakdownState] = mapped_column(default=BreakdownState.DRAFT)
    valid: Mapped[Range[date]]
    imported_by: Mapped[int | None]
    imported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    put_by: Mapped[int | None]


class DutyMatter(Model):
    """具体职责事项: a line of the form. ``section_duty_id``: the section duty whose words it breaks down."""

    __tablename__ = "duty_matter"
    __table_args__ = (Index(None, "breakdown_id", "sort_no"), Index(None, "section_duty_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    breakdown_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Breakdown.id))
    sort_no: Mapped[int]
    section_name: Mapped[str]
    #: None: no section of the register has that name.
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id), index=True)
    section_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(SectionDuty.id))
    work_source: Mapped[WorkSource]
    section_function: Mapped[str]
    matter: Mapped[str]
    measure_1: Mapped[str] = mapped_column(default="", server_default="")
    measure_2: Mapped[str] = mapped_column(default="", server_default="")
    measure_unit: Mapped[str] = mapped_column(default="项", server_default="项")
    #: year → volume, as the form gives it
    volumes: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
