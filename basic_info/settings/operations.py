"""Setting the duty library of the city."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert

from basic_info.settings.models import LibrarySetting
from basic_info.settings.queries import LibrarySettings, library_settings
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused

#: Below it nearly any two functions are alike, above it none but equal ones.
LEAST, MOST = Decimal("0.3"), Decimal("1")
FEWEST_HOURS, MOST_HOURS = 1, 24


def set_library(settings: LibrarySettings, *, actor: Actor) -> None:
    """Keep the settings; nothing is written where they are as before. Raises Refused."""
    if not LEAST <= settings.overlap_least <= MOST:
        raise Refused(f"相似度应在 {LEAST:%} 到 {MOST:%} 之间")
    if not FEWEST_HOURS <= settings.hours_per_day <= MOST_HOURS:
        raise Refused(f"每个工作日的小时数应在 {FEWEST_HOURS} 到 {MOST_HOURS} 之间")
    before = library_settings()
    if settings == before:
        return
    facts = {**asdict(settings), "set_by": actor.account_id, "set_at": datetime.now(UTC)}
    db.session.execute(
        insert(LibrarySetting).values(id=1, **facts).on_conflict_do_update(index_elements=["id"], set_=facts)
    )
    db.session.expire_all()  # the row was written by a statement of its own
    record_change(
        "library_setting:1", action="library_setting.set", actor=actor, before=asdict(before), after=asdict(settings)
    )
