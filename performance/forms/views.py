from __future__ import annotations

from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.errors import NotFound
from host.kernel.files.word import send_word
from host.kernel.pages import today_in_china
from performance.blueprint import bp
from performance.forms.document import register_document
from performance.forms.queries import register_form_of
from performance.permissions import Permission

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/forms/register/<int:person_id>/<int:year>")
@requires(Permission.FORM_PRINT)
def register_form(person_id: int, year: int) -> ResponseReturnValue:
    """年度考核登记表 of a person's year, as a Word document."""
    today = today_in_china()
    if not 2000 <= year <= today.year:
        raise NotFound
    form = register_form_of(current_actor(), person_id, year, today=today)
    return send_word(register_document(form), f"年度考核登记表-{form.name}-{year}")
