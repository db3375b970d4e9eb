"""Addresses of the next and the first page of a list that pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for


def page_urls(endpoint: str, names: Sequence[str], *, next_key: int | None) -> dict[str, str | None]:
    """``next_url`` and ``first_url``; of the request's arguments only the filters ``names`` are carried on."""
    kept: dict[str, Any] = {name: request.args[name] for name in names if request.args.get(name)}
    return {
        "next_url": url_for(endpoint, **kept, after=next_key) if next_key else None,
        "first_url": url_for(endpoint, **kept) if request.args.get("after") else None,
    }
