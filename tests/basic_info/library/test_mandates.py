"""A mandate comes in, a second person confirms it, and it gives functions, duties and links."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from basic_info.duties.models import DutyLink, LinkState, SectionDuty, UnitFunction
from basic_info.mandates.errors import AlreadyPending, SamePerson
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause, MandateQuota, MandateState
from basic_info.mandates.operations import confirm_mandate, import_mandate, return_mandate
from basic_info.mandates.parsing import parse_file
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file

DAY = date(2026, 3, 2)


def bring(place: Office, data: bytes | None = None) -> Mandate:
    parsed = parse_file(data or mandate_file(), "mandate.docx")
    return import_mandate(parsed, unit_id=place.unit.id, source_text="全文", file_id=None, actor=place.clerk, on=DAY)


def functions(place: Office, day: date = DAY) -> list[str]:
    statement = select(UnitFunction.text).where(UnitFunction.unit_id == place.unit.id, UnitFunction.valid.contains(day))
    return list(db.session.scalars(statement.order_by(UnitFunction.sort_no)))


def test_an_imported_mandate_waits_for_review(place: Office) -> None:
    mandate = bring(place)
    assert (mandate.mandate_state, mandate.version_no) == (MandateState.PENDING_REVIEW, 1)
    assert mandate.valid.lower == date(2019, 3, 1)


def test_a_pending_mandate_gives_no_functions(place: Office) -> None:
    bring(place)
    assert functions(place) == []


def test_clauses_keep_their_order_marks_and_words(place: Office) -> None:
    mandate = bring(place)
    clauses = db.session.scalars(
        select(MandateClause).where(MandateClause.mandate_id == mandate.id).order_by(MandateClause.sort_no)
    ).all()
    duties = [(clause.mark, clause.text) for clause in clauses if "no" in clause.extracted_value]
    assert duties[1] == ("（二）", "负责成品油零售经营资格审批。")
    assert [clause.clause_kind for clause in clauses][-1] is ClauseKind.FINAL


def test_section_clauses_are_matched_to_the_register(place: Office) -> None:
    mandate = bring(place)
    found = db.session.scalars(
        select(MandateClause.section_id)
        .where(MandateClause.mandate_id == mandate.id, MandateClause.clause_kind == ClauseKind.SECTION)
        .where(MandateClause.extracted_value.has_key("name"))
        .order_by(MandateClause.sort_no)
    ).all()
    assert found == [place.office.id, place.market.id]


def test_quotas_are_kept_as_written(place: Office) -> None:
    mandate = bring(place)
    quota = db.session.scalars(select(MandateQuota).where(MandateQuota.mandate_id == mandate.id)).one()
    assert (quota.kind, quota.count) == ("机关行政编制", 35)


def test_a_confirmed_mandate_gives_functions_with_links(place: Office) -> None:
    confirm_mandate(bring(place), actor=place.reviewer)
    links = db.session.scalars(select(DutyLink).where(DutyLink.unit_id == place.unit.id)).all()
    assert functions(place)[0] == "拟订全市商务发展规划并组织实施。"
    assert [link.link_state for link in links] == [LinkState.CONFIRMED] * 3


def test_a_confirmed_mandate_gives_sections_their_duties(place: Office) -> None:
    confirm_mandate(bring(place), actor=place.reviewer)
    texts = db.session.scalars(
        select(SectionDuty.text).where(SectionDuty.section_id == place.office.id).order_by(SectionDuty.sort_no)
    ).all()
    assert texts == ["负责机关日常运转", "起草重要文稿"]


def test_who_imported_a_mandate_cannot_confirm_it(place: Office) -> None:
    mandate = bring(place)
    with pytest.raises(SamePerson):
        confirm_mandate(mandate, actor=place.clerk)


def test_the_database_refuses_one_person_for_both(place: Office) -> None:
    mandate = bring(place)
    mandate.mandate_state, mandate.confirmed_by = MandateState.CONFIRMED, mandate.imported_by
    with pytest.raises(IntegrityError, match="confirmed_by_a_second_person"), db.session.begin_nested():
        db.session.flush()


def test_the_platform_itself_cannot_confirm(place: Office) -> None:
    mandate = bring(place)
    with pytest.raises(NotPermitted):
        confirm_mandate(mandate, actor=SYSTEM)


def test_one_version_is_under_review_at_a_time(place: Office) -> None:
    bring(place)
    with pytest.raises(AlreadyPending):
        bring(place)


def test_a_returned_version_makes_room_for_the_next(place: Office) -> None:
    return_mandate(bring(place), reason="内设机构名称有误", actor=place.reviewer)
    assert bring(place).version_no == 2


def test_the_next_version_supersedes_the_first(place: Office) -> None:
    first = confirm_mandate(bring(place), actor=place.reviewer)
    later = mandate_file(instead={"2019年3月1日": "2024年5月1日"})
    confirm_mandate(bring(place, later), actor=place.reviewer)
    assert first.mandate_state is MandateState.SUPERSEDED
    assert first.valid.upper == date(2024, 5, 1)


def test_a_function_said_again_goes_on_and_one_left_out_ends(place: Office) -> None:
    confirm_mandate(bring(place), actor=place.reviewer)
    before = dict(db.session.execute(select(UnitFunction.text, UnitFunction.id)).all())
    later = mandate_file(without="成品油零售经营资格审批。", instead={"2019年3月1日": "2024年5月1日"})
    confirm_mandate(bring(place, later), actor=place.reviewer)
    after = dict(db.session.execute(select(UnitFunction.text, UnitFunction.id)).all())
    assert before == after
    assert functions(place) == ["拟订全市商务发展规划并组织实施。", "完成市委、市政府交办的其他任务。"]
    assert "负责成品油零售经营资格审批。" in functions(place, date(2023, 1, 1))


def test_an_older_document_takes_its_place_in_history(place: Office) -> None:
    first = confirm_mandate(bring(place), actor=place.reviewer)
    older = confirm_mandate(bring(place, mandate_file(instead={"2019年3月1日": "2012年3月1日"})), actor=place.reviewer)
    assert (older.mandate_state, older.valid.upper) == (MandateState.SUPERSEDED, date(2019, 3, 1))
    assert (first.mandate_state, first.valid.upper) == (MandateState.CONFIRMED, None)
