"""What all forms share: built-in messages (a wrong day, a choice that is none) in Chinese."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types

T = TypeVar("T")


class ChineseForm(FlaskForm):
    class Meta(FlaskForm.Meta):
        locales: ClassVar[list[str]] = ["zh"]
        #: The host checks the token of every POST before any view runs (CSRFProtect); a form need not do it again.
        csrf = False


def options(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """(value, word) pairs as WTForms wants the choices of a field."""
    return [SelectChoice(value, word) for value, word in pairs]


def validated(value: T | None) -> T:
    """What a field holds that must be filled in, once its form was validated."""
    assert value is not None
    return value


def members(kind: type[enum.Enum]) -> dict[str, Any]:
    """``choices`` and ``coerce`` of a field that chooses a member of ``kind``, shown by its ``label``.

    What is none stays as it came, and is then no valid choice.
    """

    def coerce(value: Any) -> Any:
        return next((one for one in kind if value in (one, one.value)), value)

    return {"choices": options((one.value, one.label) for one in kind), "coerce": coerce}  # type: ignore[attr-defined]
