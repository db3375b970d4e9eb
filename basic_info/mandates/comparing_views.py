"""The page on which two versions of a mandate stand side by side, and its table for download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from basic_info.blueprint import bp
from basic_info.documents.queries import readable
from basic_info.duties.queries import unit_name
from basic_info.mandates.comparing import Change, Fate, compare
from basic_info.mandates.comparing_document import comparison_document
from basic_info.mandates.models import Mandate
from basic_info.mandates.review_queries import Line
from basic_info.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.errors import NotFound
from host.kernel.files.word import send_word
from host.kernel.tables.exports import Values, register_export, whole_of


@bp.get("/mandates/<int:mandate_id>/compare/<int:other_id>")
@requires(Permission.DUTY_READ)
def compare_mandates(mandate_id: int, other_id: int) -> ResponseReturnValue:
    """Clause by clause, bodies, quotas, leader posts and plates; ``all=1`` shows what is unchanged too.

    ``format=docx``: as a Word document.
    """
    before, after = _two(mandate_id, other_id, current_actor())
    changes = compare(before, after)
    shown = request.args.get("all") == "1"
    if request.args.get("format") == "docx":
        return _document(before, after, [one for one in changes if shown or one.fate is not Fate.SAME])
    return render_template(
        "basic_info/mandates/compare.html",
        before=before,
        after=after,
        unit_name=unit_name(after.unit_id),
        changes=[one for one in changes if shown or one.fate is not Fate.SAME],
        counts=Counter(one.fate for one in changes),
        fates=list(Fate),
        shown=shown,
    )


def _document(before: Mandate, after: Mandate, changes: Sequence[Change]) -> ResponseReturnValue:
    unit = unit_name(after.unit_id)
    name = f"{unit}三定规定对照-第{before.version_no}版与第{after.version_no}版"
    return send_word(comparison_document(unit, before, after, changes), name)


def _two(mandate_id: int, other_id: int, actor: Actor) -> tuple[Mandate, Mandate]:
    """Both versions with their parts. Raises NotFound, also for versions of two units."""
    before, after = _version(mandate_id, actor), _version(other_id, actor)
    if before.unit_id != after.unit_id:
        raise NotFound
    return before, after


def _version(mandate_id: int, actor: Actor) -> Mandate:
    parts = (Mandate.fields, Mandate.clauses, Mandate.quotas, Mandate.leaders, Mandate.document)
    return readable(select(Mandate).options(*map(selectinload, parts)), Mandate, mandate_id, actor)


def _rows(actor: Actor, values: Values) -> Iterator[tuple[str, ...]]:
    before, after = _two(whole_of(values, "mandate_id"), whole_of(values, "other_id"), actor)
    for one in compare(before, after):
        if one.fate is not Fate.SAME or values.get("all") == "1":
            yield one.group, one.label, one.fate.label, _words(one.before), _words(one.after), _origin(one)


def _words(line: Line | None) -> str:
    return line.words if line else ""


def _origin(change: Change) -> str:
    line = change.after or change.before
    return f"{line.origin.word} {line.origin.name}" if line and line.origin else ""


register_export(
    "basic_info.mandate_comparison",
    "三定规定版本对比",
    permission=Permission.DUTY_READ,
    columns={
        title: itemgetter(place) for place, title in enumerate(("部分", "条款", "变化", "变更前", "变更后", "来源"))
    },
    rows=_rows,
)
