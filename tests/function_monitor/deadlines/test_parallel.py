"""Two people at one moment: a case is stopped once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import Engine

from function_monitor.cases.models import FlowCase
from function_monitor.deadlines import suspending
from function_monitor.deadlines.errors import AlreadySuspended
from host.kernel.db import db
from tests.function_monitor.deadlines.scene import TODAY, Scene, draft

PEOPLE = 4


def test_two_suspensions_at_once_are_one(app: Flask, committed: Engine) -> None:
    scene = Scene()
    db.session.commit()
    case_id, head = scene.case.id, scene.head
    together = Barrier(PEOPLE)

    def suspend(_: int) -> bool:
        with app.app_context():
            held = db.session.get_one(FlowCase, case_id)
            together.wait()
            try:  # without the lock that the page takes: the database alone has to hold
                suspending.suspend(held, draft(ended=None), today=TODAY, actor=head)
                db.session.commit()
            except AlreadySuspended:
                db.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(PEOPLE) as pool:
        results = list(pool.map(suspend, range(PEOPLE)))
    assert (sum(results), len(scene.suspensions())) == (1, 1)
