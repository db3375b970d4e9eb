from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Person, Post, Section, Unit
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.flags.models import FlagKind
from duty_eval.flags.operations import Finding, flag, forget_flags
from duty_eval.records.errors import NotSubmitted
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.errors import NotOpened
from duty_eval.review.models import RecordReview, Verdict
from duty_eval.review.operations import approve_records, return_record
from duty_eval.review.queries import counts_waiting, locked, queue, waiting
from duty_eval.review.sampling import note_opening
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from tests.factories import a_person, a_post, a_post_duty, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


@pytest.fixture
def head(section: Section) -> Actor:
    return an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section)


def a_record(section: Section, *, person: Person | None = None, content: str = "整理档案") -> DutyRecord:
    person = person or a_person(post=a_post(section=section))
    actor = an_actor(Role.STAFF, person=person)
    made = log_records(
        [Entry(post_duty_id=None, content=content)], worked_on=DAY, client_key=content, actor=actor, today=DAY
    )
    return db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()


def many_records(section: Section, count: int) -> list[int]:
    """Records of one person, fifty in a submission; their ids."""
    actor = an_actor(Role.STAFF, person=a_person(post=a_post(section=section)))
    made: list[int] = []
    while len(made) < count:
        entries = [Entry(post_duty_id=None, content="整理档案")] * min(50, count - len(made))
        made += log_records(entries, worked_on=DAY, client_key=f"m{len(made)}", actor=actor, today=DAY).record_ids
    return made


def test_an_approved_record_waits_no_more(head: Actor, section: Section) -> None:
    record = a_record(section)

    approve_records([record], actor=head, quality=4)

    assert (record.record_state, list(waiting(head).rows)) == (RecordState.APPROVED, [])


def test_a_returned_record_goes_back_with_its_reason(head: Actor, section: Section) -> None:
    record = a_record(section)

    return_record(record, reason="请补充成果", actor=head)

    assert (record.is_open, record.return_reason) == (True, "请补充成果")


def test_a_record_is_not_returned_without_a_reason(head: Actor, section: Section) -> None:
    with pytest.raises(Refused):
        return_record(a_record(section), reason="  ", actor=head)


def test_a_record_is_decided_once(head: Actor, section: Section) -> None:
    record = a_record(section)
    approve_records([record], actor=head)

    with pytest.raises(NotSubmitted):
        return_record(record, reason="晚了", actor=head)


def test_nobody_reviews_their_own(section: Section) -> None:
    person = a_person(post=a_post(section=section))
    record = a_record(section, person=person)
    self_head = an_actor(Role.SECTION_HEAD, person=person, section=section)

    with pytest.raises(NotPermitted):
        approve_records([record], actor=self_head)


def test_ones_own_records_are_not_in_ones_queue(section: Section) -> None:
    person = a_person(post=a_post(section=section))
    a_record(section, person=person)

    assert list(waiting(an_actor(Role.SECTION_HEAD, person=person, section=section)).rows) == []


def test_the_database_itself_refuses_a_review_of_ones_own(head: Actor, section: Section) -> None:
    record = a_record(section)
    review = RecordReview(
        record_id=record.id,
        worked_on=DAY,
        person_id=record.person_id,
        reviewer_person_id=record.person_id,
        verdict=Verdict.APPROVED,
    )
    db.session.add(review)

    with pytest.raises(IntegrityError, match="not_ones_own"), db.session.begin_nested():
        db.session.flush()


def test_the_database_itself_refuses_a_review_without_a_reviewer(section: Section) -> None:
    record = a_record(section)
    review = RecordReview(record_id=record.id, worked_on=DAY, person_id=record.person_id, verdict=Verdict.APPROVED)
    db.session.add(review)

    with pytest.raises(IntegrityError, match="not_ones_own"), db.session.begin_nested():
        db.session.flush()


def test_an_account_without_a_person_decides_nothing(section: Section) -> None:
    record = a_record(section)

    with pytest.raises(NotPermitted, match="没有对应人员"):
        approve_records([record], actor=an_actor(Role.SECTION_HEAD, section=section))


def test_a_head_of_another_section_sees_nothing(section: Section) -> None:
    a_record(section)
    other = an_actor(Role.SECTION_HEAD, person=a_person(), section=a_section())

    assert list(waiting(other).rows) == []


def test_a_record_of_another_section_cannot_be_picked_by_its_number(section: Section) -> None:
    record = a_record(section)
    other = an_actor(Role.SECTION_HEAD, person=a_person(), section=a_section())

    assert list(locked(other, [(record.id, DAY)])) == []


