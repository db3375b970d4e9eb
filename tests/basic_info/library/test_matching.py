"""Names that the register does not know wait for a person, who says what they mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from basic_info.documents.matching import SectionNames, names_together
from basic_info.flowcharts.models import Flowchart, FlowStep
from basic_info.flowcharts.operations import import_flowchart, publish_flowchart
from basic_info.flowcharts.parsing import parse_flowchart
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.mandates.operations import import_mandate
from basic_info.mandates.parsing import parse_file
from basic_info.power_lists.models import PowerItemSection, PowerList
from basic_info.power_lists.operations import import_power_list, match_handling
from basic_info.power_lists.parsing import parse_power_list
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotFound
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import CHART, mandate_file, power_list_file

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def mandate(place: Office) -> Mandate:
    parsed = parse_file(mandate_file(instead={"（一）办公室": "（一）秘书科"}), "mandate.docx")
    return import_mandate(
        parsed, unit_id=place.unit.id, source_text="全文", file_id=None, actor=place.clerk, on=date(2026, 3, 2)
    )


@pytest.fixture
def power_list(place: Office, tmp_path: Path) -> PowerList:
    parsed = parse_power_list(power_list_file(tmp_path))
    return import_power_list(parsed, unit_id=place.unit.id, year=2026, file_id=None, actor=place.clerk)


@pytest.fixture
def chart(place: Office) -> Flowchart:
    return import_flowchart(
        parse_flowchart(CHART.encode()),
        unit_id=place.unit.id,
        model_xml=CHART,
        name="审批",
        power_item_id=None,
        actor=place.clerk,
    )


def test_a_clause_is_matched_to_a_section(place: Office, mandate: Mandate, sign_in_as: SignIn) -> None:
    clause = db.session.scalars(select(MandateClause).where(MandateClause.text.startswith("秘书科"))).one()
    client = sign_in_as(place.clerk)
    page = f"/basic-info/mandates/{mandate.id}/sections"
    assert "未对应" in client.get(page).text
    assert client.post(page, data={"key": str(clause.id), "target": str(place.office.id)}).status_code == 303
    db.session.refresh(clause)
    assert clause.section_id == place.office.id


def test_a_section_of_another_unit_is_not_a_choice(place: Office, mandate: Mandate, sign_in_as: SignIn) -> None:
    other = factories.a_section(unit=factories.a_unit(name="市统计局"))
    data = {"key": "1", "target": str(other.id)}
    assert sign_in_as(place.clerk).post(f"/basic-info/mandates/{mandate.id}/sections", data=data).status_code == 422


def test_a_clause_that_does_not_exist_is_not_found(place: Office, mandate: Mandate, sign_in_as: SignIn) -> None:
    data = {"key": "no-number", "target": str(place.office.id)}
    assert sign_in_as(place.clerk).post(f"/basic-info/mandates/{mandate.id}/sections", data=data).status_code == 404


def test_a_handling_name_is_matched_in_all_its_items(place: Office, power_list: PowerList, sign_in_as: SignIn) -> None:
    page = f"/basic-info/power-lists/{power_list.id}/handling"
    client = sign_in_as(place.clerk)
    assert "执法队" in client.get(page).text
    assert client.post(page, data={"key": "执法队", "target": str(place.office.id)}).status_code == 303
    found = db.session.scalars(select(PowerItemSection.section_id).where(PowerItemSection.name == "执法队")).all()
    assert found == [place.office.id]


def test_a_name_that_the_list_does_not_use_is_refused(place: Office, power_list: PowerList) -> None:
    with pytest.raises(NotFound):
        match_handling(power_list, "财务科", section_id=place.office.id, actor=place.clerk)


def test_a_lane_is_matched_in_all_its_steps(place: Office, chart: Flowchart, sign_in_as: SignIn) -> None:
    post = factories.a_post(section=place.market, title="窗口岗")
    page = f"/basic-info/flowcharts/{chart.id}/posts"
    client = sign_in_as(place.clerk)
    assert "受理岗" in client.get(page).text
    assert client.post(page, data={"key": "受理岗", "target": str(post.id)}).status_code == 303
    found = db.session.scalars(select(FlowStep.post_id).where(FlowStep.lane_name == "受理岗")).all()
    assert found == [post.id]


def test_a_published_chart_is_matched_no_more(place: Office, chart: Flowchart, sign_in_as: SignIn) -> None:
    post = factories.a_post(section=place.market, title="窗口岗")
    publish_flowchart(chart, actor=place.reviewer)
    data = {"key": "受理岗", "target": str(post.id)}
    assert sign_in_as(place.clerk).post(f"/basic-info/flowcharts/{chart.id}/posts", data=data).status_code == 409


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", ["mandates/{m}/sections", "power-lists/{l}/handling", "flowcharts/{c}/posts"])
def test_another_unit_matches_nothing(
    method: str, page: str, mandate: Mandate, power_list: PowerList, chart: Flowchart, sign_in_as: SignIn
) -> None:
    other = factories.an_actor(Role.OFFICE_CLERK, unit=factories.a_unit(name="市统计局"))
    path = page.format(m=mandate.id, l=power_list.id, c=chart.id)
    assert sign_in_as(other).open(f"/basic-info/{path}", method=method).status_code == 404


@pytest.mark.parametrize(
    ("text", "parts", "names"),
    [
        ("粮食和物资储备科", ["粮食", "物资储备科"], ["粮食和物资储备科"]),
        ("市场科、粮食和物资储备科", ["市场科", "粮食", "物资储备科"], ["市场科", "粮食和物资储备科"]),
        ("市场科和执法队", ["市场科", "执法队"], ["市场科", "执法队"]),
        ("市场科（窗口）、执法队", ["市场科", "执法队"], ["市场科", "执法队"]),
        ("", ["市场科"], ["市场科"]),
    ],
)
def test_parts_that_are_one_section_only_together_become_its_name(
    text: str, parts: list[str], names: list[str]
) -> None:
    known = SectionNames({"粮食和物资储备科": 1, "市场科": 2})
    assert names_together(parts, text, known) == names
