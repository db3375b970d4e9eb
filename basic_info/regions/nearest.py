"""What a division goes by where each may set its own: its own, else that of the nearest division around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, func

from host.kernel.access import scope_prefix

T = TypeVar("T")


def nearest(code: str, by_code: Mapping[str, T], default: T) -> T:
    """The one for the division ``code`` among those that divisions set, by their codes; ``default`` where none did."""
    around = [one for one in by_code if code.startswith(scope_prefix(one))]
    return by_code[max(around, key=lambda one: len(scope_prefix(one)))] if around else default


def prefix_of(code: ColumnElement[Any] | Any) -> ColumnElement[Any] | Any:
    """``scope_prefix`` of a column."""
    return case((and_(func.length(code) == 6, code.like("%00")), func.left(code, 4)), else_=code)