def test_a_heads_own_records_go_to_the_leader_in_charge(connection: Connection) -> None:
    unit = a_unit()
    section = a_section(unit=unit)
    leading = a_person()
    an_appointment(leading, a_post(section=section), leader_kind=LeaderKind.SECTION_HEAD)
    a_record(section, person=leading, content="主持例会")
    a_record(section, content="普通工作")
    leader = an_actor(Role.LEADER_IN_CHARGE, person=a_person(), unit=unit)

    assert [row[0].content for row in waiting(leader).rows] == ["主持例会"]


def test_a_second_head_of_the_section_does_not_decide_on_the_first_ones_records(head: Actor, section: Section) -> None:
    leading = a_person()
    an_appointment(leading, a_post(section=section), leader_kind=LeaderKind.SECTION_HEAD)
    record = a_record(section, person=leading, content="主持例会")

    assert list(waiting(head).rows) == []
    assert list(locked(head, [(record.id, DAY)])) == []


def test_a_deputys_records_go_to_the_head_of_the_section(head: Actor, section: Section) -> None:
    deputy = a_person()
    an_appointment(deputy, a_post(section=section), leader_kind=LeaderKind.SECTION_DEPUTY)
    a_record(section, person=deputy, content="协助分管")

    assert [row[0].content for row in waiting(head).rows] == ["协助分管"]


def test_the_queue_costs_as_much_for_thirty_records_as_for_one(
    head: Actor, section: Section, sign_in_as: SignIn, count_queries: Callable[[], object]
) -> None:
    client = sign_in_as(head)
    a_record(section, content="0")
    with count_queries() as for_one:  # type: ignore[attr-defined]
        client.get("/duty-eval/review")
    for number in range(1, 30):
        a_record(section, content=str(number))

    with count_queries() as for_thirty:  # type: ignore[attr-defined]
        client.get("/duty-eval/review")

    assert len(for_thirty) == len(for_one)
    assert len(for_thirty) + 1 <= 6, for_thirty


def test_pages_follow_each_other_without_gap_or_double(head: Actor, section: Section) -> None:
    for number in range(55):
        a_record(section, content=str(number))

    first = waiting(head)
    second = waiting(head, after=first.next_key or "")

    contents = [row[0].content for row in (*first.rows, *second.rows)]
    assert sorted(contents, key=int) == [str(number) for number in range(55)]


def test_a_batch_is_approved_over_http(head: Actor, section: Section, sign_in_as: SignIn) -> None:
    records = [a_record(section, content=str(number)) for number in range(3)]
    chosen = [f"{record.id}:{DAY}" for record in records]

    answer = sign_in_as(head).post("/duty-eval/review/approve", data={"chosen": chosen, "quality": "5"})

    assert answer.status_code == 303
    assert set(db.session.scalars(select(DutyRecord.record_state))) == {RecordState.APPROVED}


def test_the_page_of_a_record_takes_the_reviewer_s_mark_and_comment(
    head: Actor, section: Section, sign_in_as: SignIn
) -> None:
    record = a_record(section)
    client = sign_in_as(head)
    page = client.get(f"/duty-eval/records/{record.id}/{DAY}").text
    assert 'name="quality"' in page
    client.post(
        "/duty-eval/review/approve",
        data={"only": f"{record.id}:{DAY}", "quality": "4", "comment": "材料扎实"},
    )
    review = db.session.scalars(select(RecordReview)).one()
    assert (review.quality, review.comment, review.verdict) == (4, "材料扎实", Verdict.APPROVED)


def test_the_links_of_the_queue_open(head: Actor, section: Section, sign_in_as: SignIn) -> None:
    a_record(section)
    client = sign_in_as(head)
    page = client.get("/duty-eval/review").text

    links = re.findall(r'href="(/duty-eval/(?:records|review)/[^"]+)"', page)

    assert len(links) >= 2
    assert {client.get(link).status_code for link in links} == {200}


def test_five_hundred_records_are_approved_in_as_many_statements_as_one(
    head: Actor, section: Section, sign_in_as: SignIn, count_queries: Callable[[], object]
) -> None:
    client = sign_in_as(head)
    chosen = [f"{number}:{DAY}" for number in many_records(section, 501)]
    with count_queries() as for_one:  # type: ignore[attr-defined]
        client.post("/duty-eval/review/approve", data={"chosen": chosen[:1]})

    with count_queries() as for_many:  # type: ignore[attr-defined]
        client.post("/duty-eval/review/approve", data={"chosen": chosen[1:]})

    assert set(db.session.scalars(select(DutyRecord.record_state))) == {RecordState.APPROVED}
    assert len(for_many) == len(for_one)
    assert len(for_many) <= 7, for_many


