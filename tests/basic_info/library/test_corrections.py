"""A person corrects what was read; the parser's value stays beside it, and who corrected does not confirm (R43)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from basic_info.documents.models import Document
from basic_info.duties.models import SectionDuty, UnitFunction
from basic_info.mandates.errors import AlreadyPending, ChangedMeanwhile, NotOpen, NotReturned, SamePerson
from basic_info.mandates.models import (
    ClauseKind,
    FieldKind,
    Mandate,
    MandateClause,
    MandateField,
    MandateLeader,
    MandateQuota,
    MandateState,
)
from basic_info.mandates.operations import confirm_mandate, resubmit_mandate, return_mandate
from basic_info.mandates.readings import (
    accept_reading,
    add_reading,
    correct_reading,
    remove_reading,
    restore_reading,
)
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.versions import bring, clause_of, in_force, quota_of


@pytest.fixture
def editor(place: Office) -> Actor:
    """Another clerk of the office than the one who imports."""
    return factories.an_actor(Role.OFFICE_CLERK, region="371300")


def field_of(mandate: Mandate, kind: FieldKind) -> MandateField:
    found = select(MandateField).where(MandateField.mandate_id == mandate.id, MandateField.field_kind == kind)
    return db.session.scalars(found).one()


def test_a_correction_stands_beside_what_the_parser_read(place: Office, editor: Actor) -> None:
    quota = quota_of(bring(place))
    correct_reading(
        db.session.get_one(Mandate, quota.mandate_id),
        quota,
        {"kind": "机关行政编制", "count": 36},
        version=1,
        actor=editor,
    )
    assert (quota.extracted_value["count"], quota.corrected_value) == (35, {"kind": "机关行政编制", "count": 36})
    assert quota.count == 36


def test_the_parsers_own_value_is_no_correction(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    quota = quota_of(mandate)
    correct_reading(mandate, quota, {"kind": "机关行政编制", "count": 36}, version=1, actor=editor)
    correct_reading(mandate, quota, dict(quota.extracted_value), version=2, actor=editor)
    assert (quota.corrected_value, quota.count) == (None, 35)


def test_a_corrected_duty_becomes_the_function(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    clause = clause_of(mandate, "成品油零售经营资格审批。")
    correct_reading(
        mandate, clause, {**clause.value, "text": "负责成品油经营审批。", "kind": "duty"}, version=1, actor=editor
    )
    confirm_mandate(mandate, actor=place.reviewer)
    assert "负责成品油经营审批。" in db.session.scalars(select(UnitFunction.text)).all()


def test_a_duty_of_another_kind_gives_no_function(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    clause = clause_of(mandate, "负责成品油零售经营资格审批。")
    correct_reading(mandate, clause, {**clause.value, "kind": "boundary"}, version=1, actor=editor)
    confirm_mandate(mandate, actor=place.reviewer)
    assert clause.text not in db.session.scalars(select(UnitFunction.text)).all()


def test_corrected_tasks_become_the_sections_duties(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    clause = clause_of(mandate, "办公室。")
    correct_reading(mandate, clause, {**clause.value, "tasks": ["负责机关党建"]}, version=1, actor=editor)
    confirm_mandate(mandate, actor=place.reviewer)
    duties = select(SectionDuty.text).where(SectionDuty.section_id == place.office.id)
    assert db.session.scalars(duties).all() == ["负责机关党建"]


def test_a_missed_duty_is_added_and_counts_on(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    added = MandateClause(clause_kind=ClauseKind.DUTY, text="")
    add_reading(mandate, added, {"text": "负责展会管理。", "kind": "duty"}, actor=editor)
    confirm_mandate(mandate, actor=place.reviewer)
    function = db.session.scalars(select(UnitFunction).where(UnitFunction.text == "负责展会管理。")).one()
    assert (added.is_added, function.sort_no) == (True, 4)


def test_a_removed_duty_gives_no_function_until_it_is_restored(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    clause = clause_of(mandate, "负责成品油零售经营资格审批。")
    remove_reading(mandate, clause, version=1, actor=editor)
    assert clause.is_removed
    restore_reading(mandate, clause, version=2, actor=editor)
    assert not clause.is_removed


def test_a_removed_leader_stays_visible(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    leader = db.session.scalars(select(MandateLeader).order_by(MandateLeader.id).limit(1)).one()
    remove_reading(mandate, leader, version=1, actor=editor)
    assert db.session.get_one(MandateLeader, leader.id).is_removed


def test_what_a_document_says_once_cannot_be_removed(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    with pytest.raises(Refused):
        remove_reading(mandate, field_of(mandate, FieldKind.DOC_NO), version=1, actor=editor)


def test_a_corrected_day_moves_the_version(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    correct_reading(
        mandate, field_of(mandate, FieldKind.EFFECTIVE_ON), {"value": "2019-04-01"}, version=1, actor=editor
    )
    assert mandate.valid.lower == date(2019, 4, 1)


def test_a_corrected_number_goes_to_the_document_in_three_parts(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    correct_reading(
        mandate, field_of(mandate, FieldKind.DOC_NO), {"value": "临办字〔2019〕23号"}, version=1, actor=editor
    )
    document = db.session.get_one(Document, mandate.document_id)
    assert (document.doc_prefix, document.doc_year, document.doc_seq) == ("临办字", 2019, 23)


def test_added_plates_are_the_versions_plates(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    add_reading(mandate, MandateField(field_kind=FieldKind.PLATE), {"value": "市口岸办公室"}, actor=editor)
    assert mandate.plates == ["市口岸办公室"]


def test_a_doubtful_field_that_was_looked_at_is_no_longer_doubtful(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    number = field_of(mandate, FieldKind.DOC_NO)
    assert number.needs_a_look
    accept_reading(mandate, number, version=1, actor=editor)
    assert not number.needs_a_look


def test_the_second_of_two_editors_is_told(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    quota = quota_of(mandate)
    correct_reading(mandate, quota, {"kind": "机关行政编制", "count": 36}, version=1, actor=editor)
    with pytest.raises(ChangedMeanwhile):
        correct_reading(mandate, quota, {"kind": "机关行政编制", "count": 37}, version=1, actor=place.clerk)
    assert quota.count == 36


def test_who_corrected_cannot_confirm(place: Office) -> None:
    mandate = bring(place)
    correct_reading(mandate, quota_of(mandate), {"kind": "机关行政编制", "count": 36}, version=1, actor=place.reviewer)
    with pytest.raises(SamePerson):
        confirm_mandate(mandate, actor=place.reviewer)


def test_the_database_refuses_a_corrector_as_confirmer(place: Office) -> None:
    mandate = bring(place)
    correct_reading(mandate, quota_of(mandate), {"kind": "机关行政编制", "count": 36}, version=1, actor=place.reviewer)
    mandate.mandate_state, mandate.confirmed_by = MandateState.CONFIRMED, place.reviewer.account_id
    with pytest.raises(IntegrityError, match="confirmed_by_nobody_who_corrected"), db.session.begin_nested():
        db.session.flush()


def test_who_confirms_saw_the_latest_correction(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    seen = mandate.revision
    correct_reading(mandate, quota_of(mandate), {"kind": "机关行政编制", "count": 36}, version=1, actor=editor)
    with pytest.raises(ChangedMeanwhile):
        confirm_mandate(mandate, revision=seen, actor=place.reviewer)


def test_a_confirmed_version_is_not_corrected(place: Office, editor: Actor) -> None:
    mandate = in_force(place)
    with pytest.raises(NotOpen):
        correct_reading(mandate, quota_of(mandate), {"kind": "机关行政编制", "count": 36}, version=1, actor=editor)


def test_the_platform_itself_corrects_nothing(place: Office) -> None:
    mandate = bring(place)
    with pytest.raises(NotPermitted):
        remove_reading(mandate, quota_of(mandate), version=1, actor=SYSTEM)


def test_a_returned_version_is_mended_and_handed_in_again(place: Office, editor: Actor) -> None:
    mandate = return_mandate(bring(place), reason="编制数有误", actor=place.reviewer)
    correct_reading(mandate, quota_of(mandate), {"kind": "机关行政编制", "count": 36}, version=1, actor=editor)
    resubmit_mandate(mandate, actor=editor)
    assert (mandate.mandate_state, mandate.return_reason) == (MandateState.PENDING_REVIEW, "编制数有误")


def test_only_a_returned_version_is_handed_in_again(place: Office) -> None:
    with pytest.raises(NotReturned):
        resubmit_mandate(bring(place), actor=place.clerk)


def test_a_returned_version_waits_while_another_is_open(place: Office) -> None:
    mandate = return_mandate(bring(place), reason="有误", actor=place.reviewer)
    bring(place)
    with pytest.raises(AlreadyPending):
        resubmit_mandate(mandate, actor=place.clerk)


def test_the_database_holds_one_open_draft_per_unit(place: Office) -> None:
    returned = return_mandate(bring(place), reason="有误", actor=place.reviewer)
    bring(place)
    returned.mandate_state = MandateState.PENDING_REVIEW
    with pytest.raises(IntegrityError, match="uq_mandate_open_once"), db.session.begin_nested():
        db.session.flush()


def test_a_correction_is_in_the_audit_log_with_both_values(place: Office, editor: Actor) -> None:
    mandate = bring(place)
    quota: MandateQuota = quota_of(mandate)
    correct_reading(mandate, quota, {"kind": "机关行政编制", "count": 36}, version=1, actor=editor)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "mandate_quota.corrected")).one()
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["count"], entry.after["count"]) == (35, 36)
