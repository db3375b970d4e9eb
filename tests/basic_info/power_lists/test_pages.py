"""Pages of lists: adjusting by form, comparing, the item with all that is known of it; who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.power_lists import adjusting
from basic_info.power_lists.models import ItemChange, ListState, PowerItem, PowerItemChange, PowerKind, PowerList
from basic_info.power_lists.operations import put_in_force
from function_monitor.cases.models import FlowCase
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests import factories
from tests.at_once import at_once
from tests.basic_info.library.conftest import Office
from tests.basic_info.power_lists.conftest import PAPER, ROWS, Bring
from tests.basic_info.power_lists.test_adjusting import items, new_item
from tests.function_monitor.rows import Office as Monitored
from tests.function_monitor.rows import a_system

SignIn = Callable[[Actor], FlaskClient]
BASE = "/basic-info"
ORDER = {"doc_no": "临编办〔2026〕5号", "doc_date": "2026-02-20", "effective_on": "2026-03-01", "reason": "法律修改"}
FACTS = {"name": "拍卖企业备案", "power_kind": "other", "handling_text": "市场科", "statutory_limit": "20个工作日",
         "promised_limit": "5个工作日", "legal_basis": "【法律】《拍卖法》第十一条"}  # fmt: skip


def test_an_adjustment_goes_from_the_form_to_a_list_in_force(
    place: Office, in_force: PowerList, sign_in_as: SignIn
) -> None:
    clerk = sign_in_as(place.clerk)
    draft = clerk.post(f"{BASE}/power-lists/{in_force.id}/adjust", data=ORDER).location
    assert clerk.post(f"{draft}/items/new", data=FACTS, follow_redirects=True).status_code == 200
    done = sign_in_as(place.reviewer).post(f"{draft}/confirm", follow_redirects=True)

    assert "调整已生效" in done.text
    assert "拍卖企业备案" in done.text


def test_a_form_without_its_document_comes_back(place: Office, in_force: PowerList, sign_in_as: SignIn) -> None:
    answer = sign_in_as(place.clerk).post(f"{BASE}/power-lists/{in_force.id}/adjust", data={**ORDER, "doc_no": ""})

    assert (answer.status_code, "请填写文号" in answer.text) == (422, True)


def test_the_edit_form_shows_the_item_as_it_is(place: Office, draft: PowerList, sign_in_as: SignIn) -> None:
    item = items(draft)["成品油零售许可"]
    page = sign_in_as(place.clerk).get(f"{BASE}/power-items/{item.id}/edit").text

    assert "20个工作日" in page
    assert "《商务法》" in page


def test_an_unchanged_edit_form_changes_nothing(place: Office, draft: PowerList, sign_in_as: SignIn) -> None:
    item = items(draft)["成品油零售许可"]
    same = {
        "name": item.name, "subitem_name": item.subitem_name, "power_kind": "licence", "item_code": "XK01",
        "legal_basis": "【法律】《商务法》第一条：略".removeprefix("【法律】"), "handling_text": "市场科",
        "statutory_limit": "20个工作日", "accountable_cases": "失职",
    }  # fmt: skip

    answer = sign_in_as(place.clerk).post(f"{BASE}/power-items/{item.id}/edit", data=same)

    assert (answer.status_code, "没有变化" in answer.text) == (422, True)


def test_an_item_is_transferred_by_the_name_of_the_unit(place: Office, draft: PowerList, sign_in_as: SignIn) -> None:
    factories.a_unit(name="市统计局")
    item = items(draft)["商务统计检查"]
    sign_in_as(place.clerk).post(f"{BASE}/power-items/{item.id}/end", data={"way": "transfer", "unit": "市统计局"})

    steps = db.session.scalars(select(PowerItemChange.change).where(PowerItemChange.power_list_id == draft.id)).all()
    assert steps == [ItemChange.TRANSFERRED]


def test_a_unit_that_nobody_knows_is_refused_in_words(place: Office, draft: PowerList, sign_in_as: SignIn) -> None:
    item = items(draft)["商务统计检查"]
    answer = sign_in_as(place.clerk).post(
        f"{BASE}/power-items/{item.id}/end", data={"way": "transfer", "unit": "不存在局"}
    )

    assert (answer.status_code, "没有找到接收单位" in answer.text) == (422, True)


def test_a_refused_change_comes_back_as_it_was_filled_in(place: Office, draft: PowerList, sign_in_as: SignIn) -> None:
    item = items(draft)["成品油零售许可"]
    facts = {**FACTS, "statutory_limit": "20个工作日", "promised_limit": "30个工作日", "remark": "填了很久的内容"}
    answer = sign_in_as(place.clerk).post(f"{BASE}/power-items/{item.id}/edit", data=facts)

    assert answer.status_code == 422
    assert "承诺期限超过法定期限" in answer.text
    assert "填了很久的内容" in answer.text


def test_a_merger_without_the_other_item_keeps_the_form(place: Office, draft: PowerList, sign_in_as: SignIn) -> None:
    item = items(draft)["成品油零售许可"]
    answer = sign_in_as(place.clerk).post(f"{BASE}/power-items/{item.id}/end", data={"way": "merge", "into": "0"})

    assert (answer.status_code, "请选择并入的事项" in answer.text, "处理方式" in answer.text) == (422, True, True)


def test_items_of_the_list_in_force_are_not_edited_in_place(
    place: Office, in_force: PowerList, sign_in_as: SignIn
) -> None:
    item = items(in_force)["商务统计检查"]

    assert sign_in_as(place.clerk).post(f"{BASE}/power-items/{item.id}/edit", data=FACTS).status_code == 409


def test_the_comparison_marks_words_and_counts(
    place: Office, in_force: PowerList, bring: Bring, sign_in_as: SignIn
) -> None:
    newer = bring([[*ROWS[0][:8], "玩忽职守"], *ROWS[1:]], year=2026)
    page = sign_in_as(place.clerk).get(f"{BASE}/power-lists/{newer.id}/compare?with={in_force.id}").text

    assert "<ins>玩忽</ins>" in page


def test_the_comparison_goes_out_as_a_table(
    place: Office, in_force: PowerList, bring: Bring, sign_in_as: SignIn
) -> None:
    newer = bring(ROWS[:2], year=2026)
    answer = sign_in_as(place.clerk).post(
        f"/exports/basic_info.power_list_differences?list_id={newer.id}&with={in_force.id}", data={"kind": "csv"}
    )

    assert "取消,商务统计检查" in answer.get_data(as_text=True)


def test_a_version_of_another_unit_is_not_compared(
    place: Office, in_force: PowerList, bring: Bring, sign_in_as: SignIn
) -> None:
    other = bring(unit_id=factories.a_unit(name="市统计局").id)

    assert sign_in_as(place.clerk).get(f"{BASE}/power-lists/{in_force.id}/compare?with={other.id}").status_code == 404


def test_the_first_version_says_that_there_is_nothing_to_compare(
    place: Office, in_force: PowerList, sign_in_as: SignIn
) -> None:
    assert "没有可以对照的版本" in sign_in_as(place.clerk).get(f"{BASE}/power-lists/{in_force.id}/compare").text


def test_an_item_shows_where_else_it_is_exercised(
    place: Office, in_force: PowerList, bring: Bring, sign_in_as: SignIn
) -> None:
    other = factories.a_unit(name="沂水县商务局")
    theirs = bring(unit_id=other.id)
    put_in_force(theirs, actor=place.reviewer)
    db.session.flush()
    page = sign_in_as(place.clerk).get(f"{BASE}/power-items/{items(in_force)['成品油零售许可'].id}").text

    assert "沂水县商务局" in page


def test_codes_of_two_districts_differ_in_their_first_six_characters_only(
    place: Office, bring: Bring, sign_in_as: SignIn
) -> None:
    for unit_id, code, name in (
        (place.unit.id, "371300207XK01600", "甲许可"),
        (factories.a_unit(name="沂水县商务局").id, "371323207XK01600", "甲的许可"),
    ):
        rows = [[1, name, "", "行政许可", code, "", "市场科", "/", ""]]
        power_list = bring(rows, unit_id=unit_id)
        put_in_force(power_list, actor=place.reviewer)
        db.session.flush()
    item = db.session.scalars(select(PowerItem).where(PowerItem.name == "甲许可")).one()

    assert "甲的许可" in sign_in_as(place.clerk).get(f"{BASE}/power-items/{item.id}").text


def test_the_count_of_cases_opens_to_the_cases_of_all_versions(connection: object, sign_in_as: SignIn) -> None:
    office = Monitored()
    first = office.item
    case = FlowCase(
        system_id=a_system().id, case_no="A-1", unit_id=office.unit.id, item_code="XK", item_name=first.name,
        power_item_id=first.id,
    )  # fmt: skip
    db.session.add(case)
    draft = PowerList(unit_id=first.unit_id, version_no=2, year=2027, valid=_since(2027))
    db.session.add(draft)
    db.session.flush()
    later = PowerItem(
        power_list_id=draft.id, unit_id=first.unit_id, sort_no=1, name="食品经营许可（新）",
        power_kind=PowerKind.LICENCE, origin_id=first.id,
    )  # fmt: skip
    db.session.add(later)
    db.session.flush()
    client = sign_in_as(factories.an_actor(Role.OFFICE_CLERK, region="371300"))
    page = client.get(f"{BASE}/power-items/{later.id}").text
    assert "办件 1 件" in page
    assert f"power_item_id={later.id}" in page


def test_staff_adjust_nothing(place: Office, in_force: PowerList, sign_in_as: SignIn) -> None:
    client = sign_in_as(factories.an_actor(Role.UNIT_CLERK, unit=place.unit))

    assert client.post(f"{BASE}/power-lists/{in_force.id}/adjust", data=ORDER).status_code == 403


def test_another_county_does_not_reach_the_list(place: Office, in_force: PowerList, sign_in_as: SignIn) -> None:
    client = sign_in_as(factories.an_actor(Role.OFFICE_CLERK, region="371323"))

    assert client.post(f"{BASE}/power-lists/{in_force.id}/adjust", data=ORDER).status_code == 404


def test_a_reviewer_confirms_no_transfer_to_a_unit_out_of_reach(
    place: Office, draft: PowerList, sign_in_as: SignIn
) -> None:
    other = factories.a_unit(name="沂水县统计局")
    adjusting.transfer_item(draft, items(draft)["商务统计检查"], to_unit_id=other.id, actor=place.clerk)
    reviewer = factories.an_actor(Role.OFFICE_REVIEWER, unit=place.unit)

    assert sign_in_as(reviewer).post(f"{BASE}/power-lists/{draft.id}/confirm").status_code == 404


def test_two_who_confirm_at_once_put_one_list_in_force(app: Flask, committed: Engine) -> None:
    unit = factories.a_unit(name="市商务局")
    clerk, reviewer = (factories.an_actor(role, region="371300") for role in (Role.OFFICE_CLERK, Role.OFFICE_REVIEWER))
    base = PowerList(unit_id=unit.id, version_no=1, year=2025, list_state=ListState.IN_FORCE, valid=_since(2025))
    db.session.add(base)
    db.session.flush()
    draft_id = adjusting.begin_adjustment(base, PAPER, actor=clerk).id
    adjusting.add_item(db.session.get_one(PowerList, draft_id), new_item(), actor=clerk)
    db.session.commit()

    ends = at_once(
        app, [lambda: adjusting.confirm_adjustment(db.session.get_one(PowerList, draft_id), actor=reviewer)] * 4
    )

    assert sorted(ends) == ["ListNotDraft", "ListNotDraft", "ListNotDraft", "done"]
    states = db.session.scalars(select(PowerList.list_state).order_by(PowerList.version_no)).all()
    assert states == [ListState.SUPERSEDED, ListState.IN_FORCE]


def test_two_who_begin_at_once_get_one_draft(app: Flask, committed: Engine) -> None:
    unit = factories.a_unit(name="市商务局")
    clerk = factories.an_actor(Role.OFFICE_CLERK, region="371300")
    base = PowerList(unit_id=unit.id, version_no=1, year=2025, list_state=ListState.IN_FORCE, valid=_since(2025))
    db.session.add(base)
    db.session.commit()
    base_id = base.id

    ends = at_once(
        app, [lambda: adjusting.begin_adjustment(db.session.get_one(PowerList, base_id), PAPER, actor=clerk)] * 4
    )

    assert sorted(ends) == ["AdjustmentOpen", "AdjustmentOpen", "AdjustmentOpen", "done"]


def _since(year: int) -> Range[date]:
    return Range(date(year, 1, 1), None)


def test_before_its_day_an_adjustment_says_when_it_can_be_confirmed(
    place: Office, in_force: PowerList, sign_in_as: SignIn
) -> None:
    clerk, day = sign_in_as(place.clerk), today_in_china() + timedelta(days=30)
    order = {**ORDER, "effective_on": day.isoformat()}
    draft = clerk.post(f"{BASE}/power-lists/{in_force.id}/adjust", data=order).location
    clerk.post(f"{draft}/items/new", data=FACTS)
    reviewer = sign_in_as(place.reviewer)
    page = reviewer.get(draft).text
    answer = reviewer.post(f"{draft}/confirm")

    assert ("到那一天起才能复核生效" in page, "复核生效</button>" in page) == (True, False)
    assert answer.status_code == 422
    assert f"文件自 {day} 起施行，请在当日或之后复核生效" in answer.text
    assert "拍卖企业备案" in answer.text


def test_a_day_before_the_list_in_force_is_told_beside_its_field(
    place: Office, in_force: PowerList, sign_in_as: SignIn
) -> None:
    order = {**ORDER, "effective_on": "2025-01-01"}
    answer = sign_in_as(place.clerk).post(f"{BASE}/power-lists/{in_force.id}/adjust", data=order)

    assert answer.status_code == 422
    assert 'id="effective_on-error"' in answer.text


def test_a_list_older_than_the_one_in_force_says_so_on_its_page(
    place: Office, in_force: PowerList, bring: Bring, sign_in_as: SignIn
) -> None:
    older = bring(year=2024)
    answer = sign_in_as(place.reviewer).post(f"{BASE}/power-lists/{older.id}/in-force")

    assert answer.status_code == 409
    assert "该清单的年度早于现行清单" in answer.text
    assert "成品油零售许可" in answer.text


def test_a_list_that_waits_stands_among_the_reviewer_s_tasks(
    place: Office, in_force: PowerList, bring: Bring, sign_in_as: SignIn
) -> None:
    draft = bring(year=2026)
    page = sign_in_as(place.reviewer).get("/").text
    assert f"/power-lists/{draft.id}" in page
    assert "待复核生效的权责清单" in page


def test_an_adjustment_without_a_step_waits_for_nobody(place: Office, draft: PowerList, sign_in_as: SignIn) -> None:
    assert "待复核生效的权责清单" not in sign_in_as(place.reviewer).get("/").text
