"""Workers and schedulers as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from config import Settings

PROGRAM = Path(__file__).parent / "jobs" / "processes.py"
ROOT = Path(__file__).parents[2]


class Nursery:
    """Starts processes of the platform and kills what is left of them."""

    def __init__(self, settings: Settings) -> None:
        env = os.environ | {
            "LVZHI_DATABASE_URL": settings.database_url or "",
            "LVZHI_SCHEMA": settings.schema,
            "LVZHI_VAR_DIR": str(settings.var_dir),
            "LVZHI_SECRET_KEY": settings.secret_key,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        }
        self.output = (settings.var_dir / "processes.log").open("wb")
        self.parent = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            env=env,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.output,
            text=True,
        )
        self.children: list[int] = []

    def start(self, kind: str) -> int:
        """Fork a ``worker`` or a ``scheduler``; returns its process id."""
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        self.parent.stdin.write(f"{kind}\n")
        self.parent.stdin.flush()
        pid = int(self.parent.stdout.readline())
        self.children.append(pid)
        return pid

    def kill_children(self) -> None:
        while self.children:
            with suppress(ProcessLookupError):
                os.kill(self.children.pop(), signal.SIGKILL)

    def close(self) -> None:
        self.kill_children()
        self.parent.kill()
        self.parent.wait()
        for stream in (self.parent.stdin, self.parent.stdout, self.output):
            if stream is not None:
                stream.close()


@pytest.fixture(scope="session")
def parent_of_processes(settings: Settings) -> Iterator[Nursery]:
    nursery = Nursery(settings)
    yield nursery
    nursery.close()


@pytest.fixture
def processes(parent_of_processes: Nursery, committed: Engine) -> Iterator[Nursery]:
    """Starts processes; afterwards they are gone, and the queue is empty."""
    _empty_queue(committed)
    yield parent_of_processes
    parent_of_processes.kill_children()
    _empty_queue(committed)


def _empty_queue(engine: Engine) -> None:
    """A process that was killed leaves its connection behind for a moment: its locks end with it."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
                " WHERE application_name IN ('lvzhi-worker', 'lvzhi-scheduler', 'lvzhi-queue')"
            )
        )
        connection.execute(text("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE"))


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Wait until a question is answered with yes; after 20 s the test fails with what it last got."""

    def wait(question: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not (answer := question()):
            assert time.monotonic() < deadline, f"did not happen; last answer: {answer!r}"
            time.sleep(0.1)

    return wait