@pytest.mark.parametrize("chosen", [[], ["x"], ["1:昨天"], ["999999:2026-03-02"]])
def test_a_wrong_choice_is_told_and_not_a_fault(head: Actor, sign_in_as: SignIn, chosen: list[str]) -> None:
    answer = sign_in_as(head).post("/duty-eval/review/approve", data={"chosen": chosen})

    assert answer.status_code in {409, 422}


def test_staff_do_not_reach_the_review_desk(section: Section, sign_in_as: SignIn) -> None:
    staff = an_actor(Role.STAFF, person=a_person(post=a_post(section=section)))

    assert sign_in_as(staff).get("/duty-eval/review").status_code == 403


def test_what_wants_a_look_comes_before_what_waits_longer(head: Actor, section: Section) -> None:
    person = a_person(post=a_post(section=section))
    plain = a_record(section, person=person, content="日常")
    plain.post_duty_id = a_post_duty(post=_post_of(plain)).id
    outside = a_record(section, person=person, content="职责以外")
    db.session.flush()

    assert [row[0].id for row in waiting(head).rows] == [outside.id, plain.id]


def test_the_queue_is_cut_to_what_wants_a_look_or_to_the_rest(head: Actor, section: Section) -> None:
    record = a_record(section)

    counts = counts_waiting(head)
    found = [[row[0].id for row in waiting(head, which=which).rows] for which in ("look", "plain")]

    assert (counts.total, counts.to_look, found) == (1, 1, [[record.id], []])


def test_a_page_of_the_queue_goes_on_where_the_last_one_ended(
    head: Actor, section: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duty_eval.review.queries.PAGE", 1)
    person = a_person(post=a_post(section=section))
    plain = a_record(section, person=person, content="日常")
    plain.post_duty_id = a_post_duty(post=_post_of(plain)).id
    a_record(section, person=person, content="职责以外")
    db.session.flush()

    second = waiting(head, after=waiting(head).next_key or "")

    assert ([row[0].id for row in second.rows], second.next_key) == ([plain.id], None)


def test_the_pressed_buttons_record_is_approved_and_not_the_ticked_ones(
    head: Actor, section: Section, sign_in_as: SignIn
) -> None:
    ticked, pressed = a_record(section), a_record(section, content="另一项")
    keys = {"chosen": f"{ticked.id}:{DAY}", "only": f"{pressed.id}:{DAY}"}

    sign_in_as(head).post("/duty-eval/review/approve", data=keys)

    assert (ticked.record_state, pressed.record_state) == (RecordState.SUBMITTED, RecordState.APPROVED)


def test_a_batch_says_how_many_were_decided_by_somebody_else_meanwhile(
    head: Actor, section: Section, sign_in_as: SignIn
) -> None:
    gone, waits = a_record(section), a_record(section, content="另一项")
    gone.record_state = RecordState.DRAFT
    db.session.flush()

    page = sign_in_as(head).post(
        "/duty-eval/review/approve",
        data={"chosen": [f"{gone.id}:{DAY}", f"{waits.id}:{DAY}"]},
        follow_redirects=True,
    )

    assert "已通过 1 项；另有 1 项已被处理或撤回" in page.get_data(as_text=True)


def test_the_page_of_a_record_offers_the_decision_only_to_its_reviewer(
    head: Actor, section: Section, sign_in_as: SignIn
) -> None:
    person = a_person(post=a_post(section=section))
    record = a_record(section, person=person)
    address = f"/duty-eval/records/{record.id}/{DAY}"

    of_head = sign_in_as(head).get(address).get_data(as_text=True)
    of_author = sign_in_as(an_actor(Role.STAFF, person=person)).get(address).get_data(as_text=True)

    assert ('data-shortcut="approve"' in of_head, 'data-shortcut="approve"' in of_author) == (True, False)


def test_who_heads_two_sections_reviews_both(section: Section) -> None:
    other = a_section(unit=a_unit(name="市司法局"), name="法规科")
    both = replace(
        an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section), grants=()
    )
    grants = [grant for one in (section, other) for grant in an_actor(Role.SECTION_HEAD, section=one).grants]
    records = {a_record(section).id, a_record(other, content="另一科").id}

    assert {row[0].id for row in waiting(replace(both, grants=tuple(grants))).rows} == records


def _post_of(record: DutyRecord) -> Post:
    return db.session.get_one(Post, record.post_id)


