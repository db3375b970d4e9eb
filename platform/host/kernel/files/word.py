"""Word documents (.docx) that the platform writes: text that XML can hold, the file, the answer."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import send_file
from flask.typing import ResponseReturnValue

from host.kernel.files.kinds import FileKind

#: Characters that XML has no way to write, and lone halves of a pair.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """The text without what a document cannot hold."""
    return _UNWRITABLE.sub("", text)


def saved(document: Any) -> bytes:
    """The content of the file of a ``docx.Document``."""
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def send_word(content: bytes, name: str) -> ResponseReturnValue:
    """The document as a download; ``name`` without its ending."""
    return send_file(
        io.BytesIO(content), mimetype=FileKind.DOCX.media_type, as_attachment=True, download_name=f"{name}.docx"
    )
