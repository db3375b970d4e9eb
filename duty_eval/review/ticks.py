"""What a reviewer had ticked when a batch was refused: kept in the server-side session until it is passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import session, url_for

_KEY = "review_ticks"
#: Who comes back later begins anew: ticks that one no longer remembers would be passed unseen.
KEPT = timedelta(minutes=30)


@dataclass(frozen=True)
class Ticks:
    """``keys``: ``<id>:<day>`` as the boxes carry them; ``address``: what the list was narrowed to."""

    keys: tuple[str, ...]
    address: dict[str, Any] = field(default_factory=dict)
    comment: str = ""
    quality: str = ""

    @property
    def pairs(self) -> list[tuple[int, date]]:
        return parse_keys(self.keys)

    @property
    def url(self) -> str:
        """The list on which they were ticked."""
        return url_for("duty_eval.review_queue", **self.address)


def parse_keys(texts: Collection[str]) -> list[tuple[int, date]]:
    """``17:2026-03-02`` → (17, day). Raises ValueError."""
    parts = [text.partition(":") for text in texts]
    return [(int(number), date.fromisoformat(day)) for number, _, day in parts]


def hold(ticks: Ticks) -> None:
    session[_KEY] = {**asdict(ticks), "keys": list(ticks.keys), "at": datetime.now(UTC).isoformat()}


def held() -> Ticks | None:
    """What is kept; None: nothing, or it is too old."""
    said: Mapping[str, Any] | None = session.get(_KEY)
    if said is None:
        return None
    if datetime.now(UTC) - datetime.fromisoformat(said["at"]) > KEPT:
        drop()
        return None
    return Ticks(tuple(said["keys"]), said["address"], said["comment"], said["quality"])


def drop() -> None:
    session.pop(_KEY, None)


def untick(keys: Collection[str]) -> None:
    """Those were dealt with one by one; the others stay ticked."""
    if (ticks := held()) is None:
        return
    left = tuple(key for key in ticks.keys if key not in keys)
    if left:
        hold(replace(ticks, keys=left))
    else:
        drop()
