"""What the platform knows that a person did, offered on the today page (预填). None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert

from duty_eval.records.models import RecordSuggestion
from duty_eval.records.operations import person_of
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class SuggestionDraft:
    """Something the platform knows that a person did. ``source_key`` makes it one and the same."""

    source_key: str
    person_id: int
    worked_on: date
    post_duty_id: int | None
    content: str
    case_no: str | None = None


def suggest_records(drafts: Sequence[SuggestionDraft]) -> int:
    """Offer things done on their people's today pages, each ``source_key`` once; returns how many were new."""
    if not drafts:
        return 0
    made = db.session.execute(
        upsert(RecordSuggestion)
        .values([asdict(draft) for draft in drafts])
        .on_conflict_do_nothing(index_elements=[RecordSuggestion.source_key])
        .returning(RecordSuggestion.id)
    )
    return len(made.all())


def dismiss_suggestion(suggestion_id: int, *, actor: Actor) -> date:
    """Not mine, or not worth a line: it is offered no more. Returns its day; raises NotFound."""
    day: date | None = db.session.scalar(
        update(RecordSuggestion)
        .where(RecordSuggestion.id == suggestion_id, RecordSuggestion.person_id == person_of(actor))
        .values(dismissed_at=datetime.now(UTC))
        .returning(RecordSuggestion.worked_on)
    )
    if day is None:
        raise NotFound
    record_change(f"record_suggestion:{suggestion_id}", action="record_suggestion.dismissed", actor=actor)
    return day
