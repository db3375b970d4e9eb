"""The one limiter; counters lie in PostgreSQL (see rate_limits)."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from host.auth import rate_limits as rate_limits  # registers the storage scheme

limiter = Limiter(get_remote_address, storage_uri="lvzhi-postgres://", strategy="fixed-window")
