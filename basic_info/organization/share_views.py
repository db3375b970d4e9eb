"""How the posts of a person share the working time: stated by those who keep the appointments."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.organization import cards
from basic_info.organization.appointing import held_in_reach, state_shares
from basic_info.organization.asking import asked_day, day_in_url
from basic_info.organization.errors import PostsChanged
from basic_info.organization.models import Appointment
from basic_info.organization.shares import FULL
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError


@bp.get("/people/<int:person_id>/shares")
@requires(Permission.APPOINTMENT_EDIT)
def person_shares(person_id: int) -> ResponseReturnValue:
    """A field for each post held on the day from which the shares are to hold."""
    held = _held(person_id)
    return _page(person_id, held, {one.id: _text(one.share_percent) for one in held})


@bp.post("/people/<int:person_id>/shares")
@requires(Permission.APPOINTMENT_EDIT)
def state_person_shares(person_id: int) -> ResponseReturnValue:
    held, day = _held(person_id), asked_day()
    typed = {one.id: request.form.get(f"share-{one.id}", "").strip() for one in held}
    reason = request.form.get("reason", "").strip()
    errors = [
        (f"share-{key}", f"占比应为 0 至 {FULL} 的整数，或留空") for key, text in typed.items() if not _is_share(text)
    ]
    if not reason:
        errors.append(("reason", "请填写依据或理由"))
    if errors:
        return _page(person_id, held, typed, errors), 422
    try:
        if {f"share-{one.id}" for one in held} != {name for name in request.form if name.startswith("share-")}:
            raise PostsChanged
        shares = {key: int(text) if text else None for key, text in typed.items()}
        state_shares(person_id, shares, on=day, actor=current_actor(), reason=reason)
    except DomainError as refused:
        first = f"share-{held[0].id}"
        db.session.rollback()
        return _page(person_id, _held(person_id), typed, [(first, str(refused))]), refused.status
    db.session.commit()
    flash("工作占比已登记", "success")
    return redirect(url_for("basic_info.show_person", person_id=person_id, as_of=day.isoformat()), 303)


def _held(person_id: int) -> Sequence[Appointment]:
    actor = current_actor()
    cards.person_of(actor, person_id)
    return held_in_reach(actor, person_id, asked_day())


def _is_share(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) <= len(str(FULL)) and int(text) <= FULL)


def _text(share: int | None) -> str:
    return "" if share is None else str(share)


def _page(
    person_id: int, held: Sequence[Appointment], typed: dict[int, str], errors: Sequence[tuple[str, str]] = ()
) -> str:
    day = asked_day()
    card = cards.person_card(current_actor(), person_id, day=day)
    ids = {one.id for one in held}
    return render_template(
        "basic_info/organization/shares.html",
        card=card,
        rows=[row for row in card.appointments if row.Appointment.id in ids],
        typed=typed,
        errors=errors,
        reason=request.form.get("reason", ""),
        day=day,
        on=day_in_url(day),
        full=FULL,
    )
