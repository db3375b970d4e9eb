"""From a number of a score to what it was counted from."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from werkzeug.routing import BuildError


def records_url(person_id: int, first: date, last: date) -> str | None:
    """The person's records of the period; None where the installation has no such page."""
    period: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
    try:
        return url_for("duty_eval.person_records", person_id=person_id, **period)
    except BuildError:
        return None
