"""For machines: is it alive, is it ready, what does it measure."""

from __future__ import annotations

import hmac
import time
from datetime import UTC, datetime

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from sqlalchemy import select, text

from host.kernel.access import public
from host.kernel.clock.models import ClockLeader
from host.kernel.db import db
from host.web.errors import answer

bp = Blueprint("health", __name__)

REGISTRY = CollectorRegistry()
REQUESTS = Counter("lvzhi_requests_total", "Answers by endpoint and status", ["endpoint", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "lvzhi_request_seconds",
    "Time to answer",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
_PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
#: A scheduler that has not been heard of for this long counts as missing.
SCHEDULER_SILENT_SECONDS = 60


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """This process answers; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Database and migrations are as this code needs them. A missing scheduler is told, not fatal."""
    # Alembic takes memory of every process that loads it, and only those that are asked need it.
    from host.migrating import newest_revision  # noqa: PLC0415

    checks = {"database": "ok", "migrations": "ok", "scheduler": "ok"}
    try:
        version = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        if version != newest_revision():
            checks["migrations"] = "behind"
        beat = db.session.scalar(select(ClockLeader.beat_at))
        if beat is None or (datetime.now(UTC) - beat).total_seconds() > SCHEDULER_SILENT_SECONDS:
            checks["scheduler"] = "degraded"
    except Exception:  # noqa: BLE001  # whatever is wrong with the database: not ready
        db.session.rollback()
        checks["database"] = "unreachable"
    fit = checks["database"] == "ok" and checks["migrations"] == "ok"
    return jsonify(status="ok" if fit else "unready", checks=checks), 200 if fit else 503


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Prometheus figures of this process: for the bearer of ``LVZHI_METRICS_TOKEN``; without one, on loopback only."""
    if not _may_measure(current_app.extensions["settings"].metrics_token):
        return answer(404, None)
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _may_measure(token: str) -> bool:
    """A proxy on the same machine comes from loopback too: what it passes on bears its marks, and is from elsewhere."""
    if token:
        sent = request.headers.get("Authorization", "").encode("utf-8", "surrogatepass")
        return hmac.compare_digest(sent, f"Bearer {token}".encode())
    return request.remote_addr in {"127.0.0.1", "::1"} and not any(mark in request.headers for mark in _PASSED_ON)


def register_metrics(app: Flask) -> None:
    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def measure(response: Response) -> Response:
        endpoint = request.endpoint or "-"
        REQUESTS.labels(endpoint, response.status_code).inc()
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.get("started", time.perf_counter()))
        return response
