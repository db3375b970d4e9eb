"""How a page answers what was filled in, the same in every system."""

from __future__ import annotations

from collections.abc import Callable

from wtforms import Field

from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.forms import ChineseForm


def refusal(form: ChineseForm, act: Callable[[], object], *, at: Field | None = None) -> int | None:
    """Check what was filled in, do ``act`` and commit. Returns None, or the status to show the form again with.

    Then the form says what is wrong (what ``act`` refuses: beside the field ``at``), and nothing of ``act`` is kept.
    """
    if not form.validate_on_submit():
        return 422
    try:
        act()
    except DomainError as refused:
        db.session.rollback()
        if at is None:
            form.form_errors.append(str(refused))
        else:
            at.errors = [*at.errors, str(refused)]
        return refused.status
    db.session.commit()
    return None
