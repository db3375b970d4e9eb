"""How a command of a system gets the running application: the host's command line says how, systems only ask."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask

_opener: Callable[[], AbstractContextManager[Flask]] | None = None


def provide(opener: Callable[[], AbstractContextManager[Flask]]) -> None:
    """The host says how an application context with its database is opened."""
    global _opener  # one process, one command line
    _opener = opener


def in_app() -> AbstractContextManager[Flask]:
    """The application context of this command; the database is started if need be and left again afterwards."""
    if _opener is None:
        raise RuntimeError("no application was provided")
    return _opener()
