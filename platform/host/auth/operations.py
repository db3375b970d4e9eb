"""Writes of accounts, sign-in and grants."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.exc import IntegrityError

from host.auth.errors import AccountExists, SignInRefused
from host.auth.models import Account, AuthSession, RoleGrant, SignInGuard
from host.auth.passwords import check_password, hash_password, one_time_password, verify_password
from host.auth.reach import ADMINISTRATORS, require_account, require_grantable, require_person
from host.auth.sessions import start_session
from host.kernel.access import ROLE_LABELS, Actor, Role, ScopeKind
from host.kernel.audit import record_change
from host.kernel.db import Model, db
from host.kernel.errors import NotFound, Refused
from host.kernel.notifications.kinds import register_kind
from host.kernel.notifications.operations import tell
from host.kernel.pages import span
from host.permissions import Permission

#: Roles that their holder may let another act under for a while.
DELEGABLE = frozenset({Role.SECTION_HEAD, Role.LEADER_IN_CHARGE, Role.UNIT_HEAD})
MOST_DELEGATED_DAYS = 92
DELEGATED = register_kind("role.delegated", "代行职责：委托、提前结束", is_obligatory=True)


def sign_in(
    login_name: str,
    password: str,
    *,
    failures: int,
    lock_minutes: int,
    ip: str | None,
    user_agent: str,
    now: datetime | None = None,
) -> tuple[str, Account]:
    """Check name and password and start a session; returns the cookie's value and the account.

    Commits in every case: a failure counts even though it is refused. The guard row is held while the password
    is checked, so of many tries at once exactly ``failures`` are looked at (R156). Raises SignInRefused.
    """
    account = _checked_account(
        login_name, password, failures=failures, lock_minutes=lock_minutes, ip=ip, now=now or datetime.now(UTC)
    )
    roles = set(db.session.scalars(select(RoleGrant.role).where(_granted_to(account.id))))
    token, session_id = start_session(account, roles, ip=ip, user_agent=user_agent)
    actor = Actor(account_id=account.id, display_name=account.display_name, ip=ip)
    record_change(f"auth_session:{session_id}", action="session.started", actor=actor)
    db.session.commit()
    return token, account


def confirm_password(account: Account, password: str, *, failures: int, lock_minutes: int, actor: Actor) -> None:
    """The actor gives the own password again. Failures count as those of signing in do; raises SignInRefused.

    Commits in every case, as ``sign_in`` does.
    """
    _checked_account(
        account.login_name, password, failures=failures, lock_minutes=lock_minutes, ip=actor.ip, now=datetime.now(UTC)
    )
    record_change(f"auth_session:{actor.session_id or 0}", action="session.confirmed", actor=actor)
    db.session.commit()


def _checked_account(
    login_name: str, password: str, *, failures: int, lock_minutes: int, ip: str | None, now: datetime
) -> Account:
    """The account whose password this is; a failure is counted and committed. Raises SignInRefused."""
    guard = _held_guard(login_name)
    if guard.locked_until is not None and guard.locked_until > now:
        db.session.rollback()
        raise SignInRefused
    account = db.session.scalars(
        select(Account).where(func.lower(Account.login_name) == login_name.strip().lower())
    ).first()
    fits = verify_password(account.password_hash if account else None, password)
    if account is None or not fits or account.is_disabled:
        _count_failure(guard, now=now, failures=failures, lock_minutes=lock_minutes)
        _write_down_failure(login_name, account, is_locked=guard.locked_until is not None, ip=ip)
        db.session.commit()
        raise SignInRefused
    guard.failed_count, guard.locked_until = 0, None
    return account


def sign_out(*, actor: Actor) -> None:
    """End the actor's own session of this browser."""
    if actor.session_id is not None:
        end_session(actor.session_id, actor=actor)


def end_session(session_id: int, *, actor: Actor, of_account: int | None = None) -> None:
    """End a session (of ``of_account`` if given, else the actor's own); it fails at its next request."""
    owner = actor.account_id if of_account is None else of_account
    ended = db.session.execute(
        update(AuthSession)
        .where(AuthSession.id == session_id, AuthSession.account_id == owner, AuthSession.ended_at.is_(None))
        .values(ended_at=datetime.now(UTC))
    )
    if ended.rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound
    record_change(f"auth_session:{session_id}", action="session.ended", actor=actor)


def end_all_sessions(account: Account, *, actor: Actor, reason: str, keep: int | None = None) -> None:
    """End every session of ``account`` but ``keep``."""
    db.session.execute(
        update(AuthSession)
        .where(
            AuthSession.account_id == account.id,
            AuthSession.ended_at.is_(None),
            AuthSession.id != (keep or 0),
        )
        .values(ended_at=datetime.now(UTC))
    )
    record_change(account, action="account.sessions_ended", actor=actor, reason=reason)


