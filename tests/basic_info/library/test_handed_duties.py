"""Duties that change hands by a reply go to the body that gets them, with the links that hang on them (R44, R46)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from basic_info.documents.models import Document
from basic_info.duties.models import DutyLink, LinkReview, LinkState, SectionDuty
from basic_info.mandates.errors import DutiesWithoutPlace
from basic_info.mandates.models import Confidence, FieldKind, Mandate, MandateClause, MandateField
from basic_info.mandates.operations import confirm_mandate, match_section
from basic_info.mandates.readings import correct_reading
from host.kernel.db import db
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.versions import AMENDMENT, amend, in_force

APPROVAL, PLAN = "承担成品油零售经营资格审批", "编制商务发展规划"
OFFICE = ["负责机关日常运转", "起草重要文稿"]


def reply(place: Office, *lines: str) -> Mandate:
    """A reply that says these lines."""
    return amend(place, (*AMENDMENT[:3], *lines, AMENDMENT[-1]))


def bodies(mandate: Mandate) -> dict[str, list[str]]:
    """The tasks of the bodies that the version has."""
    rows = db.session.scalars(
        select(MandateClause)
        .where(MandateClause.mandate_id == mandate.id, MandateClause.is_removed.is_(False))
        .order_by(MandateClause.sort_no)
    )
    return {one.value["name"]: one.value["tasks"] for one in rows if one.is_section}


def body(mandate: Mandate, name: str) -> MandateClause:
    found = select(MandateClause).where(MandateClause.mandate_id == mandate.id)
    return next(one for one in db.session.scalars(found) if one.is_section and one.value["name"] == name)


@pytest.mark.parametrize(
    "words",
    [
        "撤销市场科，其职责划入办公室。",
        "不再保留市场科，相关职责由办公室承担。",
        "撤销市场科。其承担的职责并入办公室。",
        "市场科并入办公室。",
        "将市场科整体并入你局办公室。",
        "撤销市场科，将其职责划归市商务局办公室。",
        "撤销市场科，原市场科职责由办公室承担。",
    ],
)
def test_the_duties_of_an_abolished_body_go_to_the_one_that_the_reply_names(place: Office, words: str) -> None:
    in_force(place)
    assert bodies(reply(place, words)) == {"办公室": [*OFFICE, APPROVAL, PLAN]}


@pytest.mark.parametrize(
    "words",
    [
        "将市场科的成品油零售经营资格审批职责划入办公室。",
        "市场科承担的成品油零售经营资格审批工作职责划转至你局办公室。",
        "由办公室承担原市场科的成品油零售经营资格审批职责。",
        "将市场科承担的成品油零售经营审批职责调整到办公室。",
    ],
)
def test_a_duty_that_changes_hands_leaves_the_one_body_and_comes_to_the_other(place: Office, words: str) -> None:
    in_force(place)
    assert bodies(reply(place, words)) == {"办公室": [*OFFICE, APPROVAL], "市场科": [PLAN]}


@pytest.mark.parametrize(
    "words",
    [
        "整合办公室、市场科，组建综合科。",
        "将办公室和市场科整合为综合科。",
        "撤销办公室、市场科，组建综合科。",
    ],
)
def test_bodies_made_into_one_bring_all_their_duties(place: Office, words: str) -> None:
    in_force(place)
    assert bodies(reply(place, words)) == {"综合科": [*OFFICE, APPROVAL, PLAN]}


def test_a_new_body_gets_the_duties_that_the_reply_takes_from_others(place: Office) -> None:
    in_force(place)
    mandate = reply(place, "将办公室的起草重要文稿职责、市场科的编制商务发展规划职责整合，组建政策科。")
    assert bodies(mandate) == {"办公室": OFFICE[:1], "市场科": [APPROVAL], "政策科": [OFFICE[1], PLAN]}


def test_what_is_named_goes_first_and_the_rest_to_another(place: Office) -> None:
    in_force(place)
    mandate = reply(
        place,
        "增设规划科，主要负责商务规划。",
        "撤销市场科。其编制商务发展规划职责划入规划科，其他职责由办公室承担。",
    )
    assert bodies(mandate) == {"办公室": [*OFFICE, APPROVAL], "规划科": ["主要负责商务规划", PLAN]}


def test_a_duty_that_no_task_of_the_giver_says_comes_in_as_the_reply_calls_it(place: Office) -> None:
    in_force(place)
    mandate = reply(place, "将市场科承担的会展管理职责划入办公室。")
    assert bodies(mandate) == {"办公室": [*OFFICE, "会展管理"], "市场科": [APPROVAL, PLAN]}
    assert [body(mandate, name).confidence for name in ("办公室", "市场科")] == [Confidence.LOW, Confidence.LOW]


@pytest.mark.parametrize("words", ["撤销市场科，其职责分别划入办公室、外资科。", "撤销市场科，其职责由相关科室承担。"])
def test_a_body_whose_duties_may_go_to_several_stays_until_a_person_decides(place: Office, words: str) -> None:
    in_force(place)
    mandate = reply(place, "增设外资科，主要负责外商投资促进。", words)
    assert bodies(mandate)["市场科"] == [APPROVAL, PLAN]
    assert body(mandate, "市场科").confidence is Confidence.LOW


def test_duties_that_leave_the_unit_end_with_the_abolished_body(place: Office) -> None:
    in_force(place)
    assert bodies(reply(place, "撤销市场科，有关职责划归市行政审批局。")) == {"办公室": OFFICE}


def test_a_body_whose_name_ends_anothers_is_not_abolished_with_it(place: Office) -> None:
    in_force(place)
    assert "市场科" in bodies(reply(place, "撤销农贸市场科。", "调整后，机关行政编制为37名。"))


@pytest.mark.parametrize("words", ["取消市场科的会展管理职责。", "撤销市场科加挂的行政审批服务科牌子。"])
def test_a_body_that_only_loses_something_is_not_abolished(place: Office, words: str) -> None:
    in_force(place)
    assert "市场科" in bodies(reply(place, words, "调整后，机关行政编制为37名。"))


def test_the_row_of_a_body_with_further_duties_says_which_words_gave_them(place: Office) -> None:
    in_force(place)
    row = body(reply(place, "撤销市场科，其职责划入办公室。"), "办公室")
    assert (row.source_snippet, row.origin_document_id) == ("撤销市场科，其职责划入办公室。", None)
    assert row.text == "办公室。负责机关日常运转；起草重要文稿；承担成品油零售经营资格审批；编制商务发展规划。"


def duty(section_id: int, text: str) -> SectionDuty:
    found = select(SectionDuty).where(SectionDuty.section_id == section_id, SectionDuty.text == text)
    return db.session.scalars(found).one()


def linked(place: Office, **end: int) -> DutyLink:
    """A confirmed link of the approval duty in the market section."""
    made = DutyLink(
        unit_id=place.unit.id,
        section_duty_id=duty(place.market.id, APPROVAL).id,
        link_state=LinkState.CONFIRMED,
        decided_by=place.clerk.account_id,
        **end,
    )
    db.session.add(made)
    db.session.flush()
    return made


def test_a_duty_that_moved_begins_in_the_other_section_the_day_it_ends_in_the_one(place: Office) -> None:
    in_force(place)
    confirm_mandate(reply(place, "撤销市场科，其职责划入办公室。"), actor=place.reviewer)
    before, after = duty(place.market.id, APPROVAL), duty(place.office.id, APPROVAL)
    assert (before.valid.upper, after.valid.lower, after.valid.upper) == (date(2022, 6, 1), date(2022, 6, 1), None)


def test_the_link_of_a_duty_that_moved_in_the_same_words_goes_on_unasked(place: Office) -> None:
    in_force(place)
    old = linked(place, function_id=factories.a_function(unit=place.unit, text="成品油管理").id)
    confirm_mandate(reply(place, "撤销市场科，其职责划入办公室。"), actor=place.reviewer)
    new = db.session.scalars(
        select(DutyLink).where(DutyLink.section_duty_id == duty(place.office.id, APPROVAL).id)
    ).one()
    assert (new.function_id, new.link_state, new.decided_by) == (
        old.function_id,
        LinkState.CONFIRMED,
        place.reviewer.account_id,
    )
    assert db.session.scalars(select(LinkReview)).all() == []


def test_the_link_to_a_post_that_stays_behind_is_to_be_looked_at_with_the_new_place(place: Office) -> None:
    in_force(place)
    old = linked(place, post_duty_id=factories.a_post_duty(post=factories.a_post(section=place.market)).id)
    confirm_mandate(reply(place, "撤销市场科，其职责划入办公室。"), actor=place.reviewer)
    review = db.session.scalars(select(LinkReview)).one()
    assert (review.link_id, review.section_duty_id) == (old.id, duty(place.office.id, APPROVAL).id)


def test_a_version_whose_moved_duties_have_no_section_is_not_confirmed(place: Office) -> None:
    in_force(place)
    mandate = reply(place, "将市场科的编制商务发展规划职责划入规划科。", "增设规划科，主要负责商务规划。")
    with pytest.raises(DutiesWithoutPlace, match="“规划科”还没有对应到登记的科室，划入它的 1 项职责"):
        confirm_mandate(mandate, actor=place.reviewer)


def test_it_is_confirmed_once_the_body_is_a_section_of_the_register(place: Office) -> None:
    in_force(place)
    mandate = reply(place, "将市场科的编制商务发展规划职责划入规划科。", "增设规划科，主要负责商务规划。")
    section = factories.a_section(unit=place.unit, name="规划科")
    match_section(mandate, body(mandate, "规划科"), section_id=section.id, actor=place.clerk)
    confirm_mandate(mandate, actor=place.reviewer)
    assert duty(section.id, PLAN).valid.upper is None


def earlier(place: Office, words: str) -> Mandate:
    """A reply of 2021, confirmed after the one of 2022."""
    return confirm_mandate(amend(place, (*AMENDMENT[:3], words, "2021年5月1日")), actor=place.reviewer)


def test_a_late_reply_abolishes_and_hands_over_in_the_later_versions_too(place: Office) -> None:
    in_force(place)
    last = confirm_mandate(reply(place, "调整后，你局机关行政编制为37名。"), actor=place.reviewer)
    earlier(place, "撤销市场科，其职责划入办公室。")
    assert bodies(last) == {"办公室": [*OFFICE, APPROVAL, PLAN]}


def test_what_a_late_reply_hands_to_a_body_that_was_renamed_meanwhile_is_not_lost(place: Office) -> None:
    in_force(place)
    last = confirm_mandate(reply(place, "办公室更名为综合科。"), actor=place.reviewer)
    earlier(place, "将市场科的编制商务发展规划职责划入办公室。")
    assert bodies(last) == {"综合科": [*OFFICE, PLAN], "市场科": [APPROVAL]}


def fields(mandate: Mandate) -> dict[FieldKind, str]:
    found = select(MandateField).where(MandateField.mandate_id == mandate.id)
    return {one.field_kind: one.value["value"] for one in db.session.scalars(found)}


def test_the_version_after_a_reply_keeps_title_and_unit_of_the_mandate(place: Office) -> None:
    before = fields(in_force(place))
    mandate = amend(place)
    after = fields(mandate)
    assert [after[kind] for kind in (FieldKind.TITLE, FieldKind.UNIT_NAME)] == [
        "临沂市商务局职能配置、内设机构和人员编制规定",
        "临沂市商务局",
    ]
    assert before[FieldKind.TITLE] == after[FieldKind.TITLE]
    assert after[FieldKind.DOC_NO] == "临编办发〔2022〕8号"


def test_the_document_behind_the_version_is_the_reply(place: Office) -> None:
    in_force(place)
    document = db.session.get_one(Document, amend(place).document_id)
    assert document.title == "关于调整临沂市商务局机构编制事项的批复"


@pytest.mark.parametrize("words", ["你局更名为市商务和投资促进局。", "同意临沂市商务局更名为临沂市商务和投资促进局。"])
def test_a_reply_that_renames_the_unit_gives_the_version_the_new_name(place: Office, words: str) -> None:
    in_force(place)
    after = fields(reply(place, words, "调整后，机关行政编制为37名。"))
    assert after[FieldKind.UNIT_NAME] == "临沂市商务和投资促进局"
    assert after[FieldKind.TITLE] == "临沂市商务和投资促进局职能配置、内设机构和人员编制规定"


def test_a_body_that_gets_another_name_renames_no_unit(place: Office) -> None:
    in_force(place)
    assert fields(reply(place, "你局市场科更名为贸易科。"))[FieldKind.UNIT_NAME] == "临沂市商务局"


def test_a_field_corrected_in_the_version_leaves_the_title_of_the_reply(place: Office) -> None:
    in_force(place)
    mandate = amend(place)
    rank = db.session.scalars(
        select(MandateField).where(MandateField.mandate_id == mandate.id, MandateField.field_kind == FieldKind.RANK)
    ).one()
    correct_reading(mandate, rank, {"value": "副县级"}, version=1, actor=place.clerk)
    assert db.session.get_one(Document, mandate.document_id).title == "关于调整临沂市商务局机构编制事项的批复"
