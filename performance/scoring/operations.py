"""Runs: asked for, computed in one transaction, sealed. A run that is killed leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from host.kernel import signals
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.jobs.operations import enqueue
from host.kernel.jobs.progress import Progress
from host.kernel.pages import today_in_china
from performance.notices import tell_run
from performance.schemes.errors import SchemeAltered, SchemeNotPublished
from performance.schemes.models import Indicator, IndicatorScheme, SchemeState, SchemeSubject
from performance.schemes.queries import content_hash, indicators_of
from performance.scoring.errors import BadPeriod, NotForUnits
from performance.scoring.models import RunState, ScoreRun
from performance.scoring.weights import RULE_VERSION

JOB = "performance.score"
LONGEST = timedelta(days=366)


def request_run(scheme: IndicatorScheme, *, first: date, last: date, actor: Actor) -> ScoreRun:
    """Ask for scores of everybody in the scheme's region, as a job in this transaction (计分).

    Raises SchemeNotPublished, NotForUnits, BadPeriod.
    """
    run = _new_run(scheme, first=first, last=last, actor=actor)
    title = f"计分：{scheme.name}（{first.isoformat()} 至 {last.isoformat()}）"
    run.job_run_id = enqueue(JOB, arguments={"score_run_id": run.id}, title=title, actor=actor).id
    db.session.flush()
    return run


def score_now(
    scheme: IndicatorScheme, *, first: date, last: date, actor: Actor, progress: Progress | None = None
) -> ScoreRun:
    """The same within this transaction and without the queue: for loaders and measurements."""
    run = _new_run(scheme, first=first, last=last, actor=actor)
    compute(run.id, progress or Progress(actor=actor))
    return run


def compute(run_id: int, progress: Progress) -> ScoreRun:
    """Score everybody of the run's region and seal the run; a run that is done stays as it is.

    Raises SchemeAltered when the published scheme's rows were changed since.
    """
    # It brings numpy along, which takes memory of every process that loads it: only who scores does.
    from performance.scoring.computing import write_scores_of  # noqa: PLC0415

    run = db.session.get_one(ScoreRun, run_id, with_for_update=True, populate_existing=True)
    if run.run_state is RunState.DONE:
        return run
    # The queue's limits are for requests; this one statement may read a year of a whole city.
    db.session.execute(text("SET LOCAL statement_timeout = '15min'"))
    scheme, indicators = _sealed(run.scheme_id)
    without_score = write_scores_of(run, scheme, indicators, progress)
    _finish(run, without_score, actor=progress.actor)
    return run


def fail_run(run_id: int, *, because: str) -> None:
    """Say on the run why it has no scores; a run that is done stays as it is."""
    run = db.session.get_one(ScoreRun, run_id, with_for_update=True, populate_existing=True)
    if run.run_state is not RunState.DONE:
        run.run_state, run.failed_because = RunState.FAILED, because
        db.session.flush()
        # A run that is tried again may fail again, which is news.
        tell_run(run, f"您发起的计分没有完成：{because}", key=f"failed:{datetime.now(UTC).isoformat()}")


def _new_run(scheme: IndicatorScheme, *, first: date, last: date, actor: Actor) -> ScoreRun:
    if scheme.scheme_state is not SchemeState.PUBLISHED:
        raise SchemeNotPublished
    if scheme.subject is not SchemeSubject.PERSON:
        raise NotForUnits
    _check_period(first, last)
    run = ScoreRun(
        region_id=scheme.region_id,
        scheme_id=scheme.id,
        first_day=first,
        last_day=last,
        rule_version=RULE_VERSION,
        started_by=actor.account_id,
    )
    db.session.add(run)
    db.session.flush()
    record_change(
        run,
        action="score_run.requested",
        actor=actor,
        after={"scheme_id": scheme.id, "first_day": first, "last_day": last},
    )
    return run


def _check_period(first: date, last: date) -> None:
    if first > last:
        raise BadPeriod("开始日期应不晚于结束日期")
    if last - first >= LONGEST:
        raise BadPeriod("计分期间最长一年")
    today = today_in_china()
    if last > today:
        raise BadPeriod("结束日期不能晚于今天：未到的日子还没有履职数据")
    # Facts are kept by month: a period that cuts one would count days outside it.
    if first.day != 1 or (last + timedelta(days=1)).day != 1 and last != today:
        raise BadPeriod("计分按整月进行：从某月第一天，到某月最后一天或今天")


def _sealed(scheme_id: int) -> tuple[IndicatorScheme, list[Indicator]]:
    """The scheme and its parts, exactly as they were published."""
    scheme = db.session.get_one(IndicatorScheme, scheme_id)
    indicators = indicators_of(scheme_id)
    if scheme.content_hash != content_hash(scheme, indicators):
        raise SchemeAltered
    return scheme, indicators


def _finish(run: ScoreRun, without_score: int, *, actor: Actor) -> None:
    run.run_state, run.failed_because = RunState.DONE, ""
    run.finished_at = datetime.now(UTC)
    db.session.flush()
    record_change(
        run,
        action="score_run.finished",
        actor=actor,
        after={
            "person_count": run.person_count,
            "without_score": without_score,
            "input_hash": run.input_hash,
            "result_hash": run.result_hash,
        },
    )
    period = f"{run.first_day.isoformat()} 至 {run.last_day.isoformat()}"
    tell_run(run, f"您发起的计分已完成：{period}，共 {run.person_count} 人", key="done")
    signals.score_run_finished.send(run.id)
