"""Reads of what a plan found: the sheet of a subject, lists of findings, requests for evidence; cut as plans are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from basic_info.duties.models import DutyLink, LinkState, PostDuty, UnitFunction
from basic_info.duties.thread import LINK_COLUMNS, Layer, post_duties_under
from basic_info.organization.models import Appointment, PersonVersion
from basic_info.organization.queries import person_in_reach, person_names, post_titles, section_names, unit_names
from basic_info.organization.scope import within
from duty_eval.absences.models import Absence, AbsenceState
from duty_eval.expectations import AWAY_BY_REGISTER
from duty_eval.inspections import queries
from duty_eval.inspections.closing import verdicts_of_lines
from duty_eval.inspections.models import (
    EvidenceAnswer,
    EvidenceRequest,
    FindingVerdict,
    Inspection,
    InspectionBlock,
    InspectionFinding,
    InspectionLine,
    InspectionResult,
    InspectionState,
    InspectionSubject,
    RequestState,
    Violation,
)
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord, RecordState
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

PAGE = 50
#: Records of one day that a sheet shows.
MOST_RECORDS = 100


@dataclass(frozen=True)
class Filters:
    """What a list of findings is narrowed to; unknown words narrow nothing. Problems alone unless another is asked."""

    verdict: FindingVerdict | None = FindingVerdict.PROBLEM
    block: InspectionBlock | None = None
    violation: Violation | None = None
    inspection_id: int | None = None
    unit_id: int | None = None
    post_duty_id: int | None = None
    function_id: int | None = None
    #: What hangs under a thing of the golden thread.
    layer: Layer | None = None
    thing_id: int | None = None
    withdrawn: bool = False

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        asked = values.get("verdict", "")
        verdict = next((one for one in FindingVerdict if one.value == asked), FindingVerdict.PROBLEM)
        return cls(
            verdict=None if asked == "all" else verdict,
            block=next((one for one in InspectionBlock if one.value == values.get("block")), None),
            violation=next((one for one in Violation if one.value == values.get("violation")), None),
            inspection_id=_whole(values.get("inspection_id", "")),
            unit_id=_whole(values.get("unit_id", "")),
            post_duty_id=_whole(values.get("post_duty_id", "")),
            function_id=_whole(values.get("function_id", "")),
            layer=next((one for one in Layer if one.value == values.get("layer")), None),
            thing_id=_whole(values.get("thing_id", "")),
        )


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


# the sheet of one subject


def subject_row(actor: Actor, plan_id: int, subject_id: int) -> AnyRow:
    """One row of ``queries.subjects``; raises NotFound."""
    rows = queries.subjects(actor, plan_id).where(InspectionSubject.id == subject_id)
    row = db.session.execute(rows).one_or_none()
    if row is None:
        raise NotFound
    return row


def subject_to_fill(plan: Inspection, subject_id: int) -> InspectionSubject:
    """The subject, locked: who fills in the same sheet at once waits. Raises NotFound."""
    return queries.subject_to_change(plan, subject_id)


def standing_of(plan_id: int) -> dict[int, AnyRow]:
    """subject_id → (lines, judged, problems) of a plan's subjects; one statement."""
    lines = verdicts_of_lines(plan_id).subquery("lines")
    rows = db.session.execute(
        select(
            lines.c.subject_id,
            func.count().label("lines"),
            func.count().filter(lines.c.is_judged).label("judged"),
            func.count().filter(lines.c.is_problem).label("problems"),
        ).group_by(lines.c.subject_id)
    )
    return {row.subject_id: row for row in rows}


def findings_of_subject(actor: Actor, subject_id: int) -> Sequence[AnyRow]:
    """Rows of ``findings`` of one subject, those taken back too, in the order in which they came."""
    rows = findings(actor, Filters(verdict=None, withdrawn=True))
    return db.session.execute(
        rows.where(InspectionFinding.subject_id == subject_id).order_by(None).order_by(InspectionFinding.id)
    ).all()


def whereabouts(subject: InspectionSubject, day: date) -> Sequence[AnyRow]:
    """(person_id, name, absence, work_state) of the subject's people on ``day``, by name.

    ``absence``: what is asked or confirmed for that day; ``work_state`` where the register has them away.
    """
    away = and_(
        Absence.person_id == Appointment.person_id,
        Absence.span.contains(day),
        Absence.absence_state.in_([AbsenceState.REQUESTED, AbsenceState.CONFIRMED]),
    )
    rows = (
        select(Appointment.person_id, PersonVersion.name, Absence, PersonVersion.work_state)
        .join(PersonVersion, and_(PersonVersion.person_id == Appointment.person_id, in_force(PersonVersion, day)))
        .outerjoin(Absence, away)
        .where(Appointment.section_id == subject.section_id, in_force(Appointment, day))
        .order_by(PersonVersion.name_key, Appointment.person_id)
    )
    if subject.post_id is not None:
        rows = rows.where(Appointment.post_id == subject.post_id)
    return db.session.execute(rows).all()


