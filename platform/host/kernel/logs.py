"""Structured logs: one JSON line an event, each with the request's id; never a password, token or ID number."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

_ID_NUMBER = re.compile(r"\b(\d{4})\d{10}(\d{3}[\dXx])\b")
#: PostgreSQL quotes the row that it refuses: "Failing row contains (…)", "Key (login_name)=(…) already exists".
_DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)
_SECRET_NAMES = frozenset({"password", "token", "cookie", "authorization", "secret", "id_no", "csrf_token"})


def configure_logs(level: str, *, process: str) -> None:
    """Send everything, also what libraries log, to standard error as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                mask_secrets,  # once more: the text of an error came in only now
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "procrastinate", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)


def mask_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Mask ID numbers wherever they stand and drop values whose names say that they are secret, and quoted rows."""
    for name, value in event.items():
        if name.lower() in _SECRET_NAMES:
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _ID_NUMBER.sub(r"\1**********\2", _DETAIL.sub("DETAIL: ***", value))
    return event
