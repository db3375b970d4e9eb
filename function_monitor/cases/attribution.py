"""Whose step, of which chart, under which duty: the codes of events turned into rows, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from basic_info.duties.models import DutyLink, LinkState, PostDuty
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.organization.models import Appointment, Person, Unit
from basic_info.organization.scope import units_in_region
from basic_info.power_lists.models import ListState, PowerItem, PowerList
from basic_info.regions.models import Region
from host.kernel.db import db


@dataclass(frozen=True)
class Item:
    """A power item in force, and the chart that is published for it today."""

    id: int
    name: str
    flowchart_id: int | None


def units_by_code(codes: Iterable[str], *, region_id: int) -> dict[str, int]:
    """Unit ids of those codes inside the division; codes of other places are not in it."""
    code = db.session.scalars(select(Region.code).where(Region.id == region_id)).one()
    rows = db.session.execute(
        select(Unit.code, Unit.id).where(Unit.code.in_(set(codes)), Unit.id.in_(units_in_region(code)))
    )
    return {row.code: row.id for row in rows}


def persons_by_code(codes: Iterable[str]) -> dict[str, int]:
    rows = db.session.execute(select(Person.code, Person.id).where(Person.code.in_(set(codes))))
    return {row.code: row.id for row in rows}


def items_by_code(codes: Iterable[str], unit_ids: Iterable[int]) -> dict[tuple[int, str], Item]:
    """(unit id, item code) → item of the list in force, with its latest published chart.

    The chart may hang at the same item of an earlier list: the code is what stays.
    """
    charted = aliased(PowerItem)
    rows = db.session.execute(
        select(PowerItem.unit_id, PowerItem.item_code, PowerItem.id, PowerItem.name, Flowchart.id.label("chart_id"))
        .join(PowerList, PowerList.id == PowerItem.power_list_id)
        .outerjoin(charted, (charted.item_code == PowerItem.item_code) & (charted.unit_id == PowerItem.unit_id))
        .outerjoin(Flowchart, (Flowchart.power_item_id == charted.id) & (Flowchart.chart_state == ChartState.PUBLISHED))
        .where(
            PowerItem.item_code.in_(set(codes)),
            PowerItem.unit_id.in_(set(unit_ids)),
            PowerList.list_state == ListState.IN_FORCE,
        )
        .order_by(Flowchart.version_no.nulls_first(), PowerItem.id.desc())
    )
    # Later rows win: the latest chart, and of several leaves with one code the first.
    return {(row.unit_id, row.item_code): Item(row.id, row.name, row.chart_id) for row in rows}


def steps_by_name(chart_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """(chart id, step name) → step id; of equal names the first in the chart's order."""
    rows = db.session.execute(
        select(FlowStep.flowchart_id, FlowStep.name, FlowStep.id)
        .where(FlowStep.flowchart_id.in_(set(chart_ids)))
        .order_by(FlowStep.sort_no.desc())
    )
    return {(row.flowchart_id, row.name.strip()): row.id for row in rows}


class Places:
    """Where people stood, by person and day."""

    def __init__(self, person_ids: Iterable[int]) -> None:
        rows = db.session.scalars(
            select(Appointment)
            .where(Appointment.person_id.in_(set(person_ids)), Appointment.superseded_at.is_(None))
            .order_by(Appointment.is_primary.desc(), Appointment.id)
        )
        self._held: dict[int, list[Appointment]] = {}
        for held in rows:
            self._held.setdefault(held.person_id, []).append(held)

    def on(self, person_id: int, day: date) -> Sequence[Appointment]:
        """The appointments in force on ``day``, the primary one first."""
        return [held for held in self._held.get(person_id, []) if day in held.valid]


def duties_of_steps(step_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """(step id, post id) → post duty: step → section duty → post duty over confirmed links (R46)."""
    upper, lower = aliased(DutyLink), aliased(DutyLink)
    rows = db.session.execute(
        select(upper.step_id, PostDuty.post_id, PostDuty.id)
        .join(lower, lower.section_duty_id == upper.section_duty_id)
        .join(PostDuty, PostDuty.id == lower.post_duty_id)
        .where(
            upper.step_id.in_(set(step_ids)),
            upper.link_state == LinkState.CONFIRMED,
            lower.link_state == LinkState.CONFIRMED,
        )
        .order_by(PostDuty.sort_no.desc(), PostDuty.id.desc())
    )
    return {(row.step_id or 0, row.post_id): row.id for row in rows}
