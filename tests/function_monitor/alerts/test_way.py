from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from basic_info.duties.models import Rhythm
from basic_info.organization.models import SectionVersion
from function_monitor.alerts import operations
from function_monitor.alerts.errors import NothingSaid, SamePerson, WrongAlertState
from function_monitor.alerts.evaluating import evaluate_all, seed_rules
from function_monitor.alerts.models import Alert, AlertState, AlertStep, StepKind
from function_monitor.alerts.queries import Filters, badge, count_by_level
from function_monitor.tracing import trace
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from tests.factories import a_unit, an_actor
from tests.function_monitor.rows import Office

DAY = date(2026, 3, 2)
Clients = Callable[[Actor], FlaskClient]


class Scene:
    """An alert about a silent function, and everybody who has to do with it."""

    def __init__(self) -> None:
        seed_rules(counts_from=date(2025, 1, 1))
        self.office = Office()
        self.office.function.rhythm = Rhythm.MONTHLY
        db.session.flush()
        evaluate_all(DAY)
        self.alert = db.session.scalars(select(Alert)).one()
        self.head = an_actor(Role.UNIT_HEAD, unit=self.office.unit)
        self.inspector = an_actor(Role.INSPECTOR, region="371300")
        self.reviewer = an_actor(Role.OFFICE_REVIEWER, region="371300")
        self.stranger = an_actor(Role.UNIT_HEAD, unit=a_unit(name="市教育局"))
        db.session.commit()  # a refused request rolls back what was only flushed

    def rectified(self) -> Alert:
        operations.acknowledge(self.alert, actor=self.head)
        operations.rectify(self.alert, done="已补开展并补录", actor=self.head)
        return self.alert

    def verified(self) -> Alert:
        operations.verify(self.rectified(), finding="属实", actor=self.inspector)
        return self.alert


@pytest.fixture
def scene(connection: Connection) -> Scene:
    return Scene()


def test_an_alert_goes_from_pending_to_closed(scene: Scene) -> None:
    operations.close(scene.verified(), on=DAY, actor=scene.reviewer)
    kinds = db.session.scalars(select(AlertStep.step_kind).order_by(AlertStep.id)).all()
    assert scene.alert.alert_state is AlertState.CLOSED
    assert kinds == [
        StepKind.RAISED, StepKind.ACKNOWLEDGED, StepKind.RECTIFIED, StepKind.VERIFIED, StepKind.CLOSED,
    ]  # fmt: skip


def test_each_step_is_audited(scene: Scene) -> None:
    operations.close(scene.verified(), on=DAY, actor=scene.reviewer)
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject == f"alert:{scene.alert.id}").order_by(AuditEntry.id)
    ).all()
    assert actions == ["alert.acknowledged", "alert.rectified", "alert.verified", "alert.closed"]


def test_a_pending_alert_cannot_be_closed(scene: Scene) -> None:
    with pytest.raises(WrongAlertState):
        operations.close(scene.alert, on=DAY, actor=scene.reviewer)


def test_rectification_says_what_was_done(scene: Scene) -> None:
    operations.acknowledge(scene.alert, actor=scene.head)
    with pytest.raises(NothingSaid):
        operations.rectify(scene.alert, done="  ", actor=scene.head)


def test_a_head_cannot_verify(scene: Scene) -> None:
    with pytest.raises(NotPermitted):
        operations.verify(scene.rectified(), finding="属实", actor=scene.head)


def test_an_inspector_cannot_close(scene: Scene) -> None:
    with pytest.raises(NotPermitted):
        operations.close(scene.verified(), on=DAY, actor=scene.inspector)


def test_who_verified_does_not_close(scene: Scene) -> None:
    operations.verify(scene.rectified(), finding="属实", actor=scene.reviewer)
    with pytest.raises(SamePerson):
        operations.close(scene.alert, on=DAY, actor=scene.reviewer)


def test_the_database_refuses_a_verifier_who_rectified(scene: Scene) -> None:
    scene.rectified()
    with pytest.raises(IntegrityError, match="verified_by_another"):
        db.session.execute(update(Alert).values(verified_by=scene.head.account_id))


def test_an_alert_may_be_sent_back_and_rectified_again(scene: Scene) -> None:
    operations.reopen(scene.rectified(), reason="没有佐证", actor=scene.inspector)
    operations.rectify(scene.alert, done="已补佐证", actor=scene.head)
    assert scene.alert.alert_state is AlertState.RECTIFIED


def test_a_closed_alert_may_be_reopened(scene: Scene) -> None:
    operations.close(scene.verified(), on=DAY, actor=scene.reviewer)
    operations.reopen(scene.alert, reason="复查发现未落实", actor=scene.inspector)
    assert (scene.alert.alert_state, scene.alert.closed_by) == (AlertState.REOPENED, None)


