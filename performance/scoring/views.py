from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from basic_info.organization.models import SectionVersion, UnitVersion
from basic_info.regions.models import Region
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound
from host.kernel.forms import options
from host.kernel.jobs.models import JobRun
from host.kernel.jobs.queries import pace_of
from host.kernel.pages import today_in_china
from performance.blueprint import bp
from performance.grading.queries import own_grades
from performance.permissions import Permission
from performance.schemes.models import IndicatorScheme, SchemeState, SchemeSubject
from performance.schemes.queries import indicators_of, regions_within, scheme_of
from performance.scoring import queries
from performance.scoring.explaining import explain
from performance.scoring.forms import RunForm
from performance.scoring.links import fact_urls
from performance.scoring.models import GradeBand, PersonScore, RunState, ScoreRun
from performance.scoring.operations import request_run


@bp.get("/runs")
@requires(Permission.RUN_READ)
def list_runs() -> ResponseReturnValue:
    form = _run_form(current_actor())
    if request.args.get("scheme", type=int):
        form.scheme_id.data = request.args.get("scheme", type=int)
    today = today_in_china()
    form.first.data, form.last.data = date(today.year, 1, 1), today
    return _list(form)


@bp.post("/runs")
@requires(Permission.RUN_START)
def start_run() -> ResponseReturnValue:
    actor = current_actor()
    form = _run_form(actor)
    if not form.validate_on_submit():
        return _list(form), 422
    first, last = form.period(today_in_china())
    scheme = scheme_of(actor, form.scheme_id.data, permission=Permission.RUN_START, to_change=True)
    # The scheme's row is locked: of two clicks the second finds the run of the first.
    if going := queries.run_underway(scheme.id, first, last):
        flash("同样的计分正在进行，没有重复开始")
        return redirect(url_for("performance.show_run", run_id=going), 303)
    try:
        run = request_run(scheme, first=first, last=last, actor=actor)
    except DomainError as refused:
        form.form_errors.append(str(refused))
        return _list(form), refused.status
    db.session.commit()
    return redirect(url_for("performance.show_run", run_id=run.id), 303)


@bp.get("/runs/<int:run_id>")
@requires(Permission.RUN_READ)
def show_run(run_id: int) -> ResponseReturnValue:
    actor = current_actor()
    run, scheme_name = queries.run_of(actor, run_id)
    if run.run_state is not RunState.DONE:
        return render_template("performance/scoring/waiting.html", **_progress(run), scheme_name=scheme_name)
    units, more = queries.units_after(actor, run_id, _after())
    spread = queries.distribution(actor, run_id)
    others, _ = queries.page_of_runs(actor, None)
    return render_template(
        "performance/scoring/run.html",
        run=run,
        scheme_name=scheme_name,
        bands=list(GradeBand),
        counts=[spread[band] for band in GradeBand],
        without=spread[None],
        units=units,
        next_url=_next_page(units, run_id=run_id) if more else None,
        is_first=_after() is None,
        others=[row for row in others if row.ScoreRun.id != run_id and row.ScoreRun.run_state is RunState.DONE],
    )


@bp.get("/runs/<int:run_id>/progress")
@requires(Permission.RUN_READ)
def show_run_progress(run_id: int) -> ResponseReturnValue:
    """What the page asks for every 2 s until the run is over."""
    run, _ = queries.run_of(current_actor(), run_id)
    return render_template("performance/scoring/_progress.html", **_progress(run))


@bp.get("/runs/<int:run_id>/compare")
@requires(Permission.RUN_READ)
def compare_runs(run_id: int) -> ResponseReturnValue:
    actor = current_actor()
    second, second_name = queries.run_of(actor, run_id, done=True)
    first, first_name = queries.run_of(actor, request.args.get("with", 0, type=int), done=True)
    units, more = queries.changed_units(actor, first.id, second.id, _after())
    next_url = None
    if more:
        key: dict[str, Any] = {"with": first.id, "after": units[-1].key, "after_id": units[-1].id}
        next_url = url_for("performance.compare_runs", run_id=run_id, **key)
    return render_template(
        "performance/scoring/compare.html",
        first=first,
        first_name=first_name,
        second=second,
        second_name=second_name,
        result=queries.compare(actor, first.id, second.id),
        units=units,
        next_url=next_url,
        is_first=_after() is None,
    )


