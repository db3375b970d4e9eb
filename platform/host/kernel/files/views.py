"""Files served to those who may see what they belong to: as attachments, pictures within pages too."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, send_file
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.files.models import StoredFile
from host.kernel.files.storage import current_store
from host.kernel.files.subjects import may_open
from host.permissions import Permission

bp = Blueprint("files", __name__, url_prefix="/files")
log = structlog.get_logger("host.files")

MOST = 2**63 - 1


@bp.get("/<int:file_id>")
@requires(Permission.FILE_READ)
def download(file_id: int) -> ResponseReturnValue:
    """The file as an attachment. One that is not there and one not to be seen answer alike."""
    return _served(_openable(file_id), inline=False)


@bp.get("/<int:file_id>/view")
@requires(Permission.FILE_READ)
def view(file_id: int) -> ResponseReturnValue:
    """A picture within a page: those were drawn anew when they came. Anything else comes as an attachment here too."""
    row = _openable(file_id)
    return _served(row, inline=row.is_picture)


def _openable(file_id: int) -> StoredFile:
    row = db.session.get(StoredFile, file_id) if file_id <= MOST else None
    if row is None or not may_open(row, current_actor()):
        raise NotFound
    return row


def _served(row: StoredFile, *, inline: bool) -> Response:
    try:
        content = current_store().open(row.sha256)
    except FileNotFoundError:
        log.error("file_bytes_missing", file_id=row.id, sha256=row.sha256)
        raise NotFound("文件的内容不在存储中，请联系管理员") from None
    response = send_file(content, mimetype=row.media_type, as_attachment=not inline, download_name=row.name)
    response.content_length = row.size
    response.headers["Cache-Control"] = "no-store"  # personal, like every page
    # Should a browser show it after all, it may do nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
