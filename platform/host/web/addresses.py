"""What the host's addresses and JSON bodies may look like, whichever system they belong to."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import IntegerConverter, Map

#: The largest id that a row can have; what is beyond leads nowhere (404) instead of to the database.
MOST_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """``<int:…>``: ids of rows."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **{"max": MOST_ID, **options})


class StrictJson(DefaultJSONProvider):
    """JSON in which a name stands once: what is sent has one meaning (security row 34)."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **options: Any) -> Any:
        """Raises ValueError for a name given twice."""
        return super().loads(s, object_pairs_hook=_once, **options)


def register_addresses(app: Flask) -> None:
    """Before any route is added."""
    app.url_map.converters["int"] = IdConverter
    app.json = StrictJson(app)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
