"""认定不交叉: a person says that two functions only sound alike; they stay away until one of the texts changes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from basic_info.coverage.models import FunctionOverlap, OverlapRuling
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import DomainError, NotPermitted, Refused


class AlreadyRuled(DomainError):
    message = "这一对已经认定过，请刷新页面"


def rule_out(pair: FunctionOverlap, *, reason: str, actor: Actor) -> OverlapRuling:
    """The two do not overlap, as their words are now. Raises NotPermitted, Refused, AlreadyRuled."""
    actor.require(Permission.COVERAGE_JUDGE)
    if actor.account_id is None:
        raise NotPermitted("须由登录人员认定")
    if not reason.strip():
        raise Refused("请写明为什么不算交叉")
    made = db.session.scalar(
        insert(OverlapRuling)
        .values(
            unit_id=pair.unit_id,
            words=pair.words,
            other_unit_id=pair.other_unit_id,
            other_words=pair.other_words,
            reason=reason.strip(),
            decided_by=actor.account_id,
            decided_by_name=actor.display_name,
        )
        .on_conflict_do_nothing(
            index_elements=["unit_id", "words", "other_unit_id", "other_words"], index_where=text("ended_at IS NULL")
        )
        .returning(OverlapRuling.id)
    )
    if made is None:
        raise AlreadyRuled
    record_change(
        pair,
        action="function_overlap.ruled_out",
        actor=actor,
        after={"function_id": pair.function_id, "other_id": pair.other_id, "score": pair.score},
        reason=reason.strip(),
    )
    return db.session.get_one(OverlapRuling, made)


def end_ruling(ruling: OverlapRuling, *, actor: Actor) -> None:
    """The pair is shown again. Raises NotPermitted, AlreadyRuled (somebody did so before)."""
    actor.require(Permission.COVERAGE_JUDGE)
    db.session.refresh(ruling, with_for_update=True)
    if ruling.ended_at is not None:
        raise AlreadyRuled
    ruling.ended_by, ruling.ended_at = actor.account_id, datetime.now(UTC)
    db.session.flush()
    record_change(ruling, action="function_overlap.listed_again", actor=actor, before={"reason": ruling.reason})
