"""Settings with a first day (有起始日期的设定): what a division or a unit set for itself, kept as versions.

A setting is a version table (``host.kernel.versions``), a form that ends with a first day and a reason, and a page that
lists what held when (``host/macros/dated.html``). Who goes by whose setting is for the tree of places to say: for
divisions that is ``basic_info.regions.settings``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from host.kernel.access import Actor
from host.kernel.errors import Refused
from host.kernel.forms import ChineseForm
from host.kernel.versions import Version, change, wait_in_line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

V = TypeVar("V", bound=Version)
F = TypeVar("F", bound="DataclassInstance")


@dataclass(frozen=True, kw_only=True)
class DatedSetting(Generic[V]):
    """The settings that ``version`` keeps, each of the place in its column ``key``; ``action`` of the audit rows.

    ``too_late`` says to the person why none begins in the past. ``keeps_reason``: it is the version's remark, too.
    """

    version: type[V]
    key: InstrumentedAttribute[int]
    action: str
    too_late: str = ""
    keeps_reason: bool = False

    def set(
        self, place_id: int, facts: DataclassInstance, *, on: date, today: date | None, reason: str, actor: Actor
    ) -> V:
        """From ``on`` the place goes by ``facts``, named as the columns; what was to come after gives way.

        Raises Refused without a reason, or for a day that is over; ``today`` is None where it may be.
        """
        if today is not None and on < today:
            raise Refused(f"起始日期不能早于今天：{self.too_late}")
        if not (reason := reason.strip()):
            raise Refused("请说明为什么调整")
        wait_in_line(self.key, place_id)
        return change(
            place_id,
            version=self.version,
            key=self.key,
            facts=vars(facts),
            on=on,
            actor=actor,
            action=self.action,
            reason=reason,
            remark=reason if self.keeps_reason else "",
        )

    def history(self, place_id: int) -> Select[V]:
        """What the place set over time, newest first; what was replaced before it held is left out."""
        return (
            select(self.version)
            .where(self.key == place_id, self.version.superseded_at.is_(None))
            .order_by(func.lower(self.version.valid).desc())
        )


def filled(facts: F, source: object) -> F:
    """``facts`` with the values that ``source``, a version or a form that was validated, has under the same names."""
    values = {one.name: getattr(source, one.name) for one in fields(facts)}
    if isinstance(source, ChineseForm):
        values = {name: field.data for name, field in values.items()}
    return replace(facts, **values)


def between(least: float, most: float) -> list[object]:
    """The validators of a number that must be given, within both bounds."""
    return [InputRequired("请填写"), NumberRange(least, most, f"应为 {least:g} 至 {most:g}")]


def first_day(label: str = "从哪一天起执行") -> DateField:
    return DateField(label, [InputRequired("请选择日期")])


def why(label: str = "调整原因") -> StringField:
    return StringField(
        label,
        [DataRequired("请说明为什么调整"), Length(max=200, message="原因不能超过 200 字")],
        render_kw={"maxlength": 200},
    )


class DatedForm(ChineseForm):
    """What is set; it ends with ``on = first_day()`` and ``reason = why()``, so that these come last on the page."""

    on: DateField
    reason: StringField
