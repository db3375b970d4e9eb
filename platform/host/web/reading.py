"""How the database's part of a page that only reads ends."""

from __future__ import annotations

from flask import Flask, Response, g, request

from host.kernel.db import db

_READS = frozenset({"GET", "HEAD"})


def register_reading(app: Flask) -> None:
    """Pages that were only read end their transaction with COMMIT.

    It costs what the ROLLBACK at a session's end does, but a ROLLBACK makes psycopg forget every statement that it has
    prepared on the connection: the next request, somebody's record among them, would be parsed and planned anew. What
    was refused or went wrong, and whatever has anything left to write, is rolled back as ever.
    """
    app.after_request(_note)
    app.teardown_request(_end)


def _note(response: Response) -> Response:
    g.was_only_read = request.method in _READS and response.status_code < 400
    return response


def _end(error: BaseException | None) -> None:
    if error is not None or not g.pop("was_only_read", False) or not db.session.registry.has():
        return
    session = db.session()
    if session.in_transaction() and not (session.new or session.dirty or session.deleted):
        session.commit()
