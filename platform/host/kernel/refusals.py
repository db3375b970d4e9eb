"""What the guards of the database refuse (SQLSTATEs of the class LV), in the words of a person."""

from __future__ import annotations

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from host.kernel.errors import DomainError

_BY_STATE: dict[str, type[DomainError]] = {}


def in_words_of(sqlstate: str, refusal: type[DomainError]) -> None:
    """Say ``refusal`` to the person wherever the database raises ``sqlstate``."""
    _BY_STATE[sqlstate] = refusal


@event.listens_for(Engine, "handle_error")
def _in_words(context: ExceptionContext) -> None:
    refused = _BY_STATE.get(getattr(context.original_exception, "sqlstate", None) or "")
    if refused is not None:
        raise refused from context.original_exception
