"""Real workers and schedulers for tests: forked from one parent, so that the imports are paid for once.

Run as a program it reads ``worker`` or ``scheduler`` from its standard input, forks that and answers with its
process id.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from config import Settings
from host.app import create_app
from host.kernel.clock.leader import Intervals, run_scheduler
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.jobs.worker import Pace, run_worker
from host.kernel.logs import configure_logs
from host.running.children import end_with_parent

PACE = Pace(beat=0.5, dead_after=2, look=0.5, poll=0.5, grace=0.2)
INTERVALS = Intervals(beat=0.5, attempt=0.5, dead_after=2, reload=1)


@job("test.count", title="数到底")
def count(run: Progress, *, upto: int) -> dict[str, Any]:
    """Count slowly, ten a second, with a checkpoint at each."""
    for number in range(1, upto + 1):
        run.step(number, total=upto)
        run.checkpoint()
        time.sleep(0.1)
    return {"rows": upto}


@job("test.nothing", title="空转")
def nothing(run: Progress) -> None:
    run.log(f"{run.tick}")


def child(kind: str) -> None:
    end_with_parent()
    configure_logs("INFO", process=kind)
    app = create_app(Settings.from_env(), process=kind)
    if kind == "worker":
        run_worker(app, pace=PACE)
    else:
        run_scheduler(app, intervals=INTERVALS)


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                child(line.strip())
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
