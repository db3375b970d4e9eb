"""Tables that are too long for one request: written by a job, kept with its run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from host.kernel.db import db
from host.kernel.files.kinds import FileKind
from host.kernel.files.operations import PRODUCED_DAYS, store_produced
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import CHINA_TIME
from host.kernel.tables.exports import BATCH, Table, find_export, table_of
from host.kernel.tables.writing import stream_csv, write_xlsx

EXPORT_JOB = "host.export_table"


@job(EXPORT_JOB, title="导出名单", words={"rows": "行数"})
def export_table(run: Progress, *, name: str, kind: str, values: dict[str, str]) -> dict[str, Any]:
    """Write the list ``name`` as xlsx or csv, with the rights its asker has now, and keep it with the run."""
    export = find_export(name, run.actor)
    # Sorting a whole register may take longer than a request may wait.
    db.session.execute(text("SET LOCAL statement_timeout = '15min'"))
    table = table_of(export, run.actor, values, in_full=True)
    run.step(0, table.count)
    with tempfile.TemporaryDirectory(prefix="lvzhi-export-") as folder:
        path = Path(folder) / "table"
        rows = write_table(path, kind, table, run)
        title = f"{export.title}{datetime.now(CHINA_TIME):%Y-%m-%d}.{kind}"
        file = store_produced(
            path,
            name=title,
            kind=FileKind.XLSX if kind == "xlsx" else FileKind.TEXT,
            subject=f"job_run:{run.run_id or 0}",
            actor=run.actor,
        )
    run.log(f"已生成“{file.name}”，保存 {PRODUCED_DAYS} 天")
    return {"rows": rows, "file_id": file.id}


def write_table(path: Path, kind: str, table: Table, run: Progress) -> int:
    """Write ``table`` to ``path``, telling how far it is; returns the number of rows."""
    rows = _told(table, run)
    if kind == "xlsx":
        write_xlsx(path, table.export.headings, rows, sheet=table.export.title, author=run.actor.display_name)
    else:
        with path.open("wb") as file:
            file.writelines(stream_csv(table.export.headings, rows))
    return run.done


def _told(table: Table, run: Progress) -> Iterator[Sequence[Any]]:
    done = 0
    for done, row in enumerate(table.rows(), start=1):
        yield row
        if done % BATCH == 0:
            run.step(done)
            run.checkpoint()
    run.step(done)
