"""重新统计: who may ask for a count, and what becomes of it, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from flask import request
from sqlalchemy import select

from duty_eval.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.jobs.models import JobRun
from host.kernel.jobs.operations import under_way

JOB = "duty_eval.count_workload"


@dataclass(frozen=True)
class Counting:
    """For who may ask for a count. ``run``: the one to tell of; ``back``: the page on which it is told."""

    run: JobRun | None
    back: str

    @property
    def is_under_way(self) -> bool:
        return self.run is not None and not self.run.state.is_over


def on_page(actor: Actor) -> Counting | None:
    """As a page is opened: a count that is under way, if there is one. None: not for this actor. One statement."""
    if not actor.may(Permission.WORKLOAD_COUNT):
        return None
    return Counting(under_way(JOB), request.full_path.rstrip("?"))


def what_became() -> Counting:
    """As an open page asks for it: the newest count, which may be done by now."""
    newest = db.session.scalars(select(JobRun).where(JobRun.job == JOB).order_by(JobRun.id.desc()).limit(1))
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:  # no address that a browser is at
        page = urlsplit("")
    return Counting(newest.one_or_none(), urlunsplit(("", "", page.path, page.query, "")))
