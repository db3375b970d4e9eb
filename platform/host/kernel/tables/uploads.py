"""Uploaded workbooks: kept under a random name with what their check found, until they are imported.

A workbook is about people: only who uploaded it may see the check, and the folder is the platform's alone.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import current_app

from config import Settings
from host.kernel.access import Actor
from host.kernel.errors import NotFound
from host.kernel.files.storage import received

#: A workbook that nobody imported is removed after so long.
KEPT_SECONDS = 7 * 24 * 3600
#: So many errors stand on the page of a check; the rest in its file.
SHOWN_ERRORS = 100
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class KeptWorkbook:
    """A workbook of one ``kind`` (what is imported from it) by the random name that its page's address has."""

    token: str
    kind: str

    @property
    def path(self) -> Path:
        return folder() / f"{self.token}.workbook"

    @property
    def _note(self) -> Path:
        return folder() / f"{self.token}.json"

    def note_down(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Keep what the check found (JSON) beside the workbook, for ``actor`` alone."""
        self._note.touch(mode=0o600)
        kept = {"kind": self.kind, "account_id": actor.account_id, "found": values}
        self._note.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")

    def found(self, actor: Actor) -> dict[str, Any]:
        """What the check found, for who uploaded the workbook. Raises NotFound."""
        # Nothing but 32 hexadecimal digits becomes part of a path.
        if not _TOKEN.fullmatch(self.token) or not self._note.exists():
            raise NotFound("上传的文件已过期或已被清除，请重新上传")
        kept = json.loads(self._note.read_text(encoding="utf-8"))
        if (kept.get("kind"), kept["account_id"]) != (self.kind, actor.account_id):
            raise NotFound
        found: dict[str, Any] = kept["found"]
        return found

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def keep_workbook(source: IO[bytes], *, kind: str) -> KeptWorkbook:
    """Keep the bytes of ``source``; what is older than a week goes. Raises FileTooBig, NoRoom."""
    forget_old()
    settings: Settings = current_app.extensions["settings"]
    kept = KeptWorkbook(secrets.token_hex(16), kind)
    with received(source, most_bytes=settings.upload_limit_mib * 1024 * 1024) as arrived:
        # Written anew in the folder itself: the temporary one may lie on another disk.
        kept.path.touch(mode=0o600)
        with arrived.open("rb") as content, kept.path.open("wb") as file:
            while piece := content.read(1024 * 1024):
                file.write(piece)
    return kept


def forget_old(now: float | None = None) -> int:
    """Remove uploads that are older than a week; returns how many files went."""
    oldest = (time.time() if now is None else now) - KEPT_SECONDS
    gone = [path for path in folder().iterdir() if path.stat().st_mtime < oldest]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    found: Path = settings.var_dir / "uploads"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found
