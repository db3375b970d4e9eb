from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, Update, func, select, text, update

from duty_eval.inspections import queries
from duty_eval.inspections.errors import AlreadyInSample, InspectionFixed, InspectionStep, NothingToDraw
from duty_eval.inspections.models import (
    DrawRule,
    Inspection,
    InspectionBlock,
    InspectionDraw,
    InspectionLine,
    InspectionState,
    InspectionSubject,
    SubjectKind,
    SubjectOrigin,
)
from duty_eval.inspections.operations import (
    NEXT,
    add_line,
    add_subject,
    discard_plan,
    draw_sample,
    edit_plan,
    make_plan,
    remove_line,
    remove_subject,
    start_inspection,
)
from duty_eval.inspections.sampling import frame_of, proves_true
from host.kernel.access import Actor
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.pages import today_in_china
from tests.duty_eval.inspections.rows import DAY, City, a_record, subjects_of
from tests.factories import a_section, a_unit

SignIn = Callable[[Actor], FlaskClient]
TODAY = today_in_china()
LATER = TODAY + timedelta(days=10)


@pytest.fixture
def city(connection: Connection) -> City:
    return City()


def known(actor: Actor) -> list[int]:
    return [row.Inspection.id for row in db.session.execute(queries.plans(actor))]


def sections_known(actor: Actor, plan: Inspection) -> set[int]:
    return {row.InspectionSubject.section_id for row in db.session.execute(queries.subjects(actor, plan.id))}


def test_a_plan_of_a_division_draws_sections_of_all_its_units(city: City) -> None:
    plan = city.drawn()
    drawn = {one.section_id for one in subjects_of(plan)}
    assert drawn == {section.id for bureau in (city.finance, city.trade) for section in bureau.sections}


def test_a_plan_of_a_unit_draws_its_own_sections_alone(city: City) -> None:
    plan = make_plan(city.draft(region_id=None, unit_id=city.trade.unit.id), actor=city.trade.clerk)
    draw_sample(plan, day=DAY, actor=city.trade.clerk)
    assert {one.unit_id for one in subjects_of(plan)} == {city.trade.unit.id}


def test_a_section_without_people_is_not_drawn(city: City) -> None:
    empty = a_section(unit=city.trade.unit, name="空科")
    assert empty.id not in {one.section_id for one in subjects_of(city.drawn())}


def test_posts_are_drawn_with_their_section(city: City) -> None:
    plan = city.drawn(subject_kind=SubjectKind.POST)
    places = {(one.section_id, one.post_id) for one in subjects_of(plan)}
    assert (city.trade.sections[1].id, city.trade.posts[1].id) in places
    assert proves_true(plan, db.session.get_one(InspectionDraw, plan.id))


def test_sections_with_late_records_form_a_stratum_of_their_own(city: City) -> None:
    a_record(city.trade.people[1], city.trade.posts[1], worked_on=DAY, is_backdated=True)
    a_record(city.trade.people[2], city.trade.posts[2], worked_on=DAY)
    plan = city.plan(risks=["late_records"], draw_rule=DrawRule.NUMBER, draw_amount=1)
    strata = {one.label: one.ids for one in frame_of(plan, DAY)}
    assert strata["政府部门·重点"] == (city.trade.sections[1].id,)
    draw_sample(plan, day=DAY, actor=city.office)
    assert [one.stratum for one in subjects_of(plan)] == ["政府部门·重点", "政府部门·一般"]


def test_a_draw_proves_true_from_its_seed_and_frame(city: City) -> None:
    plan = city.drawn(draw_amount=30)
    add_subject(plan, section_id=a_section(unit=city.trade.unit).id, reason="群众反映", actor=city.office)
    remove_subject(plan, subjects_of(plan)[0], reason="正在巡察", actor=city.office)
    assert proves_true(plan, db.session.get_one(InspectionDraw, plan.id))


def test_a_frame_that_was_altered_does_not_prove_true(city: City) -> None:
    plan = city.drawn(draw_amount=30)
    kept = db.session.get_one(InspectionDraw, plan.id)
    kept.frame = [{**kept.frame[0], "ids": kept.frame[0]["ids"][1:]}]
    with db.session.no_autoflush:
        assert not proves_true(plan, kept)
    db.session.expire(kept)


def test_a_plan_is_drawn_once(city: City) -> None:
    plan = city.drawn()
    with pytest.raises(InspectionStep):
        draw_sample(plan, day=DAY, actor=city.office)


