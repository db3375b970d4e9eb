"""Several people at one moment, each on a connection of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask

from host.kernel.db import db
from host.kernel.errors import DomainError


def at_once(app: Flask, work: Sequence[Callable[[], Any]]) -> list[str]:
    """Run all at the same moment, each in a session of its own; the names of what was raised."""
    start = Barrier(len(work))

    def run(one: Callable[[], Any]) -> str:
        with app.app_context():
            start.wait()
            try:
                one()
                db.session.commit()
            except DomainError as error:
                return type(error).__name__
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(len(work)) as pool:
        return sorted(pool.map(run, work))
