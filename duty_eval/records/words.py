"""Whose the words of a prefilled line are: only what was typed is ever compared with others (design, never built)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from duty_eval.record_templates.queries import offered
from duty_eval.records.models import RecordOrigin
from duty_eval.records.offers import MOST_TEMPLATES
from duty_eval.records.operations import Entry
from duty_eval.records.week import last_words


def told_apart(entries: Sequence[Entry], *, person_id: int, day: date) -> list[Entry]:
    """The lines of a prefilled day, each under where its words come from.

    Last time's words are a copy, those of a case, a task or a template are prefilled, others were typed. Two
    statements where there are words to tell apart, else none.
    """
    if not any(map(_is_asked, entries)):
        return list(entries)
    last = last_words(person_id, before=day)
    ready = {(row.RecordTemplate.post_duty_id, row.RecordTemplate.content)
             for row in offered(person_id, day, most=MOST_TEMPLATES)}  # fmt: skip

    def origin(entry: Entry) -> RecordOrigin:
        if not _is_asked(entry) or (entry.post_duty_id, entry.content) in ready:
            return RecordOrigin.PREFILLED
        is_last = entry.post_duty_id is not None and last.get(entry.post_duty_id) == entry.content
        return RecordOrigin.COPIED if is_last else RecordOrigin.TYPED

    return [replace(entry, origin=origin(entry)) for entry in entries]


def _is_asked(entry: Entry) -> bool:
    return bool(entry.content) and entry.suggestion_id is None and entry.task_id is None
