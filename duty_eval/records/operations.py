"""Writes of duty records: log, withdraw, correct. None of them commits."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from basic_info.duties.models import WorkSource
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.entry_rules.queries import LEAST_LONG_DAY, rules_of_person
from duty_eval.evidence.operations import NO_EVIDENCE, Evidence, attach
from duty_eval.flags.models import FlagKind
from duty_eval.flags.operations import Finding, flag, forget_flags
from duty_eval.records import rollups
from duty_eval.records.errors import (
    FutureDay,
    LateWithoutReason,
    NoPost,
    NotMyDuty,
    NotOpen,
    NoWords,
    TooMuchOfADay,
    WordsAsked,
)
from duty_eval.records.models import (
    DutyRecord,
    DutyRecordRevision,
    RecordOrigin,
    RecordState,
    RecordSuggestion,
)
from duty_eval.records.spans import (
    MINUTES_OF_A_DAY,
    check_overlaps,
    overlaps_of,
    quoted,
    require_sound,
    span_of,
    taken_from,
)
from duty_eval.records.standing import Standing, standings
from duty_eval.records.states import step
from duty_eval.records.writing import write_once
from duty_eval.requirements.queries import asking_words
from host.kernel import signals
from host.kernel.access import Actor
from host.kernel.audit import entry_of, plain, record_change
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import DomainError, NotPermitted, Refused
from host.kernel.idempotency import kept_answer, key_of

MOST_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a person says of one thing done. ``post_duty_id`` None: outside one's duties."""

    post_duty_id: int | None
    content: str
    quantity: Decimal | None = None
    minutes: int | None = None
    #: 起始时刻, minutes after midnight; only what the person typed
    start_minute: int | None = None
    result: str = ""
    problem: str = ""
    next_step: str = ""
    case_no: str | None = None
    origin: RecordOrigin = RecordOrigin.TYPED
    suggestion_id: int | None = None
    task_id: int | None = None

    @property
    def is_bare(self) -> bool:
        """Whether its duty alone says what was done."""
        return not self.content and self.post_duty_id is not None


@dataclass(frozen=True)
class Behalf:
    """Somebody for whom another logs, and why."""

    person_id: int
    reason: str


