"""The register: units, their sections and posts, the people and their appointments (R9, R12, R28, R35)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization import kinds
from basic_info.regions.models import Region, Tier
from host.kernel.db import Model
from host.kernel.versions import Version, never_two


class Unit(Model):
    """单位: a body with its own quota. ``path`` and ``region_id`` say where it hangs today; access is cut by them."""

    __tablename__ = "unit"
    __table_args__ = (
        Index("ix_unit_path", "path", postgresql_ops={"path": "varchar_pattern_ops"}),
        Index(None, "region_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    #: ``/1/17/230/``: the ids from the top unit down to this one.
    path: Mapped[str] = mapped_column(String(400), default="", server_default="")
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id))


class UnitVersion(Version, Model):
    """What a unit was, over a time."""

    __tablename__ = "unit_version"
    __table_args__ = (never_two("unit_id", name="unit_in_force_once"), Index(None, "unit_id"), Index(None, "parent_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    name: Mapped[str]
    #: Pinyin of the name: the order in which Chinese readers expect lists.
    name_key: Mapped[str]
    short_name: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Unit.id))
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id))
    tier: Mapped[Tier]
    unit_kind: Mapped[kinds.UnitKind]
    rank: Mapped[kinds.Rank]
    funding: Mapped[kinds.Funding | None]
    institution_class: Mapped[kinds.InstitutionClass | None]
    credit_code: Mapped[str | None] = mapped_column(String(18))
    unit_state: Mapped[kinds.UnitState] = mapped_column(default=kinds.UnitState.ACTIVE)
    plates: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    business_scope: Mapped[str] = mapped_column(default="", server_default="")


class Section(Model):
    """内设机构 / 科室: a section of a unit; the unit never changes (a section that moves is a new one)."""

    __tablename__ = "section"
    __table_args__ = (Index(None, "unit_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))


class SectionVersion(Version, Model):
    """What a section was, over a time."""

    __tablename__ = "section_version"
    __table_args__ = (never_two("section_id", name="section_in_force_once"), Index(None, "section_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    name: Mapped[str]
    section_kind: Mapped[kinds.SectionKind]
    rank: Mapped[kinds.Rank]
    sort_no: Mapped[int] = mapped_column(default=0)
    plates: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    is_general: Mapped[bool] = mapped_column(default=False, server_default="false")


class Post(Model):
    """岗位: a post inside a section."""

    __tablename__ = "post"
    __table_args__ = (Index(None, "section_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))


class PostVersion(Version, Model):
    """What a post was, over a time."""

    __tablename__ = "post_version"
    __table_args__ = (
        never_two("post_id", name="post_in_force_once"),
        Index(None, "post_id"),
        CheckConstraint("seat_count > 0", name="has_seats"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Post.id))
    title: Mapped[str]
    post_class: Mapped[kinds.PostClass]
    post_grade: Mapped[str] = mapped_column(default="")
    seat_count: Mapped[int] = mapped_column(default=1)
    is_leader_post: Mapped[bool] = mapped_column(default=False, server_default="false")


class Person(Model):
    """工作人员: the person whom records, cases and scores refer to."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    #: Keyed hash of the ID number (R159): look-up and "never twice" without the number itself.
    id_hash: Mapped[bytes | None] = mapped_column(unique=True)


class PersonVersion(Version, Model):
    """What is registered of a person, over a time. The ID number and phone are encrypted (⚿)."""

    __tablename__ = "person_version"
    __table_args__ = (never_two("person_id", name="person_in_force_once"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    name: Mapped[str]
    name_key: Mapped[str]
    sex: Mapped[kinds.Sex]
    birth_on: Mapped[date | None]
    #: SM4-GCM
    id_no: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    ethnicity: Mapped[str] = mapped_column(default="")
    native_place: Mapped[str] = mapped_column(default="")
    political_status: Mapped[str] = mapped_column(default="")
    party_joined_on: Mapped[date | None]
    education: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    professional_title: Mapped[str] = mapped_column(default="")
    work_started_on: Mapped[date | None]
    entered_unit_on: Mapped[date | None]
    identity: Mapped[kinds.Identity]
    person_kind: Mapped[kinds.PersonKind]
    work_state: Mapped[kinds.WorkState]
    quota_kind: Mapped[kinds.QuotaKind | None]
    occupies_quota: Mapped[bool] = mapped_column(default=True, server_default="true")
    retire_category: Mapped[kinds.RetireCategory | None]


class Appointment(Version, Model):
    """任职: a person holds a post over a time; at any day at most one is the primary one (R28, R35).

    The shares of a person's posts never exceed a full one on any day: a trigger counts them when a transaction ends.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        never_two("person_id", name="one_primary_appointment", where="superseded_at IS NULL AND is_primary"),
        never_two("person_id", "post_id", name="post_held_once"),
        CheckConstraint("share_percent BETWEEN 0 AND 100", name="share_in_bounds"),
        Index(None, "person_id"),
        Index(None, "section_id"),
        Index(None, "post_id"),
        Index(None, "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Post.id))
    #: The post's section and its unit, which never change for a post: lists are cut by them.
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    appointment_kind: Mapped[kinds.AppointmentKind] = mapped_column(default=kinds.AppointmentKind.MAIN)
    is_primary: Mapped[bool] = mapped_column(default=True, server_default="true")
    job_title: Mapped[str] = mapped_column(default="")
    leader_kind: Mapped[kinds.LeaderKind | None]
    #: 工作占比: percent of a full post; None: what the others leave, evenly (``shares.split``).
    share_percent: Mapped[int | None] = mapped_column(SmallInteger)
