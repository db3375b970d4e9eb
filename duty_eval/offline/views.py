from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.records.forms import CONTENT_LENGTH, MINUTE_CHOICES
from host.kernel.access import public


@bp.get("/offline")
@public
def offline_page() -> ResponseReturnValue:
    """The page without signal, the same for everybody: what is personal on it comes from the device itself.

    A device keeps it, so nothing of a session may be on it: no name, no token.
    """
    return render_template("duty_eval/offline/page.html", minute_choices=MINUTE_CHOICES, content_length=CONTENT_LENGTH)