@dataclass(frozen=True)
class Logged:
    """The records that a submission made, or made when it first came."""

    record_ids: tuple[int, ...]
    worked_on: date
    is_new: bool
    #: what the person should know of it at once
    notices: tuple[str, ...] = ()
    #: the duties of what was not copied, because they ask for words that it had not
    left_out: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The notices as the end of a sentence; empty without any."""
        return told(self.notices)


def told(notices: Sequence[str]) -> str:
    """What the person should know at once, as the end of a sentence."""
    return f"。{'；'.join(notices)}，审核人会看到；有误请撤回修改" if notices else ""


def log_records(
    entries: Sequence[Entry],
    *,
    worked_on: date,
    client_key: str,
    actor: Actor,
    today: date,
    late_reason: str = "",
    overlap_reason: str = "",
    evidence: Evidence = NO_EVIDENCE,
    behalf: Behalf | None = None,
) -> Logged:
    """Submit one or more records of the actor's own day (填写纪实), once per ``client_key``.

    ``behalf``: of another's day; the caller has made sure that the actor may.
    ``evidence`` belongs to the first one, and to what the key stands for: other files with it are another submission.

    Raises NoPost, NotMyDuty, NoWords, WordsAsked, FutureDay, LateWithoutReason, TooMuchOfADay, Overlaps (422) and
    KeyReused (409).
    Statements for one typed entry, with hours or without: standing, then all that is written in one; one more where
    the words were left to the duty.
    """
    person_id = behalf.person_id if behalf else person_of(actor)
    if not 1 <= len(entries) <= MOST_AT_ONCE:
        raise Refused(f"一次请提交 1 至 {MOST_AT_ONCE} 条")
    body: dict[str, Any] = {
        "day": worked_on,
        "late_reason": late_reason,
        "entries": [_said(entry) for entry in entries],
    }
    if overlap_reason:
        body["overlap_reason"] = overlap_reason
    if evidence:
        body["evidence"] = evidence.as_body()
    if behalf:
        body["person"] = person_id
    key = key_of(owner=f"account:{actor.account_id}", key=client_key, body=body)
    try:
        late = _check_day(worked_on, person_id=person_id, today=today, reason=late_reason)
        standing = standings(person_id, worked_on, draw=len(entries), with_spans=_have_spans(entries))
        places = _places(entries, standing, person_id=person_id, day=worked_on)
        overlaps = _overlaps(entries, standing[0], person_id=person_id, day=worked_on, reason=overlap_reason)
    except DomainError:
        # What was taken once stays taken, whatever would stand against it today: a phone repeats what it never
        # heard the answer to, hours later and on a day that is full by then.
        if (kept := kept_answer(key)) is None:
            raise
        return _logged_before(kept)
    ids, now = standing[0].drawn, datetime.now(UTC)
    rows = [
        _row(record_id, entry, place, worked_on=worked_on, person_id=person_id, actor=actor, late=late, now=now)
        for record_id, entry, place in zip(ids, entries, places, strict=True)
    ]
    audit = entry_of(
        f"duty_record:{ids[0]}",
        action="duty_record.submitted",
        actor=actor,
        after={"ids": ids, "day": worked_on} | ({"person": person_id} if behalf else {}),
        reason="；".join(filter(None, (behalf.reason if behalf else "", late_reason, overlap_reason))) or None,
    )
    if not write_once(key, rows, answer={"ids": list(ids), "day": worked_on.isoformat()}, audit=audit):
        return _logged_before(kept_answer(key) or {})
    if evidence:
        attach(evidence, record_id=ids[0], worked_on=worked_on, actor=actor)
    _use_up(entries, person_id=person_id, now=now)
    _flag_long_day(entries, ids[-1], worked_on, person_id=person_id, spent=standing[0].minutes_logged)
    flag([Finding(ids[place], worked_on, FlagKind.OVERLAP, words) for place, words in overlaps.items()])
    signals.duty_record_submitted.send(person_id, days={worked_on})
    return Logged(ids, worked_on, is_new=True, notices=tuple(overlaps.values()))


def _logged_before(answer: dict[str, Any]) -> Logged:
    return Logged(tuple(answer["ids"]), date.fromisoformat(answer["day"]), is_new=False)


def withdraw(record: DutyRecord, *, actor: Actor) -> None:
    """Take a submitted record back before it is reviewed; it becomes a draft. ``record`` is locked by the caller."""
    if record.person_id != actor.person_id:
        raise NotPermitted
    if record.record_state is not RecordState.SUBMITTED:
        raise NotOpen("该纪实已被审核，不能撤回")
    step(record, RecordState.DRAFT)
    db.session.flush()  # the row's checks speak before its sums change
    rollups.apply([rollups.delta_of(record, records=-1)])
    record_change(record, action="duty_record.withdrawn", actor=actor)


def correct(
    record: DutyRecord,
    entry: Entry,
    *,
    reason: str,
    actor: Actor,
    overlap_reason: str = "",
    evidence: Evidence = NO_EVIDENCE,
) -> tuple[str, ...]:
    """Mend a returned or withdrawn record and submit it again; what it said stays as a revision (R89).

    ``evidence`` is added to what the record has. Returns what the person should know at once.

    ``record`` is locked by the caller. Raises NotOpen unless it is open, NotMyDuty, TooMuchOfADay, Overlaps, Refused.
    """
    if record.person_id != actor.person_id:
        raise NotPermitted
    if not record.is_open:
        raise NotOpen
    if not reason.strip():
        raise Refused("请填写修改说明")
    standing = standings(record.person_id, record.worked_on, with_spans=_have_spans([entry]))
    (place,) = _places([entry], standing, person_id=record.person_id, day=record.worked_on)
    overlaps = _overlaps([entry], standing[0], person_id=record.person_id, day=record.worked_on, reason=overlap_reason)
    before = said_by(record)
    db.session.add(
        DutyRecordRevision(
            record_id=record.id,
            worked_on=record.worked_on,
            version_no=record.version_no,
            said=before,
            reason=reason,
            revised_by=actor.account_id,
        )
    )
    facts = asdict(entry) | {"post_id": place.post_id, "section_id": place.section_id, "unit_id": place.unit_id}
    for name, value in facts.items():
        if name not in {"suggestion_id", "task_id", "origin"}:
            setattr(record, name, value)
    if record.origin is RecordOrigin.ON_BEHALF:  # from here on the words are the person's own
        record.origin, record.entered_by_id = RecordOrigin.TYPED, actor.account_id
    record.work_source = _source(entry)
    step(record, RecordState.SUBMITTED)
    record.version_no += 1
    record.submitted_at = datetime.now(UTC)
    record.return_reason = ""
    db.session.flush()  # the row's checks speak before its sums change
    forget_flags(record.id, record.worked_on)  # they were about the words before
    rollups.apply([rollups.delta_of(record, records=1)])
    _flag_long_day([entry], record.id, record.worked_on, person_id=record.person_id, spent=standing[0].minutes_logged)
    flag([Finding(record.id, record.worked_on, FlagKind.OVERLAP, words) for words in overlaps.values()])
    if evidence:
        attach(evidence, record_id=record.id, worked_on=record.worked_on, version_no=record.version_no, actor=actor)
    record_change(
        record, action="duty_record.corrected", actor=actor, before=before, after=said_by(record), reason=reason
    )
    return tuple(overlaps.values())


def new_client_key() -> str:
    """A key for a form that is shown: sent twice, it is taken once."""
    return str(uuid.uuid4())


def person_of(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotPermitted("该账号没有对应的人员，不能填写履职纪实")
    return actor.person_id


def is_late(day: date, *, person_id: int, today: date) -> bool:
    """Whether filling in ``day`` asks for a reason where the person stands (R90); one statement for a past day."""
    return _free_late_days(day, person_id=person_id, today=today) is not None


def _free_late_days(day: date, *, person_id: int, today: date) -> int | None:
    """How many working days may be filled in late, where ``day`` is further back than that; else None."""
    if day >= today:
        return None
    free = rules_of_person(person_id, today).free_late_workdays
    return free if load_workdays().add_workdays(day, free) < today else None


def _check_day(day: date, *, person_id: int, today: date, reason: str) -> bool:
    """Whether the day is filled in late (R90). Raises FutureDay, LateWithoutReason."""
    if day > today:
        raise FutureDay
    free = _free_late_days(day, person_id=person_id, today=today)
    if free is None:
        return False
    if not reason.strip():
        raise LateWithoutReason(f"补填 {free} 个工作日以前的纪实，请说明原因")
    return True


def _flag_long_day(entries: Sequence[Entry], record_id: int, worked_on: date, *, person_id: int, spent: int) -> None:
    """Tell the reviewer of a day that adds up to more than is usual (R91); an ordinary day costs no statement."""
    minutes = spent + sum(entry.minutes or 0 for entry in entries)
    if minutes <= LEAST_LONG_DAY or minutes <= rules_of_person(person_id, worked_on).long_day_minutes:
        return
    hours, rest = divmod(minutes, 60)
    words = f"当日合计 {hours} 小时" + (f" {rest} 分钟" if rest else "")
    flag([Finding(record_id, worked_on, FlagKind.LONG_DAY, words)])


def _places(entries: Sequence[Entry], standing: Sequence[Standing], *, person_id: int, day: date) -> list[Standing]:
    """Where the person stood for each entry. Raises NoWords, WordsAsked, NoPost, NotMyDuty, TooMuchOfADay."""
    if silent := [place for place, entry in enumerate(entries) if not says_something(entry)]:
        raise NoWords(places=silent)
    if not standing:
        raise NoPost
    _check_minutes(entries, spent=standing[0].minutes_logged)
    places = [_place(entry, standing) for entry in entries]
    _check_words(entries, person_id=person_id, day=day)
    return places


def _check_words(entries: Sequence[Entry], *, person_id: int, day: date) -> None:
    """Raises WordsAsked naming the duties that ask for more than quantity and minutes; only bare entries cost it.

    What the system itself came with is none of the person's, as far as it did: what is sent only says so.
    """
    silent = {place: entry for place, entry in enumerate(entries) if entry.is_bare}
    given = _given_to(person_id, silent.values())
    bare = {
        place: entry.post_duty_id
        for place, entry in silent.items()
        if not given & {("suggestion", entry.suggestion_id), ("task", entry.task_id)}
    }
    asking = asking_words({duty_id for duty_id in bare.values() if duty_id is not None}, day)
    wanting = {place: asking[duty_id] for place, duty_id in bare.items() if duty_id in asking}
    if wanting:
        names = "、".join(f"「{text[:20]}」" for text in dict.fromkeys(wanting.values()))
        raise WordsAsked(f"{names}须写明做了什么，请补上", places=list(wanting))


def _given_to(person_id: int, entries: Collection[Entry]) -> set[tuple[str, int | None]]:
    """Which of the suggestions and tasks that the entries name are the person's; no statement where they name none."""
    given: dict[str, tuple[Any, set[int | None]]] = {
        "suggestion": (RecordSuggestion, {one.suggestion_id for one in entries} - {None}),
        "task": (AssignedTask, {one.task_id for one in entries} - {None}),
    }
    return {
        (name, found)
        for name, (table, ids) in given.items()
        if ids
        for found in db.session.scalars(select(table.id).where(table.id.in_(ids), table.person_id == person_id))
    }


