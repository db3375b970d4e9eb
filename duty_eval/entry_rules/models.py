from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.regions.settings import OfDivision
from host.kernel.db import Model
from host.kernel.versions import never_two


class CapMode(Worded):
    """What happens in a routine assessment when the places of 好 are taken (R93)."""

    ENFORCE = "enforce", "不得超过"
    WARN = "warn", "超过时提示"
    OFF = "off", "不限制"


class OverlapMode(Worded):
    """What happens to an entry whose hours overlap another one's of the day (R91)."""

    OFF = "off", "不检查"
    WARN = "warn", "提示审核人"
    REASON = "reason", "须说明原因"
    REFUSE = "refuse", "不能提交"


class EntryRule(OfDivision, Model):
    """The rules of a division and of those inside it that have none of their own, over a time."""

    __tablename__ = "entry_rule"
    __table_args__ = (
        never_two("region_id", name="entry_rule_in_force_once"),
        CheckConstraint("free_late_workdays BETWEEN 0 AND 30", name="late_in_bounds"),
        CheckConstraint("lock_workday BETWEEN 1 AND 20", name="lock_in_bounds"),
        CheckConstraint("long_day_minutes BETWEEN 600 AND 1440", name="long_day_in_bounds"),
        CheckConstraint("quantity_times BETWEEN 1.5 AND 100", name="times_in_bounds"),
        CheckConstraint("alike_percent BETWEEN 70 AND 100", name="alike_in_bounds"),
        CheckConstraint("sample_percent BETWEEN 0 AND 100", name="sample_in_bounds"),
        CheckConstraint(
            "load_low_percent BETWEEN 10 AND 100 AND load_high_percent BETWEEN 100 AND 300", name="load_in_bounds"
        ),
        CheckConstraint("publicity_workdays BETWEEN 3 AND 30", name="publicity_in_bounds"),
    )

    #: 工作日 that may be filled in late without a reason.
    free_late_workdays: Mapped[int] = mapped_column(SmallInteger, default=3, server_default="3")
    #: A month is closed on this working day of the next one.
    lock_workday: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")
    #: Minutes of a day above which the reviewer is told.
    long_day_minutes: Mapped[int] = mapped_column(SmallInteger, default=720, server_default="720")
    #: Whether units may choose to write once a week.
    allows_weekly: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: What two entries of a day with overlapping hours meet.
    overlap_mode: Mapped[OverlapMode] = mapped_column(default=OverlapMode.WARN, server_default=OverlapMode.WARN.value)
    #: Times one's own median quantity under the same duty.
    quantity_times: Mapped[Decimal] = mapped_column(Numeric(4, 1), default=Decimal(3), server_default="3")
    #: Share of pairs of characters that two texts have in common; from here on they are called alike.
    alike_percent: Mapped[int] = mapped_column(SmallInteger, default=90, server_default="90")
    compares_text: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Share of the waiting records that are opened one by one before any batch is passed; 0: none.
    sample_percent: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Below and above such a saturation a section's load is called low or high (R138).
    load_low_percent: Mapped[int] = mapped_column(SmallInteger, default=60, server_default="60")
    load_high_percent: Mapped[int] = mapped_column(SmallInteger, default=110, server_default="110")
    #: Whether people are reminded in the evening of a working day of what is open.
    reminds: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Whether a unit's round may have more 好 than two fifths.
    routine_cap: Mapped[CapMode] = mapped_column(default=CapMode.ENFORCE, server_default=CapMode.ENFORCE.value)
    #: Whether records say in words what was done, and whether evidence is asked for, where the duty does not say.
    asks_words: Mapped[bool] = mapped_column(default=False, server_default="false")
    asks_evidence: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: 工作日 that the names of 好 are up after a routine assessment.
    publicity_workdays: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")
