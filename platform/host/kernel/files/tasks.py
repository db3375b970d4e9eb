"""The nightly clean-up of files whose time is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from host.kernel.db import db
from host.kernel.files.errors import StoreUnreachable
from host.kernel.files.operations import drop_bytes, expired_files, forget
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job

BATCH = 200


@job("host.drop_expired_files", title="清理到期文件", words={"files": "清理文件"}, alone=True)
def drop_expired_files(run: Progress) -> dict[str, Any]:
    """Remove what is past its time: rows first, each with its audit row, then bytes that nobody names."""
    now, done = datetime.now(UTC), 0
    while files := expired_files(now, most=BATCH):
        digests = {file.sha256 for file in files}
        for file in files:
            forget(file)
        db.session.commit()
        for digest in sorted(digests):
            _drop(digest, run)
        done += len(files)
        run.step(done)
        run.checkpoint()
    return {"files": done}


def _drop(digest: str, run: Progress) -> None:
    """Bytes that stay behind because the store is away harm nobody: nothing names them."""
    try:
        drop_bytes(digest)
    except StoreUnreachable:
        run.log(f"存储暂时无法访问，内容 {digest[:12]} 未能清理")
    db.session.commit()
