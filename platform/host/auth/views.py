from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from host.auth import operations
from host.auth.errors import SignInRefused
from host.auth.forms import ChangePasswordForm, ConfirmForm, SignInForm
from host.auth.held_forms import is_held, take_form
from host.auth.limiting import limiter
from host.auth.models import Account, AuthSession
from host.auth.sessions import CONFIRMED, COOKIE, VISITOR_COOKIE, set_cookie
from host.kernel.access import current_actor, public, signed_in
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import own_path

bp = Blueprint("auth", __name__, url_prefix="/account")


@bp.get("/sign-in")
@public
def sign_in_form() -> ResponseReturnValue:
    if g.get("actor") is not None:
        return redirect(url_for("home.home"))
    return render_template("host/auth/sign_in.html", form=SignInForm(), next=_safe_next())


@bp.post("/sign-in")
@public
@limiter.limit("60 per minute")
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("host/auth/sign_in.html", form=form, next=_safe_next()), 422
    settings = current_app.extensions["settings"]
    try:
        token, _account = operations.sign_in(
            form.login_name.data or "",
            form.password.data or "",
            failures=settings.sign_in_failures,
            lock_minutes=settings.sign_in_lock_minutes,
            ip=request.remote_addr,
            user_agent=request.user_agent.string,
        )
    except SignInRefused as refused:
        page = render_template("host/auth/sign_in.html", form=form, next=_safe_next(), refused=str(refused))
        return page, refused.status
    response = redirect(_safe_next() or url_for("home.home"), 303)
    assert isinstance(response, Response)
    set_cookie(response, COOKIE, token)  # type: ignore[arg-type]
    response.delete_cookie(VISITOR_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


@bp.post("/sign-out")
@signed_in
def sign_out_here() -> ResponseReturnValue:
    operations.sign_out(actor=current_actor())
    db.session.commit()
    response = redirect(url_for("auth.sign_in_form"), 303)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    # Another person's sealed entries stay where they are (``keep``, set by the page); one's own it has erased by then.
    keeps_storage = bool(request.form.get("keep"))
    response.headers["Clear-Site-Data"] = '"cache"' if keeps_storage else '"cache", "storage"'
    return response


@bp.get("/sessions")
@signed_in
def my_sessions() -> ResponseReturnValue:
    actor = current_actor()
    rows = db.session.scalars(
        select(AuthSession)
        .where(AuthSession.account_id == actor.account_id, AuthSession.ended_at.is_(None))
        .order_by(AuthSession.seen_at.desc())
        .limit(50)
    ).all()
    return render_template("host/auth/sessions.html", sessions=rows, own=actor.session_id)


@bp.post("/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    operations.end_session(session_id, actor=current_actor())
    db.session.commit()
    flash("该设备已退出登录")
    return redirect(url_for("auth.my_sessions"), 303)


@bp.get("/confirm")
@signed_in
def confirm_form() -> ResponseReturnValue:
    is_kept = is_held(current_actor())
    return render_template(
        "host/auth/confirm.html", form=ConfirmForm(formdata=None), next=_safe_next(), is_kept=is_kept
    )


@bp.post("/confirm")
@signed_in
@limiter.limit("20 per minute")
def confirm() -> ResponseReturnValue:
    """The password once more before something that matters; it leads back to where it was asked for.

    A form that was on its way is shown as a button that sends it on: a redirect cannot carry it.
    """
    form, actor = ConfirmForm(), current_actor()
    if form.validate_on_submit():
        settings = current_app.extensions["settings"]
        try:
            operations.confirm_password(
                db.session.get_one(Account, actor.account_id),
                form.password.data or "",
                failures=settings.sign_in_failures,
                lock_minutes=settings.sign_in_lock_minutes,
                actor=actor,
            )
        except SignInRefused:
            form.password.errors = ["密码不正确，或该账号已暂时锁定"]
        else:
            session[CONFIRMED] = datetime.now(UTC).isoformat()
            if (held := take_form(actor)) is not None:
                return render_template("host/auth/send_on.html", held=held, next=_safe_next())
            flash("密码已确认，请继续操作", "success")
            return redirect(_safe_next() or url_for("home.home"), 303)
    return _confirm_page(form), 422


def _confirm_page(form: ConfirmForm) -> str:
    return render_template("host/auth/confirm.html", form=form, next=_safe_next(), is_kept=is_held(current_actor()))


@bp.get("/password")
@signed_in
def change_password_form() -> ResponseReturnValue:
    return render_template("host/auth/password.html", form=ChangePasswordForm(), actor=current_actor())


@bp.post("/password")
@signed_in
@limiter.limit("20 per minute")
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    actor = current_actor()
    if form.validate_on_submit():
        settings = current_app.extensions["settings"]
        try:
            operations.change_own_password(
                db.session.get_one(Account, actor.account_id),
                old=form.old.data or "",
                new=form.new.data or "",
                failures=settings.sign_in_failures,
                lock_minutes=settings.sign_in_lock_minutes,
                actor=actor,
            )
        except Refused as refused:
            db.session.rollback()
            form.new.errors = [*form.new.errors, str(refused)]
        else:
            db.session.commit()
            flash("密码已修改，其他设备已退出登录")
            return redirect(url_for("home.home"), 303)
    return render_template("host/auth/password.html", form=form, actor=actor), 422


def _safe_next() -> str:
    """The page to go on to: only a path of this site, never another host (security row 35)."""
    return own_path(request.values.get("next", ""))
