from __future__ import annotations

from typing import Any

from basic_info.coverage.operations import check_coverage
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import today_in_china


@job("basic_info.check_coverage", title="检查职责覆盖", words={"units": "检查的单位"}, alone=True)
def check_coverage_job(run: Progress) -> dict[str, Any]:
    """Check all units as of today; run again it gives the same."""
    checked = check_coverage(today_in_china(), actor=run.actor)
    db.session.commit()
    return {"units": checked}