@bp.get("/runs/<int:run_id>/units/<int:unit_id>")
@requires(Permission.RUN_READ)
def show_unit_scores(run_id: int, unit_id: int) -> ResponseReturnValue:
    actor = current_actor()
    run, scheme_name = queries.run_of(actor, run_id, done=True)
    sections = queries.sections_of(actor, run_id, unit_id)
    if not sections:
        raise NotFound
    return render_template(
        "performance/scoring/unit.html",
        run=run,
        scheme_name=scheme_name,
        unit_name=_name_of(UnitVersion, UnitVersion.unit_id, unit_id),
        unit_id=unit_id,
        sections=sections,
        fewest=queries.FEWEST,
    )


@bp.get("/runs/<int:run_id>/sections/<int:section_id>")
@requires(Permission.SCORE_READ)
def show_section_scores(run_id: int, section_id: int) -> ResponseReturnValue:
    people = queries.people_of(current_actor(), run_id, section_id)
    run = db.session.get(ScoreRun, run_id)
    if not people or run is None:
        raise NotFound
    return render_template(
        "performance/scoring/section.html",
        run=run,
        people=people,
        unit_id=people[0].unit_id,
        section_id=section_id,
        section_name=_name_of(SectionVersion, SectionVersion.section_id, section_id),
    )


@bp.get("/scores")
@requires(Permission.SCORE_READ)
def my_scores() -> ResponseReturnValue:
    actor = current_actor()
    scores = queries.scores_of_person(actor, actor.person_id) if actor.person_id else []
    grades = own_grades(actor.person_id) if actor.person_id else []
    return render_template("performance/scoring/mine.html", scores=scores, grades=grades, person_id=actor.person_id)


@bp.get("/runs/<int:run_id>/people/<int:person_id>")
@requires(Permission.SCORE_READ)
def show_score(run_id: int, person_id: int) -> ResponseReturnValue:
    """Why this score (怎么算出来的)."""
    actor = current_actor()
    row = queries.score_of(actor, run_id, person_id)
    score, run = row.PersonScore, row.ScoreRun
    before = queries.score_before(score)
    indicators = indicators_of(run.scheme_id)
    comparable = _comparable(run, before)
    return render_template(
        "performance/scoring/score.html",
        row=row,
        score=score,
        run=run,
        scheme=db.session.get_one(IndicatorScheme, run.scheme_id),
        lines=explain(score, indicators, comparable),
        before=before,
        fact_urls=fact_urls(person_id, run.first_day, run.last_day) if row.may_see_records else {},
        is_own=actor.person_id == person_id,
    )


def _comparable(run: ScoreRun, before: tuple[PersonScore, ScoreRun] | None) -> PersonScore | None:
    """The earlier score where its lines mean the same."""
    return before[0] if before and before[1].scheme_id == run.scheme_id else None


def _list(form: RunForm) -> str:
    actor = current_actor()
    runs, next_before = queries.page_of_runs(actor, request.args.get("before", type=int))
    return render_template(
        "performance/scoring/list.html",
        runs=runs,
        next_before=next_before,
        is_first="before" not in request.args,
        form=form,
        may_start=actor.may(Permission.RUN_START),
        people=queries.people_to_score(actor) if actor.may(Permission.RUN_START) else 0,
    )


def _run_form(actor: Actor) -> RunForm:
    form = RunForm()
    published = db.session.execute(
        select(IndicatorScheme.id, IndicatorScheme.name, IndicatorScheme.year)
        .join(Region, Region.id == IndicatorScheme.region_id)
        .where(
            regions_within(actor, Permission.RUN_START),
            IndicatorScheme.scheme_state == SchemeState.PUBLISHED,
            IndicatorScheme.subject == SchemeSubject.PERSON,
        )
        .order_by(IndicatorScheme.year.desc(), IndicatorScheme.id.desc())
        .limit(100)
    )
    form.scheme_id.choices = options((row.id, f"{row.name}（{row.year} 年）") for row in published)
    return form


def _progress(run: ScoreRun) -> dict[str, Any]:
    job = db.session.get(JobRun, run.job_run_id) if run.job_run_id else None
    return {"run": run, "job": job, "pace": pace_of(job) if job else None}


def _after() -> tuple[str, int] | None:
    """The key after which the page begins, as the address carries it."""
    key, number = request.args.get("after"), request.args.get("after_id", type=int)
    return None if key is None or number is None else (key, number)


def _next_page(units: list[queries.Place], *, run_id: int) -> str:
    last = units[-1]
    return url_for("performance.show_run", run_id=run_id, after=last.key, after_id=last.id)


def _name_of(version: Any, key: Any, identity: int) -> str:
    name: str | None = db.session.scalar(
        select(version.name).where(
            key == identity, version.valid.contains(func.current_date()), version.superseded_at.is_(None)
        )
    )
    return name or "（已撤销）"
