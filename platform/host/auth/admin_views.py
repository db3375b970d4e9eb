"""Accounts (系统管理员) and grants (安全管理员): two people's pages, neither can do the other's work (R157)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from host.auth import admin_queries as queries
from host.auth import granting, operations
from host.auth.errors import AccountExists
from host.auth.forms import CreateAccountForm, GrantForm, ReasonForm
from host.auth.models import Account
from host.kernel.access import Role, ScopeKind, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.tables.exports import register_export
from host.permissions import Permission

bp = Blueprint("accounts", __name__, url_prefix="/accounts")


@bp.get("/")
@requires(Permission.ACCOUNT_READ)
def list_accounts() -> ResponseReturnValue:
    chosen = {name: request.args.get(name, "") for name in ("q", "role", "state")}
    rows, after = queries.page_of_accounts(
        current_actor(),
        after=request.args.get("after", default=0, type=int),
        words=chosen["q"],
        role=Role(chosen["role"]) if chosen["role"] in set(Role) else None,
        is_disabled={"active": False, "disabled": True}.get(chosen["state"]),
    )
    return render_template(
        "host/accounts/list.html",
        rows=rows,
        after=after,
        chosen={name: value for name, value in chosen.items() if value},
        is_first="after" not in request.args,
        roles=[(role.value, role.label) for role in Role],
        may_manage=current_actor().may(Permission.ACCOUNT_MANAGE),
    )


@bp.get("/new")
@requires(Permission.ACCOUNT_MANAGE)
def create_form() -> ResponseReturnValue:
    return render_template("host/accounts/new.html", form=CreateAccountForm())


@bp.post("/new")
@requires(Permission.ACCOUNT_MANAGE)
def create() -> ResponseReturnValue:
    form = CreateAccountForm()
    if form.validate_on_submit():
        try:
            account, word = operations.create_account(
                form.login_name.data or "",
                display_name=(form.display_name.data or "").strip(),
                person_id=queries.person_of(form.person_code.data or ""),
                actor=current_actor(),
            )
        except (Refused, AccountExists) as refused:
            db.session.rollback()
            form.login_name.errors = [str(refused)]
        else:
            db.session.commit()
            # Shown in the answer itself: a redirect would have to keep the password somewhere.
            return render_template("host/accounts/password.html", account=account, password=word)
    return render_template("host/accounts/new.html", form=form), 422


@bp.get("/<int:account_id>")
@requires(Permission.ACCOUNT_READ)
def show(account_id: int) -> ResponseReturnValue:
    actor = current_actor()
    account = queries.account_of(account_id, actor=actor)
    may_manage = actor.may(Permission.ACCOUNT_MANAGE)
    return render_template(
        "host/accounts/show.html",
        account=account,
        grants=queries.grants_of(account),
        sessions=queries.open_sessions(account) if may_manage else (),
        may_manage=may_manage,
        may_grant=actor.may(Permission.ROLE_GRANT),
        form=ReasonForm(),
    )


@bp.post("/<int:account_id>/disable")
@requires(Permission.ACCOUNT_MANAGE)
def disable(account_id: int) -> ResponseReturnValue:
    return _set_disabled(account_id, disabled=True)


@bp.post("/<int:account_id>/enable")
@requires(Permission.ACCOUNT_MANAGE)
def enable(account_id: int) -> ResponseReturnValue:
    return _set_disabled(account_id, disabled=False)


@bp.post("/<int:account_id>/reset")
@requires(Permission.ACCOUNT_MANAGE)
def reset(account_id: int) -> ResponseReturnValue:
    # Not locked yet: the operation locks what signing in locks, in that order.
    account = queries.account_of(account_id, actor=current_actor(), permission=Permission.ACCOUNT_MANAGE)
    word = operations.reset_password(account, actor=current_actor())
    db.session.commit()
    return render_template("host/accounts/password.html", account=account, password=word)


@bp.post("/<int:account_id>/sessions/end")
@requires(Permission.ACCOUNT_MANAGE)
def end_all_sessions(account_id: int) -> ResponseReturnValue:
    account = _managed(account_id)
    operations.end_all_sessions(account, actor=current_actor(), reason="系统管理员强制退出")
    db.session.commit()
    flash("该账号的所有登录已失效", "success")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@bp.post("/<int:account_id>/sessions/<int:session_id>/end")
@requires(Permission.ACCOUNT_MANAGE)
def end_session(account_id: int, session_id: int) -> ResponseReturnValue:
    account = _managed(account_id)
    operations.end_session(min(session_id, queries.MOST), actor=current_actor(), of_account=account.id)
    db.session.commit()
    flash("该设备已退出登录", "success")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@bp.get("/<int:account_id>/grants/new")
@requires(Permission.ROLE_GRANT, fresh=True)
def grant_form(account_id: int) -> ResponseReturnValue:
    account = queries.account_of(account_id, actor=current_actor(), permission=Permission.ROLE_GRANT)
    return render_template("host/accounts/grant.html", account=account, form=GrantForm())


@bp.post("/<int:account_id>/grants/new")
@requires(Permission.ROLE_GRANT, fresh=True)
def grant(account_id: int) -> ResponseReturnValue:
    account, form = _to_grant(account_id), GrantForm()
    if form.validate_on_submit():
        kind = ScopeKind(form.kind.data)
        try:
            place = queries.scope_of(kind, form.code.data or "")
            days = {"first": form.first.data, "last": form.last.data}
            granting.grant_role(account, Role(form.role.data), kind=kind, actor=current_actor(), **place, **days)  # type: ignore[arg-type]  # the names say which id it is
        except Refused as refused:
            db.session.rollback()
            form.code.errors = [str(refused)]
        else:
            db.session.commit()
            flash(f"已授予“{Role(form.role.data).label}”", "success")
            return redirect(url_for("accounts.show", account_id=account_id), 303)
    return render_template("host/accounts/grant.html", account=account, form=form), 422


@bp.post("/<int:account_id>/grants/<int:grant_id>/revoke")
@requires(Permission.ROLE_GRANT)
def revoke(account_id: int, grant_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        raise Refused("请填写收回授权的理由")
    found = queries.grant_of(_to_grant(account_id), grant_id)
    granting.revoke_grant(found, actor=current_actor(), reason=form.reason.data or "")
    db.session.commit()
    flash(f"已收回“{found.role.label}”，对方下一次操作起生效", "success")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


def _managed(account_id: int) -> Account:
    """An account that the actor may change, locked; raises NotFound."""
    return queries.account_of(account_id, actor=current_actor(), permission=Permission.ACCOUNT_MANAGE, to_change=True)


def _to_grant(account_id: int) -> Account:
    """An account that the actor may give roles to, locked; raises NotFound."""
    return queries.account_of(account_id, actor=current_actor(), permission=Permission.ROLE_GRANT, to_change=True)


def _set_disabled(account_id: int, *, disabled: bool) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        raise Refused("请填写理由（不超过 200 个字）")
    account = _managed(account_id)
    operations.set_disabled(account, disabled=disabled, actor=current_actor(), reason=form.reason.data or "")
    db.session.commit()
    flash("账号已停用，其登录随即失效" if disabled else "账号已启用", "success")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


register_export(
    "accounts.list",
    "账号名单",
    names_people=True,
    permission=Permission.ACCOUNT_READ,
    columns={
        "登录名": "Account.login_name",
        "姓名": "Account.display_name",
        "角色": lambda row: "、".join(role.label for role in Role if role in row.roles),
        "已停用": "Account.is_disabled",
        "待首次改密": "Account.must_change_password",
        "建立时间": "Account.created_at",
    },
    rows=queries.accounts_with_roles,
)
