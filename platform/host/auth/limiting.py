"""The one limiter; counters lie in PostgreSQL (see rate_limits)."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from host.auth import rate_limits as rate_limits  # registers the storage scheme


class LimiterOfViews(Limiter):
    """Limits stand on views only, and their decorator asks; nothing needs to be looked up before all other requests."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = LimiterOfViews(get_remote_address, storage_uri="lvzhi-postgres://", strategy="fixed-window")
