"""Kinds of notification, declared by who tells: ``RETURNED = register_kind("duty_record.returned", …)``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """``title``: what settings call it. ``is_obligatory``: nobody may switch it off."""

    name: str
    title: str
    is_obligatory: bool = False


_kinds: dict[str, Kind] = {}


def register_kind(name: str, title: str, *, is_obligatory: bool = False) -> Kind:
    """Declare that things of this kind are told."""
    return _kinds.setdefault(name, Kind(name, title, is_obligatory))


def registered_kinds() -> Mapping[str, Kind]:
    """By name, in the order of their titles."""
    return dict(sorted(_kinds.items(), key=lambda item: item[1].title))
