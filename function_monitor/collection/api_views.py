"""``POST /api/events``: a business system reports what was done to cases, with its own key."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy import select

from function_monitor.collection.errors import BadKey
from function_monitor.collection.ingesting import RawRow, Taken, ingest, printable
from function_monitor.collection.models import BusinessSystem
from function_monitor.collection.operations import hash_key
from function_monitor.collection.schemas import EventAnswerSchema, EventSchema
from host.kernel.access import machine
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.idempotency import KEY_LENGTH, claim, keep_answer

MOST_EVENTS = 500

api = Blueprint("events", __name__, url_prefix="/api", description="业务系统上报办件事件")


@machine
def receive_events() -> dict[str, Any]:
    """上报办件事件

    One event or a list of up to 500. Header ``Authorization: Bearer <key>`` and ``Idempotency-Key``: sent again
    with the same key, the first answer comes back and nothing is written. 401, 409, 422 answer with a sentence.
    """
    system = _system()
    body = request.get_json(silent=True)
    rows = _rows(body)
    owner, key = f"client:{system.id}", request.headers.get("Idempotency-Key", "")
    claimed = claim(owner=owner, key=key, body=body)
    if not claimed.is_first:
        return claimed.answer
    answer = _answer(rows, ingest(rows, system))
    keep_answer(owner=owner, key=key, answer=answer)
    db.session.commit()
    return answer


def _system() -> BusinessSystem:
    """The system whose key the request carries. Raises BadKey."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = db.session.scalars(
        select(BusinessSystem).where(BusinessSystem.key_hash == hash_key(key.strip()), BusinessSystem.is_on)
    ).one_or_none()
    if scheme.lower() != "bearer" or found is None:
        raise BadKey
    return found


def _rows(body: Any) -> list[RawRow]:
    """The events of a body. Raises Refused."""
    events = [body] if isinstance(body, dict) else body
    if not isinstance(events, list) or not events or not all(isinstance(event, dict) for event in events):
        raise Refused("请求体应为一个事件对象，或事件对象的数组（JSON）")
    if len(events) > MOST_EVENTS:
        raise Refused(f"一次最多上报 {MOST_EVENTS} 条")
    return [RawRow(event) for event in events]


def _answer(rows: list[RawRow], taken: list[Taken]) -> dict[str, Any]:
    counts = Counter(one.result for one in taken)
    results = []
    for row, one in zip(rows, taken, strict=True):
        number = row.raw.get("case_no")
        case_no = printable(number)[:80] if isinstance(number, str) else None
        results.append({"case_no": case_no, "result": one.result, "reason": one.reason})
    names = ("accepted", "duplicate", "quarantined")
    return {**{name: counts[name] for name in names}, "results": results}


_documented = api.response(200, EventAnswerSchema)(receive_events)
_documented = api.doc(
    requestBody={
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        EventSchema,
                        {"type": "array", "items": EventSchema, "minItems": 1, "maxItems": MOST_EVENTS},
                    ]
                }
            }
        },
    },
    parameters=[
        {"in": "header", "name": "Authorization", "required": True, "schema": {"type": "string"}},
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH, "pattern": r"^[!-~]+$"},
        },
    ],
)(_documented)
api.add_url_rule("/events", "receive_events", _documented, methods=["POST"])
