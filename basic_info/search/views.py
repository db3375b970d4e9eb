from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.duties.thread import Layer
from basic_info.permissions import Permission
from basic_info.search.queries import search_library
from host.kernel.access import current_actor, requires
from host.kernel.pages import today_in_china
from host.kernel.words import terms_of


@bp.get("/search")
@requires(Permission.DUTY_READ)
def search() -> ResponseReturnValue:
    """Search over all layers of the library, or over one (``layer``)."""
    question = request.args.get("q", "").strip()
    chosen = next((layer for layer in Layer if layer.value == request.args.get("layer")), None)
    terms = terms_of(question)
    groups = search_library(current_actor(), terms, day=today_in_china(), layers=(chosen,) if chosen else tuple(Layer))
    return render_template(
        "basic_info/search/results.html",
        question=question,
        terms=terms,
        chosen=chosen,
        groups=groups,
        layer_words=[(layer.value, layer.label) for layer in Layer],
    )
