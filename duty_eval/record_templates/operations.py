from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from duty_eval.record_templates.models import RecordTemplate
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound


def keep_template(
    post_duty_id: int, *, content: str, quantity: Decimal | None, minutes: int | None, actor: Actor
) -> RecordTemplate:
    """Offer these words to whoever holds the duty's post. The duty lies within the actor's reach."""
    template = RecordTemplate(
        post_duty_id=post_duty_id,
        content=content.strip(),
        quantity=quantity,
        minutes=minutes,
        kept_by=actor.account_id,
    )
    db.session.add(template)
    db.session.flush()
    record_change(
        template,
        action="record_template.added",
        actor=actor,
        after={"post_duty_id": post_duty_id, "content": template.content},
    )
    return template


def end_template(template: RecordTemplate, *, actor: Actor) -> None:
    """Offer it no more; ``template`` is locked by the caller. Raises NotFound when it has ended."""
    if template.ended_at is not None:
        raise NotFound
    template.ended_at = datetime.now(UTC)
    db.session.flush()
    record_change(template, action="record_template.removed", actor=actor, before={"content": template.content})
