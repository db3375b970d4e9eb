from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby

from flask import request, send_file
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.routine import queries
from duty_eval.routine.document import routine_document
from duty_eval.routine.errors import NotYet
from duty_eval.routine.papers import Paper, own_paper, paper_of, papers_of_round
from host.kernel.access import current_actor, require_fresh, requires
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.files.word import send_word
from host.kernel.tables.exports import MOST_PEOPLE_UNASKED

#: Forms in one answer: drawing them takes a web worker about 17 ms each.
MOST_AT_ONCE = 500


@bp.get("/routine/<int:form_id>/paper")
@requires(Permission.DUTY_RECORD_LOG)
def my_routine_paper(form_id: int) -> ResponseReturnValue:
    """One's own 平时考核登记表 as a Word document."""
    actor = current_actor()
    if queries.own_form(actor, form_id).RoutineAssessment.is_result_ready:
        raise NotYet("结果已确定，请先打开考核表查看结果，再下载")
    return _word([own_paper(actor, form_id)])


@bp.get("/routine/rounds/forms/<int:form_id>/paper")
@requires(Permission.ROUTINE_READ)
def routine_paper(form_id: int) -> ResponseReturnValue:
    """A person's 平时考核登记表 as a Word document."""
    return _word([paper_of(current_actor(), form_id)])


@bp.post("/routine/rounds/<int:round_id>/papers")
@requires(Permission.ROUTINE_READ)
def routine_papers(round_id: int) -> ResponseReturnValue:
    """All forms of a round: of one section as one document, of the unit as a folder of one document a section."""
    actor, text = current_actor(), request.form.get("section", "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    held = queries.round_of(actor, round_id).RoutineRound
    papers = papers_of_round(actor, round_id, section_id=int(text) if text else None)
    if len(papers) > MOST_AT_ONCE:
        raise Refused(f"一次最多下载 {MOST_AT_ONCE} 人，请按科室下载")
    if len(papers) > MOST_PEOPLE_UNASKED:
        require_fresh(actor)
    record_change(held, action="routine_round.exported", actor=actor, after={"people": len(papers)})
    db.session.commit()
    if text:
        return _word(papers)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, part in _by_section(papers):
            folder.writestr(name, routine_document(part))
    content.seek(0)
    return send_file(
        content, mimetype="application/zip", as_attachment=True, download_name=f"平时考核登记表-{held.name}.zip"
    )


def _by_section(papers: Sequence[Paper]) -> Iterator[tuple[str, list[Paper]]]:
    """(file name, forms) by section; two sections of one name get a number."""
    for number, (name, part) in enumerate(groupby(papers, key=lambda paper: paper.section_name), start=1):
        yield f"{number:02d}-{_file_word(name)}.docx", list(part)


def _word(papers: Sequence[Paper]) -> ResponseReturnValue:
    whose = papers[0].name if len(papers) == 1 else papers[0].section_name
    name = f"平时考核登记表-{_file_word(whose)}-{_file_word(papers[0].round_name)}"
    return send_word(routine_document(papers), name)


def _file_word(text: str) -> str:
    """A name that is no path, whatever somebody called the section."""
    return "".join("_" if letter in '/\\:*?"<>|' or letter < " " else letter for letter in text).strip(".") or "_"
