"""变更批复: applied to the version in force on its day, whatever order the papers come in (R44)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from basic_info.documents.models import Document
from basic_info.duties.models import SectionDuty, UnitFunction
from basic_info.mandates.errors import BaseChanged, NoBase
from basic_info.mandates.models import (
    ClauseKind,
    Confidence,
    FieldKind,
    Mandate,
    MandateClause,
    MandateField,
    MandateLeader,
    MandateQuota,
    MandateState,
)
from basic_info.mandates.operations import confirm_mandate, return_mandate
from basic_info.mandates.timeline import version_on, versions_held
from host.kernel.db import db
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.versions import AMENDMENT, amend, bring, clause_of, in_force, quota_of

SECOND = (
    "关于增加临沂市商务局编制的批复",
    "临编办发〔2021〕3号",
    "临沂市商务局：",
    "同意你局增设外资科，主要负责外商投资促进。",
    "调整后，你局机关行政编制为36名。",
    "2021年5月1日",
)
WORKERS = (
    "关于核定临沂市商务局工勤编制的批复",
    "临编办发〔2023〕1号",
    "临沂市商务局：",
    "同意你局增设法规科，主要负责规范性文件审核。",
    "2023年1月10日",
)


def test_an_amendment_without_a_base_is_refused(place: Office) -> None:
    with pytest.raises(NoBase, match="2022-06-01"):
        amend(place)


def test_an_amendment_holds_from_the_day_it_was_issued(place: Office) -> None:
    in_force(place)
    assert amend(place).valid.lower == date(2022, 6, 1)


def test_what_an_amendment_leaves_unsaid_goes_on(place: Office) -> None:
    base = in_force(place)
    clause = clause_of(amend(place), "负责成品油零售经营资格审批。")
    assert clause.origin_document_id == base.document_id


def test_what_an_amendment_states_replaces_the_base(place: Office) -> None:
    in_force(place)
    quota = quota_of(amend(place))
    assert (quota.count, quota.origin_document_id) == (37, None)


def test_a_renamed_section_keeps_its_duties_and_stays_the_section(place: Office) -> None:
    in_force(place)
    clause = clause_of(amend(place), "市场运行科。")
    assert clause.section_id == place.market.id
    assert clause.value["tasks"] == ["承担成品油零售经营资格审批", "编制商务发展规划"]


def test_an_abolished_section_is_taken_out_for_a_person_to_check(place: Office) -> None:
    in_force(place)
    clause = clause_of(amend(place, 市场科更名为市场运行科="市场科撤销", 同意你局市场科撤销="同意撤销市场科"), "市场科")
    assert (clause.is_removed, clause.confidence) == (True, Confidence.LOW)


def test_functions_keep_their_identity_over_an_amendment(place: Office) -> None:
    in_force(place)
    before = dict(db.session.execute(select(UnitFunction.text, UnitFunction.id)).all())
    confirm_mandate(amend(place), actor=place.reviewer)
    assert dict(db.session.execute(select(UnitFunction.text, UnitFunction.id)).all()) == before


def test_duties_of_a_renamed_section_keep_their_identity(place: Office) -> None:
    in_force(place)
    found = select(SectionDuty.id).where(
        SectionDuty.section_id == place.market.id, SectionDuty.valid.contains(date(2026, 1, 1))
    )
    before = db.session.scalars(found.order_by(SectionDuty.id)).all()
    confirm_mandate(amend(place), actor=place.reviewer)
    assert db.session.scalars(found.order_by(SectionDuty.id)).all() == before


def test_a_late_amendment_takes_its_days_between_the_others(place: Office) -> None:
    first, last = in_force(place), confirm_mandate(amend(place), actor=place.reviewer)
    between = confirm_mandate(amend(place, SECOND), actor=place.reviewer)
    assert (between.mandate_state, between.valid.upper) == (MandateState.SUPERSEDED, date(2022, 6, 1))
    assert (first.valid.upper, last.mandate_state) == (date(2021, 5, 1), MandateState.CONFIRMED)


def test_a_late_amendment_holds_in_the_later_ones_too(place: Office) -> None:
    in_force(place)
    last = confirm_mandate(amend(place), actor=place.reviewer)
    confirm_mandate(amend(place, SECOND), actor=place.reviewer)
    assert clause_of(last, "外资科。").value["tasks"] == ["主要负责外商投资促进"]


def test_a_late_amendment_does_not_override_what_a_later_one_states(place: Office) -> None:
    in_force(place)
    last = confirm_mandate(amend(place), actor=place.reviewer)
    confirm_mandate(amend(place, SECOND), actor=place.reviewer)
    assert quota_of(last).count == 37


def test_a_late_amendment_states_what_a_later_one_left_unsaid(place: Office) -> None:
    in_force(place)
    last = confirm_mandate(amend(place, WORKERS), actor=place.reviewer)
    confirm_mandate(amend(place, SECOND), actor=place.reviewer)
    assert quota_of(last).count == 36


def test_an_amendment_whose_base_changed_is_not_confirmed(place: Office) -> None:
    in_force(place)
    draft = amend(place)
    return_mandate(draft, reason="待定", actor=place.reviewer)
    confirm_mandate(bring(place, mandate_file(instead={"2019年3月1日": "2020年3月1日"})), actor=place.reviewer)
    draft.mandate_state = MandateState.PENDING_REVIEW
    with pytest.raises(BaseChanged):
        confirm_mandate(draft, actor=place.reviewer)


def test_each_day_has_its_version(place: Office) -> None:
    first, last = in_force(place), confirm_mandate(amend(place), actor=place.reviewer)
    days = (date(2019, 2, 28), date(2019, 3, 1), date(2022, 5, 31), date(2022, 6, 1))
    found = [version_on(place.unit.id, day) for day in days]
    assert found == [None, first, first, last]


def test_a_duty_that_left_and_came_back_has_two_spells(place: Office) -> None:
    in_force(place)
    in_force(place, mandate_file(without="成品油零售经营资格审批。", instead={"2019年3月1日": "2021年3月1日"}))
    in_force(place, mandate_file(instead={"2019年3月1日": "2024年3月1日"}))
    spells = (
        select(UnitFunction.valid).where(UnitFunction.text == "负责成品油零售经营资格审批。").order_by(UnitFunction.id)
    )
    days = [(one.lower, one.upper) for one in db.session.scalars(spells)]
    assert days == [(date(2019, 3, 1), date(2021, 3, 1)), (date(2024, 3, 1), None)]


def test_width_and_blanks_make_no_new_function(place: Office) -> None:
    in_force(place)
    before = db.session.scalars(select(UnitFunction.id).order_by(UnitFunction.id)).all()
    in_force(place, mandate_file(instead={"2019年3月1日": "2024年3月1日", "市委、市政府": "市委、 市政府"}))
    assert db.session.scalars(select(UnitFunction.id).order_by(UnitFunction.id)).all() == before


def test_the_subject_words_say_what_a_paper_changes(place: Office) -> None:
    papers = [in_force(place).document_id, amend(place).document_id]
    words = [db.session.get_one(Document, one).subject_words for one in papers]
    assert words == [["三定"], ["职能", "编制", "内设", "更名"]]


def test_versions_that_held_no_day_are_not_on_the_timeline(place: Office) -> None:
    in_force(place)
    second = in_force(place)
    assert versions_held(place.unit.id) == [second]


def further(place: Office, *lines: str) -> Mandate:
    """An amendment that says these lines."""
    return amend(place, (*AMENDMENT[:3], *lines, AMENDMENT[-1]))


def posts_of(mandate: Mandate) -> list[tuple[str, str | None, int, bool]]:
    found = select(MandateLeader).where(MandateLeader.mandate_id == mandate.id).order_by(MandateLeader.id)
    return [(one.title, one.rank, one.count, one.is_removed) for one in db.session.scalars(found)]


def test_a_quota_under_a_shorter_name_is_not_added_to_the_old_one(place: Office) -> None:
    in_force(place)
    assert quota_of(further(place, "调整后，行政编制为38名。")).count == 38


def test_another_kind_of_quota_comes_beside_the_old_one(place: Office) -> None:
    in_force(place)
    mandate = further(place, "核定你局事业编制6名。")
    found = select(MandateQuota.kind).where(MandateQuota.mandate_id == mandate.id).order_by(MandateQuota.id)
    assert db.session.scalars(found).all() == ["机关行政编制", "事业编制"]


def test_numbers_of_posts_of_one_rank_are_replaced_under_another_name(place: Office) -> None:
    in_force(place, mandate_file(instead={"副局长3名。": "副局长3名；科级领导职数5正2副。"}))
    posts = posts_of(further(place, "调整后，正科级领导职数6名、副科级领导职数3名。"))
    assert posts[2:] == [("正科级领导职数", "正科级", 6, False), ("副科级领导职数", "副科级", 3, False)]


def test_a_post_named_without_its_rank_keeps_the_rank(place: Office) -> None:
    in_force(place, mandate_file(instead={"副局长3名。": "副局长3名，总经济师1名（副县级）。"}))
    posts = posts_of(further(place, "调整后，局长1名，副局长4名，总经济师2名。"))
    assert posts == [("局长", None, 1, False), ("副局长", None, 4, False), ("总经济师", "副县级", 2, False)]


def test_a_post_that_is_no_longer_set_up_is_taken_out_for_a_person_to_check(place: Office) -> None:
    in_force(place, mandate_file(instead={"副局长3名。": "副局长3名，总经济师1名。"}))
    posts = posts_of(further(place, "不再设总经济师。", "调整后，副局长4名。"))
    assert ("总经济师", None, 1, True) in posts


def test_a_dropped_plate_is_taken_out_for_a_person_to_check(place: Office) -> None:
    in_force(place, mandate_file(instead={"为正县级。": "为正县级，加挂临沂市口岸办公室牌子。"}))
    mandate = further(place, "你局不再加挂临沂市口岸办公室牌子。", "调整后，机关行政编制为37名。")
    found = select(MandateField).where(
        MandateField.mandate_id == mandate.id, MandateField.field_kind == FieldKind.PLATE
    )
    plate = db.session.scalars(found).one()
    assert (plate.extracted_value["value"], plate.is_removed) == ("临沂市口岸办公室", True)


def test_of_several_sections_made_one_the_others_are_taken_out_for_a_person_to_check(place: Office) -> None:
    in_force(place, mandate_file(instead={"（一）办公室。": "（一）外贸科。"}))
    mandate = further(place, "市场科、外贸科整合为贸易科，主要负责市场和外贸管理。")
    found = select(MandateClause).where(
        MandateClause.mandate_id == mandate.id, MandateClause.clause_kind == ClauseKind.SECTION
    )
    bodies = [(one.value["name"], one.is_removed) for one in db.session.scalars(found.order_by(MandateClause.sort_no))]
    assert bodies == [("贸易科", False), ("市场科", True)]


def test_an_added_duty_comes_in_before_the_catch_all_to_be_looked_at(place: Office) -> None:
    in_force(place)
    mandate = further(place, "一、增加电子商务统计监测的职责。", "二、调整后，机关行政编制为37名。")
    clause, last = clause_of(mandate, "电子商务统计监测。"), clause_of(mandate, "交办的其他任务")
    assert (clause.clause_kind, clause.confidence) == (ClauseKind.DUTY, Confidence.LOW)
    assert clause.sort_no == last.sort_no - 1


def test_a_duty_handed_to_another_unit_waits_to_be_looked_at(place: Office) -> None:
    in_force(place)
    mandate = further(place, "一、将成品油零售经营资格审批职责划转至市行政审批局。", "二、调整后，机关行政编制为37名。")
    clause = clause_of(mandate, "负责成品油零售经营资格审批。")
    assert (clause.is_removed, clause.confidence) == (False, Confidence.LOW)
