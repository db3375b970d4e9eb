from __future__ import annotations

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records.forms import MINUTE_CHOICES
from duty_eval.records.models import CONTENT_LENGTH
from duty_eval.records.offers import duty_buttons
from host.kernel.access import current_actor, public, signed_in
from host.kernel.pages import today_in_china

_OUTSIDE = {"id": "0", "text": "岗位职责以外的工作", "measure": "项", "words": True, "evidence": False}


@bp.get("/offline")
@public
def offline_page() -> ResponseReturnValue:
    """The page without signal, the same for everybody: what is personal on it comes from the device itself.

    A device keeps it, so nothing of a session may be on it: no name, no token.
    """
    return render_template("duty_eval/offline/page.html", minute_choices=MINUTE_CHOICES, content_length=CONTENT_LENGTH)


@bp.get("/offline/duties")
@signed_in
def offline_duties() -> ResponseReturnValue:
    """What a device takes along for days without signal, to be sealed there.

    ``{name, duties: [{id, text, measure, words, evidence}]}``; ``words``, ``evidence``: whether the duty asks for them.

    The last one stands for work outside one's duties. ``duties`` is null for who keeps no records: every page asks, and
    a refusal would be none of theirs. One statement.
    """
    actor = current_actor()
    if not actor.may(Permission.DUTY_RECORD_LOG):
        return jsonify(name=actor.display_name, duties=None)
    found = duty_buttons(actor.person_id or 0, today_in_china())
    names_posts = len({duty.post_id for duty in found}) > 1
    duties = [
        {
            "id": str(duty.id),
            "text": f"{duty.text}（{duty.post_title}）" if names_posts and duty.post_title else duty.text,
            "measure": duty.measure_unit,
            "words": bool(duty.asks_words),
            "evidence": bool(duty.asks_evidence),
        }
        for duty in found
    ]
    return jsonify(name=actor.display_name, duties=[*duties, _OUTSIDE])
