"""What held at some time stays as it was, also for writes that no operation makes (R44, R60)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text

from basic_info.documents.errors import VersionFixed
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.power_lists.models import PowerItemSection
from host.kernel.db import db
from tests.at_once import at_once
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.versions import in_force
from tests.factories import a_unit, an_account
from tests.function_monitor.rows import Office as Monitored


def changed(sql: str, **values: Any) -> None:
    with db.session.begin_nested():
        db.session.execute(text(sql), values)


@pytest.fixture
def office(connection: object) -> Monitored:
    return Monitored()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE flowchart SET model = '<y/>' WHERE id = :chart",
        "UPDATE flowchart SET chart_state = 'draft' WHERE id = :chart",
        "DELETE FROM flowchart WHERE id = :chart",
        "UPDATE flow_step SET limit_value = 99 WHERE flowchart_id = :chart",
        "INSERT INTO flow_step (flowchart_id, element_id, sort_no, name) VALUES (:chart, 'T9', 9, '加一步')",
        "INSERT INTO flow_call (flowchart_id, element_id, called_id) VALUES (:chart, 'C1', :chart)",
    ],
)
def test_a_published_chart_takes_no_change(sql: str, office: Monitored) -> None:
    with pytest.raises(VersionFixed):
        changed(sql, chart=office.chart.id)


def a_draft(unit_id: int) -> Flowchart:
    """A chart that is being drawn, with one step."""
    chart = Flowchart(unit_id=unit_id, name="草图", version_no=1, model="<x/>")
    db.session.add(chart)
    db.session.flush()
    db.session.add(FlowStep(flowchart_id=chart.id, element_id="T9", sort_no=9, name="加一步", next_steps=[]))
    db.session.flush()
    return chart


def test_a_step_of_a_draft_is_not_moved_into_a_published_chart(office: Monitored) -> None:
    draft = a_draft(a_unit(name="市商务局").id)
    with pytest.raises(VersionFixed):
        changed("UPDATE flow_step SET flowchart_id = :chart WHERE flowchart_id = :draft",
                chart=office.chart.id, draft=draft.id)  # fmt: skip


def test_a_step_goes_from_a_draft_and_not_from_a_published_chart(office: Monitored) -> None:
    drafts = [a_draft(a_unit(name=name).id) for name in ("市商务局", "市统计局")]
    drafts[1].chart_state, drafts[1].published_by = ChartState.PUBLISHED, office.chart.published_by
    db.session.flush()
    changed("DELETE FROM flow_step WHERE flowchart_id = :chart", chart=drafts[0].id)
    with pytest.raises(VersionFixed):
        changed("DELETE FROM flow_step WHERE flowchart_id = :chart", chart=drafts[1].id)


def test_a_published_chart_is_superseded(office: Monitored) -> None:
    office.chart.chart_state = ChartState.SUPERSEDED
    db.session.flush()
    db.session.refresh(office.chart)
    assert office.chart.chart_state is ChartState.SUPERSEDED


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE power_item SET name = '别的事项' WHERE id = :item",
        "INSERT INTO legal_basis (power_item_id, basis_kind, text) VALUES (:item, '法律', '某法')",
        "INSERT INTO power_time_limit (power_item_id, limit_kind, value, limit_unit)"
        " VALUES (:item, 'statutory', 20, 'workday')",
        "UPDATE power_list SET year = 2020 WHERE unit_id = :unit",
        "UPDATE power_list SET list_state = 'draft' WHERE unit_id = :unit",
    ],
)
def test_a_list_in_force_takes_no_change(sql: str, office: Monitored) -> None:
    with pytest.raises(VersionFixed):
        changed(sql, **{name: value for name, value in _ids(office).items() if f":{name}" in sql})


def test_a_handling_name_is_matched_also_while_the_list_is_in_force(office: Monitored) -> None:
    changed("INSERT INTO power_item_section (power_item_id, name) VALUES (:item, '某科')", item=office.item.id)
    changed("UPDATE power_item_section SET section_id = :section WHERE power_item_id = :item",
            section=office.section.id, item=office.item.id)  # fmt: skip
    matched = select(PowerItemSection.section_id).where(PowerItemSection.power_item_id == office.item.id)
    assert db.session.scalars(matched).one() == office.section.id


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE mandate_clause SET text = '改写' WHERE mandate_id = :mandate",
        "UPDATE mandate_quota SET count = 999 WHERE mandate_id = :mandate",
        "DELETE FROM mandate_leader WHERE mandate_id = :mandate",
        "UPDATE mandate_field SET corrected_value = '{}' WHERE mandate_id = :mandate",
        "UPDATE mandate SET source_text = '改写' WHERE id = :mandate",
        "UPDATE mandate SET mandate_state = 'pending_review' WHERE id = :mandate",
        "DELETE FROM mandate WHERE id = :mandate",
    ],
)
def test_a_confirmed_mandate_takes_no_change(sql: str, place: Office) -> None:
    mandate = in_force(place)
    with pytest.raises(VersionFixed):
        changed(sql, mandate=mandate.id)


def test_steps_and_the_publication_of_their_chart_wait_for_each_other(app: Flask, committed: Engine) -> None:
    chart_id, second_id = a_draft(a_unit(name="市商务局").id).id, an_account().id
    db.session.commit()

    def publish() -> None:
        chart = db.session.get_one(Flowchart, chart_id)
        chart.chart_state, chart.published_by = ChartState.PUBLISHED, second_id

    def add(name: str) -> None:
        db.session.add(FlowStep(flowchart_id=chart_id, element_id=name, sort_no=1, name=name, next_steps=[]))
        db.session.flush()

    ends = at_once(app, [publish, *(partial(add, name) for name in "abc")])

    kept = db.session.scalar(select(func.count()).where(FlowStep.flowchart_id == chart_id))
    assert kept == ends.count("done")  # with the draft's own step, less the publication


def _ids(office: Monitored) -> dict[str, int]:
    return {"item": office.item.id, "unit": office.unit.id}
