"""Writes of accounts, passwords and sessions; those of grants are in ``granting``."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from host.auth.errors import AccountExists, SignInRefused
from host.auth.granting import administrator_role, granted_to
from host.auth.models import Account, AuthSession, RoleGrant, SignInGuard
from host.auth.passwords import check_password, hash_password, one_time_password, verify_password
from host.auth.reach import require_account, require_person
from host.auth.sessions import start_session
from host.kernel.access import Actor, Role
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.permissions import Permission


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
    roles = set(db.session.scalars(select(RoleGrant.role).where(granted_to(account.id))))
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
        raise SignInRefused.of(failures, lock_minutes)
    account = db.session.scalars(
        select(Account).where(func.lower(Account.login_name) == login_name.strip().lower())
    ).first()
    fits = verify_password(account.password_hash if account else None, password)
    if account is None or not fits or account.is_disabled:
        _count_failure(guard, now=now, failures=failures, lock_minutes=lock_minutes)
        _write_down_failure(login_name, account, is_locked=guard.locked_until is not None, ip=ip)
        db.session.commit()
        raise SignInRefused.of(failures, lock_minutes)
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
    # The guard row first and the account's afterwards, as whoever signs in or changes the own password.
    guard = _held_guard(account.login_name)
    db.session.refresh(account, with_for_update=True)
    if actor.account_id is not None and (role := administrator_role(account)) is not None:
        raise Refused(f"{role.label}的密码只能在服务器上用 lvzhi user reset 重置")
    require_account(account, actor=actor, permission=Permission.ACCOUNT_MANAGE)
    word = one_time_password()
    account.password_hash = hash_password(word)
    account.password_changed_at = datetime.now(UTC)
    account.must_change_password = True
    guard.failed_count, guard.locked_until = 0, None
    end_all_sessions(account, actor=actor, reason="重置密码")
    record_change(account, action="account.password_reset", actor=actor)
    return word


def change_own_password(
    account: Account, *, old: str, new: str, failures: int, lock_minutes: int, actor: Actor
) -> None:
    """Replace the password; the other sessions end. Raises WeakPassword, or Refused when ``old`` is wrong.

    Failures count as those of signing in do, and are committed: a session left open is no way to try passwords.
    """
    try:
        _checked_account(
            account.login_name, old, failures=failures, lock_minutes=lock_minutes, ip=actor.ip, now=datetime.now(UTC)
        )
    except SignInRefused as refused:
        raise Refused("原密码不正确，或该账号已暂时锁定") from refused
    if old == new:
        raise Refused("新密码不能与原密码相同")
    check_password(new, login_name=account.login_name)
    checked = account.password_hash
    # Only now: whoever signs in holds the guard row first and touches the account's row afterwards.
    db.session.refresh(account, with_for_update=True)
    if account.password_hash != checked:
        raise Refused("密码刚刚已被重置或修改，请用新的密码重新登录")
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
