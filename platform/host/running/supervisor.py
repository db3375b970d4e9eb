"""``lvzhi up``: database, web, scheduler and worker as children of one process, restarted when they die."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

from config import Settings
from host.kernel.errors import DomainError
from host.running.children import end_with_parent

log = structlog.get_logger("host.supervisor")

STOP_SECONDS = 12


class AlreadyRunning(DomainError):
    message = "本目录下的平台已在运行；请先停止它，或用 LVZHI_VAR_DIR 指定另一个数据目录"


@dataclass
class Child:
    """One process that ought to run."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = field(default=0.5)

    def start(self, env: dict[str, str], log_file: Path) -> None:
        with log_file.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self.started_at = time.monotonic()

    def is_dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@contextmanager
def only_one(var_dir: Path) -> Iterator[None]:
    """Hold the installation's lock; raises AlreadyRunning when another supervisor does."""
    handle = os.open(var_dir / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise AlreadyRunning from error
    try:
        yield
    finally:
        os.close(handle)


class Supervisor:
    """Starts the children, watches them and the database, and stops all of it on SIGINT or SIGTERM."""

    def __init__(
        self, settings: Settings, children: list[Child], *, database_watch: Callable[[], None] | None = None
    ) -> None:
        self.children = children
        self.database_watch = database_watch
        self.log_dir = settings.var_dir / "log"
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self.env = dict(os.environ) | {
            "LVZHI_DATABASE_URL": settings.database_url or "",
            "LVZHI_VAR_DIR": str(settings.var_dir),
            "LVZHI_SCHEMA": settings.schema,
            "LVZHI_SECRET_KEY": settings.secret_key,
        }
        self.stopping = False

    def run(self, *, when_started: Callable[[], None]) -> None:
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        for child in self.children:
            self._start(child)
        when_started()
        while not self.stopping:
            time.sleep(0.5)
            if self.database_watch is not None:
                self.database_watch()
            for child in self.children:
                if child.is_dead() and not self.stopping:
                    self._restart(child)
        self._stop_children()

    def _start(self, child: Child) -> None:
        child.start(self.env, self.log_dir / f"{child.name}.log")

    def _restart(self, child: Child) -> None:
        """Again at once; a child that keeps dying waits longer each time, up to 30 s."""
        assert child.process is not None
        log.warning("child_died", name=child.name, code=child.process.returncode)
        lasted = time.monotonic() - child.started_at
        child.pause = 0.5 if lasted > 30 else min(child.pause * 2, 30.0)
        time.sleep(child.pause if lasted < 5 else 0)
        self._start(child)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _stop_children(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def platform_children(settings: Settings, *, tls: tuple[Path, Path] | None) -> list[Child]:
    """Web, scheduler and worker as this installation runs them."""
    granian = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "host.wsgi:app",
        "--host", settings.host, "--port", str(settings.port),
        "--workers", str(settings.web_workers), "--blocking-threads", str(settings.web_threads),
        "--respawn-failed-workers", "--http", "1", "--no-ws", "--backlog", "1024",
        "--http1-header-read-timeout", "10000", "--process-name", "lvzhi-web", "--log-level", "warning",
        "--workers-kill-timeout", "3",
    ]  # fmt: skip
    if tls is not None:
        granian += ["--ssl-certificate", str(tls[0]), "--ssl-keyfile", str(tls[1])]
    cli = [sys.executable, "-m", "host.cli"]
    return [
        Child("web", granian),
        Child("scheduler", [*cli, "scheduler"]),
        Child("worker", [*cli, "worker"]),
    ]
