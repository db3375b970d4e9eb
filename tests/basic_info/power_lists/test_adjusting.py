"""动态调整: steps of a draft, the second person, and that items keep their identity and links."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from basic_info.duties.models import DutyLink
from basic_info.duties.operations import link
from basic_info.duties.thread import Layer
from basic_info.power_lists import adjusting
from basic_info.power_lists.errors import (
    AdjustmentOpen,
    BaseChanged,
    ListNotDraft,
    ListNotInForce,
    NothingAdjusted,
    SamePerson,
)
from basic_info.power_lists.lines import line
from basic_info.power_lists.models import (
    LegalBasis,
    ListState,
    PowerItem,
    PowerItemSection,
    PowerKind,
    PowerList,
    PowerTimeLimit,
)
from basic_info.power_lists.operations import put_in_force
from basic_info.power_lists.queries import current_version, time_line, units_named
from host.kernel.access import SYSTEM
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.power_lists.conftest import PAPER, ROWS, Bring


def items(power_list: PowerList) -> dict[str, PowerItem]:
    rows = db.session.scalars(
        select(PowerItem).where(PowerItem.power_list_id == power_list.id).order_by(PowerItem.sort_no)
    )
    return {item.name: item for item in rows}


def new_item(name: str = "拍卖企业备案", **over: object) -> dict[str, object]:
    return {"name": name, "power_kind": PowerKind.OTHER, "subitem_name": "", **over}


def list_of(unit_id: int) -> PowerList:
    return db.session.scalars(
        select(PowerList).where(PowerList.unit_id == unit_id, PowerList.list_state == ListState.IN_FORCE)
    ).one()


def test_a_draft_starts_as_the_list_in_force(in_force: PowerList, draft: PowerList) -> None:
    before, after = items(in_force), items(draft)

    assert list(after) == list(before)
    assert [line(item) for item in after.values()] == [item.id for item in before.values()]


def test_a_draft_has_laws_limits_and_matched_sections_of_its_own(place: Office, draft: PowerList) -> None:
    item = items(draft)["成品油零售许可"]

    assert db.session.scalars(select(LegalBasis.title).where(LegalBasis.power_item_id == item.id)).all() == ["商务法"]
    assert db.session.scalars(select(PowerTimeLimit.value).where(PowerTimeLimit.power_item_id == item.id)).all() == [20]
    sections = db.session.scalars(select(PowerItemSection.section_id).where(PowerItemSection.power_item_id == item.id))
    assert sections.all() == [place.market.id]


def test_a_unit_has_one_adjustment_at_a_time(place: Office, in_force: PowerList, draft: PowerList) -> None:
    with pytest.raises(AdjustmentOpen):
        adjusting.begin_adjustment(in_force, PAPER, actor=place.clerk)


def test_only_the_list_in_force_is_adjusted(place: Office, bring: Bring) -> None:
    with pytest.raises(ListNotInForce):
        adjusting.begin_adjustment(bring(), PAPER, actor=place.clerk)


def test_the_platform_itself_adjusts_nothing(in_force: PowerList) -> None:
    with pytest.raises(NotPermitted):
        adjusting.begin_adjustment(in_force, PAPER, actor=SYSTEM)


def test_an_adjustment_holds_from_a_day_after_the_list_before(place: Office, in_force: PowerList) -> None:
    early = replace(PAPER, effective_on=date(2025, 1, 1))

    with pytest.raises(Refused, match="2025-01-01"):
        adjusting.begin_adjustment(in_force, early, actor=place.clerk)


def test_steps_do_not_touch_the_list_in_force(place: Office, in_force: PowerList, draft: PowerList) -> None:
    adjusting.cancel_item(draft, items(draft)["商务统计检查"], actor=place.clerk)

    assert len(items(in_force)) == 3


def test_who_adjusts_does_not_put_it_in_force(place: Office, draft: PowerList) -> None:
    adjusting.add_item(draft, new_item(), actor=place.clerk)

    with pytest.raises(SamePerson):
        adjusting.confirm_adjustment(draft, actor=place.clerk)


def test_the_database_takes_no_adjustment_put_by_who_made_it(draft: PowerList) -> None:
    with pytest.raises(IntegrityError, match="second_person"):
        db.session.execute(update(PowerList).where(PowerList.id == draft.id).values(put_by=PowerList.imported_by))


def test_a_draft_without_a_step_is_not_put_in_force(place: Office, draft: PowerList) -> None:
    with pytest.raises(NothingAdjusted):
        adjusting.confirm_adjustment(draft, actor=place.reviewer)


def test_a_document_whose_day_has_not_come_waits(place: Office, in_force: PowerList) -> None:
    draft = adjusting.begin_adjustment(in_force, replace(PAPER, effective_on=date(2099, 1, 1)), actor=place.clerk)
    adjusting.add_item(draft, new_item(), actor=place.clerk)

    with pytest.raises(Refused, match="2099-01-01"):
        adjusting.confirm_adjustment(draft, actor=place.reviewer)


def test_a_confirmed_adjustment_supersedes_the_list_from_its_day(
    place: Office, in_force: PowerList, draft: PowerList
) -> None:
    adjusting.add_item(draft, new_item(), actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    assert (in_force.list_state, in_force.valid.upper) == (ListState.SUPERSEDED, date(2026, 3, 1))
    assert (draft.list_state, draft.valid.lower) == (ListState.IN_FORCE, date(2026, 3, 1))


def test_it_is_confirmed_once(place: Office, draft: PowerList) -> None:
    adjusting.add_item(draft, new_item(), actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    with pytest.raises(ListNotDraft):
        adjusting.confirm_adjustment(draft, actor=place.reviewer)


def test_a_draft_made_from_an_older_version_is_refused(place: Office, draft: PowerList, bring: Bring) -> None:
    adjusting.add_item(draft, new_item(), actor=place.clerk)
    put_in_force(bring(year=2026), actor=place.reviewer)

    with pytest.raises(BaseChanged):
        adjusting.confirm_adjustment(draft, actor=place.reviewer)


def test_an_adjustment_does_not_come_into_force_by_the_way_of_workbooks(place: Office, draft: PowerList) -> None:
    with pytest.raises(ListNotDraft):
        put_in_force(draft, actor=place.reviewer)


def test_a_withdrawn_draft_makes_room_for_another(place: Office, in_force: PowerList, draft: PowerList) -> None:
    adjusting.withdraw_adjustment(draft, actor=place.clerk)

    assert adjusting.begin_adjustment(in_force, PAPER, actor=place.clerk).version_no == 3


def test_confirmed_links_go_on_with_the_item(place: Office, in_force: PowerList, draft: PowerList) -> None:
    function = factories.a_function(unit=place.unit)
    link((Layer.ITEM, items(in_force)["成品油零售许可"].id), (Layer.FUNCTION, function.id), actor=place.clerk)
    item = items(draft)["成品油零售许可"]
    adjusting.change_item(draft, item, {"name": "成品油零售经营许可"}, actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    assert item.id in db.session.scalars(select(DutyLink.item_id).where(DutyLink.function_id == function.id)).all()


def test_links_of_a_merged_item_go_on_in_the_other_one(place: Office, in_force: PowerList, draft: PowerList) -> None:
    function = factories.a_function(unit=place.unit)
    link((Layer.ITEM, items(in_force)["商务统计检查"].id), (Layer.FUNCTION, function.id), actor=place.clerk)
    into = items(draft)["违规经营的处罚"]
    adjusting.merge_item(draft, items(draft)["商务统计检查"], into=into, actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    assert into.id in db.session.scalars(select(DutyLink.item_id).where(DutyLink.function_id == function.id)).all()


def test_a_transferred_item_comes_into_the_other_units_list(
    place: Office, in_force: PowerList, draft: PowerList, bring: Bring
) -> None:
    other = factories.a_unit(name="市统计局")
    put_in_force(
        bring([[1, "统计执法检查", "", "行政检查", "JC09", "", "", "/", ""]], unit_id=other.id), actor=place.reviewer
    )
    gone = items(in_force)["商务统计检查"]
    adjusting.transfer_item(draft, items(draft)["商务统计检查"], to_unit_id=other.id, actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    received = items(list_of(other.id))
    assert list(received) == ["统计执法检查", "商务统计检查"]
    assert line(received["商务统计检查"]) == gone.id
    assert "商务统计检查" not in items(draft)


def test_a_unit_without_a_list_gets_its_first_one_with_a_transfer(place: Office, draft: PowerList) -> None:
    other = factories.a_unit(name="市统计局")
    adjusting.transfer_item(draft, items(draft)["商务统计检查"], to_unit_id=other.id, actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    assert list(items(list_of(other.id))) == ["商务统计检查"]


def test_sections_of_the_old_unit_are_not_those_of_the_new_one(place: Office, draft: PowerList) -> None:
    other = factories.a_unit(name="市统计局")
    adjusting.transfer_item(draft, items(draft)["商务统计检查"], to_unit_id=other.id, actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    item = items(list_of(other.id))["商务统计检查"]
    rows = db.session.execute(
        select(PowerItemSection.name, PowerItemSection.section_id).where(PowerItemSection.power_item_id == item.id)
    ).all()
    assert [tuple(row) for row in rows] == [("办公室", None)]


def test_a_transfer_waits_for_the_receiving_units_own_adjustment(place: Office, draft: PowerList, bring: Bring) -> None:
    other = factories.a_unit(name="市统计局")
    theirs = put_in_force(bring(unit_id=other.id), actor=place.reviewer)
    adjusting.begin_adjustment(theirs, PAPER, actor=place.clerk)
    adjusting.transfer_item(draft, items(draft)["商务统计检查"], to_unit_id=other.id, actor=place.clerk)

    with pytest.raises(Refused, match="接收单位"):
        adjusting.confirm_adjustment(draft, actor=place.reviewer)


def test_an_item_added_and_cancelled_in_one_draft_leaves_no_trace(place: Office, draft: PowerList) -> None:
    item = adjusting.add_item(draft, new_item(), actor=place.clerk)
    adjusting.cancel_item(draft, item, actor=place.clerk)

    with pytest.raises(NothingAdjusted):
        adjusting.confirm_adjustment(draft, actor=place.reviewer)


def test_an_item_named_like_another_is_refused(place: Office, draft: PowerList) -> None:
    with pytest.raises(Refused, match="已有"):
        adjusting.add_item(draft, new_item("商务统计检查", power_kind=PowerKind.INSPECTION), actor=place.clerk)


def test_a_change_that_changes_nothing_is_refused(place: Office, draft: PowerList) -> None:
    with pytest.raises(Refused, match="没有变化"):
        adjusting.change_item(draft, items(draft)["商务统计检查"], {"name": "商务统计检查"}, actor=place.clerk)


def test_line_breaks_of_a_form_are_no_change(place: Office, draft: PowerList) -> None:
    item = items(draft)["商务统计检查"]
    adjusting.change_item(draft, item, {"remark": "一\n二"}, actor=place.clerk)

    with pytest.raises(Refused, match="没有变化"):
        adjusting.change_item(draft, item, {"remark": "一\r\n二"}, actor=place.clerk)


def test_a_promise_beyond_the_law_is_refused(place: Office, draft: PowerList) -> None:
    with pytest.raises(Refused, match="超过法定期限"):
        adjusting.change_item(
            draft, items(draft)["成品油零售许可"], {"promised_limit": "30个工作日"}, actor=place.clerk
        )


def test_other_limits_become_rows(place: Office, draft: PowerList) -> None:
    item = items(draft)["成品油零售许可"]
    adjusting.change_item(
        draft, item, {"statutory_limit": "15个工作日", "promised_limit": "5个工作日"}, actor=place.clerk
    )

    values = db.session.scalars(select(PowerTimeLimit.value).where(PowerTimeLimit.power_item_id == item.id)).all()
    assert sorted(values) == [5, 15]


def test_each_step_is_in_the_audit_log_with_before_and_after(place: Office, draft: PowerList) -> None:
    adjusting.change_item(draft, items(draft)["商务统计检查"], {"remark": "新"}, actor=place.clerk)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "power_item.changed")).one()
    assert (entry.before, (entry.after or {})["remark"], entry.reason) == ({"remark": ""}, "新", "法律修改")


def test_the_time_line_tells_listing_change_and_transfer(place: Office, in_force: PowerList, draft: PowerList) -> None:
    other = factories.a_unit(name="市统计局")
    item = items(draft)["商务统计检查"]
    adjusting.change_item(draft, item, {"remark": "新"}, actor=place.clerk)
    adjusting.transfer_item(draft, item, to_unit_id=other.id, actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    first = items(in_force)["商务统计检查"]
    titles = [event.title for event in time_line(first, units_named(first))]
    assert titles == ["承接自市商务局", "划转到市统计局", "变更", "列入 2025 年权责清单"]


def test_an_old_page_leads_to_the_item_where_it_is_now(place: Office, in_force: PowerList, draft: PowerList) -> None:
    other = factories.a_unit(name="市统计局")
    adjusting.transfer_item(draft, items(draft)["商务统计检查"], to_unit_id=other.id, actor=place.clerk)
    adjusting.confirm_adjustment(draft, actor=place.reviewer)

    now = current_version(items(in_force)["商务统计检查"])
    assert now is not None
    assert now.unit_id == other.id


def test_a_list_of_the_next_year_goes_on_with_the_same_items(place: Office, in_force: PowerList, bring: Bring) -> None:
    rows = [[*ROWS[0][:1], "成品油零售经营许可", *ROWS[0][2:]], ROWS[2]]
    second = put_in_force(bring(rows, year=2026), actor=place.reviewer)

    assert [line(item) for item in items(second).values()] == [
        items(in_force)["成品油零售许可"].id,
        items(in_force)["商务统计检查"].id,
    ]


def test_a_second_list_of_a_year_holds_from_the_day_it_is_put_in_force(
    place: Office, in_force: PowerList, bring: Bring
) -> None:
    second = put_in_force(bring(year=2025), actor=place.reviewer)

    assert second.valid.lower is not None
    assert second.valid.lower > date(2025, 1, 1)
    assert in_force.valid.upper == second.valid.lower
