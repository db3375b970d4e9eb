"""Logging on behalf (代填): a head or the unit's clerk writes down what a colleague did who cannot, under both names.

The person finds it on their own day, marked, and corrects or deletes it like any other. Who typed it does not review
it: what a head typed goes to those above (R89), and the database says so too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, select

from basic_info.organization.models import Appointment, PersonVersion, SectionVersion
from basic_info.organization.scope import within
from duty_eval.evidence.operations import NO_EVIDENCE, Evidence
from duty_eval.notices import tell_logged_for
from duty_eval.permissions import Permission
from duty_eval.records.models import RecordOrigin
from duty_eval.records.operations import Behalf, Entry, Logged, log_records
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.versions import in_force

PAGE = 100


def log_on_behalf(
    person_id: int,
    entry: Entry,
    *,
    worked_on: date,
    client_key: str,
    actor: Actor,
    today: date,
    reason: str,
    late_reason: str = "",
    overlap_reason: str = "",
    evidence: Evidence = NO_EVIDENCE,
) -> Logged:
    """One record of somebody else's day, once per key.

    Raises NotFound where the person does not stand within the actor's reach on that day, NotPermitted, Refused without
    a reason, and what ``log_records`` raises.
    """
    if actor.person_id is None:
        raise NotPermitted("您的账号没有对应人员，不能代填")
    if person_id == actor.person_id:
        raise Refused("自己的纪实请在“今日履职”填写")
    if not reason.strip():
        raise Refused("请说明代填原因")
    person_within(actor, person_id, worked_on)
    logged = log_records(
        [replace(entry, origin=RecordOrigin.ON_BEHALF)],
        worked_on=worked_on,
        client_key=client_key,
        actor=actor,
        today=today,
        late_reason=late_reason,
        overlap_reason=overlap_reason,
        evidence=evidence,
        behalf=Behalf(person_id, reason.strip()),
    )
    for record_id in logged.record_ids:
        tell_logged_for(person_id, record_id, logged.worked_on, actor.display_name)
    return logged


def person_within(actor: Actor, person_id: int, day: date) -> AnyRow:
    """(person_id, name, section_name) of somebody for whom the actor may log on that day; raises NotFound."""
    row = db.session.execute(_people(actor, day).where(Appointment.person_id == person_id)).first()
    if row is None:
        raise NotFound("该人员当天不在您可以代填的范围内")
    return row


def people_within(actor: Actor, day: date, *, name: str = "") -> Sequence[AnyRow]:
    """(person_id, name, section_name) by section and name, at most PAGE; ``name``: only those whose name holds it."""
    rows = _people(actor, day)
    if name:
        rows = rows.where(PersonVersion.name.contains(name, autoescape=True))
    return db.session.execute(rows.limit(PAGE)).all()


def _people(actor: Actor, day: date) -> AnySelect:
    return (
        select(Appointment.person_id, PersonVersion.name, SectionVersion.name.label("section_name"))
        .join(PersonVersion, PersonVersion.person_id == Appointment.person_id)
        .join(SectionVersion, SectionVersion.section_id == Appointment.section_id)
        .where(
            Appointment.is_primary,
            in_force(Appointment, day),
            in_force(PersonVersion, day),
            in_force(SectionVersion, day),
            Appointment.person_id != (actor.person_id or 0),
            _reach(actor),
        )
        .order_by(SectionVersion.name, PersonVersion.name_key, Appointment.person_id)
    )


def _reach(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.DUTY_RECORD_LOG_FOR, unit=Appointment.unit_id, section=Appointment.section_id)


def typed_by(entered_by_id: int | None) -> str:
    """The name of the account that typed a record."""
    return db.session.scalar(select(Account.display_name).where(Account.id == entered_by_id)) or ""