def test_without_a_checklist_nothing_is_drawn(city: City) -> None:
    plan = city.plan()
    for line in queries.lines_of_inspection(plan.id):
        remove_line(plan, line.id, actor=city.office)
    with pytest.raises(Refused, match="清单"):
        draw_sample(plan, day=DAY, actor=city.office)


def test_where_nobody_works_nothing_is_drawn(city: City) -> None:
    plan = city.plan(region_id=None, unit_id=a_unit(name="空局").id)
    with pytest.raises(NothingToDraw):
        draw_sample(plan, day=DAY, actor=city.office)


@pytest.mark.parametrize("over", [{"name": " "}, {"ends_on": date(2026, 3, 1)}, {"draw_amount": 101}])
def test_a_plan_that_cannot_be_is_refused(city: City, over: dict[str, object]) -> None:
    with pytest.raises(Refused):
        city.plan(**over)


def test_adding_and_removing_need_a_reason_and_are_audited(city: City) -> None:
    plan, extra = city.drawn(), a_section(unit=city.trade.unit)
    with pytest.raises(Refused):
        add_subject(plan, section_id=extra.id, reason=" ", actor=city.office)
    with pytest.raises(Refused):
        remove_subject(plan, subjects_of(plan)[0], reason="", actor=city.office)
    added = add_subject(plan, section_id=extra.id, reason="群众反映", actor=city.office)
    remove_subject(plan, added, reason="重复", actor=city.office)
    subject = f"inspection_subject:{added.id}"
    said = db.session.execute(
        select(AuditEntry.action, AuditEntry.reason).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
    ).all()
    assert said == [("inspection_subject.added", "群众反映"), ("inspection_subject.removed", "重复")]


def test_what_is_in_the_sample_is_not_added_again(city: City) -> None:
    plan = city.drawn()
    with pytest.raises(AlreadyInSample):
        add_subject(plan, section_id=city.trade.sections[0].id, reason="再看看", actor=city.office)


def test_the_audit_log_does_not_say_what_was_drawn(city: City) -> None:
    plan = city.drawn(is_announced=False, starts_on=LATER, ends_on=LATER)
    add_subject(plan, section_id=a_section(unit=city.trade.unit).id, reason="群众反映", actor=city.office)
    rows = db.session.scalars(select(AuditEntry.after).where(AuditEntry.subject.startswith("inspection")))
    assert not [after for after in rows if after and ("section_id" in after or "ids" in after)]


def test_the_database_takes_no_drawn_subject_after_the_draw(city: City) -> None:
    plan = city.drawn()
    db.session.execute(text("ALTER TABLE inspection_draw DISABLE TRIGGER guard"))
    db.session.execute(text("UPDATE inspection_draw SET drawn_at = now() - interval '1 minute'"))
    db.session.execute(text("ALTER TABLE inspection_draw ENABLE TRIGGER guard"))
    db.session.add(
        InspectionSubject(
            inspection_id=plan.id,
            unit_id=city.trade.unit.id,
            section_id=a_section(unit=city.trade.unit).id,
            subject_origin=SubjectOrigin.DRAWN,
        )
    )
    with pytest.raises(InspectionFixed), db.session.begin_nested():
        db.session.flush()
    db.session.expunge_all()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM inspection_subject",
        "UPDATE inspection_subject SET section_id = section_id + 1",
        "UPDATE inspection_draw SET seed = 1",
        "DELETE FROM inspection_draw",
        "UPDATE inspection_line SET text = '别的'",
        "DELETE FROM inspection_line",
        "UPDATE inspection SET starts_on = starts_on - 1",
        "UPDATE inspection SET is_announced = NOT is_announced",
        "DELETE FROM inspection",
    ],
)
def test_what_was_drawn_is_fixed_in_the_database(city: City, statement: str) -> None:
    city.drawn()
    with pytest.raises(InspectionFixed), db.session.begin_nested():
        db.session.execute(text(statement))


def _moved_to(state: InspectionState) -> Update:
    closed_at = func.now() if state is InspectionState.CLOSED else None
    return update(Inspection).values(inspection_state=state, closed_at=closed_at)


