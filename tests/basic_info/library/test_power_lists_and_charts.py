"""Power lists and flowcharts come in as drafts, with sections and posts matched by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from basic_info.duties.models import DutyLink
from basic_info.duties.operations import link
from basic_info.duties.thread import Layer
from basic_info.flowcharts.errors import ChartNotDraft
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.flowcharts.operations import import_flowchart, publish_flowchart
from basic_info.flowcharts.parsing import parse_flowchart
from basic_info.power_lists.errors import ListHasErrors, ListNotDraft, ListOlderThanInForce, SamePerson
from basic_info.power_lists.models import (
    LegalBasis,
    LimitKind,
    ListState,
    PowerItem,
    PowerItemSection,
    PowerKind,
    PowerList,
    PowerTimeLimit,
)
from basic_info.power_lists.operations import import_power_list, put_in_force
from basic_info.power_lists.parsing import parse_power_list
from host.kernel.db import db
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import CHART, power_list_file


def bring(place: Office, folder: Path, year: int = 2026, limit: str = "20个工作日") -> PowerList:
    parsed = parse_power_list(power_list_file(folder, limit=limit))
    return import_power_list(parsed, unit_id=place.unit.id, year=year, file_id=None, actor=place.clerk)


def draw(place: Office, **over: int | None) -> Flowchart:
    return import_flowchart(
        parse_flowchart(CHART.encode()),
        unit_id=place.unit.id,
        model_xml=CHART,
        name="成品油零售经营资格审批",
        power_item_id=over.get("power_item_id"),
        actor=place.clerk,
    )


def first_item(power_list: PowerList) -> PowerItem:
    return db.session.scalars(
        select(PowerItem).where(PowerItem.power_list_id == power_list.id).order_by(PowerItem.sort_no).limit(1)
    ).one()


def test_items_keep_kind_code_and_law(place: Office, tmp_path: Path) -> None:
    item = first_item(bring(place, tmp_path))
    law = db.session.scalars(select(LegalBasis).where(LegalBasis.power_item_id == item.id)).one()
    assert (item.power_kind, item.item_code, item.subitem_name) == (PowerKind.LICENCE, "XK01", "新设")
    assert law.basis_kind == "law"


def test_limits_become_rows(place: Office, tmp_path: Path) -> None:
    item = first_item(bring(place, tmp_path))
    limits = db.session.scalars(select(PowerTimeLimit).where(PowerTimeLimit.power_item_id == item.id)).all()
    assert {(limit.limit_kind, limit.value) for limit in limits} == {
        (LimitKind.STATUTORY, 20),
        (LimitKind.PROMISED, 10),
    }


def test_a_known_section_is_matched_and_an_unknown_one_kept(place: Office, tmp_path: Path) -> None:
    bring(place, tmp_path)
    rows = db.session.execute(select(PowerItemSection.name, PowerItemSection.section_id)).all()
    assert {row.name: row.section_id for row in rows} == {"市场科": place.market.id, "执法队": None}


def test_a_list_with_a_bad_cell_is_not_taken_in(place: Office, tmp_path: Path) -> None:
    with pytest.raises(ListHasErrors, match="1 处"):
        bring(place, tmp_path, limit="尽快")


def test_a_list_in_force_supersedes_the_one_before(place: Office, tmp_path: Path) -> None:
    first = put_in_force(bring(place, tmp_path, 2025), actor=place.reviewer)
    put_in_force(bring(place, tmp_path), actor=place.reviewer)
    assert first.list_state is ListState.SUPERSEDED


def test_a_list_is_put_in_force_once(place: Office, tmp_path: Path) -> None:
    power_list = put_in_force(bring(place, tmp_path), actor=place.reviewer)
    with pytest.raises(ListNotDraft):
        put_in_force(power_list, actor=place.reviewer)


def test_who_took_a_list_in_does_not_put_it_in_force(place: Office, tmp_path: Path) -> None:
    with pytest.raises(SamePerson):
        put_in_force(bring(place, tmp_path), actor=place.clerk)


def test_the_database_refuses_a_list_put_in_force_by_who_took_it_in(place: Office, tmp_path: Path) -> None:
    power_list = bring(place, tmp_path)
    power_list.list_state, power_list.put_by = ListState.IN_FORCE, power_list.imported_by
    with pytest.raises(IntegrityError, match="put_by_a_second_person"):
        db.session.flush()


def test_the_database_refuses_a_list_in_force_by_nobody_s_hand(place: Office, tmp_path: Path) -> None:
    power_list = bring(place, tmp_path)
    with pytest.raises(IntegrityError, match="put_in_force_by_a_person"):
        db.session.execute(text("UPDATE power_list SET list_state = 'in_force' WHERE id = :id"), {"id": power_list.id})


def test_a_list_of_an_earlier_year_does_not_come_into_force(place: Office, tmp_path: Path) -> None:
    put_in_force(bring(place, tmp_path), actor=place.reviewer)
    with pytest.raises(ListOlderThanInForce):
        put_in_force(bring(place, tmp_path, 2025), actor=place.reviewer)


def test_confirmed_links_of_an_item_hold_in_the_next_version(place: Office, tmp_path: Path) -> None:
    first = put_in_force(bring(place, tmp_path, 2025), actor=place.reviewer)
    function = factories.a_function(unit=place.unit)
    link((Layer.ITEM, first_item(first).id), (Layer.FUNCTION, function.id), actor=place.clerk)
    second = put_in_force(bring(place, tmp_path), actor=place.reviewer)
    linked = db.session.scalars(select(DutyLink.item_id).where(DutyLink.function_id == function.id)).all()
    assert first_item(second).id in linked


def test_a_lane_means_the_post_of_that_title(place: Office) -> None:
    post = factories.a_post(section=place.market, title="受理岗")
    chart = draw(place)
    steps = db.session.scalars(
        select(FlowStep).where(FlowStep.flowchart_id == chart.id).order_by(FlowStep.sort_no)
    ).all()
    assert [step.post_id for step in steps] == [post.id, None]
    assert (steps[0].limit_value, steps[0].next_steps) == (5, ["b"])


def test_of_two_posts_with_one_title_the_handling_section_decides(place: Office, tmp_path: Path) -> None:
    factories.a_post(section=place.office, title="受理岗")
    post = factories.a_post(section=place.market, title="受理岗")
    item = first_item(bring(place, tmp_path))
    chart = draw(place, power_item_id=item.id)
    step = db.session.scalars(select(FlowStep).where(FlowStep.flowchart_id == chart.id, FlowStep.sort_no == 1)).one()
    assert step.post_id == post.id


def test_a_title_that_two_posts_bear_is_left_to_a_person(place: Office) -> None:
    factories.a_post(section=place.office, title="受理岗")
    factories.a_post(section=place.market, title="受理岗")
    chart = draw(place)
    posts = db.session.scalars(select(FlowStep.post_id).where(FlowStep.flowchart_id == chart.id)).all()
    assert posts == [None, None]


def test_publishing_supersedes_the_version_before(place: Office) -> None:
    first = publish_flowchart(draw(place), actor=place.reviewer)
    second = publish_flowchart(draw(place), actor=place.reviewer)
    db.session.refresh(first)
    assert (first.chart_state, second.version_no) == (ChartState.SUPERSEDED, 2)


def test_a_published_chart_is_not_published_again(place: Office) -> None:
    chart = publish_flowchart(draw(place), actor=place.reviewer)
    with pytest.raises(ChartNotDraft):
        publish_flowchart(chart, actor=place.reviewer)
