"""The library in a browser: a file is shown as read, then taken in, then confirmed by another person."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from basic_info.documents.models import Document
from basic_info.flowcharts.models import Flowchart
from basic_info.mandates.models import Mandate, MandateState
from basic_info.power_lists.models import PowerItem, PowerList
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import CHART, mandate_file, power_list_file
from tests.basic_info.library.versions import bring, in_force

SignIn = Callable[[Actor], FlaskClient]


def upload(client: FlaskClient, place: Office, kind: str, data: bytes, name: str) -> str:
    """Upload a file; the address of its preview."""
    answer = client.post(
        f"/basic-info/units/{place.unit.id}/library", data={"kind": kind, "file": (io.BytesIO(data), name)}
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_preview_shows_each_field_with_its_words_and_writes_nothing(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    page = client.get(upload(client, place, "mandate", mandate_file(), "三定.docx"))
    assert "（二）负责成品油零售经营资格审批。" in page.text
    assert "置信度" in page.text
    assert db.session.scalars(select(Mandate)).all() == []


def test_a_mandate_of_another_unit_is_pointed_out_before_and_after_it_comes_in(
    place: Office, sign_in_as: SignIn
) -> None:
    client = sign_in_as(place.clerk)
    other = mandate_file(instead={"商务局": "水利局"})
    address = upload(client, place, "mandate", other, "三定.docx")
    assert "文件写的单位是“临沂市水利局”" in client.get(address).text
    assert "请核对是否选错了单位" in client.post(address, follow_redirects=True).text


def test_a_second_mandate_while_one_waits_is_refused_on_its_preview(place: Office, sign_in_as: SignIn) -> None:
    bring(place)
    db.session.commit()
    client = sign_in_as(place.clerk)
    answer = client.post(upload(client, place, "mandate", mandate_file(), "三定.docx"))
    assert (answer.status_code, "请先确认或退回" in answer.text, "经营资格审批" in answer.text) == (409, True, True)


def test_a_mandate_of_the_unit_itself_is_not_doubted(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    address = upload(client, place, "mandate", mandate_file(), "三定.docx")
    assert "选错了单位" not in client.get(address).text
    assert "选错了单位" not in client.post(address, follow_redirects=True).text


def test_a_mandate_goes_from_upload_to_the_duty_tree(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    page = client.post(upload(client, place, "mandate", mandate_file(), "三定.docx"), follow_redirects=True)
    assert "待审核" in page.text
    mandate = db.session.scalars(select(Mandate)).one()
    done = sign_in_as(place.reviewer).post(
        f"/basic-info/mandates/{mandate.id}/confirm", data={"revision": "1"}, follow_redirects=True
    )
    assert "已确认" in done.text
    tree = client.get(f"/basic-info/units/{place.unit.id}/duties")
    assert "负责成品油零售经营资格审批。" in tree.text


def test_a_version_confirmed_ahead_of_its_day_says_so_and_the_one_before_still_holds(
    place: Office, sign_in_as: SignIn
) -> None:
    in_force(place)
    ahead = bring(place, mandate_file(instead={"2019年3月1日": "2199年3月1日"}))
    client = sign_in_as(place.reviewer)
    answer = client.post(f"/basic-info/mandates/{ahead.id}/confirm", data={"revision": "1"}, follow_redirects=True)
    assert "自2199年3月1日起施行" in answer.text
    page = client.get(f"/basic-info/units/{place.unit.id}/library").text
    assert "尚未施行" in page
    assert "今天仍在施行" in page


def test_who_imported_it_is_not_asked_to_confirm(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    page = client.post(upload(client, place, "mandate", mandate_file(), "三定.docx"), follow_redirects=True)
    assert "确认生效" not in page.text


def test_a_return_needs_a_reason(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    client.post(upload(client, place, "mandate", mandate_file(), "三定.docx"))
    mandate = db.session.scalars(select(Mandate)).one()
    client = sign_in_as(place.reviewer)
    assert client.post(f"/basic-info/mandates/{mandate.id}/return", data={"reason": ""}).status_code == 422
    client.post(f"/basic-info/mandates/{mandate.id}/return", data={"reason": "内设机构有误"})
    assert mandate.mandate_state is MandateState.RETURNED


def test_a_text_table_is_named_as_it_was_uploaded(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    rows = "序号,事项名称,权力类型,实施依据\n1,成品油零售许可,行政许可,《行政许可法》第十二条\n"
    page = client.get(upload(client, place, "power-list", rows.encode(), "商务局清单.csv"))

    assert "商务局清单 第 2 行" in page.text


def test_a_power_list_is_taken_in_and_put_in_force(place: Office, sign_in_as: SignIn, tmp_path: Path) -> None:
    client = sign_in_as(place.clerk)
    address = upload(client, place, "power-list", power_list_file(tmp_path).read_bytes(), "清单.xlsx")
    assert "对违规经营成品油的处罚" in client.get(address).text
    client.post(address, data={"year": "2026"})
    power_list = db.session.scalars(select(PowerList)).one()
    assert "由另一人（编办复核）核对后生效" in client.get(f"/basic-info/power-lists/{power_list.id}").text
    client = sign_in_as(place.reviewer)
    page = client.post(f"/basic-info/power-lists/{power_list.id}/in-force", follow_redirects=True)
    assert "现行" in page.text
    item = client.get(f"/basic-info/power-items/{power_list_item(power_list)}")
    assert "法定期限：20 工作日" in item.text


def power_list_item(power_list: PowerList) -> int:
    first = (PowerItem.power_list_id == power_list.id) & (PowerItem.sort_no == 1)
    found = db.session.scalar(select(PowerItem.id).where(first))
    assert found is not None
    return found


def test_items_are_picked_by_kind_and_by_words(place: Office, sign_in_as: SignIn, tmp_path: Path) -> None:
    client = sign_in_as(place.clerk)
    client.post(upload(client, place, "power-list", power_list_file(tmp_path).read_bytes(), "清单.xlsx"))
    power_list = db.session.scalars(select(PowerList)).one()
    by_kind = client.get(f"/basic-info/power-lists/{power_list.id}?kind=licence").text
    by_words = client.get(f"/basic-info/power-lists/{power_list.id}?q=执法队").text
    assert "对违规经营成品油的处罚" not in by_kind
    assert "XK01" in by_kind
    assert "对违规经营成品油的处罚" in by_words
    assert "XK01" not in by_words


def test_the_source_stands_beside_what_was_read(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    page = client.get(upload(client, place, "mandate", mandate_file(), "三定.docx")).text
    assert "第一条 根据《关于临沂市市级机构改革的实施意见》" in page.split("原文全文")[1]


def test_a_flowchart_is_drawn_from_its_own_words(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    page = client.post(upload(client, place, "flowchart", CHART.encode(), "图.bpmn"), follow_redirects=True)
    chart = db.session.scalars(select(Flowchart)).one()
    assert "data-flowchart" in page.text
    model = client.get(f"/basic-info/flowcharts/{chart.id}/model")
    assert model.content_type.startswith("application/xml")
    assert "受理成品油零售经营资格申请" in model.text


def test_proposals_are_shown_and_decided_on_their_page(place: Office, sign_in_as: SignIn) -> None:
    factories.a_function(unit=place.unit, text="负责成品油零售经营资格审批")
    factories.a_section_duty(section=place.market, text="承担成品油零售经营资格审批")
    client = sign_in_as(place.clerk)
    page = client.post(f"/basic-info/units/{place.unit.id}/links/propose", follow_redirects=True)
    assert "承担成品油零售经营资格审批" in page.text
    page = client.post(f"/basic-info/units/{place.unit.id}/links/batch", data={"above": "50"}, follow_redirects=True)
    assert "已确认 1 条" in page.text


def test_another_unit_sees_no_library(place: Office, sign_in_as: SignIn) -> None:
    other = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局"))
    assert sign_in_as(other).get(f"/basic-info/units/{place.unit.id}/library").status_code == 404


def test_a_file_of_another_kind_is_refused(place: Office, sign_in_as: SignIn) -> None:
    answer = sign_in_as(place.clerk).post(
        f"/basic-info/units/{place.unit.id}/library",
        data={"kind": "mandate", "file": (io.BytesIO(CHART.encode()), "图.docx")},
    )
    assert answer.status_code == 422


def test_units_are_listed_with_their_duties(place: Office, sign_in_as: SignIn) -> None:
    factories.a_unit(name="市统计局")
    page = sign_in_as(place.clerk).get("/basic-info/duties")
    assert "市商务局" in page.text
    assert "市统计局" in page.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("扫描件.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
        ("通知.txt", "关于召开会议的通知。请准时参加。".encode()),
    ],
)
def test_a_file_that_cannot_be_read_comes_back_on_its_form_and_is_not_kept(
    name: str, data: bytes, place: Office, sign_in_as: SignIn
) -> None:
    answer = sign_in_as(place.clerk).post(
        f"/basic-info/units/{place.unit.id}/library", data={"kind": "mandate", "file": (io.BytesIO(data), name)}
    )
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert db.session.scalars(select(Document)).all() == []


def test_the_year_that_the_file_s_name_says_stands_in_the_preview_s_form(
    place: Office, sign_in_as: SignIn, tmp_path: Path
) -> None:
    client = sign_in_as(place.clerk)
    page = client.get(upload(client, place, "power-list", power_list_file(tmp_path).read_bytes(), "清单2024.xlsx")).text
    assert 'value="2024"' in page
    assert "按文件名“清单2024”填写" in page


@pytest.mark.parametrize(("said", "year"), [({"year": "2023"}, 2023), ({}, 2024)])
def test_the_year_can_be_corrected_there(
    said: dict[str, str], year: int, place: Office, sign_in_as: SignIn, tmp_path: Path
) -> None:
    client = sign_in_as(place.clerk)
    client.post(upload(client, place, "power-list", power_list_file(tmp_path).read_bytes(), "清单2024.xlsx"), data=said)
    assert db.session.scalars(select(PowerList.year)).all() == [year]


def refused(client: FlaskClient, place: Office, kind: str, data: bytes, name: str) -> str:
    """The page that comes back for a file that is not taken."""
    answer = client.post(
        f"/basic-info/units/{place.unit.id}/library", data={"kind": kind, "file": (io.BytesIO(data), name)}
    )
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    return answer.text


@pytest.mark.parametrize("data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"{\\rtf1 x}", b"<html>x</html>"])
def test_a_doc_file_is_told_on_the_page_how_to_be_saved(data: bytes, place: Office, sign_in_as: SignIn) -> None:
    assert "另存为 .docx" in refused(sign_in_as(place.clerk), place, "mandate", data, "三定.doc")


def test_a_chart_that_is_far_too_big_is_refused_beside_its_field(place: Office, sign_in_as: SignIn) -> None:
    big = CHART.encode() + b" " * (51 * 1024 * 1024)
    page = refused(sign_in_as(place.clerk), place, "flowchart", big, "图.bpmn")
    assert "BPMN 流程图不能超过 16 MiB" in page
