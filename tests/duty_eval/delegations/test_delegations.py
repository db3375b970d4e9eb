"""An absent head's work is done by another, in the head's name, for as long as was said."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Person, Section, Unit
from duty_eval.delegations.queries import colleagues
from duty_eval.records.models import DutyRecord
from duty_eval.records.operations import Entry, log_records
from duty_eval.records.queries import history_of
from duty_eval.review.operations import approve_records
from duty_eval.review.queries import counts_waiting
from host.auth.granting import delegate_role, end_delegation, revoke_grant
from host.auth.models import Account, RoleGrant
from host.kernel.access import SYSTEM, Actor, Role, ScopeKind
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.jobs.actors import actor_of
from host.kernel.notifications.models import Notification
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_section, a_unit, an_account, an_actor

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


def an_employee(section: Section, name: str, **over: object) -> tuple[Person, Account]:
    person = a_person(name=name, post=a_post(section=section), **over)
    return person, an_account(person=person, name=name)


def leads(account: Account, section: Section) -> RoleGrant:
    grant = RoleGrant(
        account_id=account.id, role=Role.SECTION_HEAD, scope_kind=ScopeKind.SECTION, section_id=section.id
    )
    db.session.add(grant)
    db.session.flush()
    return grant


@pytest.fixture
def head(section: Section) -> Account:
    _, account = an_employee(section, "张科长")
    return account


@pytest.fixture
def grant(head: Account, section: Section) -> RoleGrant:
    return leads(head, section)


@pytest.fixture
def deputy(section: Section) -> Account:
    return an_employee(section, "李代办")[1]


def days(count: int = 5) -> dict[str, date]:
    return {"first": today_in_china(), "last": today_in_china() + timedelta(days=count)}


def delegated(grant: RoleGrant, deputy: Account) -> RoleGrant:
    return delegate_role(grant, deputy, **days(), reason="出差", actor=actor_of(grant.account_id))


def unit_of(section: Section) -> Unit:
    return db.session.get_one(Unit, section.unit_id)


def with_password(actor: Actor) -> Actor:
    return replace(actor, confirmed_at=datetime.now(UTC))


def a_record(person: Person) -> DutyRecord:
    today = today_in_china()
    made = log_records(
        [Entry(post_duty_id=None, content="办文")], worked_on=today, client_key=f"k{person.id}",
        actor=an_actor(Role.STAFF, person=person), today=today,
    )  # fmt: skip
    return db.session.get_one(DutyRecord, (made.record_ids[0], today))


def test_who_acts_decides_and_the_record_names_both(grant: RoleGrant, deputy: Account, section: Section) -> None:
    delegated(grant, deputy)
    record = a_record(an_employee(section, "王芳")[0])
    acting = actor_of(deputy.id)

    approve_records([record], actor=acting)

    (review,) = history_of(record.id, record.worked_on)["reviews"]
    assert (review.reviewer_name, review.acted_for) == ("李代办", "张科长")


def test_before_and_without_a_delegation_nothing_is_decided(deputy: Account, section: Section) -> None:
    a_record(an_employee(section, "王芳")[0])

    assert counts_waiting(actor_of(deputy.id)).total == 0


def test_the_deputys_own_records_go_to_those_above_meanwhile(
    grant: RoleGrant, deputy: Account, section: Section
) -> None:
    delegated(grant, deputy)
    a_record(db.session.get_one(Person, deputy.person_id))
    leader = an_actor(Role.UNIT_HEAD, person=a_person(name="局长"), unit=unit_of(section))

    assert [counts_waiting(one).total for one in (actor_of(grant.account_id), leader)] == [0, 1]


def test_a_delegation_that_was_ended_decides_nothing_more(grant: RoleGrant, deputy: Account, section: Section) -> None:
    made = delegated(grant, deputy)
    a_record(an_employee(section, "王芳")[0])
    end_delegation(made, actor=actor_of(grant.account_id))
    db.session.flush()

    assert counts_waiting(actor_of(deputy.id)).total == 0


def test_a_delegation_ends_with_the_grant_it_comes_from(grant: RoleGrant, deputy: Account) -> None:
    made = delegated(grant, deputy)

    revoke_grant(grant, actor=SYSTEM, reason="调离")
    db.session.flush()
    db.session.refresh(made)

    assert made.revoked_at is not None


def test_what_is_delegated_is_not_delegated_on(grant: RoleGrant, deputy: Account, section: Section) -> None:
    made = delegated(grant, deputy)
    third = an_employee(section, "赵三")[1]

    with pytest.raises(Refused, match="不能委托"):
        delegate_role(made, third, **days(), reason="再委托", actor=actor_of(deputy.id))


def test_a_second_deputy_for_the_same_days_is_refused(grant: RoleGrant, deputy: Account, section: Section) -> None:
    delegated(grant, deputy)

    with pytest.raises(Refused, match="已委托给他人"):
        delegated(grant, an_employee(section, "赵三")[1])


def test_two_deputies_named_at_the_same_time_are_one(app: Flask, committed: Engine) -> None:
    section = a_section()
    grant = leads(an_employee(section, "张科长")[1], section)
    others = [an_employee(section, name)[1].id for name in ("李四", "赵三")]
    grant_id = grant.id
    db.session.commit()

    def name_one(account_id: int) -> bool:
        with app.app_context():
            try:
                delegated(db.session.get_one(RoleGrant, grant_id), db.session.get_one(Account, account_id))
                db.session.commit()
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(name_one, others))

    assert sorted(done) == [False, True]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"reason": " "}, "原因"),
        ({"last": today_in_china() + timedelta(days=100)}, "最长"),
        ({"first": today_in_china() - timedelta(days=1)}, "不能早于今天"),
        ({"last": today_in_china() - timedelta(days=1)}, "截止日期"),
    ],
)
def test_a_delegation_without_reason_or_with_wrong_days_is_refused(
    grant: RoleGrant, deputy: Account, over: dict[str, object], words: str
) -> None:
    given = {**days(), "reason": "出差", **over}
    with pytest.raises(Refused, match=words):
        delegate_role(grant, deputy, actor=actor_of(grant.account_id), **given)  # type: ignore[arg-type]


def test_the_database_refuses_a_delegation_without_an_end(grant: RoleGrant, deputy: Account) -> None:
    db.session.add(
        RoleGrant(
            account_id=deputy.id,
            role=grant.role,
            scope_kind=grant.scope_kind,
            section_id=grant.section_id,
            delegated_from_id=grant.id,
            reason="出差",
        )  # fmt: skip
    )
    with pytest.raises(IntegrityError, match="delegated_has_an_end"), db.session.begin_nested():
        db.session.flush()


def test_a_head_delegates_on_the_page_and_takes_it_back(grant: RoleGrant, deputy: Account, sign_in_as: SignIn) -> None:
    db.session.commit()
    client = sign_in_as(with_password(actor_of(grant.account_id)))
    typed = {"grant_id": grant.id, "account_id": deputy.id, "reason": "出差"} | {
        name: day.isoformat() for name, day in days().items()
    }

    done = client.post("/duty-eval/delegations", data=typed)
    made = db.session.scalars(select(RoleGrant).where(RoleGrant.delegated_from_id == grant.id)).one()
    shown = client.get("/duty-eval/delegations").get_data(as_text=True)
    client.post(f"/duty-eval/delegations/{made.id}/end")

    db.session.expire_all()
    assert (done.status_code, "代办中" in shown, made.revoked_at is not None) == (303, True, True)


def test_a_leader_delegates_for_a_head_below_who_is_ill(
    grant: RoleGrant, deputy: Account, section: Section, sign_in_as: SignIn
) -> None:
    db.session.commit()
    client = sign_in_as(an_actor(Role.UNIT_HEAD, person=a_person(name="局长"), unit=unit_of(section)))
    typed = {"grant_id": grant.id, "account_id": deputy.id, "reason": "科长住院"} | {
        name: day.isoformat() for name, day in days().items()
    }

    assert client.post("/duty-eval/delegations", data=typed).status_code == 303


def test_nobody_delegates_what_is_another_sections(deputy: Account, section: Section, sign_in_as: SignIn) -> None:
    other = a_section(unit=a_unit(name="另一局"), name="外单位科室")
    foreign = leads(an_employee(other, "外单位科长")[1], other)
    head = an_actor(Role.SECTION_HEAD, person=an_employee(section, "张科长")[0], section=section)
    db.session.commit()
    typed = {"grant_id": foreign.id, "account_id": deputy.id, "reason": "出差"} | {
        name: day.isoformat() for name, day in days().items()
    }

    assert sign_in_as(head).post("/duty-eval/delegations", data=typed).status_code in {404, 422}


def test_a_deputy_does_not_end_the_own_delegation_nor_a_stranger_anothers(
    grant: RoleGrant, deputy: Account, sign_in_as: SignIn
) -> None:
    made = delegated(grant, deputy)
    stranger = an_actor(Role.SECTION_HEAD, section=a_section(unit=a_unit(name="另一局")))
    db.session.commit()

    answers = [
        sign_in_as(actor).post(f"/duty-eval/delegations/{made.id}/end").status_code
        for actor in (actor_of(deputy.id), stranger)
    ]

    assert answers == [404, 404]


def told(account: Account) -> list[str]:
    ended = Notification.account_id == account.id, Notification.key.like("%:ended")
    return list(db.session.scalars(select(Notification.title).where(*ended)))


def test_who_acted_is_told_that_the_head_is_back(grant: RoleGrant, head: Account, deputy: Account) -> None:
    end_delegation(delegated(grant, deputy), actor=actor_of(head.id))
    assert (told(deputy), told(head)) == (["您代行的科室负责人职责已提前结束"], [])


def test_both_are_told_of_an_end_that_somebody_above_decided(grant: RoleGrant, head: Account, deputy: Account) -> None:
    made = delegated(grant, deputy)
    for _ in range(2):
        end_delegation(made, actor=an_actor(Role.UNIT_HEAD))
    assert [len(told(one)) for one in (deputy, head)] == [1, 1]


@pytest.mark.parametrize("page", ["/duty-eval/review", "/duty-eval/review/week"])
def test_the_review_pages_lead_to_delegating_and_say_who_acts_for_whom(
    head: Account, grant: RoleGrant, deputy: Account, sign_in_as: SignIn, page: str
) -> None:
    delegated(grant, deputy)

    of_head = sign_in_as(actor_of(head.id)).get(page).text
    of_deputy = sign_in_as(actor_of(deputy.id)).get(page).text

    assert 'href="/duty-eval/delegations"' in of_head
    assert "的审核由 李代办 代办" in of_head
    assert "您正在代 张科长 审核" in of_deputy


def test_a_delegation_that_was_taken_back_is_told_of_no_more(grant: RoleGrant, deputy: Account) -> None:
    end_delegation(delegated(grant, deputy), actor=actor_of(grant.account_id))

    assert counts_waiting(actor_of(deputy.id)).stand_ins.for_others == []


def test_colleagues_of_the_own_section_are_offered_first(section: Section) -> None:
    unit = db.session.get_one(Unit, section.unit_id)
    person, account = an_employee(section, "李雷")
    an_employee(a_section(unit=unit, name="办公室"), "安静")
    an_employee(section, "周明")
    actor = Actor(account_id=account.id, person_id=person.id, display_name="李雷", grants=())

    offered = [one.person_name for one in colleagues([unit.id], actor, today_in_china())]

    assert offered == ["周明", "安静"]
