from __future__ import annotations

from pathlib import Path
from typing import Any

from duty_eval.absences.workbook.checking import Outcome
from duty_eval.absences.workbook.operation import import_absences
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job


@job("duty_eval.import_absences", title="导入请假", words={one.value: one.label for one in Outcome})
def import_absences_job(run: Progress, *, path: str, name: str) -> dict[str, Any]:
    """Enter a checked workbook; one transaction, so a killed job leaves nothing, and run again it changes nothing."""
    report = import_absences(Path(path), actor=run.actor, name=name, progress=run.step)
    db.session.commit()
    return {outcome.value: count for outcome, count in report.counts.items()}