def says_something(entry: Entry) -> bool:
    """Whether there are words, or a duty with a quantity or minutes; as the table's check says."""
    has_amount = entry.quantity is not None or entry.minutes is not None
    return bool(entry.content) or (entry.post_duty_id is not None and has_amount)


def _have_spans(entries: Sequence[Entry]) -> bool:
    return any(entry.start_minute is not None for entry in entries)


def _overlaps(
    entries: Sequence[Entry], standing: Standing, *, person_id: int, day: date, reason: str
) -> dict[int, str]:
    """By place what an entry's hours overlap (R91), as far as the reviewer is told. Raises Overlaps, Refused."""
    if not _have_spans(entries):
        return {}
    for entry in entries:
        require_sound(entry.start_minute, entry.minutes)
    spans = [span_of(entry.start_minute, entry.minutes, quoted(entry.content)) for entry in entries]
    found = overlaps_of(spans, taken_from(standing.taken))
    return check_overlaps(found, person_id=person_id, day=day, reason=reason)


def _said(entry: Entry) -> dict[str, Any]:
    """What an entry says, as its key stands for it; without hours as it was before there were any."""
    said = vars(entry)
    return said if entry.start_minute is not None else {name: said[name] for name in said if name != "start_minute"}


def _place(entry: Entry, standing: Sequence[Standing]) -> Standing:
    """Where the person stood for this entry: the post whose duty it is, else the primary one."""
    if entry.post_duty_id is None:
        return standing[0]
    for place in standing:
        if entry.post_duty_id in place.duty_ids:
            return place
    raise NotMyDuty


