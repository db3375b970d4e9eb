from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section, Unit
from basic_info.regions.settings import OfDivision
from host.kernel.db import Model
from host.kernel.versions import never_two
from performance.rounding import Rounding


class Regime(Worded):
    """Which rule a person is assessed by (R96, R97)."""

    CIVIL_SERVANT = "civil_servant", "公务员（含参照管理）"
    INSTITUTION = "institution", "事业单位（含机关工勤）"


class RoutineGate(Worded):
    """What of the year's 平时考核 优秀 requires (R94), where rounds gave grades at all (R95)."""

    ANY_GOOD = "any_good", "至少一次“好”"
    MOSTLY_GOOD = "mostly_good", "多数为“好”，没有“一般”和“较差”"
    OFF = "off", "不要求"


class AnnualGrade(Worded):
    """等次 / 档次. The word for the second and the fourth depends on the regime: see ``word``."""

    EXCELLENT = "excellent", "优秀"
    COMPETENT = "competent", "称职（合格）"
    BASIC = "basic", "基本称职（基本合格）"
    POOR = "poor", "不称职（不合格）"

    def word(self, regime: Regime) -> str:
        """The word of the regime's own rule (R96, R97)."""
        civil = regime is Regime.CIVIL_SERVANT
        return {
            "excellent": "优秀",
            "competent": "称职" if civil else "合格",
            "basic": "基本称职" if civil else "基本合格",
            "poor": "不称职" if civil else "不合格",
        }[self.value]


class NoGradeReason(Worded):
    """Why a person takes part without a grade (cases 2, 4 and 5 of R102's table; code 5 of R110)."""

    PROBATION = "probation", "试用期或初次就业不满半年"
    UNDER_INVESTIGATION = "under_investigation", "立案尚未结案"
    LONG_LEAVE = "long_leave", "病事假累计超过半年"
    SANCTION = "sanction", "处分影响期内"


#: A second column of the same words needs a name of its own for its check constraint.
FINAL_GRADE = Enum(
    AnnualGrade,
    name="final_grade",
    native_enum=False,
    create_constraint=True,
    length=40,
    values_callable=lambda kind: [grade.value for grade in kind],
)


class GradingSetting(OfDivision, Model):
    """优秀比例设置 of a region, over a time: share, rounding, who counts (R98–R100)."""

    __tablename__ = "grading_setting"
    __table_args__ = (
        never_two("region_id", name="grading_setting_in_force_once"),
        Index(None, "region_id"),
        CheckConstraint("ratio > 0 AND ratio <= 0.25", name="ratio_is_lawful"),
    )

    ratio: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    rounding: Mapped[Rounding]
    base_includes_ungraded: Mapped[bool]
    routine_gate: Mapped[RoutineGate] = mapped_column(
        default=RoutineGate.ANY_GOOD, server_default=RoutineGate.ANY_GOOD.value
    )


class ExcellentQuota(Model):
    """优秀名额: the places of a unit's group in a year and how many are taken. Never more than there are.

    ``theoretical`` is base × ratio as it stands; ``allotted`` the whole places after rounding and sharing out.
    """

    __tablename__ = "excellent_quota"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "regime"),
        CheckConstraint("used >= 0 AND used <= allotted", name="never_more_than_allotted"),
        CheckConstraint("allotted <= ceil(theoretical)", name="allotted_within_the_share"),
        CheckConstraint("allotted <= base_count", name="allotted_within_the_base"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    year: Mapped[int] = mapped_column(Integer)
    regime: Mapped[Regime]
    base_count: Mapped[int] = mapped_column(Integer)
    ratio: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    rounding: Mapped[Rounding]
    theoretical: Mapped[Decimal] = mapped_column(Numeric(10, 4))
    allotted: Mapped[int] = mapped_column(Integer)
    used: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    counted_on: Mapped[date]

    @property
    def left(self) -> int:
        return self.allotted - self.used


class AnnualAssessment(Model):
    """年度考核: the grade that a person proposes for another, with its reason. The machine proposes none."""

    __tablename__ = "annual_assessment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["unit_id", "year", "regime"],
            ["excellent_quota.unit_id", "excellent_quota.year", "excellent_quota.regime"],
        ),
        UniqueConstraint("person_id", "year"),
        Index(None, "unit_id", "year", "section_id"),
        CheckConstraint("num_nonnulls(proposed_grade, no_grade_reason) <= 1", name="grade_or_none"),
        CheckConstraint("final_grade IS NULL OR no_grade_reason IS NULL", name="final_grade_or_none"),
        CheckConstraint(
            "final_grade IS DISTINCT FROM 'excellent' OR proposed_grade = 'excellent' AND posted_from IS NOT NULL",
            name="final_excellent_held_a_place",
        ),
        CheckConstraint("length(comment) <= 500", name="comment_is_bounded"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    year: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    regime: Mapped[Regime]
    proposed_grade: Mapped[AnnualGrade | None]
    no_grade_reason: Mapped[NoGradeReason | None]
    #: 主管领导评语
    comment: Mapped[str] = mapped_column(default="", server_default="")
    proposed_by: Mapped[int | None]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: The day on which 优秀 was put up in the unit (R101).
    posted_from: Mapped[date | None]
    final_grade: Mapped[AnnualGrade | None] = mapped_column(FINAL_GRADE)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
