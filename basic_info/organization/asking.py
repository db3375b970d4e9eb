"""The day that a page shows (截至日期), as its address names it."""

from __future__ import annotations

from datetime import date

from flask import request

from host.kernel.errors import Refused
from host.kernel.pages import today_in_china


def asked_day() -> date:
    """``as_of`` of the address, today without one. Raises Refused for what is no day."""
    text = request.args.get("as_of", "")
    if not text:
        return today_in_china()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("截至日期应写成 2026-03-02") from None


def day_in_url(day: date) -> dict[str, str]:
    """What links carry on: nothing for today."""
    return {} if day == today_in_china() else {"as_of": day.isoformat()}
