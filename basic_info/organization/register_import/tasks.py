from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from basic_info.organization.register_import.operation import import_register
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job


@job("basic_info.import_register", title="导入名册", words={"new": "新增", "changed": "变更", "unchanged": "未变"})
def import_register_job(
    run: Progress, *, path: str, on: str, keep_good: bool = False, name: str | None = None
) -> dict[str, Any]:
    """Apply an uploaded register workbook; one transaction, so a killed job leaves nothing and may run again."""
    report = import_register(
        Path(path), actor=run.actor, on=date.fromisoformat(on), name=name, progress=run.step, keep_good=keep_good
    )
    db.session.commit()
    outcomes = report.outcomes.values()
    return {
        "new": sum(outcome.new for outcome in outcomes),
        "changed": sum(outcome.changed for outcome in outcomes),
        "unchanged": sum(outcome.unchanged for outcome in outcomes),
        "errors": report.error_count,
    }