def is_registered_away(row: AnyRow) -> bool:
    return row.work_state in AWAY_BY_REGISTER


def records_of_day(subject: InspectionSubject, day: date) -> Sequence[AnyRow]:
    """(DutyRecord, person_name, duty_text) that the subject's people handed in for ``day``."""
    names = person_names(today_in_china())
    rows = (
        select(DutyRecord, names.c.name.label("person_name"), PostDuty.text.label("duty_text"))
        .join(names, names.c.person_id == DutyRecord.person_id)
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(
            DutyRecord.section_id == subject.section_id,
            DutyRecord.worked_on == day,
            DutyRecord.record_state != RecordState.DRAFT,
        )
        .order_by(names.c.name_key, DutyRecord.id)
        .limit(MOST_RECORDS)
    )
    if subject.post_id is not None:
        rows = rows.where(DutyRecord.post_id == subject.post_id)
    return db.session.execute(rows).all()


def record_to_note(subject: InspectionSubject, record_id: int, day: date) -> DutyRecord:
    """A record of the subject's, as it stands; raises NotFound."""
    found = db.session.get(DutyRecord, (record_id, day))
    if found is None or found.section_id != subject.section_id:
        raise NotFound
    return found


def duties_of(subject: InspectionSubject, day: date) -> list[tuple[str, str]]:
    """(``duty:7`` or ``function:3``, words) that a finding may be about."""
    duties = select(PostDuty.id, PostDuty.text).where(
        PostDuty.section_id == subject.section_id, PostDuty.valid.contains(day)
    )
    if subject.post_id is not None:
        duties = duties.where(PostDuty.post_id == subject.post_id)
    functions = (
        select(UnitFunction.id, UnitFunction.text)
        .where(UnitFunction.unit_id == subject.unit_id, UnitFunction.valid.contains(day))
        .order_by(UnitFunction.sort_no, UnitFunction.id)
    )
    found = [
        (f"duty:{row.id}", f"岗位职责：{row.text}")
        for row in db.session.execute(duties.order_by(PostDuty.post_id, PostDuty.sort_no, PostDuty.id))
    ]
    return found + [(f"function:{row.id}", f"单位职能：{row.text}") for row in db.session.execute(functions)]


# findings


def findings(actor: Actor, filters: Filters) -> AnySelect:
    """What was found within the actor's reach, the latest first.

    (InspectionFinding, Inspection, unit_name, section_name, post_title, line_text, inspection_block, duty_text,
    function_text). No names of people: a finding about a person is opened to see whose it is (R164).
    """
    today = today_in_china()
    units, sections, posts = unit_names(today), section_names(today), post_titles(today)
    finding = InspectionFinding
    rows = (
        select(
            finding,
            Inspection,
            units.c.name.label("unit_name"),
            sections.c.name.label("section_name"),
            posts.c.title.label("post_title"),
            InspectionLine.text.label("line_text"),
            InspectionLine.inspection_block,
            PostDuty.text.label("duty_text"),
            UnitFunction.text.label("function_text"),
        )
        .join(Inspection, Inspection.id == finding.inspection_id)
        .join(InspectionLine, InspectionLine.id == finding.line_id)
        .join(InspectionSubject, InspectionSubject.id == finding.subject_id)
        .outerjoin(units, units.c.unit_id == finding.unit_id)
        .outerjoin(sections, sections.c.section_id == finding.section_id)
        .outerjoin(posts, posts.c.post_id == InspectionSubject.post_id)
        .outerjoin(DutyRecord, (DutyRecord.id == finding.record_id) & (DutyRecord.worked_on == finding.worked_on))
        .outerjoin(PostDuty, PostDuty.id == func.coalesce(finding.post_duty_id, DutyRecord.post_duty_id))
        .outerjoin(UnitFunction, UnitFunction.id == finding.function_id)
        .where(finding.id.in_(queries.findings_known_to(actor)))
        .order_by(finding.id.desc())
    )
    if not filters.withdrawn:
        rows = rows.where(finding.withdrawn_at.is_(None))
    for column, wanted in (
        (finding.finding_verdict, filters.verdict),
        (InspectionLine.inspection_block, filters.block),
        (finding.violation, filters.violation),
        (finding.inspection_id, filters.inspection_id),
        (finding.unit_id, filters.unit_id),
        (PostDuty.id, filters.post_duty_id),
        (finding.function_id, filters.function_id),
    ):
        if wanted is not None:
            rows = rows.where(column == wanted)
    if filters.layer is not None and filters.thing_id is not None:
        under = post_duties_under(filters.layer, filters.thing_id)
        rows = rows.where(_hangs_under(filters.layer, filters.thing_id, under))
    return rows


