"""Several senders at one moment: one key is one submission, one event is one row, nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import Engine, func, select

from function_monitor.cases.models import FlowCase, FlowEvent
from host.kernel.db import db
from tests.function_monitor.rows import Office, a_key, a_system

SENDERS = 8


def _setting() -> tuple[Office, dict[str, str]]:
    office, headers = Office(), a_key(a_system())
    db.session.commit()
    return office, headers


def _send_all(app: Flask, headers: dict[str, str], bodies: list[tuple[str, Any]]) -> list[Any]:
    def send(key_and_body: tuple[str, Any]) -> Any:
        key, body = key_and_body
        return app.test_client().post("/api/events", json=body, headers={**headers, "Idempotency-Key": key})

    db.session.remove()
    with ThreadPoolExecutor(SENDERS) as pool:
        return list(pool.map(send, bodies))


def _count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_row_44_one_key_sent_in_parallel_is_one_submission(app: Flask, committed: Engine) -> None:
    office, headers = _setting()
    answers = _send_all(app, headers, [("k", office.event())] * SENDERS * 3)
    assert {answer.status_code for answer in answers} == {200}
    assert {str(answer.json) for answer in answers} == {str(answers[0].json)}
    assert _count(FlowEvent) == 1


def test_row_44_one_key_with_two_bodies_in_parallel_takes_one(app: Flask, committed: Engine) -> None:
    office, headers = _setting()
    bodies = [("k", office.event(case_no=f"A-{number % 2}")) for number in range(SENDERS)]
    answers = _send_all(app, headers, bodies)
    assert {answer.status_code for answer in answers} == {200, 409}
    assert _count(FlowEvent) == 1


def test_one_event_under_many_keys_in_parallel_is_one_row(app: Flask, committed: Engine) -> None:
    office, headers = _setting()
    answers = _send_all(app, headers, [(f"k{number}", office.event()) for number in range(SENDERS * 3)])
    assert sorted(answer.json["results"][0]["result"] for answer in answers)[0] == "accepted"
    assert (_count(FlowCase), _count(FlowEvent)) == (1, 1)


def test_lists_with_the_same_cases_in_opposite_order_do_not_deadlock(app: Flask, committed: Engine) -> None:
    office, headers = _setting()
    ups = [office.event(case_no=f"A-{number}", happened_at="2026-03-02 09:00") for number in range(40)]
    downs = [office.event(case_no=f"A-{number}", step_name="审查") for number in reversed(range(40))]
    answers = _send_all(app, headers, [(f"k{n}", ups if n % 2 else downs) for n in range(SENDERS)])
    assert {answer.status_code for answer in answers} == {200}
    assert (_count(FlowCase), _count(FlowEvent)) == (40, 80)
