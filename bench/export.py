"""Takes a county's month of records out in a process of its own; prints seconds, rows, peak MiB and MiB before.

python bench/export.py COUNTY DAY KIND
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from sqlalchemy import text

from config import Settings
from host.app import create_app
from host.kernel.access import Actor, Grant, Role, ScopeKind
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.tables.exports import find_export, table_of
from host.kernel.tables.tasks import write_table
from tests.memory import peak_mib


def main(county: str, day: date, kind: str) -> None:
    app = create_app(Settings.from_env(), process="bench")
    with app.app_context(), tempfile.TemporaryDirectory() as folder:
        reader = Actor(
            account_id=None,
            display_name="bench",
            grants=(Grant(role=Role.INSPECTOR, kind=ScopeKind.REGION, region_code=county),),
            permission_map=app.extensions["permission_map"],
        )
        db.session.execute(text("SET statement_timeout = 0"))
        export = find_export("duty_eval.region_records", reader)
        before, started = peak_mib(), time.perf_counter()
        table = table_of(export, reader, {"code": county, "day": day.isoformat()}, in_full=True)
        rows = write_table(Path(folder) / "table", kind, table, Progress(actor=reader))
        spent = time.perf_counter() - started
    sys.stdout.write(f"{spent:.2f} {rows} {peak_mib()} {before}\n")


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]), sys.argv[3])