def test_the_first_page_is_read_from_an_index_in_the_order_in_which_it_is_shown(
    head: Actor, section: Section, connection: Connection
) -> None:
    a_record(section)
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    connection.execute(text("SET LOCAL enable_sort = off"))
    statement = queue(head).limit(50).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    plan = connection.exec_driver_sql(f"EXPLAIN {statement}").scalars().all()
    assert any("Merge Append" in line for line in plan)
    assert not any("->  Sort" in line for line in plan)


@pytest.fixture
def all_sampled(section: Section) -> None:
    """The city has everything opened before it is passed."""
    unit = db.session.get_one(Unit, section.unit_id)
    set_rules(unit.region_id, Rules(sample_percent=100), on=DAY, today=DAY, reason="抽查", actor=an_actor(Role.STAFF))


def test_where_a_city_samples_a_drawn_record_is_not_passed_unopened(
    head: Actor, section: Section, all_sampled: None
) -> None:
    records = [a_record(section), a_record(section, content="接待来访")]

    with pytest.raises(NotOpened, match="2 项被抽查"):
        approve_records(records, actor=head)


def test_a_drawn_record_is_passed_once_its_page_was_opened(
    head: Actor, section: Section, all_sampled: None, sign_in_as: SignIn
) -> None:
    record = a_record(section)
    db.session.commit()
    client = sign_in_as(head)
    assert "抽查，请打开看" in client.get("/duty-eval/review?which=sample").get_data(as_text=True)

    client.get(f"/duty-eval/records/{record.id}/{DAY}")
    done = client.post("/duty-eval/review/approve", data={"chosen": f"{record.id}:{DAY}"})

    assert (done.status_code, counts_waiting(head).total) == (303, 0)


def test_what_a_colleague_opened_the_reviewer_must_open_too(head: Actor, section: Section, all_sampled: None) -> None:
    record = a_record(section)
    note_opening(record, an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section))

    assert counts_waiting(head).to_open == 1


def test_a_corrected_record_is_opened_again(head: Actor, section: Section, all_sampled: None) -> None:
    record = a_record(section)
    note_opening(record, head)
    record.version_no += 1
    db.session.flush()

    assert counts_waiting(head).to_open == 1


def test_the_draw_is_the_same_each_time_and_near_the_share(head: Actor, section: Section) -> None:
    many_records(section, 400)
    unit = db.session.get_one(Unit, section.unit_id)
    set_rules(unit.region_id, Rules(sample_percent=10), on=DAY, today=DAY, reason="抽查", actor=head)

    drawn = [row.DutyRecord.id for row in db.session.execute(queue(head, which="sample"))]

    assert drawn == [row.DutyRecord.id for row in db.session.execute(queue(head, which="sample"))]
    assert 10 <= len(drawn) <= 80


def test_without_a_rule_nothing_is_drawn(head: Actor, section: Section) -> None:
    a_record(section)

    assert counts_waiting(head).to_open == 0


def test_a_flagged_record_comes_before_the_ordinary_ones(head: Actor, section: Section) -> None:
    duty_post = a_post(section=section)
    person, duty = a_person(post=duty_post), a_post_duty(post=duty_post)
    actor = an_actor(Role.STAFF, person=person)
    made = log_records(
        [Entry(post_duty_id=duty.id, content="办文"), Entry(post_duty_id=duty.id, content="办会")],
        worked_on=DAY, client_key="two", actor=actor, today=DAY,
    ).record_ids  # fmt: skip

    flag([Finding(made[1], DAY, FlagKind.QUANTITY, "平时的 5 倍")])

    assert [row[0].id for row in waiting(head).rows] == [made[1], made[0]]


def test_a_record_whose_flags_are_gone_is_ordinary_again(head: Actor, section: Section) -> None:
    record = a_record(section)
    flag([Finding(record.id, DAY, FlagKind.QUANTITY, "平时的 5 倍")])
    forget_flags(record.id, DAY)
    db.session.expire_all()

    assert not record.is_flagged


def test_a_record_names_who_decided_on_it(head: Actor, section: Section, sign_in_as: SignIn) -> None:
    record = a_record(section)
    approve_records([record], actor=head)
    db.session.commit()

    page = sign_in_as(head).get(f"/duty-eval/records/{record.id}/{DAY}").get_data(as_text=True)

    assert "通过 · 王芳" in page


def test_the_desk_says_in_words_what_was_found_about_a_record(
    head: Actor, section: Section, sign_in_as: SignIn
) -> None:
    record = a_record(section)
    flag([Finding(record.id, DAY, FlagKind.LIKE_OWN, "与本人 2月27日的内容 96% 相同")])
    db.session.commit()

    page = sign_in_as(head).get("/duty-eval/review").get_data(as_text=True)

    assert "与本人近期内容雷同：与本人 2月27日的内容 96% 相同" in page
