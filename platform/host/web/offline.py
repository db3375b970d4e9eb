"""Work without signal (离线): the installable application, its service worker, and the key of a device's outbox.

What a person writes without signal is kept on the device, encrypted (security row 42). The key is made here and
handed to the signed-in person only; the device keeps it wrapped, and the wrapping opens for the same account alone.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from host.kernel.access import current_actor, public, signed_in
from host.kernel.crypto import Unreadable, provider
from host.kernel.errors import NotFound
from host.kernel.pages import asset, hashed_names

bp = Blueprint("offline", __name__)

#: Bytes of an outbox's key (AES-256-GCM in the browser).
KEY_BYTES = 32
WRAPPED_HEADER = "Lvzhi-Wrapped-Key"
SMALL, LARGE = 192, 512


@bp.get("/app.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What a phone needs to put the platform on its home screen."""
    response = jsonify(
        name="履职 · 一平台四系统",
        short_name="履职",
        lang="zh-CN",
        start_url=url_for("duty_eval.today"),
        scope="/",
        display="standalone",
        background_color="#ffffff",
        theme_color="#153c70",
        icons=[
            {"src": asset(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in (SMALL, LARGE)
            for purpose in ("any", "maskable")
        ],
    )
    response.mimetype = "application/manifest+json"
    return response


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker, at the root so that it speaks for every page. Raises NotFound without a front-end build."""
    folder = Path(current_app.static_folder or "") / "build"
    name = hashed_names(folder).get("sw.js")
    if name is None:
        raise NotFound
    response = Response((folder / name).read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"  # a browser asks each time whether there is a newer one
    return response


@bp.get("/offline/key")
@signed_in
def device_key() -> ResponseReturnValue:
    """The key of the actor's outbox on this device, with a fresh form token for what is about to be sent.

    With the wrapping that the device kept (header ``Lvzhi-Wrapped-Key``) it is that one's key, otherwise a new one.
    Raises Unreadable (409) when the wrapping is another account's or was changed.
    """
    actor = current_actor()
    context = f"offline:{actor.account_id}"
    kept = request.headers.get(WRAPPED_HEADER)
    wrapped = _bytes_of(kept) if kept else provider().encrypt(_new_key(), context=context)
    return jsonify(
        account=actor.account_id,
        key=provider().decrypt(wrapped, context=context),
        wrapped=base64.b64encode(wrapped).decode(),
        csrf=generate_csrf(),
        days=current_app.extensions["settings"].session_days,
    )


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable from None