def create_account(
    login_name: str, *, display_name: str, actor: Actor, person_id: int | None = None, password: str | None = None
) -> tuple[Account, str]:
    """A new account with a one-time password (returned once, kept nowhere), to be changed at the first sign-in.

    ``password``: given only by the demo, which writes it to a private file. Raises AccountExists, Refused, also for
    a person beyond the actor's reach.
    """
    require_person(person_id, actor=actor, permission=Permission.ACCOUNT_MANAGE)
    name = login_name.strip()
    if not 2 <= len(name) <= 60 or not name.isprintable() or " " in name:
        raise Refused("登录名应为 2 至 60 个字符，不含空格")
    word = password or one_time_password()
    account = Account(
        login_name=name,
        display_name=display_name,
        person_id=person_id,
        password_hash=hash_password(word),
        password_changed_at=datetime.now(UTC),
        must_change_password=password is None,
    )
    try:
        with db.session.begin_nested():  # a taken name must not undo what the caller did before
            db.session.add(account)
            db.session.flush()
    except IntegrityError as error:
        raise AccountExists(f"登录名“{name}”已被使用，请换一个") from error
    record_change(account, action="account.created", actor=actor, after={"login_name": name})
    return account, word


def reset_password(account: Account, *, actor: Actor) -> str:
    """A new one-time password; every session of the account ends and a lock is lifted.

    Raises NotPermitted for an account beyond the actor's reach, Refused for the 三员: whoever could reset another's
    password would be two of them (R157). Their passwords are reset at the server, by ``lvzhi user reset``.
    """
    if actor.account_id is not None and (role := administrator_role(account)) is not None:
        raise Refused(f"{role.label}的密码只能在服务器上用 lvzhi user reset 重置")
    require_account(account, actor=actor, permission=Permission.ACCOUNT_MANAGE)
    word = one_time_password()
    account.password_hash = hash_password(word)
    account.password_changed_at = datetime.now(UTC)
    account.must_change_password = True
    db.session.execute(
        update(SignInGuard)
        .where(SignInGuard.name_key == _name_key(account.login_name))
        .values(failed_count=0, locked_until=None)
    )
    end_all_sessions(account, actor=actor, reason="重置密码")
    record_change(account, action="account.password_reset", actor=actor)
    return word


def change_own_password(account: Account, *, old: str, new: str, actor: Actor) -> None:
    """Replace the password; the other sessions end. Raises WeakPassword, or Refused when ``old`` is wrong."""
    if not verify_password(account.password_hash, old):
        raise Refused("原密码不正确")
    if old == new:
        raise Refused("新密码不能与原密码相同")
    check_password(new, login_name=account.login_name)
    account.password_hash = hash_password(new)
    account.password_changed_at = datetime.now(UTC)
    account.must_change_password = False
    end_all_sessions(account, actor=actor, reason="修改密码", keep=actor.session_id)
    record_change(account, action="account.password_changed", actor=actor)


def set_disabled(account: Account, *, disabled: bool, actor: Actor, reason: str) -> None:
    """Stop an account (its sessions end at once) or let it in again. Nobody stops their own or the auditor's."""
    if account.id == actor.account_id:
        raise Refused("不能停用自己的账号")
    if disabled and administrator_role(account) is Role.AUDIT_ADMIN:
        raise Refused("不能停用审计管理员；请先由安全管理员收回其授权")
    require_account(account, actor=actor, permission=Permission.ACCOUNT_MANAGE)
    account.is_disabled = disabled
    if disabled:
        end_all_sessions(account, actor=actor, reason=reason)
    record_change(account, action="account.disabled" if disabled else "account.enabled", actor=actor, reason=reason)


