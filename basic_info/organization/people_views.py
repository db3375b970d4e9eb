"""Pages of sections, posts and people."""

from __future__ import annotations

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.organization import cards
from basic_info.organization.appointing import may_state_shares
from basic_info.organization.asking import asked_day, day_in_url
from basic_info.organization.forms import PurposeForm
from basic_info.organization.models import Appointment
from basic_info.organization.operations import read_id_no
from basic_info.organization.queries import person_in_reach
from basic_info.permissions import Permission
from host.kernel.access import Actor, current_actor, requires, signed_in
from host.kernel.db import db
from host.kernel.system import System, TraceLine


@bp.get("/sections/<int:section_id>")
@requires(Permission.UNIT_READ)
def show_section(section_id: int) -> ResponseReturnValue:
    day, actor = asked_day(), current_actor()
    card = cards.section_card(actor, section_id, day=day)
    return render_template(
        "basic_info/organization/section.html",
        card=card,
        posts=cards.posts_of(card.Section.id, day),
        people=cards.people_where(actor, day, Appointment.section_id == card.Section.id),
        day=day,
        on=day_in_url(day),
        may_see_people=actor.may(Permission.PERSON_READ),
    )


@bp.get("/posts/<int:post_id>")
@requires(Permission.UNIT_READ)
def show_post(post_id: int) -> ResponseReturnValue:
    day, actor = asked_day(), current_actor()
    card = cards.post_card(actor, post_id, day=day)
    return render_template(
        "basic_info/organization/post.html",
        card=card,
        people=cards.people_where(actor, day, Appointment.post_id == card.Post.id),
        duties=cards.duties_of_post(card.Post.id, day),
        may_trace=actor.may(Permission.DUTY_READ),
        day=day,
        on=day_in_url(day),
        may_see_people=actor.may(Permission.PERSON_READ),
        known=_known_of_post(card.Post.id, actor),
    )


def _known_of_post(post_id: int, actor: Actor) -> list[TraceLine]:
    """What the systems above know of a post."""
    systems: tuple[System, ...] = current_app.extensions["systems"]
    return [line for system in systems if system.about for line in system.about("post", post_id, actor)]


@bp.get("/people/<int:person_id>")
@signed_in
def show_person(person_id: int) -> ResponseReturnValue:
    """Oneself, and those whom the permission to read people reaches."""
    return _person_page(person_id, PurposeForm())


@bp.post("/people/<int:person_id>/id-number")
@requires(Permission.PERSON_UNMASK, fresh=True)
def reveal_id_no(person_id: int) -> ResponseReturnValue:
    """The number stands in this answer only: a redirect would have to keep it somewhere."""
    form = PurposeForm()
    if not form.validate_on_submit():
        return _person_page(person_id, form), 422
    number = read_id_no(person_id, day=asked_day(), purpose=form.purpose.data or "", actor=current_actor())
    db.session.commit()
    return _person_page(person_id, form, number=number)


def _person_page(person_id: int, form: PurposeForm, *, number: str | None = None) -> str:
    day, actor = asked_day(), current_actor()
    card = cards.person_card(actor, person_id, day=day)
    return render_template(
        "basic_info/organization/person.html",
        card=card,
        form=form,
        number=number,
        may_reveal=actor.may(Permission.PERSON_UNMASK)
        and bool(card.id_no)
        and person_in_reach(actor, card.person.id, Permission.PERSON_UNMASK),
        may_state_shares=may_state_shares(actor, card.person.id, day),
        day=day,
        on=day_in_url(day),
    )
