"""Imports a register of N people in a process of its own; prints seconds, peak MiB and seconds of plain reading."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from python_calamine import CalamineWorkbook

from basic_info.organization.register_import import import_register
from config import Settings
from host import migrating
from host.app import create_app
from host.demo.city import plan_city
from host.demo.workbook import write_workbook
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.seeding import seed


def main(count: int) -> None:
    settings = Settings.from_env()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.xlsx"
        # In a process of their own, so that the peak is the import's alone.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            raw = pool.submit(written_and_read, count, path).result()
        migrating.upgrade(settings)
        seed(settings)
        with create_app(settings, process="bench").app_context():
            started = time.perf_counter()
            import_register(path, actor=SYSTEM, on=date(2026, 1, 1))
            db.session.commit()
            spent = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{spent:.2f} {peak:.0f} {raw:.2f}")


def written_and_read(count: int, path: Path) -> float:
    """Write the workbook; seconds that it takes to read all of it plainly."""
    write_workbook(plan_city(count), path)
    started = time.perf_counter()
    for name in ("单位", "科室", "岗位", "人员"):
        for _row in CalamineWorkbook.from_path(path).get_sheet_by_name(name).iter_rows():
            pass
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]))
