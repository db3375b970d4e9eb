"""Pages of lists that are short enough to be counted off: years of a city, not its days (those page by key)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import request, url_for

from host.kernel.db import AnyRow, AnySelect, db

PAGE = 50
_LAST = 10_000


@dataclass(frozen=True)
class Paged:
    """The rows of one page, as good as the list of them, and the addresses of the next and the first, if any."""

    rows: Sequence[AnyRow]
    next_url: str | None
    first_url: str | None

    def __iter__(self) -> Iterator[AnyRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def paged(statement: AnySelect, *, name: str = "page", size: int = PAGE) -> Paged:
    """The page that the address asks for in ``name`` (from 1), which tells lists of one page apart; one statement.

    A page that is no number, or beyond the last, is the first or an empty one.
    """
    number = min(max(request.args.get(name, 1, type=int), 1), _LAST)
    found = db.session.execute(statement.limit(size + 1).offset((number - 1) * size)).all()
    return Paged(
        found[:size],
        _address(name, number + 1) if len(found) > size else None,
        _address(name, None) if number > 1 else None,
    )


def _address(name: str, number: int | None) -> str:
    """This page's address with another number; None: without one."""
    values = {key: value for key, value in request.args.items() if not key.startswith("_")}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **values, name: number})
