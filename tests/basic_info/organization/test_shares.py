"""How several posts share a person's working time: by the day, never beyond a full post."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError

from basic_info.organization.appointing import check_shares, state_shares
from basic_info.organization.errors import OverFull, PostsChanged
from basic_info.organization.models import Appointment, Post
from basic_info.organization.queries import in_post_since
from basic_info.organization.shares import FULL, Stretch, split, stretches
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound, Refused
from host.kernel.versions import in_force
from tests.factories import a_person, a_post, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
TENTH = date(2026, 3, 10)


@dataclass(frozen=True)
class Held:
    id: int
    share_percent: int | None = None
    is_primary: bool = False
    valid: Range[date] = Range(None, None)


@pytest.mark.parametrize(
    ("stated", "shares"),
    [
        ([None], [100]),
        ([60], [60]),
        ([None, None], [50, 50]),
        ([None, None, None], [34, 33, 33]),
        ([70, None], [70, 30]),
        ([40, None, None], [40, 30, 30]),
        ([100, None], [100, 0]),
        ([30, 20], [30, 20]),
    ],
)
def test_what_is_not_stated_is_split_evenly(stated: list[int | None], shares: list[int]) -> None:
    held = [Held(number, share, is_primary=number == 0) for number, share in enumerate(stated)]
    assert list(split(held).values()) == shares


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=8).filter(
        lambda s: sum(x or 0 for x in s) <= FULL
    )
)
def test_the_shares_of_a_day_sum_to_a_full_post_unless_all_are_stated(stated: list[int | None]) -> None:
    shares = split([Held(number, share) for number, share in enumerate(stated)])
    assert sum(shares.values()) == (FULL if None in stated else sum(share or 0 for share in stated))


def test_who_is_sent_away_gives_the_whole_time_to_the_post_there() -> None:
    assert split([Held(1, is_primary=True), Held(2)], left={1}) == {1: 0, 2: 100}


def test_a_stated_share_of_a_post_that_is_left_stays_with_it() -> None:
    assert split([Held(1, 40, is_primary=True), Held(2)], left={1}) == {1: 0, 2: 60}


def test_a_second_post_in_the_middle_of_a_month_shares_from_its_day() -> None:
    held = [Held(1, is_primary=True), Held(2, 40, valid=Range(TENTH, None))]
    assert list(stretches(held, FIRST, LAST)) == [
        Stretch(FIRST, TENTH - timedelta(days=1), {1: 100}),
        Stretch(TENTH, LAST, {1: 60, 2: 40}),
    ]


def test_a_gap_between_two_posts_lies_in_no_stretch() -> None:
    held = [Held(1, valid=Range(None, TENTH)), Held(2, valid=Range(date(2026, 3, 20), None))]
    assert [(one.first, one.last) for one in stretches(held, FIRST, LAST)] == [
        (FIRST, date(2026, 3, 9)),
        (date(2026, 3, 20), LAST),
    ]


def test_days_away_at_another_post_are_a_stretch_of_their_own() -> None:
    held = [Held(1, is_primary=True), Held(2)]
    found = list(stretches(held, FIRST, LAST, sent=[(TENTH, TENTH)], left={1}))
    assert [(one.first.day, one.shares) for one in found] == [
        (1, {1: 50, 2: 50}),
        (10, {1: 0, 2: 100}),
        (11, {1: 50, 2: 50}),
    ]


class Desk:
    """A person with a primary post and one held besides, and the clerk who keeps the register."""

    def __init__(self) -> None:
        self.unit = a_unit()
        section = a_section(unit=self.unit)
        self.person = a_person(name="周兼任", post=a_post(section=section, title="主岗"))
        self.second = an_appointment(self.person, a_post(section=section, title="兼岗"), is_primary=False)
        self.clerk = an_actor(Role.OFFICE_CLERK, region="371300")

    def held(self, day: date) -> dict[int, int | None]:
        rows = db.session.execute(
            select(Appointment.id, Appointment.share_percent)
            .where(Appointment.person_id == self.person.id, Appointment.superseded_at.is_(None))
            .where(Appointment.valid.contains(day))
            .order_by(Appointment.is_primary.desc())
        )
        return {key: share for key, share in rows}

    def state(self, *shares: int | None, on: date = TENTH, reason: str = "分工调整") -> None:
        state_shares(
            self.person.id, dict(zip(self.held(on), shares, strict=True)), on=on, actor=self.clerk, reason=reason
        )


@pytest.fixture
def desk(connection: Connection) -> Desk:
    return Desk()


def test_a_share_holds_from_its_day_and_leaves_what_was_before(desk: Desk) -> None:
    desk.state(60, 40)
    assert list(desk.held(TENTH - timedelta(days=1)).values()) == [None, None]
    assert list(desk.held(TENTH).values()) == [60, 40]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.shares_stated")).one()
    assert (entry.reason, list((entry.after or {})["shares"].values())) == ("分工调整", [60, 40])


def test_another_share_does_not_begin_the_time_in_the_post_anew(desk: Desk) -> None:
    desk.state(60, 40)
    since = select(in_post_since()).where(Appointment.person_id == desk.person.id, in_force(Appointment, LAST))
    assert set(db.session.scalars(since)) == {date(2020, 1, 1)}


def test_another_title_begins_the_time_in_the_post_anew(desk: Desk) -> None:
    desk.second.valid = Range(desk.second.valid.lower, TENTH)
    an_appointment(
        desk.person,
        db.session.get_one(Post, desk.second.post_id),
        is_primary=False,
        job_title="副主任",
        valid=Range(TENTH, None),
    )
    since = select(in_post_since()).where(Appointment.job_title == "副主任", in_force(Appointment, LAST))
    assert db.session.scalars(since).all() == [TENTH]


def test_shares_of_more_than_a_full_post_are_refused(desk: Desk) -> None:
    with pytest.raises(OverFull, match="110%"):
        desk.state(60, 50)


def test_a_post_that_begins_later_counts_on_its_own_days(desk: Desk) -> None:
    later = a_post(section=a_section(unit=desk.unit))
    an_appointment(desk.person, later, is_primary=False, share_percent=30, valid=Range(date(2026, 5, 1), None))
    with pytest.raises(OverFull, match="某一天"):
        desk.state(60, 40)


def test_shares_may_move_from_one_post_to_another_in_one_step(desk: Desk) -> None:
    desk.state(80, 20)
    desk.state(20, 80, on=TENTH + timedelta(days=1))
    assert list(desk.held(LAST).values()) == [20, 80]


def test_a_reason_is_needed(desk: Desk) -> None:
    with pytest.raises(Refused, match="理由"):
        desk.state(60, 40, reason=" ")


def test_posts_that_changed_meanwhile_are_not_shared_as_they_were(desk: Desk) -> None:
    with pytest.raises(PostsChanged):
        state_shares(desk.person.id, {1: 50}, on=TENTH, actor=desk.clerk, reason="分工")


def test_a_post_out_of_reach_keeps_others_from_sharing_the_time(desk: Desk) -> None:
    an_appointment(desk.person, a_post(section=a_section(unit=a_unit(name="别的局"))), is_primary=False)
    desk.clerk = an_actor(Role.OFFICE_CLERK, unit=desk.unit)
    with pytest.raises(NotFound):
        desk.state(50, 30, 20)


def test_the_database_refuses_what_no_form_asked(desk: Desk) -> None:
    desk.second.share_percent = 90
    first = db.session.get_one(Appointment, next(iter(desk.held(TENTH))))
    first.share_percent = 20
    with pytest.raises((OverFull, DBAPIError)):
        check_shares()


def test_two_clerks_at_a_time_never_exceed_a_full_post(committed: Engine, app: Flask) -> None:
    desk = Desk()
    db.session.commit()
    first, second = desk.held(TENTH)

    def claim(key: int) -> bool:
        with app.app_context():
            try:
                db.session.get_one(Appointment, key).share_percent = 70
                db.session.commit()
            except (DomainError, DBAPIError):
                db.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(claim, [first, second]))
    assert sorted(taken) == [False, True]
    assert db.session.scalar(select(func.sum(Appointment.share_percent))) == 70


def test_the_page_of_a_person_shows_the_split_and_its_formula(desk: Desk, sign_in_as: SignIn) -> None:
    page = sign_in_as(desk.clerk).get(f"/basic-info/people/{desk.person.id}?as_of={TENTH}").text
    assert page.count("未填写，平分余下部分") == 2
    assert "工作占比合计 100%" in page
    assert "应出勤工作日 × 8 小时 × 工作占比" in page
    own = sign_in_as(an_actor(Role.STAFF, person=desk.person)).get(f"/basic-info/people/{desk.person.id}").text
    assert "工作占比合计 100%" in own
    assert "登记工作占比" not in own


def test_shares_are_stated_on_their_page(desk: Desk, sign_in_as: SignIn) -> None:
    client, address = sign_in_as(desk.clerk), f"/basic-info/people/{desk.person.id}/shares?as_of={TENTH}"
    first, second = desk.held(TENTH)
    db.session.commit()  # a refusal rolls back
    body = {f"share-{first}": "70", f"share-{second}": "", "reason": "局务会分工"}

    assert "兼岗" in client.get(address).text
    wrong = client.post(address, data={**body, f"share-{second}": "半"})
    assert (wrong.status_code, "0 至 100 的整数" in wrong.text, 'value="半"' in wrong.text) == (422, True, True)
    assert client.post(address, data={**body, f"share-{second}": "40"}).status_code == 422
    assert client.post(address, data={**body, "reason": ""}).status_code == 422
    assert client.post(address, data=body).status_code == 303
    assert list(desk.held(TENTH).values()) == [70, None]
    page = client.get(f"/basic-info/people/{desk.person.id}?as_of={TENTH}").text
    assert "30%<br>" in page


def test_who_does_not_keep_appointments_cannot_state_shares(desk: Desk, sign_in_as: SignIn) -> None:
    address = f"/basic-info/people/{desk.person.id}/shares"
    assert sign_in_as(an_actor(Role.UNIT_HEAD, unit=desk.unit)).get(address).status_code == 403
    elsewhere = an_actor(Role.OFFICE_CLERK, unit=a_unit(name="别的局"))
    assert sign_in_as(elsewhere).post(address, data={"reason": "x"}).status_code == 404
