"""The nightly round of months: close what is due, seal the records, freeze what nobody writes any more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from duty_eval.periods.operations import end_expired, lock_due_months, months_to_seal, seal_all
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month

#: Months back whose partitions are looked at.
MONTHS_BACK = 12


@job(
    "duty_eval.lock_months",
    title="月度锁定",
    words={"sections": "锁定的科室", "records": "改变状态的纪实", "frozen": "封存的月份"},
    alone=True,
)
def lock_months(run: Progress) -> dict[str, Any]:
    """Close the last month where its day has come, and bring records in line; run again it finds nothing."""
    today = today_in_china()
    sections = lock_due_months(today)
    end_expired()
    db.session.commit()
    # Two nights, so that one that was missed is made up for.
    records = sum(seal_all(month) for month in sorted(months_to_seal(datetime.now(UTC) - timedelta(days=2))))
    frozen = [month for back in range(2, MONTHS_BACK + 1) if freeze(month := first_of_month(today, plus=-back))]
    run.log(f"锁定科室 {sections} 个，改变状态 {records} 条，封存 {len(frozen)} 个月")
    return {"sections": sections, "records": records, "frozen": len(frozen)}


def freeze(month: date) -> bool:
    """VACUUM FREEZE the partition of a month in which nothing is open any more, once; True when it was done now.

    Afterwards no reader has to look whether a row is visible, and no later VACUUM comes back to it.
    """
    name = f"duty_record_{month:%Y%m}"
    is_ready = db.session.scalar(
        text(
            "SELECT to_regclass(:name) IS NOT NULL"
            " AND EXISTS (SELECT FROM section_month WHERE month = :month)"
            " AND NOT EXISTS (SELECT FROM section_month WHERE month = :month AND NOT is_locked)"
            " AND coalesce(obj_description(to_regclass(:name), 'pg_class'), '') <> 'frozen'"
        ),
        {"name": name, "month": month},
    )
    db.session.commit()
    if not is_ready:
        return False
    # VACUUM runs in no transaction.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"VACUUM (FREEZE, ANALYZE) {name}"))
        connection.execute(text(f"COMMENT ON TABLE {name} IS 'frozen'"))
        connection.execute(text("RESET statement_timeout"))
    return True