@pytest.mark.parametrize("state", list(InspectionState))
@pytest.mark.parametrize("to", list(InspectionState))
def test_the_database_keeps_the_steps_of_a_plan(city: City, state: InspectionState, to: InspectionState) -> None:
    plan = city.plan()
    db.session.execute(text("ALTER TABLE inspection DISABLE TRIGGER guard"))
    db.session.execute(_moved_to(state))
    db.session.execute(text("ALTER TABLE inspection ENABLE TRIGGER guard"))
    db.session.add(InspectionDraw(inspection_id=plan.id, seed=1, frame=[], frame_hash="", drawn_by_name="编办"))
    db.session.flush()
    if to is state or NEXT.get(state) is to:
        db.session.execute(_moved_to(to))
    else:
        with pytest.raises(InspectionStep), db.session.begin_nested():
            db.session.execute(_moved_to(to))


def test_a_plan_does_not_begin_before_its_day(city: City) -> None:
    plan = city.drawn()
    with pytest.raises(Refused, match="3月2日"):
        start_inspection(plan, today=date(2026, 3, 1), actor=city.office)
    start_inspection(plan, today=DAY, actor=city.office)
    assert plan.inspection_state is InspectionState.UNDER_WAY


def test_a_draft_is_edited_and_discarded(city: City) -> None:
    plan = city.plan()
    edit_plan(plan, city.draft(name="二季度检查"), actor=city.office)
    add_line(plan, inspection_block=InspectionBlock.REFORM, text="改革任务落实", weight=3, actor=city.office)
    assert (plan.name, queries.lines_of_inspection(plan.id)[-1].weight) == ("二季度检查", 3)
    discard_plan(plan, actor=city.office)
    assert db.session.scalar(select(InspectionLine.id)) is None


# who knows what


def test_a_draft_is_known_to_its_makers_alone(city: City) -> None:
    plan = city.plan()
    assert known(city.office) == [plan.id]
    assert known(city.reviewer) == known(city.trade.head) == known(city.trade.chief) == []


def test_an_announced_plan_is_known_to_those_in_its_sample_once_drawn(city: City) -> None:
    plan = city.drawn(starts_on=LATER, ends_on=LATER)
    assert known(city.trade.head) == [plan.id]
    assert sections_known(city.trade.head, plan) == {city.trade.sections[0].id}
    assert sections_known(city.trade.chief, plan) == {section.id for section in city.trade.sections}


def test_an_unannounced_plan_is_hidden_until_its_day(city: City) -> None:
    plan = city.drawn(is_announced=False, starts_on=LATER, ends_on=LATER)
    for outsider in (city.trade.head, city.trade.chief, city.trade.clerk, city.reviewer):
        assert known(outsider) == []
        assert sections_known(outsider, plan) == set()
        with pytest.raises(NotFound):
            queries.plan_row(outsider, plan.id)
    assert len(sections_known(city.office, plan)) == 8


def test_from_the_day_on_an_unannounced_plan_is_known_to_those_in_its_sample(city: City) -> None:
    plan = city.drawn(is_announced=False, starts_on=TODAY, ends_on=LATER)
    assert sections_known(city.trade.head, plan) == {city.trade.sections[0].id}


def test_the_inspected_make_no_plans_of_their_division(city: City) -> None:
    plan = city.drawn()
    with pytest.raises(NotFound):
        queries.plan_to_make(city.trade.chief, plan.id)


def test_another_unit_knows_nothing_of_a_units_own_plan(city: City) -> None:
    make_plan(city.draft(region_id=None, unit_id=city.trade.unit.id), actor=city.trade.clerk)
    assert known(city.finance.clerk) == []


@pytest.mark.parametrize("name", ["duty_eval.inspection_subjects", "duty_eval.inspections"])
def test_an_export_holds_no_hidden_plan(city: City, sign_in_as: SignIn, name: str) -> None:
    plan = city.drawn(is_announced=False, starts_on=LATER, ends_on=LATER)
    answer = sign_in_as(city.trade.chief).post(f"/exports/{name}?inspection_id={plan.id}", data={"kind": "csv"})
    assert answer.status_code == 200
    assert "商务局" not in answer.get_data().decode("utf-8-sig")
    assert "一季度" not in answer.get_data().decode("utf-8-sig")


# pages


