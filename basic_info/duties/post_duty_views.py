"""The duties of a post: what it carries, and what an editor adds or ends."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from basic_info.blueprint import bp
from basic_info.duties import queries
from basic_info.duties.forms import EndPostDutyForm, PostDutyForm
from basic_info.duties.models import PostDuty, Rhythm, SectionDuty
from basic_info.duties.operations import add_post_duty, end_post_duty
from basic_info.organization.models import Post, PostVersion, Section, SectionVersion
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force


@dataclass(frozen=True)
class PostPlace:
    """A post with its title and where it stands."""

    post_id: int
    section_id: int
    unit_id: int
    title: str


@bp.get("/posts/<int:post_id>/duties")
@requires(Permission.DUTY_READ)
def post_duties(post_id: int) -> ResponseReturnValue:
    place = _readable(post_id)
    return _page(place, PostDutyForm(formdata=None, on=today_in_china()))


@bp.post("/posts/<int:post_id>/duties")
@requires(Permission.DUTY_EDIT)
def give_post_duty(post_id: int) -> ResponseReturnValue:
    place, actor = _readable(post_id), current_actor()
    queries.require_reach(place.unit_id, Permission.DUTY_EDIT, actor)
    form = PostDutyForm()
    form.section_duty_id.choices = _choices(place)
    if not form.validate_on_submit():
        return _page(place, form), 422
    add_post_duty(
        post_id,
        text=form.text.data or "",
        rhythm=Rhythm.of_word(form.rhythm.data or "") or Rhythm.ON_DEMAND,
        measure_unit=form.measure_unit.data or "项",
        standard_minutes=form.standard_minutes.data,
        section_duty_id=form.section_duty_id.data or None,
        on=form.on.data or today_in_china(),
        actor=actor,
    )
    db.session.commit()
    flash("已增加岗位职责", "success")
    return redirect(url_for("basic_info.post_duties", post_id=post_id), 303)


@bp.get("/post-duties/<int:duty_id>/end")
@requires(Permission.DUTY_EDIT)
def end_post_duty_form(duty_id: int) -> ResponseReturnValue:
    return _end_page(_editable(duty_id), EndPostDutyForm(formdata=None, on=today_in_china()))


@bp.post("/post-duties/<int:duty_id>/end")
@requires(Permission.DUTY_EDIT)
def take_post_duty_away(duty_id: int) -> ResponseReturnValue:
    duty, form = _editable(duty_id), EndPostDutyForm()
    if not form.validate_on_submit():
        return _end_page(duty, form), 422
    try:
        end_post_duty(duty, on=form.on.data or today_in_china(), reason=form.reason.data or "", actor=current_actor())
    except Refused as refused:
        db.session.rollback()
        form.on.errors = [str(refused)]
        return _end_page(duty, form), 422
    db.session.commit()
    flash("岗位职责已终止", "success")
    return redirect(url_for("basic_info.post_duties", post_id=duty.post_id), 303)


def _page(place: PostPlace, form: PostDutyForm) -> str:
    actor = current_actor()
    form.section_duty_id.choices = _choices(place)
    duties = db.session.scalars(
        select(PostDuty)
        .where(
            PostDuty.post_id == place.post_id,
            func.upper_inf(PostDuty.valid) | PostDuty.valid.contains(today_in_china()),
        )
        .order_by(PostDuty.sort_no, PostDuty.id)
    ).all()
    return render_template(
        "basic_info/duties/post.html", place=place, duties=duties, form=form, may_edit=actor.may(Permission.DUTY_EDIT)
    )


def _end_page(duty: PostDuty, form: EndPostDutyForm) -> str:
    return render_template("basic_info/duties/end_post_duty.html", duty=duty, form=form)


def _readable(post_id: int) -> PostPlace:
    """The post, if its unit's duties are the actor's to read. Raises NotFound."""
    day = today_in_china()
    row = db.session.execute(
        select(Post.section_id, Section.unit_id, PostVersion.title, SectionVersion.name)
        .join(Section, Section.id == Post.section_id)
        .outerjoin(PostVersion, (PostVersion.post_id == Post.id) & in_force(PostVersion, day))
        .outerjoin(SectionVersion, (SectionVersion.section_id == Section.id) & in_force(SectionVersion, day))
        .where(Post.id == post_id, Section.unit_id.in_(queries.readable_units(current_actor())))
    ).one_or_none()
    if row is None:
        raise NotFound
    return PostPlace(post_id, row.section_id, row.unit_id, " · ".join(filter(None, (row.name, row.title))))


def _editable(duty_id: int) -> PostDuty:
    """The duty, if the actor may edit duties of its unit. Raises NotFound."""
    reach = within(current_actor(), Permission.DUTY_EDIT, unit=PostDuty.unit_id)
    duty = db.session.scalar(select(PostDuty).where(PostDuty.id == duty_id, reach))
    if duty is None:
        raise NotFound
    return duty


def _choices(place: PostPlace) -> list[tuple[int, str]]:
    duties = db.session.execute(
        select(SectionDuty.id, SectionDuty.text)
        .where(SectionDuty.section_id == place.section_id, SectionDuty.valid.contains(today_in_china()))
        .order_by(SectionDuty.sort_no)
    ).all()
    return [(0, "暂不对应"), *((row.id, row.text) for row in duties)]
