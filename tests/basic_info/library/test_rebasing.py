"""A whole mandate dated before confirmed replies: they are applied again on top of it, seen before it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from basic_info.documents.models import Document
from basic_info.duties.models import DutyLink, LinkState, SectionDuty, UnitFunction
from basic_info.mandates.errors import ChangedMeanwhile, NeedsRebase, SamePerson
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause, MandateState
from basic_info.mandates.operations import confirm_mandate
from basic_info.mandates.readings import add_reading, correct_reading
from basic_info.mandates.rebasing import reapplied_on, replies_behind, seen_of
from basic_info.mandates.regrouping import with_tasks
from basic_info.mandates.timeline import version_on
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from tests import factories
from tests.at_once import at_once
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.test_handed_duties import bodies
from tests.basic_info.library.versions import amend, bring, clause_of, in_force, numbers_of, quota_of

SignIn = Callable[[Actor], FlaskClient]
SECOND = (
    "关于调整临沂市商务局机构编制事项的批复",
    "临编办发〔2023〕9号",
    "临沂市商务局：",
    "核增你局机关行政编制2名。",
    "2023年6月1日",
)


def between(place: Office, **instead: str) -> Mandate:
    """A whole mandate of 2020 that waits for review."""
    return bring(place, mandate_file(instead={"2019年3月1日": "2020年3月1日", **instead}))


def latest(place: Office, day: date = date(2026, 1, 1)) -> Mandate:
    found = version_on(place.unit.id, day)
    assert found is not None
    return found


def test_the_document_takes_its_days_and_the_reply_goes_on_top(place: Office) -> None:
    in_force(place)
    reply = confirm_mandate(amend(place), actor=place.reviewer)
    whole = confirm_mandate(between(place), actor=place.reviewer)
    now = latest(place)
    assert (whole.valid.lower, whole.valid.upper) == (date(2020, 3, 1), date(2022, 6, 1))
    assert (now.base_id, now.rebased_from_id, now.document_id) == (whole.id, reply.id, reply.document_id)
    assert (now.mandate_state, reply.valid.isempty) == (MandateState.CONFIRMED, True)


def test_what_the_document_states_otherwise_holds_in_the_reply_too(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    confirm_mandate(between(place, 起草重要文稿="组织重要会议"), actor=place.reviewer)
    found = bodies(latest(place))
    assert found["办公室"] == ["负责机关日常运转", "组织重要会议"]
    assert found["市场运行科"] == ["承担成品油零售经营资格审批", "编制商务发展规划"]
    assert "电子商务科" in found


def test_what_the_reply_was_confirmed_with_stays_as_history(place: Office) -> None:
    in_force(place)
    reply = confirm_mandate(amend(place), actor=place.reviewer)
    confirm_mandate(between(place, 起草重要文稿="组织重要会议"), actor=place.reviewer)
    assert bodies(reply)["办公室"] == ["负责机关日常运转", "起草重要文稿"]


def test_several_replies_go_on_top_one_after_the_other(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    confirm_mandate(amend(place, SECOND), actor=place.reviewer)
    confirm_mandate(between(place), actor=place.reviewer)
    assert numbers_of(latest(place))["机关行政编制"] == 39
    days = [latest(place, day).valid for day in (date(2021, 1, 1), date(2022, 7, 1), date(2023, 7, 1))]
    assert [one.upper for one in days] == [date(2022, 6, 1), date(2023, 6, 1), None]


def test_an_increment_counts_on_from_the_documents_number(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place, SECOND), actor=place.reviewer)
    confirm_mandate(between(place, 行政编制为35名="行政编制为50名"), actor=place.reviewer)
    assert numbers_of(latest(place))["机关行政编制"] == 52


def test_links_and_rows_in_the_same_words_go_on(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    duty = db.session.scalars(select(SectionDuty).where(SectionDuty.text == "编制商务发展规划")).one()
    function = db.session.scalars(select(UnitFunction).where(UnitFunction.text.contains("商务发展规划"))).one()
    link = DutyLink(
        unit_id=place.unit.id, function_id=function.id, section_duty_id=duty.id, link_state=LinkState.CONFIRMED,
        decided_by=place.clerk.account_id, decided_at=func.now(),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    confirm_mandate(between(place), actor=place.reviewer)
    db.session.refresh(duty)
    assert (duty.valid.lower, duty.valid.upper, link.link_state) == (date(2019, 3, 1), None, LinkState.CONFIRMED)


def mended_reply(place: Office) -> Mandate:
    """A confirmed reply in which a person gave a body a further task."""
    mandate = amend(place)
    clause = clause_of(mandate, "办公室。")
    value = with_tasks(clause.value, [*clause.value["tasks"], "负责档案管理"])
    correct_reading(mandate, clause, value, version=clause.lock_version, actor=place.clerk)
    return confirm_mandate(mandate, actor=place.reviewer)


def test_what_a_person_corrected_goes_along(place: Office) -> None:
    in_force(place)
    mended_reply(place)
    [found] = reapplied_on(whole := between(place))
    assert found.looks == ()
    confirm_mandate(whole, actor=place.reviewer)
    assert bodies(latest(place))["办公室"] == ["负责机关日常运转", "起草重要文稿", "负责档案管理"]


def test_a_correction_of_what_the_document_says_otherwise_is_named(place: Office) -> None:
    in_force(place)
    mended_reply(place)
    [found] = reapplied_on(whole := between(place, 起草重要文稿="组织重要会议"))
    assert found.looks == ("“办公室”由人修改过：本版里它的职责不同，增删的几项已照样套用，请核对",)
    confirm_mandate(whole, actor=place.reviewer)
    assert bodies(latest(place))["办公室"] == ["负责机关日常运转", "组织重要会议", "负责档案管理"]


def test_what_a_person_added_and_the_document_states_too_is_there_once(place: Office) -> None:
    in_force(place)
    reply = amend(place)
    value = {"name": "综合科", "plates": [], "text": "负责展会管理。", "tasks": ["负责展会管理"]}
    add_reading(reply, MandateClause(clause_kind=ClauseKind.SECTION), value, actor=place.clerk)
    confirm_mandate(reply, actor=place.reviewer)
    [found] = reapplied_on(whole := between(place, 办公室="综合科"))
    assert "“综合科”由人补充过：本版里已有这一项，合为一项并沿用补充的内容，请核对" in found.looks
    confirm_mandate(whole, actor=place.reviewer)
    rows = db.session.scalars(select(MandateClause).where(MandateClause.mandate_id == latest(place).id))
    [body] = [one for one in rows if one.is_section and one.value["name"] == "综合科"]
    assert [task for task in body.value["tasks"] if task == "负责展会管理"] == ["负责展会管理"]
    assert len(body.value["tasks"]) > 1


def test_a_corrected_number_on_another_number_is_named(place: Office) -> None:
    in_force(place)
    mandate = amend(place, SECOND)
    quota = quota_of(mandate)
    value = {"kind": "机关行政编制", "count": 40}
    correct_reading(mandate, quota, value, version=quota.lock_version, actor=place.clerk)
    confirm_mandate(mandate, actor=place.reviewer)
    [found] = reapplied_on(between(place, 行政编制为35名="行政编制为50名"))
    assert any("原来读为 37 名、改为 40 名，本版上读为 52 名" in look for look in found.looks)


def test_a_body_that_the_document_has_not_is_named(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    [found] = reapplied_on(between(place, 市场科="流通科"))
    assert any("市场运行科" in look for look in found.looks)


def test_a_document_behind_all_replies_applies_none_again(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    assert replies_behind(bring(place, mandate_file(instead={"2019年3月1日": "2024年3月1日"}))) == []


def test_who_brought_the_document_does_not_confirm_the_whole(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    with pytest.raises(SamePerson):
        confirm_mandate(between(place), actor=place.clerk)


def test_another_reply_confirmed_meanwhile_is_seen_first(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    whole = between(place)
    with pytest.raises(ChangedMeanwhile):
        confirm_mandate(whole, replies="", actor=place.reviewer)
    confirm_mandate(whole, replies=seen_of(reapplied_on(whole)), actor=place.reviewer)


def test_a_reply_that_cannot_be_read_any_more_is_named_with_what_to_do(place: Office) -> None:
    in_force(place)
    reply = amend(place)
    reply.source_text = "无法识别"
    db.session.get_one(Document, reply.document_id)
    confirm_mandate(reply, actor=place.reviewer)
    with pytest.raises(NeedsRebase, match="第 2 版（临编办发〔2022〕8号）.*请核对本文件的施行日期"):
        confirm_mandate(between(place), actor=place.reviewer)


def test_the_audit_log_says_which_version_was_applied_again(place: Office) -> None:
    in_force(place)
    reply = confirm_mandate(amend(place), actor=place.reviewer)
    whole = confirm_mandate(between(place), actor=place.reviewer)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "mandate.reapplied")).one()
    assert ((entry.before or {})["mandate_id"], (entry.after or {})["base_id"]) == (reply.id, whole.id)


def test_the_page_shows_what_is_applied_again_and_confirms_it(place: Office, sign_in_as: SignIn) -> None:
    in_force(place)
    reply = mended_reply(place)
    whole = between(place, 起草重要文稿="组织重要会议")
    db.session.commit()
    client, page = sign_in_as(place.reviewer), f"/basic-info/mandates/{whole.id}"
    text = client.get(page).text
    assert "确认后重新套用的批复（1）" in text
    assert "需要核对 1 处" in text
    stale = client.post(f"{page}/confirm", data={"revision": whole.revision, "replies": ""})
    assert (stale.status_code, "打开本页后又有别的批复确认" in stale.text) == (409, True)
    sent = {"revision": whole.revision, "replies": str(reply.id)}
    assert client.post(f"{page}/confirm", data=sent).status_code == 303
    assert "已重新套用为" in client.get(f"/basic-info/mandates/{reply.id}").text
    assert "重新套用而成" in client.get(f"/basic-info/mandates/{latest(place).id}").text


def test_of_two_who_confirm_one_applies_the_replies_again(app: Flask, committed: Engine) -> None:
    unit = factories.a_unit(name="市商务局")
    place = Office(
        unit=unit,
        office=factories.a_section(unit=unit, name="办公室"),
        market=factories.a_section(unit=unit, name="市场科"),
        clerk=factories.an_actor(Role.OFFICE_CLERK, region="371300"),
        reviewer=factories.an_actor(Role.OFFICE_REVIEWER, region="371300"),
    )
    in_force(place)
    confirm_mandate(amend(place), actor=place.reviewer)
    whole_id = between(place).id
    db.session.commit()

    def confirm(mandate_id: int) -> None:
        confirm_mandate(db.session.get_one(Mandate, mandate_id), actor=place.reviewer)

    assert at_once(app, [partial(confirm, whole_id), partial(confirm, whole_id)]) == ["NotPending", "done"]
    again = select(func.count()).where(Mandate.unit_id == place.unit.id, Mandate.rebased_from_id.is_not(None))
    assert db.session.scalar(again) == 1
