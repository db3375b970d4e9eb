"""Who is told what of an alert: once, in the transaction of the cause, and only where the page opens for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask import current_app
from sqlalchemy import Engine, func, select
from sqlalchemy.engine import Connection

from basic_info.organization.models import Person
from function_monitor.alerts import operations, queries
from function_monitor.alerts.evaluating import evaluate
from function_monitor.alerts.models import Alert, AlertNotice, AlertRule
from function_monitor.notices import ALERT
from host.auth.models import Account, RoleGrant
from host.kernel.access import Role
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.notifications.models import Notification
from host.kernel.notifications.operations import choose_kinds
from tests.factories import a_leave, a_person, a_unit
from tests.function_monitor.alerts.watched import DAY, Watched

CountQueries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def watched(connection: Connection) -> Watched:
    return Watched()


def test_the_person_is_told_when_an_alert_about_them_is_raised(watched: Watched) -> None:
    alert = watched.raised()
    assert watched.told(watched.clerk) == ["您有一条新预警：连续 5 个工作日无履职记录"]
    assert db.session.scalars(select(Notification.link)).all() == [f"/function-monitor/alerts/{alert.id}"]


def test_evaluated_again_nobody_is_told_again(watched: Watched) -> None:
    watched.raised()
    evaluate(watched.rule, DAY)
    evaluate(watched.rule, date(2026, 3, 23))
    assert len(watched.told(watched.clerk)) == 1


def test_who_is_on_leave_is_not_told_by_it(watched: Watched) -> None:
    a_leave(watched.clerk, DAY, DAY)
    watched.raised()
    assert watched.told(watched.clerk) == []


def test_who_may_not_open_alerts_is_not_told(watched: Watched) -> None:
    also = watched.holder(Role.ASSESSOR, person=db.session.get_one(Person, watched.clerk.person_id))
    watched.raised()
    assert (len(watched.told(watched.clerk)), watched.told(also)) == (1, [])


def test_a_kind_that_the_person_switched_off_is_not_told(watched: Watched) -> None:
    choose_kinds([], actor=watched.clerk)
    watched.raised()
    assert watched.told(watched.clerk) == []


def test_an_alert_that_ends_by_itself_is_told_to_the_person(watched: Watched) -> None:
    watched.raised()
    watched.wrote(DAY)
    evaluate(watched.rule, date(2026, 3, 23))
    assert watched.told(watched.clerk)[-1] == "情形已消除，预警自动解除：连续 5 个工作日无履职记录"


def test_what_comes_back_is_told_to_the_nearest_office(connection: Connection) -> None:
    county = Watched(region="371302")
    city, near = (county.holder(Role.INSPECTOR, region=code) for code in ("371300", "371302"))
    county.rectified()
    assert ([title[:13] for title in county.told(near)], county.told(city)) == (["预警已提交整改，等待核验："], [])


def test_where_the_county_has_no_office_the_city_is_told(connection: Connection) -> None:
    county = Watched(region="371302")
    city = county.holder(Role.INSPECTOR, region="371300")
    county.rectified()
    assert len(county.told(city)) == 1


def test_an_office_elsewhere_is_told_nothing(watched: Watched) -> None:
    elsewhere = watched.holder(Role.INSPECTOR, region="371400")
    watched.rectified()
    assert watched.told(elsewhere) == []


def test_who_verified_is_not_asked_to_close(watched: Watched) -> None:
    both = watched.holder(Role.OFFICE_REVIEWER, region="371300")
    other = watched.holder(Role.OFFICE_REVIEWER, region="371300")
    operations.verify(watched.rectified(), finding="属实", actor=both)
    titles = [title[:13] for title in watched.told(other)]
    assert (titles[-1], len(watched.told(both))) == ("预警已核验通过，等待销号：", 1)


def test_what_is_sent_back_is_told_to_the_head_and_not_to_who_sent_it(watched: Watched) -> None:
    inspector = watched.holder(Role.INSPECTOR, region="371300")
    before = len(watched.told(inspector))
    operations.reopen(watched.rectified(), reason="佐证不足", actor=inspector)
    assert watched.told(watched.head)[-1].startswith("预警被退回整改")
    assert [title for title in watched.told(inspector)[before:] if "退回" in title] == []


def test_sent_back_twice_is_told_twice(watched: Watched) -> None:
    inspector = watched.holder(Role.INSPECTOR, region="371300")
    alert = watched.rectified()
    operations.reopen(alert, reason="佐证不足", actor=inspector)
    operations.rectify(alert, done="已补录", actor=watched.head)
    operations.reopen(alert, reason="仍不足", actor=inspector)
    assert sum("退回" in title for title in watched.told(watched.head)) == 2


def test_the_end_is_told_to_all_who_had_a_part_in_it(watched: Watched) -> None:
    inspector = watched.holder(Role.INSPECTOR, region="371300")
    reviewer = watched.holder(Role.OFFICE_REVIEWER, region="371300")
    alert = watched.rectified()
    operations.verify(alert, finding="属实", actor=inspector)
    operations.close(alert, on=DAY, actor=reviewer)
    ends = [watched.told(one)[-1][:6] for one in (watched.clerk, watched.head, inspector)]
    assert ends == ["预警已销号："] * 3


def test_a_false_alarm_is_told_to_the_person(watched: Watched) -> None:
    operations.call_false(watched.raised(), reason="已请假", actor=watched.holder(Role.INSPECTOR, region="371300"))
    assert watched.told(watched.clerk)[-1].startswith("预警已认定为误报")


def test_who_took_a_step_and_moved_away_is_not_sent_to_a_page_that_stays_shut(watched: Watched) -> None:
    inspector = watched.holder(Role.INSPECTOR, region="371300")
    alert = watched.rectified()
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == watched.head.account_id)).one()
    grant.revoked_at = func.now()
    db.session.flush()
    operations.reopen(alert, reason="佐证不足", actor=inspector)
    assert watched.told(watched.head) == []


def test_every_alert_that_was_told_opens_for_who_was_told(watched: Watched) -> None:
    """What the messages' own condition lets through is what the page's lets through."""
    actors = [
        watched.clerk,
        watched.head,
        watched.holder(Role.INSPECTOR, region="371300"),
        watched.holder(Role.INSPECTOR, region="371400"),
        watched.holder(Role.UNIT_HEAD, unit=watched.office.unit),
        watched.holder(Role.UNIT_HEAD, unit=a_unit(name="市教育局")),
        watched.holder(Role.ASSESSOR, region="371300"),
        watched.holder(Role.STAFF, person=a_person(post=watched.office.post)),
    ]
    alert = watched.raised()
    allowed = {actor.account_id for actor in actors if watched.may_open(actor, alert)}
    assert allowed == {actor.account_id for actor in actors if opens(actor.account_id, alert.id)}


def opens(account_id: int | None, alert_id: int) -> bool:
    actor = next(actor for actor in Watched.actors if actor.account_id == account_id)
    try:
        queries.alert_row(actor, alert_id)
    except NotFound:
        return False
    return True


def test_raising_for_thirty_takes_as_many_statements_as_for_one(watched: Watched, count_queries: CountQueries) -> None:
    watched.raised(date(2026, 3, 19))
    counts = []
    for people, day in ((1, DAY), (30, date(2026, 3, 23))):
        for _ in range(people):
            watched.holder(Role.STAFF, person=a_person(post=watched.office.post))
        with count_queries() as statements:
            evaluate(watched.rule, day)
        counts.append(len(statements))
    told = db.session.scalar(select(func.count()).where(Notification.kind == ALERT.name))
    assert (told, counts[0]) == (32, counts[1])


def test_the_message_names_nobody(watched: Watched) -> None:
    watched.raised()
    names = db.session.scalars(select(Account.display_name)).all()
    titles = db.session.scalars(select(Notification.title)).all()
    assert [title for title in titles if any(name in title for name in names)] == []
    assert db.session.scalar(select(func.count()).select_from(Alert)) == 1


def test_two_evaluations_at_a_time_tell_once(committed: Engine) -> None:
    watched = Watched()
    clerk, rule_id = watched.clerk.account_id, watched.rule.id
    db.session.commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            evaluate(db.session.get_one(AlertRule, rule_id), DAY)
            db.session.commit()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert db.session.scalar(select(func.count()).where(Notification.account_id == clerk)) == 1
    assert db.session.scalar(select(func.count()).select_from(AlertNotice)) == 1