def test_a_plan_is_made_drawn_and_begun_over_the_pages(city: City, sign_in_as: SignIn) -> None:
    client = sign_in_as(city.office)
    made = client.post(
        "/duty-eval/inspections/new",
        data={
            "place": "region:371300", "name": "半年检查", "basis": "编办发〔2026〕3号", "inspection_method": "on_site",
            "is_announced": "no", "starts_on": TODAY.isoformat(), "ends_on": LATER.isoformat(),
            "subject_kind": "section", "draw_rule": "number", "draw_amount": "2", "risks": ["late_records"],
        },
    )  # fmt: skip
    page = made.headers["Location"]
    assert "编办发〔2026〕3号" in client.get(page).get_data(as_text=True)
    assert "抽取 2 个科室" in client.get(f"{page}/draw").get_data(as_text=True)
    client.post(f"{page}/draw")
    assert "完全一致" in client.get(f"{page}/draw").get_data(as_text=True)
    assert client.post(f"{page}/start").status_code == 303
    plan = db.session.scalars(select(Inspection)).one()
    assert (plan.inspection_state, plan.is_announced, len(subjects_of(plan))) == (InspectionState.UNDER_WAY, False, 2)


def test_a_form_that_lacks_something_comes_back(city: City, sign_in_as: SignIn) -> None:
    answer = sign_in_as(city.office).post("/duty-eval/inspections/new", data={"place": "region:371300"})
    assert answer.status_code == 422
    assert "请填写检查名称" in answer.get_data(as_text=True)


def test_a_place_beyond_ones_reach_is_refused(city: City, sign_in_as: SignIn) -> None:
    data = {"place": f"unit:{city.trade.unit.id}", "name": "检查", "inspection_method": "on_site", "draw_amount": "2"}
    more = {"starts_on": "2026-03-02", "ends_on": "2026-03-03", "subject_kind": "section", "draw_rule": "number"}
    answer = sign_in_as(city.finance.clerk).post(
        "/duty-eval/inspections/new", data={**data, **more, "is_announced": "yes"}
    )
    assert answer.status_code == 422
    assert db.session.scalar(select(Inspection.id)) is None


def test_a_section_outside_the_place_is_not_added(city: City, sign_in_as: SignIn) -> None:
    plan = make_plan(city.draft(region_id=None, unit_id=city.trade.unit.id), actor=city.trade.clerk)
    draw_sample(plan, day=DAY, actor=city.trade.clerk)
    outside = {"chosen": f"{city.finance.sections[0].id}:", "reason": "看看"}
    answer = sign_in_as(city.trade.clerk).post(f"/duty-eval/inspections/{plan.id}/subjects", data=outside)
    assert answer.status_code == 404


def test_a_list_of_plans_costs_the_same_for_many(
    city: City, sign_in_as: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client = sign_in_as(city.trade.chief)
    city.drawn()
    client.get("/duty-eval/inspections")
    with count_queries() as one:
        client.get("/duty-eval/inspections")
    for number in range(5):
        city.drawn(name=f"检查{number}")
    with count_queries() as many:
        client.get("/duty-eval/inspections")
    assert len(one) == len(many)


# two at once


def test_two_who_draw_at_once_make_one_draw(committed: Engine, app: Flask) -> None:
    city = City()
    plan_id, office = city.plan().id, city.office
    db.session.commit()
    together = Barrier(2)

    def draws() -> str:
        with app.app_context():
            together.wait()
            try:
                draw_sample(queries.plan_to_make(office, plan_id), day=DAY, actor=office)
                db.session.commit()
            except InspectionStep:
                db.session.rollback()
                return "refused"
            return "drawn"

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(lambda _: draws(), range(2)))
    assert done == ["drawn", "refused"]
    assert db.session.scalars(select(InspectionDraw)).one().inspection_id == plan_id


def test_a_line_is_not_added_beside_a_draw(committed: Engine, app: Flask) -> None:
    """Whoever writes past the operation, meanwhile, waits for the draw and is refused by the table."""
    city = City()
    plan_id, office = city.plan().id, city.office
    db.session.commit()
    draw_sample(queries.plan_to_make(office, plan_id), day=DAY, actor=office)

    def adds() -> str:
        with app.app_context():
            line = InspectionLine(
                inspection_id=plan_id, sort_no=9, inspection_block=InspectionBlock.NORMS, text="另一条"
            )
            db.session.add(line)
            try:
                db.session.commit()
            except InspectionFixed:
                db.session.rollback()
                return "refused"
            return "added"

    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(adds)
        db.session.commit()
        assert adding.result(timeout=20) == "refused"
