"""Hours of the day (时段) that a person chose to write: two entries of one day should not overlap (R91).

A start is typed or it is not there. It is never asked for, never taken from a device, a sign-in or a submission, and
counts for nothing: it only tells of two entries that cannot both be right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from duty_eval.absences.halves import HalfDay
from duty_eval.entry_rules.models import OverlapMode
from duty_eval.entry_rules.queries import rules_of_person
from duty_eval.records.errors import Overlaps, OverlapWithoutReason
from host.kernel.errors import Refused
from host.kernel.pages import clock

#: Steps of a start, in minutes.
QUARTER = 15
MINUTES_OF_A_DAY = 1440
_CLOCK = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3])[:：](?P<minute>[0-5][0-9])(?::00)?", re.ASCII)


@dataclass(frozen=True)
class Span:
    """From ``start`` (minutes after midnight) for ``minutes``; ``what`` it is in words."""

    start: int
    minutes: int
    what: str = ""

    @property
    def end(self) -> int:
        return self.start + self.minutes

    def shared_with(self, other: Span) -> int:
        """Minutes that lie in both."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def __str__(self) -> str:
        return f"{clock(self.start)}–{clock(self.end)}"


def minute_of(text: str) -> int | None:
    """``9:15`` → 555, nothing → None. Raises Refused for what is no quarter of an hour."""
    if not text.strip():
        return None
    match = _CLOCK.fullmatch(text.strip())
    minute = int(match["hour"]) * 60 + int(match["minute"]) if match else -1
    if minute < 0 or minute % QUARTER:
        raise Refused("起始时刻请按一刻钟填，如 9:15；不想填可以留空")
    return minute


def require_sound(start: int | None, minutes: int | None) -> None:
    """Raises Refused for a start without a length, and for a span that leaves its day; as the table's checks do."""
    if start is None:
        return
    if not minutes:
        raise Refused("填了起始时刻，请同时填用时；不想填时段的，把起始时刻留空")
    if start + minutes > MINUTES_OF_A_DAY:
        raise Refused("这一项超过了当天 24 时，请按天分成两项填写，或把起始时刻留空")


def span_of(start: int | None, minutes: int | None, what: str = "") -> Span | None:
    return Span(start, minutes, what) if start is not None and minutes else None


def quoted(words: str) -> str:
    """An entry by the beginning of its words."""
    return f"“{words[:20]}”" if words else "另一项"


def taken_from(rows: Sequence[Sequence[int | str]]) -> list[Span]:
    """What the database's ``taken_spans`` says: (start, minutes, words of a record) and (null, null, half of leave)."""
    found = []
    for start, minutes, what in rows:
        if start is None:
            half = HalfDay(what)
            found.append(Span(*half.hours, f"{half.label}的请假"))
        else:
            found.append(Span(int(start), int(minutes), quoted(str(what))))
    return found


def overlaps_of(spans: Sequence[Span | None], taken: Sequence[Span]) -> dict[int, str]:
    """By the place of a span, in words, what it overlaps of ``taken`` or of the spans before it."""
    found: dict[int, str] = {}
    for place, span in enumerate(spans):
        if span is None:
            continue
        others = [*taken, *(one for one in spans[:place] if one is not None)]
        words = [f"{other} {other.what}" for other in others if span.shared_with(other)]
        if words:
            found[place] = f"{span} 与{'、'.join(words)}重叠"
    return found


def check_overlaps(found: dict[int, str], *, person_id: int, day: date, reason: str) -> dict[int, str]:
    """What of ``found`` the reviewer is told, by where the person stands on ``day``; one statement, none for nothing.

    Raises Overlaps where they are not taken, OverlapWithoutReason where a reason is asked for.
    """
    if not found:
        return {}
    mode = rules_of_person(person_id, day).overlap_mode
    words = "；".join(found.values())
    if mode is OverlapMode.REFUSE:
        raise Overlaps(f"{words}，请修改时段或用时，不能确定的可以把起始时刻留空")
    if mode is OverlapMode.REASON and not reason.strip():
        raise OverlapWithoutReason(f"{words}，请修改，或写明重叠的原因后再提交")
    if mode is OverlapMode.OFF:
        return {}
    why = f"；本人说明：{reason.strip()}" if reason.strip() else ""
    return {place: f"{one}{why}" for place, one in found.items()}
