"""A decided order is taken back until the version is confirmed; what corrected rows keep out of a reply is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from basic_info.mandates.deciding import decide_order, place_duties, take_back_order
from basic_info.mandates.errors import ChangedMeanwhile, NotOpen
from basic_info.mandates.models import Mandate, MandateQuota
from basic_info.mandates.operations import confirm_mandate
from basic_info.mandates.readings import correct_reading
from basic_info.mandates.reapplying import Astray, astray_of, settle_astray
from basic_info.mandates.regrouping import with_tasks
from host.kernel.access import Actor
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.test_deciding import ORDER, at
from tests.basic_info.library.test_effects import BOTH, seen
from tests.basic_info.library.test_handed_duties import bodies
from tests.basic_info.library.versions import amend, in_force, numbers_of
from tests.factories import a_unit

SignIn = Callable[[Actor], FlaskClient]
#: An order without a unit that gives duties to a body that the version has, and one that makes places more.
TO_OFFICE = "撤销市场科，其职责划入办公室。"
MORE_PLACES = "核增机关行政编制2名。"
GIVEN = ["承担成品油零售经营资格审批", "编制商务发展规划"]


def addressed_to_both(place: Office, order: str = ORDER) -> Mandate:
    in_force(place)
    return amend(place, (*BOTH[:3], BOTH[4], f"三、{order}", BOTH[-1]))


def ours(place: Office, mandate: Mandate, order: str = ORDER) -> None:
    decide_order(mandate, order, unit_id=place.unit.id, revision=mandate.revision, actor=place.clerk)


def take_back(place: Office, mandate: Mandate, order: str = ORDER, reason: str = "看错了") -> None:
    take_back_order(mandate, order, reason=reason, revision=mandate.revision, actor=place.clerk)


def mended(place: Office, mandate: Mandate, name: str, *tasks: str) -> None:
    """A person wrote further tasks of a body."""
    clause = at(mandate, name)
    value = with_tasks(clause.value, [*clause.value["tasks"], *tasks])
    correct_reading(mandate, clause, value, version=clause.lock_version, actor=place.clerk)


def test_what_an_order_brought_goes_when_it_is_taken_back(place: Office) -> None:
    mandate = addressed_to_both(place)
    ours(place, mandate)
    take_back(place, mandate)
    assert "法规科" not in bodies(mandate)
    assert (seen(mandate).undecided, mandate.decided_orders) == ((ORDER,), {})


def test_an_order_is_decided_anew_after_it_was_taken_back(place: Office) -> None:
    mandate = addressed_to_both(place)
    ours(place, mandate)
    take_back(place, mandate)
    ours(place, mandate)
    assert bodies(mandate)["法规科"] == ["负责合法性审查"]


def test_taking_back_needs_a_reason_which_is_in_the_audit_log(place: Office) -> None:
    mandate = addressed_to_both(place)
    ours(place, mandate)
    with pytest.raises(Refused):
        take_back(place, mandate, reason=" ")
    take_back(place, mandate)
    found = select(AuditEntry.reason).where(AuditEntry.action == "mandate.order_taken_back")
    assert db.session.scalars(found).one() == "看错了"


def test_nothing_is_taken_back_after_the_confirmation(place: Office) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    ours(place, mandate, TO_OFFICE)
    confirm_mandate(mandate, actor=place.reviewer)
    with pytest.raises(NotOpen):
        take_back(place, mandate, TO_OFFICE)


def test_an_order_that_nobody_decided_and_an_old_page_take_nothing_back(place: Office) -> None:
    mandate = addressed_to_both(place)
    with pytest.raises(NotFound):
        take_back(place, mandate)
    ours(place, mandate)
    with pytest.raises(ChangedMeanwhile):
        take_back_order(mandate, ORDER, reason="看错了", revision=1, actor=place.clerk)


def test_duties_that_a_corrected_body_was_given_are_named(place: Office) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    mended(place, mandate, "办公室", "负责档案管理")
    ours(place, mandate, TO_OFFICE)
    [found] = astray_of(mandate)
    assert (found.name, list(found.more), found.less) == ("办公室", GIVEN, ())


def test_without_a_correction_nothing_is_astray(place: Office) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    ours(place, mandate, TO_OFFICE)
    assert astray_of(mandate) == []


def settled(place: Office, mandate: Mandate, one: Astray, *, take: bool) -> None:
    settle_astray(mandate, one.table, one.reading.id, take=take, revision=mandate.revision, actor=place.clerk)


def test_duties_are_taken_into_the_corrected_body(place: Office) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    mended(place, mandate, "办公室", "负责档案管理")
    ours(place, mandate, TO_OFFICE)
    settled(place, mandate, astray_of(mandate)[0], take=True)
    assert bodies(mandate)["办公室"] == ["负责机关日常运转", "起草重要文稿", "负责档案管理", *GIVEN]
    assert astray_of(mandate) == []


def test_the_corrected_body_is_left_as_the_person_has_it(place: Office) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    mended(place, mandate, "办公室", "负责档案管理")
    ours(place, mandate, TO_OFFICE)
    settled(place, mandate, astray_of(mandate)[0], take=False)
    assert bodies(mandate)["办公室"] == ["负责机关日常运转", "起草重要文稿", "负责档案管理"]
    assert astray_of(mandate) == []


def test_what_was_settled_meanwhile_is_not_settled_twice(place: Office) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    mended(place, mandate, "办公室", "负责档案管理")
    ours(place, mandate, TO_OFFICE)
    one = astray_of(mandate)[0]
    settled(place, mandate, one, take=True)
    with pytest.raises(ChangedMeanwhile):
        settled(place, mandate, one, take=True)


def test_a_number_that_a_person_corrected_before_the_order_is_named(place: Office) -> None:
    mandate = addressed_to_both(place, MORE_PLACES)
    quota = db.session.scalars(select(MandateQuota).where(MandateQuota.mandate_id == mandate.id)).one()
    value = {"kind": "机关行政编制", "count": 40}
    correct_reading(mandate, quota, value, version=quota.lock_version, actor=place.clerk)
    ours(place, mandate, MORE_PLACES)
    [found] = astray_of(mandate)
    assert (found.name, found.count) == ("机关行政编制", 37)
    settled(place, mandate, found, take=True)
    assert numbers_of(mandate)["机关行政编制"] == 37


def test_a_body_that_a_person_mended_and_no_order_states_any_more_is_named(place: Office) -> None:
    mandate = addressed_to_both(place)
    ours(place, mandate)
    mended(place, mandate, "法规科", "负责普法")
    take_back(place, mandate)
    [found] = astray_of(mandate)
    assert (found.name, found.is_gone) == ("法规科", True)
    settled(place, mandate, found, take=True)
    assert "法规科" not in bodies(mandate)


def test_the_page_takes_back_and_settles(place: Office, sign_in_as: SignIn) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    mended(place, mandate, "办公室", "负责档案管理")
    ours(place, mandate, TO_OFFICE)
    db.session.commit()
    client, page = sign_in_as(place.clerk), f"/basic-info/mandates/{mandate.id}"
    text = client.get(page).text
    assert "“办公室”由人修改过，批复的下列内容没有改到它" in text
    assert f"增加职责：{GIVEN[0]}" in text
    one = astray_of(mandate)[0]
    fields = {"table": "clause", "reading_id": one.reading.id, "take": "yes", "revision": mandate.revision}
    assert client.post(f"{page}/astray", data=fields).status_code == 303
    db.session.refresh(mandate)
    empty = client.post(f"{page}/orders/take-back", data={"order": TO_OFFICE, "revision": mandate.revision})
    assert (empty.status_code, '<a href="#reason">请填写收回原因</a>' in empty.text) == (422, True)
    sent = {"order": TO_OFFICE, "reason": "看错了", "revision": mandate.revision}
    assert client.post(f"{page}/orders/take-back", data=sent).status_code == 303
    assert "请在这里决定" in client.get(page).text


def test_the_page_of_a_confirmed_version_says_how_to_go_on(place: Office, sign_in_as: SignIn) -> None:
    mandate = addressed_to_both(place, TO_OFFICE)
    ours(place, mandate, TO_OFFICE)
    confirm_mandate(mandate, actor=place.reviewer)
    db.session.commit()
    text = sign_in_as(place.clerk).get(f"/basic-info/mandates/{mandate.id}").text
    assert "本版本已确认，决定不能收回；要改变，请导入新的批复。" in text


def test_a_body_whose_duties_were_placed_stays_abolished_when_an_order_is_decided_and_taken_back(place: Office) -> None:
    in_force(place)
    mandate = amend(place, (*BOTH[:3], "一、市商务局撤销市场科，其职责划入有关科室。", *BOTH[4:]))
    place_duties(
        mandate, at(mandate, "市场科"), at(mandate, "办公室"), GIVEN, revision=mandate.revision, actor=place.clerk
    )
    other = a_unit(name="市投资促进局")
    decide_order(mandate, ORDER, unit_id=other.id, revision=mandate.revision, actor=place.clerk)
    take_back(place, mandate)
    assert (bodies(mandate), astray_of(mandate)) == ({"办公室": ["负责机关日常运转", "起草重要文稿", *GIVEN]}, [])
    assert [one for one in seen(mandate).effects if one.look] == []
