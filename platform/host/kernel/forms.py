"""What all forms share: built-in messages (a wrong day, a choice that is none) in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types


class ChineseForm(FlaskForm):
    class Meta(FlaskForm.Meta):
        locales: ClassVar[list[str]] = ["zh"]
        #: The host checks the token of every POST before any view runs (CSRFProtect); a form need not do it again.
        csrf = False


def options(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """(value, word) pairs as WTForms wants the choices of a field."""
    return [SelectChoice(value, word) for value, word in pairs]
