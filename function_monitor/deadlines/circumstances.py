"""What bears on the clocks of a batch of cases, read in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from basic_info.api import library_settings
from basic_info.flowcharts.models import Flowchart, FlowStep
from basic_info.organization.models import Post
from basic_info.power_lists.models import LimitKind, LimitUnit, PowerItem, PowerKind, PowerTimeLimit
from function_monitor.cases.models import FlowCase, FlowEvent
from function_monitor.collection.schemas import CLOSING, REFUSING, SPECIAL
from function_monitor.deadlines.counting import Circumstances, Done, Extension, Limit, Step, Stop
from function_monitor.deadlines.models import ClockExtension, ClockSuspension
from function_monitor.deadlines.whole import ItemLimits
from host.kernel.db import db
from host.kernel.pages import CHINA_TIME

_ENDS = frozenset((*CLOSING, *REFUSING))
#: Roughly how many calendar days a limit's days are: enough to tell which of several is the most generous.
_CALENDAR_DAYS = {LimitUnit.WORKDAY: 1.4, LimitUnit.DAY: 1, LimitUnit.MONTH: 30.4}


@dataclass(frozen=True)
class Surroundings:
    """Events, stops and extensions by case, steps by chart, limits by power item."""

    events: dict[int, list[Done]]
    charts: dict[int, list[Step]]
    items: dict[int, ItemLimits]
    stops: dict[int, list[Stop]]
    extensions: dict[int, list[Extension]]
    #: Charts on which waiting for papers stops the clocks (R63).
    supplement_suspends: frozenset[int]
    hours_per_day: int = 8

    def of(self, held: FlowCase) -> Circumstances:
        return Circumstances(
            stops=self.stops.get(held.id, []),
            extensions=self.extensions.get(held.id, []),
            supplement_suspends=(held.flowchart_id or 0) in self.supplement_suspends,
            hours_per_day=self.hours_per_day,
        )


def load_surroundings(cases: Sequence[FlowCase]) -> Surroundings:
    hours_per_day = library_settings().hours_per_day
    case_ids = [held.id for held in cases]
    chart_ids = {held.flowchart_id for held in cases if held.flowchart_id}
    return Surroundings(
        events=_events(case_ids),
        charts=_charts(chart_ids),
        items=item_limits((held.power_item_id for held in cases), hours_per_day),
        stops=_stops(case_ids),
        extensions=_extensions(case_ids),
        supplement_suspends=frozenset(
            db.session.scalars(
                select(Flowchart.id).where(Flowchart.id.in_(chart_ids), Flowchart.supplement_suspends.is_(True))
            )
        ),
        hours_per_day=hours_per_day,
    )


def _events(case_ids: Sequence[int]) -> dict[int, list[Done]]:
    """The steps that were done: that a special procedure began or ended is no step of its own."""
    rows = db.session.execute(
        select(FlowEvent.case_id, FlowEvent.id, FlowEvent.step_id, FlowEvent.happened_at, FlowEvent.action)
        .where(FlowEvent.case_id.in_(case_ids), FlowEvent.action.not_in(SPECIAL))
        .order_by(FlowEvent.case_id, FlowEvent.happened_at, FlowEvent.id)
    )
    found: dict[int, list[Done]] = {}
    for row in rows:
        on = row.happened_at.astimezone(CHINA_TIME).date()
        found.setdefault(row.case_id, []).append(Done(row.id, row.step_id, on, row.action in _ENDS))
    return found


def _charts(chart_ids: set[int]) -> dict[int, list[Step]]:
    rows = db.session.execute(
        select(FlowStep, Post.section_id)
        .outerjoin(Post, Post.id == FlowStep.post_id)
        .where(FlowStep.flowchart_id.in_(chart_ids))
        .order_by(FlowStep.flowchart_id, FlowStep.sort_no)
    )
    found: dict[int, list[Step]] = {}
    for step, section_id in rows:
        found.setdefault(step.flowchart_id, []).append(
            Step(
                id=step.id,
                element_id=step.element_id,
                limit=_limit(step.limit_value, step.limit_unit),
                section_id=section_id,
                next_steps=tuple(map(str, step.next_steps)),
                promised=_limit(step.promised_value, step.promised_unit),
                kind=step.step_kind,
            )
        )
    return found


def _limit(value: int | None, unit: LimitUnit | None) -> Limit | None:
    return Limit(value, unit or LimitUnit.WORKDAY) if value else None


def item_limits(item_ids: Iterable[int], hours_per_day: int) -> dict[int, ItemLimits]:
    """The limits that power items name; of several with conditions the most generous, for a case tells none."""
    ids = set(item_ids)
    found: dict[tuple[int, LimitKind], Limit] = {}
    for row in db.session.scalars(select(PowerTimeLimit).where(PowerTimeLimit.power_item_id.in_(ids))):
        key, limit = (row.power_item_id, row.limit_kind), Limit(row.value, row.limit_unit)
        if row.value and (key not in found or _length(limit, hours_per_day) > _length(found[key], hours_per_day)):
            found[key] = limit
    kinds = db.session.execute(select(PowerItem.id, PowerItem.power_kind).where(PowerItem.id.in_(ids)))
    return {
        item_id: ItemLimits(
            is_licence=kind is PowerKind.LICENCE,
            legal=found.get((item_id, LimitKind.STATUTORY)),
            promised=found.get((item_id, LimitKind.PROMISED)),
        )
        for item_id, kind in kinds
    }


def _length(limit: Limit, hours_per_day: int) -> float:
    days = limit.in_whole_days(hours_per_day)
    return days.value * _CALENDAR_DAYS[days.unit]


def _stops(case_ids: Sequence[int]) -> dict[int, list[Stop]]:
    rows = db.session.scalars(
        select(ClockSuspension)
        .where(ClockSuspension.case_id.in_(case_ids), ClockSuspension.superseded_at.is_(None))
        .order_by(ClockSuspension.from_on)
    )
    found: dict[int, list[Stop]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(Stop(row.suspension_kind, row.from_on, row.to_on))
    return found


def _extensions(case_ids: Sequence[int]) -> dict[int, list[Extension]]:
    rows = db.session.scalars(
        select(ClockExtension)
        .where(ClockExtension.case_id.in_(case_ids), ClockExtension.withdrawn_at.is_(None))
        .order_by(ClockExtension.id)
    )
    found: dict[int, list[Extension]] = {}
    for row in rows:
        extension = Extension(row.clock_kind, row.step_id, row.days, row.decided_on)
        found.setdefault(row.case_id, []).append(extension)
    return found