def _hangs_under(layer: Layer, thing_id: int, duties: Any) -> ColumnElement[bool]:
    """Findings about the post duties that carry a thing, their records, or the function that it is or gives."""
    functions: Any = [thing_id] if layer is Layer.FUNCTION else []
    if layer in {Layer.CLAUSE, Layer.ITEM}:
        functions = select(DutyLink.function_id).where(
            LINK_COLUMNS[layer] == thing_id, DutyLink.link_state == LinkState.CONFIRMED
        )
    return or_(PostDuty.id.in_(duties), InspectionFinding.function_id.in_(functions))


def count_under(layer: Layer, thing_id: int, actor: Actor, *, duties: Any) -> Any:
    """How many problems stand about a thing and what carries it, within the actor's reach: a scalar for a query.

    ``duties``: the post duties under it, as the rest of the query has them (they are a CTE, named once).
    """
    rows = findings(actor, Filters()).where(_hangs_under(layer, thing_id, duties)).order_by(None)
    return rows.with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery()


def finding_row(actor: Actor, finding_id: int) -> AnyRow:
    """One row of ``findings`` with person_name and may_make; raises NotFound."""
    names = person_names(today_in_china())
    row = db.session.execute(
        findings(actor, Filters(verdict=None, withdrawn=True))
        .add_columns(names.c.name.label("person_name"), func.coalesce(queries.makes(actor), False).label("may_make"))
        .outerjoin(names, names.c.person_id == InspectionFinding.person_id)
        .where(InspectionFinding.id == finding_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def finding_to_withdraw(plan: Inspection, finding_id: int) -> InspectionFinding:
    """A finding of a plan that is held, locked; raises NotFound."""
    found = db.session.get(InspectionFinding, finding_id, with_for_update=True)
    if found is None or found.inspection_id != plan.id:
        raise NotFound
    return found


def plan_of_finding(finding_id: int) -> int:
    """The id of the plan that a finding belongs to; raises NotFound."""
    found = db.session.scalar(select(InspectionFinding.inspection_id).where(InspectionFinding.id == finding_id))
    if found is None:
        raise NotFound
    return found


def findings_of_record(record_id: int, day: date) -> Sequence[AnyRow]:
    """(InspectionFinding, Inspection) about a record, for whoever may read the record."""
    return db.session.execute(
        select(InspectionFinding, Inspection)
        .join(Inspection, Inspection.id == InspectionFinding.inspection_id)
        .where(
            InspectionFinding.record_id == record_id,
            InspectionFinding.worked_on == day,
            InspectionFinding.withdrawn_at.is_(None),
        )
        .order_by(InspectionFinding.id.desc())
    ).all()


def results_of_unit(actor: Actor, unit_id: int) -> AnyRow:
    """(checks, checked, ok, problems) of the closed plans over a unit within the actor's reach."""
    return db.session.execute(
        select(
            func.count(InspectionResult.inspection_id.distinct()).label("checks"),
            func.coalesce(func.sum(InspectionResult.checked_weight), 0).label("checked"),
            func.coalesce(func.sum(InspectionResult.ok_weight), 0).label("ok"),
            func.coalesce(func.sum(InspectionResult.problem_count), 0).label("problems"),
        ).where(
            InspectionResult.unit_id == unit_id,
            InspectionResult.subject_id.is_not(None),
            within(
                actor,
                Permission.INSPECTION_READ,
                unit=InspectionResult.unit_id,
                section=InspectionResult.section_id,
            ),
        )
    ).one()


def results_of_person(actor: Actor, person_id: int, first: date, last: date) -> Sequence[AnyRow]:
    """(InspectionResult, Inspection) that a person's score counts, closed from ``first`` to ``last``, latest first.

    Those of the person, and those of the section or post where they stand at the end. Raises NotFound beyond reach.
    """
    if person_id != actor.person_id and not person_in_reach(actor, person_id, Permission.INSPECTION_FINDING_READ):
        raise NotFound
    return db.session.execute(
        select(InspectionResult, Inspection)
        .join(Inspection, Inspection.id == InspectionResult.inspection_id)
        .where(
            concerns(person_id, min(last, today_in_china())),
            InspectionResult.closed_on >= first,
            InspectionResult.closed_on <= last,
        )
        .order_by(InspectionResult.closed_on.desc(), InspectionResult.id.desc())
    ).all()


def concerns(person_id: int, day: date) -> ColumnElement[bool]:
    """The results that count for the person: their own, and those of the place of their primary post on ``day``."""
    post = and_(
        Appointment.person_id == person_id,
        Appointment.is_primary,
        in_force(Appointment, day),
        Appointment.section_id == InspectionResult.section_id,
        or_(InspectionResult.post_id.is_(None), InspectionResult.post_id == Appointment.post_id),
    )
    here = select(Appointment.id).where(post).correlate(InspectionResult).exists()
    return or_(InspectionResult.person_id == person_id, and_(InspectionResult.subject_id.is_not(None), here))


# requests for evidence


def requests(actor: Actor, *, which: str = "") -> AnySelect:
    """(EvidenceRequest, Inspection, unit_name, section_name) known to the actor, what is due first in front.

    ``which``: ``open`` those that are not over; else all.
    """
    today = today_in_china()
    units, sections = unit_names(today), section_names(today)
    rows = (
        select(
            EvidenceRequest,
            Inspection,
            units.c.name.label("unit_name"),
            sections.c.name.label("section_name"),
        )
        .join(Inspection, Inspection.id == EvidenceRequest.inspection_id)
        .outerjoin(units, units.c.unit_id == EvidenceRequest.unit_id)
        .outerjoin(sections, sections.c.section_id == EvidenceRequest.section_id)
        .where(EvidenceRequest.id.in_(queries.requests_known_to(actor)))
        .order_by(
            EvidenceRequest.request_state.not_in([RequestState.OPEN, RequestState.ANSWERED]),
            EvidenceRequest.due_on,
            EvidenceRequest.id,
        )
    )
    if which == "open":
        rows = rows.where(EvidenceRequest.request_state.in_([RequestState.OPEN, RequestState.ANSWERED]))
    return rows


def requests_of(actor: Actor, *, plan_id: int, subject_id: int | None = None) -> Sequence[AnyRow]:
    """The requests of a plan, or of one of its subjects."""
    rows = requests(actor).where(EvidenceRequest.inspection_id == plan_id)
    if subject_id is not None:
        rows = rows.where(EvidenceRequest.subject_id == subject_id)
    return db.session.execute(rows).all()


def request_row(actor: Actor, request_id: int) -> AnyRow:
    """One row of ``requests`` with may_answer and may_decide; raises NotFound."""
    row = db.session.execute(
        requests(actor)
        .add_columns(
            func.coalesce(_answers(actor), False).label("may_answer"),
            func.coalesce(queries.makes(actor), False).label("may_decide"),
        )
        .where(EvidenceRequest.id == request_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def answers_of(request_id: int) -> Sequence[EvidenceAnswer]:
    """The latest first."""
    rows = select(EvidenceAnswer).where(EvidenceAnswer.request_id == request_id)
    return db.session.scalars(rows.order_by(EvidenceAnswer.round_no.desc())).all()


def request_to_answer(actor: Actor, request_id: int) -> EvidenceRequest:
    """A request to the actor's own section or unit, locked; raises NotFound."""
    return _locked(select(EvidenceRequest).where(EvidenceRequest.id == request_id, _answers(actor)))


def request_to_decide(actor: Actor, request_id: int) -> EvidenceRequest:
    """A request of a plan of the actor's making, locked; raises NotFound."""
    made = select(Inspection.id).where(queries.makes(actor))
    return _locked(
        select(EvidenceRequest).where(EvidenceRequest.id == request_id, EvidenceRequest.inspection_id.in_(made))
    )


def _answers(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.INSPECTION_ANSWER, unit=EvidenceRequest.unit_id, section=EvidenceRequest.section_id)


def _locked(rows: Select[EvidenceRequest]) -> EvidenceRequest:
    found = db.session.scalars(rows.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Waiting:
    """What waits for the actor: requests to answer, overdue ones among them, and answers to look at."""

    to_answer: int = 0
    overdue: int = 0
    to_decide: int = 0


def waiting(actor: Actor) -> Waiting:
    """One statement, none for who has nothing to do with inspections."""
    if not (actor.may(Permission.INSPECTION_ANSWER) or actor.may(Permission.INSPECTION_MAKE)):
        return Waiting()
    today = today_in_china()
    is_open = and_(EvidenceRequest.request_state == RequestState.OPEN, _answers(actor))
    is_answered = and_(EvidenceRequest.request_state == RequestState.ANSWERED, queries.makes(actor))
    row: Any = db.session.execute(
        select(
            func.count().filter(is_open),
            func.count().filter(is_open, EvidenceRequest.due_on < today),
            func.count().filter(is_answered),
        )
        .select_from(EvidenceRequest)
        .join(Inspection, Inspection.id == EvidenceRequest.inspection_id)
        .where(Inspection.inspection_state == InspectionState.UNDER_WAY)
    ).one()
    return Waiting(*row)