def _check_minutes(entries: Sequence[Entry], *, spent: int) -> None:
    if spent + sum(entry.minutes or 0 for entry in entries) > MINUTES_OF_A_DAY:
        raise TooMuchOfADay


def _row(
    record_id: int,
    entry: Entry,
    place: Standing,
    *,
    worked_on: date,
    person_id: int,
    actor: Actor,
    late: bool,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": record_id,
        "worked_on": worked_on,
        "person_id": person_id,
        "entered_by_id": actor.account_id,
        "post_id": place.post_id,
        "section_id": place.section_id,
        "unit_id": place.unit_id,
        "post_duty_id": entry.post_duty_id,
        "work_source": _source(entry),
        "content": entry.content,
        "quantity": entry.quantity,
        "measure_unit": place.measures.get(entry.post_duty_id or 0, "项"),
        "minutes": entry.minutes,
        "start_minute": entry.start_minute,
        "result": entry.result,
        "problem": entry.problem,
        "next_step": entry.next_step,
        "case_no": entry.case_no,
        "origin": entry.origin,
        "is_backdated": late,
        "record_state": RecordState.SUBMITTED,
        "submitted_at": now,
    }


def _source(entry: Entry) -> WorkSource:
    if entry.task_id is not None:
        return WorkSource.ASSIGNED
    if entry.post_duty_id is None:
        return WorkSource.OTHER
    return WorkSource.POWER_ITEM if entry.case_no else WorkSource.MANDATE


def _use_up(entries: Sequence[Entry], *, person_id: int, now: datetime) -> None:
    """Suggestions and tasks that became records are not offered again."""
    suggestions = [entry.suggestion_id for entry in entries if entry.suggestion_id is not None]
    if suggestions:
        db.session.execute(
            update(RecordSuggestion)
            .where(RecordSuggestion.person_id == person_id, RecordSuggestion.id.in_(suggestions))
            .values(used_at=now)
        )
    tasks = [entry.task_id for entry in entries if entry.task_id is not None]
    if tasks:
        db.session.execute(
            update(AssignedTask)
            .where(AssignedTask.person_id == person_id, AssignedTask.id.in_(tasks))
            .values(task_state=TaskState.DONE, done_at=now)
        )


_SAID = (
    "post_duty_id", "content", "quantity", "minutes", "start_minute", "result", "problem", "next_step", "case_no",
    "record_state",
)  # fmt: skip


def said_by(record: DutyRecord) -> dict[str, Any]:
    """What the record says now, as a revision keeps it."""
    return plain({name: getattr(record, name) for name in _SAID}) or {}
