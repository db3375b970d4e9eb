from __future__ import annotations

from typing import Any

from duty_eval.dashboards.sums import add_up
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job


@job("duty_eval.add_up_sums", title="汇总履职数据", words={"changes": "汇总的变动"}, alone=True)
def add_up_sums(_run: Progress) -> dict[str, Any]:
    """Add the changes of records to the sums of units; run again it finds none."""
    changes = add_up()
    db.session.commit()
    return {"changes": changes}
