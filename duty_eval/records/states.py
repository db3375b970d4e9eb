"""The states of a record and the steps between them (R89): one table that operations and the database share."""

from __future__ import annotations

from duty_eval.periods.errors import StateRefused
from duty_eval.records.models import DutyRecord, RecordState

S = RecordState
#: from → the states that it may become. ``locked`` → ``approved`` is an unlocked month, ``locked`` → ``returned``
#: one record opened again for its author. The trigger ``guard_record`` holds the same table; a test compares them.
TRANSITIONS: dict[RecordState, frozenset[RecordState]] = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.DRAFT, S.RETURNED, S.APPROVED}),
    S.RETURNED: frozenset({S.SUBMITTED}),
    S.APPROVED: frozenset({S.RETURNED, S.LOCKED}),
    S.LOCKED: frozenset({S.APPROVED, S.RETURNED}),
}


def step(record: DutyRecord, to: RecordState) -> None:
    """Move the record on. Raises StateRefused when the table has no such step."""
    if to not in TRANSITIONS[record.record_state]:
        raise StateRefused
    record.record_state = to