def test_a_false_alarm_needs_a_reason(scene: Scene) -> None:
    with pytest.raises(NothingSaid):
        operations.call_false(scene.alert, reason="", actor=scene.inspector)


def test_a_closed_condition_that_lasts_is_raised_anew_the_next_day(scene: Scene) -> None:
    operations.close(scene.verified(), on=DAY, actor=scene.reviewer)
    assert evaluate_all(DAY)["raised"] == 0
    assert evaluate_all(date(2026, 3, 3))["raised"] == 1


def test_the_head_sees_a_badge(scene: Scene) -> None:
    assert (badge(scene.head), badge(scene.stranger)) == (1, 0)


def test_an_alert_shows_on_the_trace_of_the_post_duty_that_carries_its_function(
    app: Flask, scene: Scene, count_queries: Any
) -> None:
    with app.test_request_context(), count_queries() as sent:
        lines = trace("post_duty", scene.office.post_duty.id, scene.head)
    assert [line.layer for line in lines] == ["预警"]
    assert len(sent) == 1


def test_a_user_of_another_unit_sees_nothing(scene: Scene, sign_in_as: Clients) -> None:
    client = sign_in_as(scene.stranger)
    assert scene.alert.title not in client.get("/function-monitor/alerts").text
    assert client.get(f"/function-monitor/alerts/{scene.alert.id}").status_code == 404
    assert client.post(f"/function-monitor/alerts/{scene.alert.id}/acknowledge").status_code == 404


def test_the_trace_of_another_unit_shows_nothing(scene: Scene) -> None:
    assert trace("post_duty", scene.office.post_duty.id, scene.stranger) == []


@pytest.mark.parametrize("kind", ["unit_function", "section_duty", "flow_step", "power_item", "mandate_clause"])
def test_every_layer_has_a_trace(app: Flask, scene: Scene, kind: str) -> None:
    ids = {"unit_function": scene.office.function.id, "section_duty": scene.office.section_duty.id}
    with app.test_request_context():
        lines = trace(kind, ids.get(kind, 0), scene.head)
    assert len(lines) == (1 if kind in ids else 0)


def test_an_alert_is_handled_from_its_page(scene: Scene, sign_in_as: Clients) -> None:
    address = f"/function-monitor/alerts/{scene.alert.id}"
    client = sign_in_as(scene.head)
    assert "签收" in client.get(address).text
    assert client.post(f"{address}/acknowledge").status_code == 303
    assert client.post(f"{address}/rectify", data={"done": ""}).status_code == 422
    assert client.post(f"{address}/rectify", data={"done": "已补开展"}).status_code == 303
    inspector = sign_in_as(scene.inspector)
    assert inspector.post(f"{address}/verify", data={"note": ""}).status_code == 422
    assert inspector.post(f"{address}/verify", data={"note": "属实"}).status_code == 303
    assert sign_in_as(scene.reviewer).post(f"{address}/close").status_code == 303
    db.session.refresh(scene.alert)
    assert scene.alert.alert_state is AlertState.CLOSED


def test_an_alert_says_whose_turn_it_is(scene: Scene, sign_in_as: Clients) -> None:
    address = f"/function-monitor/alerts/{scene.alert.id}"

    of_head = sign_in_as(scene.head).get(address).text
    of_inspector = sign_in_as(scene.inspector).get(address).text

    assert ("轮到您办理" in of_head, "轮到您办理" in of_inspector, "由发生预警的单位或科室签收" in of_inspector) == (
        True,
        False,
        True,
    )


def test_the_desk_counts_its_alerts_by_level(scene: Scene) -> None:
    counts = count_by_level(scene.head, Filters())

    assert (sum(counts.values()), counts[scene.alert.level]) == (1, 1)


def test_the_desk_of_another_unit_counts_nothing(scene: Scene) -> None:
    assert sum(count_by_level(scene.stranger, Filters()).values()) == 0


def test_an_alert_of_an_abolished_section_still_opens(scene: Scene, sign_in_as: Clients) -> None:
    scene.alert.section_id = scene.office.section.id
    db.session.execute(delete(SectionVersion).where(SectionVersion.section_id == scene.office.section.id))
    db.session.commit()
    client = sign_in_as(scene.head)

    texts = [
        client.get(path).text for path in ("/function-monitor/alerts", f"/function-monitor/alerts/{scene.alert.id}")
    ]

    assert all("（科室已撤销）" in text for text in texts)


def test_a_second_click_on_the_same_step_is_refused_in_words(scene: Scene, sign_in_as: Clients) -> None:
    client = sign_in_as(scene.head)
    address = f"/function-monitor/alerts/{scene.alert.id}/acknowledge"

    first, second = client.post(address), client.post(address)

    assert (first.status_code, second.status_code, "预警状态已变化" in second.text) == (303, 409, True)