def grant_role(
    account: Account,
    role: Role,
    *,
    kind: ScopeKind,
    actor: Actor,
    region_code: str | None = None,
    unit_id: int | None = None,
    section_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> RoleGrant:
    """Give ``account`` a role in a scope from ``first`` (today) to ``last`` (no end), both days included.

    Nobody grants to themselves, over more than they govern, or to whose rights reach beyond that (R157, R162):
    raises Refused or NotPermitted. Raises Refused too where the 三员 (system, security, audit administrator) would
    no longer be three people without a business role, and where the account holds the same grant in those days.
    """
    if account.id == actor.account_id:
        raise Refused("不能给自己授权")
    days = _days(first, last)
    held = _held_grants(account)
    require_account(account, actor=actor, permission=Permission.ROLE_GRANT)
    place: dict[str, Any] = {"region_code": region_code, "unit_id": unit_id, "section_id": section_id}
    require_grantable(role, actor=actor, permission=Permission.ROLE_GRANT, **place)
    _check_separation(role, {grant.role for grant in held})
    wanted = RoleGrant(
        account_id=account.id, role=role, scope_kind=kind, valid=days, granted_by=actor.account_id, **place
    )
    for grant in held:
        if _same_place(grant, wanted) and _overlap(grant.valid, days):
            raise Refused("该账号已有相同的授权")
    db.session.add(wanted)
    db.session.flush()  # the scope's check constraint speaks here
    scope: dict[str, Any] = {"region": region_code, "unit": unit_id, "section": section_id, "valid": days}
    record_change(
        wanted, action="role.granted", actor=actor,
        after={"account": account.id, "role": role, "kind": kind, **scope},
    )  # fmt: skip
    return wanted


def delegate_role(
    grant: RoleGrant, account: Account, *, first: date, last: date, reason: str, actor: Actor
) -> RoleGrant:
    """Let ``account`` act under ``grant`` from ``first`` to ``last``, both included, while its holder is away (委托).

    The caller has made sure that the actor may decide about ``grant``. Raises Refused: a role that is not delegated,
    a grant that is itself delegated or ends before, no reason, too long a time, somebody who acts in those days
    already, or an account that holds the same rights.
    """
    days = _days(first, last)
    if grant.role not in DELEGABLE or grant.delegated_from_id is not None or grant.revoked_at is not None:
        raise Refused("这项职责不能委托")
    if account.id in {grant.account_id, actor.account_id} or account.is_disabled:
        raise Refused("请委托给其他在用的账号")
    if not reason.strip():
        raise Refused("请说明委托原因")
    if (last - first).days >= MOST_DELEGATED_DAYS:
        raise Refused(f"一次委托最长 {MOST_DELEGATED_DAYS} 天；更长的请由管理员调整授权")
    if not (grant.valid.contains(days)):
        raise Refused("委托的日期超出了本人授权的期限")
    held = _held_grants(account)
    _check_separation(grant.role, {one.role for one in held})
    if any(_same_place(one, grant) and _overlap(one.valid, days) for one in held):
        raise Refused("对方在这些日子已有相同的授权")
    made = RoleGrant(
        account_id=account.id, role=grant.role, scope_kind=grant.scope_kind, region_code=grant.region_code,
        unit_id=grant.unit_id, section_id=grant.section_id, valid=days, granted_by=actor.account_id,
        delegated_from_id=grant.id, reason=reason.strip(),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        if "one_acts_at_a_time" in str(error.orig):
            raise Refused("这些日子已委托给他人，请先结束原来的委托") from error
        raise
    after = {"account": account.id, "from": grant.id, "role": grant.role, "valid": days}
    record_change(made, action="role.delegated", actor=actor, after=after, reason=reason.strip())
    tell(
        DELEGATED,
        accounts=[account.id],
        title=f"{actor.display_name}委托您代行{ROLE_LABELS[grant.role]}职责：{span(first, last)}，{reason.strip()}",
        link="/",
        key=f"role_grant:{made.id}:delegated",
    )
    return made


def end_delegation(grant: RoleGrant, *, actor: Actor) -> None:
    """The absent person is back: nobody acts for them any more. ``grant`` is the delegated one."""
    if grant.delegated_from_id is None:
        raise Refused("这不是一项委托")
    if grant.revoked_at is None:
        grant.revoked_at = datetime.now(UTC)
        record_change(grant, action="role.delegation_ended", actor=actor)
        _tell_ended(grant, actor)


def _tell_ended(grant: RoleGrant, actor: Actor) -> None:
    """Who acted, and who was acted for, know that it is over before its day; not who ended it."""
    holder = db.session.scalar(select(RoleGrant.account_id).where(RoleGrant.id == grant.delegated_from_id))
    for account_id, words in ((grant.account_id, "您代行的"), (holder, "您委托他人代行的")):
        if account_id is not None and account_id != actor.account_id:
            tell(
                DELEGATED,
                accounts=[account_id],
                title=f"{words}{ROLE_LABELS[grant.role]}职责已提前结束",
                link="/",
                key=f"role_grant:{grant.id}:ended",
            )


def _same_place(one: RoleGrant, other: RoleGrant) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("role", "scope_kind", "region_code", "unit_id", "section_id")
    )


def _days(first: date | None, last: date | None) -> Range[date]:
    """From ``first`` up to and with ``last``. Raises Refused for days that have passed or run backwards."""
    today = _today()
    begin = first or today
    if begin < today:
        raise Refused("起始日期不能早于今天")
    if last is not None and last < begin:
        raise Refused("截止日期不能早于起始日期")
    return Range(begin, None if last is None else min(last, date.max - timedelta(days=1)) + timedelta(days=1))


def _today() -> date:
    """The database's day: grants begin and end by its clock."""
    return db.session.execute(select(func.current_date())).scalar_one()


def _overlap(one: Range[date], other: Range[date]) -> bool:
    begin = max(one.lower or date.min, other.lower or date.min)
    return begin < min(one.upper or date.max, other.upper or date.max)


def revoke_grant(grant: RoleGrant, *, actor: Actor, reason: str) -> None:
    """Take a role away; it is gone at the holder's next request. Raises NotPermitted beyond the actor's reach."""
    if grant.revoked_at is None:
        require_account(db.session.get_one(Account, grant.account_id), actor=actor, permission=Permission.ROLE_GRANT)
        grant.revoked_at = datetime.now(UTC)
        record_change(grant, action="role.revoked", actor=actor, reason=reason)


def administrator_role(account: Account) -> Role | None:
    """The 三员 role that the account holds or will hold, if any."""
    held = {grant.role for grant in _held_grants(account)} & ADMINISTRATORS
    return next(iter(held), None)


def _held_grants(account: Account) -> Sequence[RoleGrant]:
    """Grants that hold today or later. The account is locked: two grants at a time wait for each other here."""
    db.session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    return db.session.scalars(
        select(RoleGrant).where(
            RoleGrant.account_id == account.id,
            RoleGrant.revoked_at.is_(None),
            func.coalesce(func.upper(RoleGrant.valid), date.max) > func.current_date(),
        )
    ).all()


def _check_separation(role: Role, held: set[Role]) -> None:
    """三员分立 (R157): one of the three stands alone, beside no other role whatsoever."""
    others = held - {role}
    if role in ADMINISTRATORS and others:
        raise Refused(f"{role.label}不能兼任其他角色；该账号已是{'、'.join(sorted(other.label for other in others))}")
    if clash := next(iter(others & ADMINISTRATORS), None):
        raise Refused(f"该账号是{clash.label}，不能再授予其他角色（三员分立）")


def _granted_to(account_id: int) -> Any:
    return (
        (RoleGrant.account_id == account_id)
        & RoleGrant.revoked_at.is_(None)
        & RoleGrant.valid.contains(func.current_date())
    )


def _name_key(login_name: str) -> bytes:
    return hashlib.sha256(login_name.strip().lower().encode("utf-8", "replace")).digest()


def _held_guard(login_name: str) -> SignInGuard:
    """The guard row of a name, made if absent, locked until the end of the transaction."""
    key = _name_key(login_name)
    db.session.execute(insert(SignInGuard).values(name_key=key).on_conflict_do_nothing())
    return db.session.scalars(
        select(SignInGuard)
        .where(SignInGuard.name_key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _count_failure(guard: SignInGuard, *, now: datetime, failures: int, lock_minutes: int) -> None:
    if guard.locked_until is not None:  # a lock that has run out: counting starts anew
        guard.failed_count, guard.locked_until = 0, None
    guard.failed_count += 1
    if guard.failed_count >= failures:
        guard.locked_until = now + timedelta(minutes=lock_minutes)


def _write_down_failure(login_name: str, account: Account | None, *, is_locked: bool, ip: str | None) -> None:
    """A refused sign-in in the audit log (security row 70): of which account, from where, never what was typed.

    A name that is no account's may be a password typed in the wrong field: only its digest is kept.
    """
    subject = f"account:{account.id}" if account else f"account:unknown-{_name_key(login_name).hex()[:12]}"
    visitor = Actor(account_id=None, display_name="未登录", ip=ip)
    record_change(subject, action="session.refused", actor=visitor, after={"locked": is_locked})


def account_named(login_name: str) -> Account:
    """The account of that login name; raises NotFound."""
    account = db.session.scalars(
        select(Account).where(func.lower(Account.login_name) == login_name.strip().lower())
    ).first()
    if account is None:
        raise NotFound(f"没有登录名为“{login_name}”的账号")
    return account


def grant_named_role(account: Account, role_name: str, *, region_code: str | None, actor: Actor) -> RoleGrant:
    """Grant the role of that name over a region; raises Refused when there is no such role or region."""
    try:
        role = Role(role_name)
    except ValueError as error:
        raise Refused(f"没有角色“{role_name}”，可用：{'、'.join(Role)}") from error
    if region_code is None:
        raise Refused("请用 --region 指定授权的行政区划代码，如 371300")
    regions = Model.metadata.tables["region"].c.code
    if db.session.scalar(select(regions).where(regions == region_code)) is None:
        raise Refused(f"没有行政区划“{region_code}”，请用六位（市、县）或九位（乡镇）代码，如 371300")
    return grant_role(account, role, kind=ScopeKind.REGION, region_code=region_code, actor=actor)
