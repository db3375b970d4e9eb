from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, func, text
from sqlalchemy.dialects.postgresql import INET, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from host.kernel.access import Role, ScopeKind
from host.kernel.db import Model

#: Each of the 三员 is a class of its own, all business roles together are one.
ROLE_CLASS = (
    "(CASE WHEN role IN ('system_admin', 'security_admin', 'audit_admin') THEN role ELSE 'business'::varchar END)"
)


class Account(Model):
    """账号: what somebody signs in with. An account is never deleted, only disabled."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_login_name", text("lower(login_name)"), unique=True),
        Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    login_name: Mapped[str] = mapped_column(String(60))
    display_name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    #: Argon2id; None: no password has been given out yet, nobody can sign in.
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="false")
    is_disabled: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    grants: Mapped[list[RoleGrant]] = relationship(lazy="raise_on_sql", order_by="RoleGrant.id")


class RoleGrant(Model):
    """授权: a role in a scope for a time (R162): after its end date it reaches nothing."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "(scope_kind = 'region') = (region_code IS NOT NULL)"
            " AND (scope_kind = 'unit') = (unit_id IS NOT NULL)"
            " AND (scope_kind = 'section') = (section_id IS NOT NULL)",
            name="scope_names_its_place",
        ),
        # 三员分立 (R157; security row 19): who is one of the three holds no other role in the same days. The operation
        # says so in words; this holds where two grants meet, or where somebody writes past it.
        ExcludeConstraint(
            ("account_id", "="),
            (text(ROLE_CLASS), "<>"),
            ("valid", "&&"),
            where=text("revoked_at IS NULL"),
            name="three_administrators_apart",
            using="gist",
        ),
        CheckConstraint("granted_by <> account_id", name="not_to_oneself"),
        CheckConstraint(
            "delegated_from_id IS NULL OR (NOT upper_inf(valid) AND reason <> '')", name="delegated_has_an_end"
        ),
        # Of two who act for the same person, none would know what the other decides.
        ExcludeConstraint(
            ("delegated_from_id", "="),
            ("valid", "&&"),
            where=text("delegated_from_id IS NOT NULL AND revoked_at IS NULL"),
            name="one_acts_at_a_time",
            using="gist",
        ),
        Index(None, "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Account.id))
    role: Mapped[Role]
    scope_kind: Mapped[ScopeKind]
    region_code: Mapped[str | None] = mapped_column(String(12))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("section.id"))
    valid: Mapped[Range[date]] = mapped_column(server_default=text("daterange(CURRENT_DATE, NULL)"))
    granted_by: Mapped[int | None] = mapped_column(BigInteger)
    #: The grant of an absent person under which this account acts (委托); it ends with that one at the latest.
    delegated_from_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("role_grant.id"))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    revoked_at: Mapped[datetime | None]

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds; None: no end."""
        return self.valid.upper - timedelta(days=1) if self.valid.upper else None


class AuthSession(Model):
    """A signed-in browser. The cookie holds 32 random bytes; only their SHA-256 is kept here."""

    __tablename__ = "auth_session"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Account.id))
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: Ends whatever happens.
    expires_at: Mapped[datetime]
    idle_minutes: Mapped[int]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str] = mapped_column(default="", server_default="")


class SignInGuard(Model):
    """Failed sign-ins by the name as typed, known or not: both answer alike (security row 3)."""

    __tablename__ = "sign_in_guard"

    name_key: Mapped[bytes] = mapped_column(primary_key=True)
    failed_count: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]


class RateCounter(Model):
    """A rate limit's counter, shared by all processes."""

    __tablename__ = "rate_counter"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime]
