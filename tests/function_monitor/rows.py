"""Rows that several tests of this system start from: an office that handles one licence by a chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from basic_info.duties.models import DutyLink, LinkState
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.power_lists.models import LimitUnit, ListState, PowerItem, PowerKind, PowerList
from function_monitor.collection.models import BusinessSystem, CollectorSource
from function_monitor.collection.operations import create_source, create_system, drop_root, issue_key
from host.kernel.access import SYSTEM
from host.kernel.db import db
from tests.factories import (
    SINCE,
    a_function,
    a_person,
    a_post,
    a_post_duty,
    a_region,
    a_section,
    a_section_duty,
    a_unit,
    an_account,
)

HEADINGS = ["办件编号", "事项编码", "事项名称", "单位编码", "环节名称", "办理人编码", "发生时间", "动作"]


class Office:
    """A unit with a section, a clerk, a licence in force and its chart: 受理 → 审查 (5) → 决定 (1) → 送达 (1).

    ``licence`` names item and chart, ``drawing`` is the chart's BPMN. ``another``: the kind of a second item of its
    list, ``another_item``, which has no chart. ``supplement_suspends`` is the chart's setting for 补正, ``review`` what
    the step 审查 has beside its name: what was published does not change any more.
    """

    def __init__(
        self,
        name: str = "市行政审批局",
        *,
        licence: str = "食品经营许可",
        drawing: str = "<x/>",
        another: PowerKind | None = None,
        supplement_suspends: bool = False,
        **review: Any,
    ) -> None:
        self.unit = a_unit(name=name)
        self.section = a_section(unit=self.unit)
        self.post = a_post(section=self.section)
        self.clerk = a_person(post=self.post)
        self.item, *others = self._items(licence, another)
        self.another_item = others[0] if others else None
        self.chart = Flowchart(
            unit_id=self.unit.id, name=licence, version_no=1, power_item_id=self.item.id, model=drawing,
            supplement_suspends=supplement_suspends,
        )  # fmt: skip
        db.session.add(self.chart)
        db.session.flush()
        self.steps = self._steps(review)
        self.chart.chart_state, self.chart.published_by = ChartState.PUBLISHED, an_account().id
        self.function = a_function(unit=self.unit, rhythm=None)
        self.section_duty = a_section_duty(section=self.section)
        self.post_duty = a_post_duty(post=self.post)
        self._link(function_id=self.function.id, section_duty_id=self.section_duty.id)
        self._link(section_duty_id=self.section_duty.id, post_duty_id=self.post_duty.id)
        for step in self.steps.values():
            self._link(step_id=step.id, section_duty_id=self.section_duty.id)
        db.session.flush()

    def event(self, **over: Any) -> dict[str, Any]:
        """An event as the business system reports it."""
        return {
            "case_no": "A-1",
            "item_code": self.item.item_code,
            "item_name": "食品经营许可",
            "unit_code": self.unit.code,
            "step_name": "受理",
            "handler_code": self.clerk.code,
            "happened_at": "2026-03-02 09:00:00",
            "action": "完成",
            **over,
        }

    def line(self, **over: Any) -> str:
        """The same as a line of a file."""
        return ",".join(str(value) for value in self.event(**over).values())

    def _items(self, licence: str, another: PowerKind | None) -> list[PowerItem]:
        powers = PowerList(unit_id=self.unit.id, version_no=1, year=2026, valid=SINCE)
        db.session.add(powers)
        db.session.flush()
        whose = {"power_list_id": powers.id, "unit_id": self.unit.id}
        code = f"XK{self.unit.id}"
        items = [PowerItem(**whose, sort_no=1, name=licence, power_kind=PowerKind.LICENCE, item_code=code)]
        if another is not None:
            items.append(PowerItem(**whose, sort_no=2, name="食品生产许可", power_kind=another))
        db.session.add_all(items)
        db.session.flush()
        powers.list_state = ListState.IN_FORCE
        db.session.flush()
        return items

    def _steps(self, review: dict[str, Any]) -> dict[str, FlowStep]:
        names = {"受理": 1, "审查": 5, "决定": 1, "送达": 1}
        steps = {
            name: FlowStep(
                flowchart_id=self.chart.id,
                element_id=f"T{number}",
                sort_no=number,
                name=name,
                post_id=self.post.id,
                limit_value=limit,
                limit_unit=LimitUnit.WORKDAY,
                next_steps=[f"T{number + 1}"] if number < len(names) else [],
            )
            for number, (name, limit) in enumerate(names.items(), start=1)
        }
        for name, value in review.items():
            setattr(steps["审查"], name, value)
        db.session.add_all(steps.values())
        db.session.flush()
        return steps

    def _link(self, **ends: int) -> None:
        db.session.add(DutyLink(unit_id=self.unit.id, link_state=LinkState.CONFIRMED, decided_by=1, **ends))


def a_system(code: str = "spj") -> BusinessSystem:
    return create_system(a_region(), code=code, name="审批系统", actor=SYSTEM)


def a_key(system: BusinessSystem) -> dict[str, str]:
    """The headers that the system's requests carry."""
    return {"Authorization": f"Bearer {issue_key(system, actor=SYSTEM)}"}


def a_source(system: BusinessSystem, folder: str) -> CollectorSource:
    return create_source(system, name="每日投放", folder=folder, actor=SYSTEM)


def drop(source: CollectorSource, name: str, *lines: str) -> Path:
    """Put a CSV file into the source's folder."""
    path = drop_root() / source.folder / name
    path.write_text("\n".join([",".join(HEADINGS), *lines]) + "\n", encoding="utf-8")
    return path
