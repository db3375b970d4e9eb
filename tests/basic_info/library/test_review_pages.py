"""The pages of a review: the source beside the fields, corrections, refusals in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from flask.testing import FlaskClient

from basic_info.mandates.highlighting import marked_source
from basic_info.mandates.models import MandateState
from basic_info.mandates.operations import return_mandate
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.versions import bring, clause_of, in_force, quota_of

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]


def test_words_are_found_whatever_their_width_and_blanks() -> None:
    source = marked_source("第一条　编制 35 名，（含）。", [("q-1", "编制35名,(含)。")])
    assert [piece.text for piece in source.paragraphs[0] if piece.keys] == ["编制 35 名，（含）。"]


def test_fields_of_one_sentence_share_its_words() -> None:
    source = marked_source("设局长1名，副局长3名。", [("a", "局长1名"), ("b", "设局长1名，副局长3名。")])
    assert [piece.keys for piece in source.paragraphs[0]] == [("b",), ("a", "b"), ("b",)]


def test_words_that_are_not_there_are_not_marked() -> None:
    assert marked_source("设局长1名。", [("a", "副局长")]).found == frozenset()


def test_a_field_and_its_words_lead_to_each_other(place: Office, sign_in_as: SignIn) -> None:
    quota = quota_of(bring(place))
    page = sign_in_as(place.clerk).get(f"/basic-info/mandates/{quota.mandate_id}").text
    assert f'href="#w-quota-{quota.id}"' in page
    assert f'id="w-quota-{quota.id}"' in page
    assert f'id="r-quota-{quota.id}"' in page


def test_doubtful_fields_come_first(place: Office, sign_in_as: SignIn) -> None:
    mandate = bring(place)
    page = sign_in_as(place.clerk).get(f"/basic-info/mandates/{mandate.id}").text
    assert re.search(r"请核对（1）.*文号：未载明.*原文", page, re.DOTALL)


def test_a_quota_is_corrected_on_its_page(place: Office, sign_in_as: SignIn) -> None:
    quota = quota_of(bring(place))
    client = sign_in_as(place.clerk)
    address = f"/basic-info/mandates/{quota.mandate_id}/readings/quota/{quota.id}"
    assert 'value="35"' in client.get(address).text
    page = client.post(
        address, data={"version": "1", "kind": "机关行政编制", "count": "36"}, follow_redirects=True
    ).text
    assert "机关行政编制 36 名" in page
    assert "解析为：机关行政编制 35 名" in page


def test_what_is_no_number_comes_back_on_the_page(place: Office, sign_in_as: SignIn) -> None:
    quota = quota_of(bring(place))
    answer = sign_in_as(place.clerk).post(
        f"/basic-info/mandates/{quota.mandate_id}/readings/quota/{quota.id}",
        data={"version": "1", "kind": "行政编制", "count": "-3"},
    )
    assert answer.status_code == 422
    assert "名额应为 0 至 100000 的整数" in answer.text
    assert 'value="-3"' in answer.text


def test_the_second_editor_sees_both_values(place: Office, sign_in_as: SignIn) -> None:
    quota = quota_of(bring(place))
    client = sign_in_as(place.clerk)
    address = f"/basic-info/mandates/{quota.mandate_id}/readings/quota/{quota.id}"
    client.post(address, data={"version": "1", "kind": "机关行政编制", "count": "36"})
    answer = client.post(address, data={"version": "1", "kind": "机关行政编制", "count": "37"})
    assert answer.status_code == 409
    assert "机关行政编制 36 名" in answer.text
    assert "机关行政编制 37 名" in answer.text
    again = client.post(address, data={"version": "2", "kind": "机关行政编制", "count": "37"})
    db.session.refresh(quota)
    assert (again.status_code, quota.count) == (303, 37)


def test_a_page_without_its_version_is_refused_in_words(place: Office, sign_in_as: SignIn) -> None:
    quota = quota_of(bring(place))
    address = f"/basic-info/mandates/{quota.mandate_id}/readings/quota/{quota.id}/remove"
    answer = sign_in_as(place.clerk).post(address, data={"version": "x"})
    assert answer.status_code == 422
    assert "页面已过期" in answer.text


def test_a_missed_leader_is_added_on_its_page(place: Office, sign_in_as: SignIn) -> None:
    mandate = bring(place)
    client = sign_in_as(place.clerk)
    address = f"/basic-info/mandates/{mandate.id}/missed/leader"
    assert client.get(address).status_code == 200
    page = client.post(address, data={"title": "总经济师", "rank": "", "count": "1"}, follow_redirects=True).text
    assert "总经济师 1 名，不占编制" in page
    assert "人工补充" in page


def test_each_kind_of_missed_thing_has_its_form(place: Office, sign_in_as: SignIn) -> None:
    mandate = bring(place)
    client = sign_in_as(place.clerk)
    answers = {kind: client.get(f"/basic-info/mandates/{mandate.id}/missed/{kind}").status_code
               for kind in ("duty", "section", "quota", "leader", "plate", "person")}  # fmt: skip
    assert answers == {"duty": 200, "section": 200, "quota": 200, "leader": 200, "plate": 200, "person": 404}


def test_a_missed_section_is_added_with_its_tasks(place: Office, sign_in_as: SignIn) -> None:
    mandate = bring(place)
    sign_in_as(place.clerk).post(
        f"/basic-info/mandates/{mandate.id}/missed/section",
        data={"name": "外资科", "plates": "投资促进科、口岸科", "text": "", "tasks": "促进投资\n服务企业\n"},
    )
    value = clause_of(mandate, "外资科").value
    assert (value["plates"], value["tasks"]) == (["投资促进科", "口岸科"], ["促进投资", "服务企业"])


def test_a_field_of_another_version_is_not_found(place: Office, sign_in_as: SignIn) -> None:
    first, second = in_force(place), bring(place, mandate_file(instead={"2019年3月1日": "2024年3月1日"}))
    answer = sign_in_as(place.clerk).get(f"/basic-info/mandates/{second.id}/readings/quota/{quota_of(first).id}")
    assert answer.status_code == 404


def test_a_unit_clerk_reads_but_does_not_correct(place: Office, sign_in_as: SignIn) -> None:
    quota = quota_of(bring(place))
    client = sign_in_as(factories.an_actor(Role.UNIT_CLERK, unit=place.unit))
    page = client.get(f"/basic-info/mandates/{quota.mandate_id}")
    assert page.status_code == 200
    assert "/readings/" not in page.text
    assert client.post(f"/basic-info/mandates/{quota.mandate_id}/readings/quota/{quota.id}").status_code == 403


def test_an_office_of_another_place_corrects_nothing(place: Office, sign_in_as: SignIn) -> None:
    quota = quota_of(bring(place))
    stranger = factories.an_actor(Role.OFFICE_CLERK, unit=factories.a_unit(name="市统计局"))
    answer = sign_in_as(stranger).get(f"/basic-info/mandates/{quota.mandate_id}/readings/quota/{quota.id}")
    assert answer.status_code == 404


def test_a_confirmation_of_an_older_screen_is_refused(place: Office, sign_in_as: SignIn) -> None:
    mandate = bring(place)
    db.session.commit()
    answer = sign_in_as(place.reviewer).post(f"/basic-info/mandates/{mandate.id}/confirm", data={"revision": "0"})
    assert answer.status_code == 409
    assert "请重新核对" in answer.text


def test_a_returned_version_says_why_and_is_handed_in_again(place: Office, sign_in_as: SignIn) -> None:
    mandate = return_mandate(bring(place), reason="编制数有误", actor=place.reviewer)
    client = sign_in_as(place.clerk)
    assert "退回原因：编制数有误" in client.get(f"/basic-info/mandates/{mandate.id}").text
    client.post(f"/basic-info/mandates/{mandate.id}/hand-in")
    assert mandate.mandate_state is MandateState.PENDING_REVIEW


def test_the_review_costs_as_many_statements_for_many_fields(
    place: Office, sign_in_as: SignIn, count_queries: Counter
) -> None:
    mandate = bring(place)
    client = sign_in_as(place.clerk)
    client.get(f"/basic-info/mandates/{mandate.id}")
    db.session.expunge_all()
    with count_queries() as seen:
        client.get(f"/basic-info/mandates/{mandate.id}")
    assert len(seen) <= 14
