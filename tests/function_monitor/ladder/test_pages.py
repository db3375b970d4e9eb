from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.engine import Connection

from function_monitor.alerts import operations
from function_monitor.ladder.climbing import climb
from function_monitor.ladder.models import LadderRule
from function_monitor.ladder.rules import LADDERS, Ladder
from host.kernel.access import Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.notifications.operations import choose_kinds
from host.kernel.pages import today_in_china
from tests.factories import a_leave, an_actor
from tests.function_monitor.alerts.watched import DAY, Watched

Clients = Callable[[Actor], FlaskClient]


@pytest.fixture
def watched(connection: Connection) -> Watched:
    return Watched()


def page(clients: Clients, watched: Watched, actor: Actor | None = None) -> str:
    alert = watched.raised()
    return clients(actor or watched.head).get(f"/function-monitor/alerts/{alert.id}").get_data(as_text=True)


def test_the_page_says_who_was_told_and_when(watched: Watched, sign_in_as: Clients) -> None:
    watched.raised()
    climb(date(2026, 3, 24), load_workdays())
    text = page(sign_in_as, watched)
    told = '已于<time datetime="2026-03-24">2026年3月24日</time>告知科室负责人'
    assert (told in text, '<span class="by">' + watched.head.display_name in text) == (True, True)


def test_the_page_says_when_it_goes_up_next(watched: Watched, sign_in_as: Clients) -> None:
    assert "仍没有人处置的，" in page(sign_in_as, watched)
    assert "告知科室负责人。" in page(sign_in_as, watched)


def test_the_page_says_that_nobody_was_there(watched: Watched, sign_in_as: Clients) -> None:
    a_leave(watched.clerk, DAY, DAY)
    watched.raised()
    climb(DAY, load_workdays())
    assert "本人请假或空缺，转上一级" in page(sign_in_as, watched)


def test_the_page_says_who_wants_no_messages(watched: Watched, sign_in_as: Clients) -> None:
    choose_kinds([], actor=watched.head)
    watched.raised()
    climb(date(2026, 3, 24), load_workdays())
    assert f"{watched.head.display_name} 关闭了这类消息，只在待办中显示" in page(sign_in_as, watched)


def test_an_alert_that_is_being_handled_goes_up_no_further(watched: Watched, sign_in_as: Clients) -> None:
    operations.acknowledge(watched.raised(), actor=watched.head)
    assert "不再逐级告知，未销号前定期催办。" in page(sign_in_as, watched)


def a_ladder(**over: str) -> dict[str, str]:
    return {
        "region": "371300", "head_workdays": "1", "leader_workdays": "2", "office_workdays": "3",
        "follow_up_days": "10", "on": today_in_china().isoformat(), "reason": "从严", **over,
    }  # fmt: skip


def test_an_office_sets_the_ladder_of_its_division(watched: Watched, sign_in_as: Clients) -> None:
    reviewer = an_actor(Role.OFFICE_REVIEWER, region="371300")
    answer = sign_in_as(reviewer).post("/function-monitor/ladder", data=a_ladder())
    assert answer.status_code == 303
    assert LADDERS.by_code(today_in_china()) == {"371300": Ladder(1, 2, 3, 10)}


def test_the_page_shows_what_was_set_and_what_holds_without(watched: Watched, sign_in_as: Clients) -> None:
    client = sign_in_as(an_actor(Role.OFFICE_REVIEWER, region="371300"))
    before = client.get("/function-monitor/ladder").get_data(as_text=True)
    client.post("/function-monitor/ladder", data=a_ladder())
    after = client.get("/function-monitor/ladder").get_data(as_text=True)
    assert (f"每 {LADDERS.default.follow_up_days} 天催办一次" in before, "每 10 天催办一次" in after) == (True, True)


@pytest.mark.parametrize(
    "over", [{"head_workdays": "0"}, {"follow_up_days": "一周"}, {"reason": ""}, {"on": "2026-01-05"}]
)
def test_a_ladder_that_cannot_be_is_refused_beside_its_field(
    watched: Watched, sign_in_as: Clients, over: dict[str, str]
) -> None:
    client = sign_in_as(an_actor(Role.OFFICE_REVIEWER, region="371300"))
    answer = client.post("/function-monitor/ladder", data=a_ladder(**over))
    assert (answer.status_code, db.session.scalars(select(LadderRule)).all()) == (422, [])


def test_nobody_sets_the_ladder_of_another_division(watched: Watched, sign_in_as: Clients) -> None:
    client = sign_in_as(an_actor(Role.OFFICE_REVIEWER, region="371302"))
    assert client.post("/function-monitor/ladder", data=a_ladder()).status_code == 404
